"""The training itself: an iterator of events that neither prints nor plots.

    for event in train(config): ...

The whole data set lies on the device as bytes and batches are taken by number, so there is no loader to wait
for; sums stay on the device and are read at most ten times a second. On a CPU the same config gives the same
numbers.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import fields
from pathlib import Path

import torch
from torch import Tensor

from cnnviz.data.datasets import Dataset, load
from cnnviz.errors import DeviceError, RunError
from cnnviz.nets.checkpoint import Checkpoint, save
from cnnviz.spec import Conv2d, Network, leaves
from cnnviz.train import devices
from cnnviz.train.config import TrainConfig, check_classes
from cnnviz.train.dropout import with_byte_dropout
from cnnviz.train.events import EpochEnd, Event, Failed, Finished, Started, Steps, Stopped
from cnnviz.train.feed import Feed
from cnnviz.train.recipe import initialised, loss_of, optimizer_of, rate_at

EVERY = 0.1
"""Seconds between two ``Steps`` events, at least."""

SAVED_AT_STOP = 20_000_000
"""Largest network, in parameters, whose weights are saved when a training is stopped in the middle."""


class _StopAsked(Exception):  # noqa: N818
    """Someone asked for the end."""


def train(
    config: TrainConfig,
    *,
    dataset: Dataset | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    checkpoint_dir: Path | None = None,
) -> Iterator[Event]:
    """Train a network and yield what happens; the last event is Finished, Stopped or Failed.

    Args:
        config: what to train and how.
        dataset: the pictures, where they are loaded already; else those that the config names.
        should_stop: asked before every batch.
        checkpoint_dir: folder for ``last.safetensors`` and ``best.safetensors``; none are written without it.

    Raises:
        CnnvizError: if network, data set and device do not fit together.
    """
    training: Training | None = None
    try:
        if should_stop():
            raise _StopAsked
        training = Training(config, dataset, should_stop, checkpoint_dir)
        yield from training.run()
    except _StopAsked:
        if training is not None:
            training.save_unfinished()
        step, epoch, seconds = (training.step, training.epoch, training.seconds) if training else (0, 0, 0.0)
        yield Stopped(step, epoch, seconds)
    except torch.OutOfMemoryError:
        yield Failed.of(
            DeviceError(
                "{device} has too little memory for {network} with a batch of {batch}: take a smaller batch",
                device=config.device, network=config.network.name, batch=config.batch_size,
            )
        )  # fmt: skip
    except _LossError as error:
        yield Failed.of(error)


class _LossError(RunError):
    """The loss is infinite or no number."""


class Training:
    """One training in the making: the network, its data and how far it is."""

    def __init__(
        self,
        config: TrainConfig,
        dataset: Dataset | None,
        should_stop: Callable[[], bool],
        folder: Path | None,
    ) -> None:
        self.config, self.should_stop, self.folder = config, should_stop, folder
        self.device_id = devices.resolve(config.device)
        self.device = torch.device(self.device_id)
        torch.manual_seed(config.seed)
        module = initialised(config)
        if self.device.type == "cpu":
            module = with_byte_dropout(module)
        data = dataset or load(config.dataset, shape=config.network.input_shape)
        check_classes(config.network, len(data.classes), data.name)
        self.classes = data.classes
        self.feed = Feed(data, config, self.device)
        self.format = torch.channels_last if _wants_channels_last(config.network) else torch.contiguous_format
        self.module = module.to(device=self.device, memory_format=self.format)  # type: ignore[call-overload]
        self.loss = loss_of(config.network, config.label_smoothing)
        self.optimizer = optimizer_of(config, self.module, self.device)
        self.order = torch.Generator().manual_seed(config.seed)
        count = len(self.feed.train)
        lone = count > config.batch_size and count % config.batch_size == 1  # batch norm wants two
        self.samples = count - 1 if lone else count
        self.steps_per_epoch = math.ceil(self.samples / config.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs
        self.step = self.epoch = 0
        self.began = time.perf_counter()
        self.learning_seconds = 0.0
        self.best: dict[str, Tensor] | None = None
        self.best_epoch: EpochEnd | None = None

    @property
    def seconds(self) -> float:
        """Since the first step was about to begin."""
        return time.perf_counter() - self.began

    def run(self) -> Iterator[Event]:
        """Yield the events of a whole training."""
        feed, config = self.feed, self.config
        yield Started(
            time.time(), self.device_id, devices.name_of(self.device_id),
            len(feed.train), len(feed.validation), feed.test_count, self.steps_per_epoch, config.epochs,
            sum(parameter.numel() for parameter in self.module.parameters()),
        )  # fmt: skip
        self.began = time.perf_counter()
        for self.epoch in range(1, config.epochs + 1):
            sums = yield from self._learn()
            val_loss, val_accuracy = self._evaluate(feed.validate, len(feed.validation))
            end = EpochEnd(self.epoch, self.step, *sums, val_loss, val_accuracy, self.seconds)
            self._keep(end)
            yield end
        assert self.best is not None
        assert self.best_epoch is not None
        self.module.load_state_dict(self.best)
        test_loss, test_accuracy = self._evaluate(feed.test, feed.test_count)
        assert test_loss is not None
        assert test_accuracy is not None
        best = self.best_epoch
        self._save("best", best, test_accuracy=test_accuracy)
        yield Finished(
            end.train_loss, end.train_accuracy, best.val_loss, best.val_accuracy, test_loss, test_accuracy,
            best.epoch, self.samples * config.epochs / max(self.learning_seconds, 1e-9), self.seconds,
        )  # fmt: skip

    def save_unfinished(self) -> None:
        """Keep the weights of a training that is stopped in the middle, where that takes no time."""
        if self.step and sum(parameter.numel() for parameter in self.module.parameters()) <= SAVED_AT_STOP:
            self._save("last", None)

    def _learn(self) -> Generator[Event, None, tuple[float, float]]:
        """Go once through the training pictures; return mean loss and accuracy."""
        config, size = self.config, self.config.batch_size
        numbers = self.feed.train[torch.randperm(len(self.feed.train), generator=self.order)][: self.samples]
        numbers = numbers.to(self.device)
        epoch_sums = torch.zeros(2, dtype=torch.float64)
        sums = torch.zeros(2, device=self.device)
        seen = learned = 0
        self.module.train()
        since = began = time.perf_counter()
        for first in range(0, self.samples, size):
            self._ask()
            part = numbers[first : first + size]
            x, y = self.feed.learn(part)
            rate = rate_at(config, self.step, self.total_steps, self.steps_per_epoch)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.zero_grad(set_to_none=True)
            scores = self.module(x.contiguous(memory_format=self.format))
            loss = self.loss(scores, y)
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            sums += torch.stack([loss.detach() * len(part), (scores.detach().argmax(1) == y).sum()])
            self.step += 1
            seen += len(part)
            now = time.perf_counter()
            if first == 0 or first + size >= self.samples or now - since >= EVERY:
                total = sums.tolist()
                if not math.isfinite(total[0]):
                    raise _LossError(
                        "the loss is no longer a finite number at step {step}: choose a smaller learning rate"
                        " than {rate}",
                        step=self.step, rate=config.learning_rate,
                    )  # fmt: skip
                now = time.perf_counter()
                done = self.seconds
                yield Steps(
                    self.step, self.epoch, (total[0] / seen,), (total[1] / seen,), rate, seen / max(now - since, 1e-9),
                    done, done / self.step * (self.total_steps - self.step),
                )  # fmt: skip
                epoch_sums += torch.tensor(total, dtype=torch.float64)
                learned += seen
                sums.zero_()
                seen, since = 0, time.perf_counter()
        self.learning_seconds += time.perf_counter() - began
        loss_sum, right = epoch_sums.tolist()
        return loss_sum / learned, right / learned

    def _evaluate(
        self, batch: Callable[[int], tuple[Tensor, Tensor]], count: int
    ) -> tuple[float | None, float | None]:
        """Return mean loss (without label smoothing) and accuracy; None for no pictures."""
        if not count:
            return None, None
        loss_of_scores = loss_of(self.config.network, 0.0)
        sums = torch.zeros(2, device=self.device)
        self.module.eval()
        with torch.inference_mode():
            for first in range(0, count, self.feed.evaluation_batch):
                self._ask()
                x, y = batch(first)
                scores = self.module(x.contiguous(memory_format=self.format))
                sums += torch.stack([loss_of_scores(scores, y) * len(y), (scores.argmax(1) == y).sum()])
        loss, right = sums.tolist()
        return loss / count, right / count

    def _keep(self, end: EpochEnd) -> None:
        """Save the newest weights, and remember and save them where they are the best so far."""
        self._save("last", end)
        if self.best_epoch is None or _merit(end) > _merit(self.best_epoch):
            self.best_epoch = end
            self.best = {name: value.detach().clone() for name, value in self.module.state_dict().items()}
            self._save("best", end)

    def _save(self, name: str, end: EpochEnd | None, *, test_accuracy: float | None = None) -> None:
        if self.folder is None:
            return
        config = self.config
        card = {
            entry.name: getattr(config, entry.name) for entry in fields(config) if entry.name != "network"
        }
        card |= {"val_accuracy": end.val_accuracy if end else None, "test_accuracy": test_accuracy}
        card |= {"seconds": round(self.seconds, 1), "torch": torch.__version__, "device": self.device_id}
        epoch, step = (end.epoch, end.step) if end else (self.epoch, self.step)
        save(
            self.folder / f"{name}.safetensors",
            Checkpoint(
                config.network, self.classes, self.feed.mean, self.feed.std, config.dataset, epoch, step,
                self.module.state_dict(), card,
            ),
        )  # fmt: skip

    def _ask(self) -> None:
        if self.should_stop():
            raise _StopAsked


def _merit(end: EpochEnd) -> tuple[float, float]:
    """What makes an epoch the best: validation accuracy, then validation loss; without them the newest."""
    if end.val_accuracy is None or end.val_loss is None:
        return float(end.epoch), 0.0
    return end.val_accuracy, -end.val_loss


def _wants_channels_last(network: Network) -> bool:
    return any(isinstance(layer, Conv2d) and layer.in_channels >= 32 for _, layer in leaves(network.body))
