"""The learning-rate range test: ``python -m cnnviz.search.finder FOLDER``.

The rate grows from step to step, each by the same factor, until the loss explodes. Where it had fallen fastest
before is a good rate to train with. What is tried is a fresh network; no run is touched.
Source: Smith 2015, "Cyclical Learning Rates for Training Neural Networks", section 3.3.
"""

import math
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from cnnviz.errors import CnnvizError, RunError
from cnnviz.search import tasks
from cnnviz.search.finding import STEPS, Point
from cnnviz.train import devices, locks, queue
from cnnviz.train.config import TrainConfig
from cnnviz.train.run import CONFIG
from cnnviz.train.runs import runs_root
from cnnviz.train.worker import keep_memory, yield_cores

LEAST, MOST = 1e-7, 10.0

KEEP = 0.9
"""Part of the mean that each new loss leaves of the older ones; with fastai's 0.98 it lags by half of all steps."""

EXPLODED = 4.0
"""The test ends where the smoothed loss is so many times the lowest one."""


def sweep(
    config: TrainConfig,
    *,
    steps: int = STEPS,
    least: float = LEAST,
    most: float = MOST,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Point]:
    """Train a fresh network with a rate that grows from ``least`` to ``most``; yield each step.

    Network, first weights, data, batch, augmentation, loss and optimiser are those of the config.

    Raises:
        CnnvizError: if network, data set and device do not fit together.
    """
    import torch  # noqa: PLC0415

    from cnnviz.data.datasets import load  # noqa: PLC0415
    from cnnviz.train.feed import Feed  # noqa: PLC0415
    from cnnviz.train.optimizer import Optimizer  # noqa: PLC0415
    from cnnviz.train.recipe import initialised, loss_of  # noqa: PLC0415
    from cnnviz.train.tuning import precision, tuned  # noqa: PLC0415

    device = torch.device(devices.parts(devices.resolve(config.device))[0])
    torch.manual_seed(config.seed)
    feed = Feed(load(config.dataset, shape=config.network.input_shape), config, device)
    module = initialised(config).to(device).train()
    quick = tuned(module, config, device)
    loss_of_scores = loss_of(config.network, config.label_smoothing)
    optimizer = Optimizer(config, module.parameters(), device)
    chance = torch.Generator().manual_seed(config.seed)
    size = min(config.batch_size, len(feed.train))
    order, mean, lowest = feed.train[:0], 0.0, math.inf
    for step in range(steps):
        if should_stop():
            return
        if len(order) < size:  # small data sets are gone through several times
            order = feed.train[torch.randperm(len(feed.train), generator=chance)]
        numbers, order = order[:size], order[size:]
        rate = least * (most / least) ** (step / (steps - 1))
        x, y = feed.learn(numbers)
        optimizer.zero_grad()
        with precision(config, device):
            loss = loss_of_scores(quick(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        if config.clip_norm:
            torch.nn.utils.clip_grad_norm_(module.parameters(), config.clip_norm)
        optimizer.step(rate)
        found = loss.item()
        mean = KEEP * mean + (1 - KEEP) * found
        smooth = mean / (1 - KEEP ** (step + 1))  # without it the first means would lean towards 0
        lowest = min(lowest, smooth)
        if not math.isfinite(found):
            return
        yield Point(rate, found, smooth)
        if smooth > EXPLODED * lowest:
            return


def main(arguments: list[str]) -> int:
    """Do the range test of a folder; return the process's exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m cnnviz.search.finder FOLDER\n")
        return 2
    folder = Path(arguments[0]).absolute()
    try:
        locks.inherit(folder / tasks.LOCK)
    except CnnvizError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    news = tasks.News(folder)

    def leave() -> None:
        news.end("stopped")
        os._exit(0)

    tasks.listen(leave)
    try:
        config = TrainConfig.from_json((folder / CONFIG).read_text(encoding="utf-8"))
        keep_memory()
        yield_cores()
        wanted = devices.parts(devices.resolve(config.device))[:1]
        waiting = lambda device, ahead: news.say(device=device, ahead=ahead)  # noqa: E731
        with queue.place(runs_root(), wanted, folder.name, waiting=waiting):
            news.say(total=STEPS)
            for point in sweep(config):
                news.say(rate=point.rate, loss=point.loss, smooth=point.smooth)
        news.end("finished")
    except CnnvizError as error:
        news.failed(error)
        return 1
    except Exception as error:
        traceback.print_exc()
        reason = traceback.format_exception_only(error)[-1].strip()[:300]
        news.failed(RunError("the range test ended with an error: {reason}", reason=reason))
        return 1
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # torch's own clean-up can take longer than anybody waits
