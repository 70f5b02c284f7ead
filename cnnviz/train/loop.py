"""The training itself: an iterator of events that neither prints nor plots.

    for event in train(config): ...

The data lie on the device where they fit and batches are taken by number, so there is no loader to wait for; each
step's loss stays on the device and is read at most ten times a second. On a CPU the same config gives the same
numbers, bit for bit, also after a fall.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from cnnviz.data.datasets import Dataset
from cnnviz.train import faults, records, state
from cnnviz.train.config import TrainConfig
from cnnviz.train.control import Request
from cnnviz.train.desk import StopAsked
from cnnviz.train.events import Event, Failed, Stopped
from cnnviz.train.faults import LossError
from cnnviz.train.training import Training

__all__ = ["Training", "train"]

MOST_DETAILS = 4000


def train(
    config: TrainConfig,
    *,
    dataset: Dataset | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    folder: Path | None = None,
    requests: Callable[[], Iterable[Request]] = tuple,
    resume: bool = False,
    epochs: int | None = None,
) -> Iterator[Event]:
    """Train a network and yield what happens; the last event is Finished, Stopped or Failed.

    Args:
        config: what to train and how.
        dataset: the pictures, where they are loaded already; else those that the config names.
        should_stop: asked before every batch.
        folder: where state, weights and records are written; nothing is written without it.
        requests: returns what somebody has asked for since the last call (``control.Inbox.new``).
        resume: go on where the state in the folder is; the events after it must have been cut off.
        epochs: of the whole training, where it is to be more than is planned.

    Raises:
        CnnvizError: if network, data set and device do not fit together, or the state is damaged.
    """
    training: Training | None = None
    try:
        if should_stop():
            raise StopAsked
        found = state.newest(folder, checked=False) if resume and folder is not None else None
        training = Training(config, dataset, should_stop=should_stop, folder=folder, requests=requests)
        with training.team:
            if found is not None:
                training.go_on(*state.load(found[0]))
            elif resume and folder is not None:
                records.cut(folder, 0)
            yield from training.run(epochs)
    except StopAsked:
        if training is None:
            yield Stopped(0, 0, 0.0)
            return
        yield from training.leave()
        yield Stopped(training.progress.step, training.progress.epoch, training.seconds)
    except Exception as error:
        device = training.device_id if training else ""
        said = faults.sentence(error, config, device)
        if said is None or (said is error and training is None):
            raise
        if isinstance(error, LossError) and training is not None:
            with suppress(LossError):
                yield from training.flush()  # the good steps before it
        yield Failed.of(
            said, "" if said is error else "".join(traceback.format_exception(error))[-MOST_DETAILS:]
        )
