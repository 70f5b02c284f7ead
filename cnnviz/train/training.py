"""One training in the making: the network, its data, and the steps; ``loop.train`` is the way in.

What belongs to the curve is computed the same whether anybody looks on or not, whether it is paused, or falls and goes
on: looking, saving and asking happen between two batches and draw no random number.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from cnnviz.data.datasets import Dataset, load
from cnnviz.errors import RunError
from cnnviz.train import devices, faults, records, snapshot, watch
from cnnviz.train.config import TrainConfig, check_classes
from cnnviz.train.control import Request
from cnnviz.train.desk import EVERY as ASKED_EVERY
from cnnviz.train.desk import Desk
from cnnviz.train.events import (
    EpochEnd,
    Event,
    Finished,
    Noted,
    Started,
    Steps,
)
from cnnviz.train.examining import Asked, ask, ask_test, describe, record
from cnnviz.train.feed import Feed
from cnnviz.train.keeper import Keeper
from cnnviz.train.optimizer import Optimizer
from cnnviz.train.parallel import Team, gather
from cnnviz.train.progress import Progress
from cnnviz.train.recipe import initialised, loss_of
from cnnviz.train.state import Position
from cnnviz.train.tally import Tally
from cnnviz.train.tuning import precision, tuned

EVERY = 0.1
"""Seconds between two ``Steps`` events, at least."""


class Training:
    """A network that learns; ``run`` yields its events."""

    def __init__(
        self,
        config: TrainConfig,
        dataset: Dataset | None = None,
        *,
        should_stop: Callable[[], bool] = lambda: False,
        folder: Path | None = None,
        requests: Callable[[], Iterable[Request]] = tuple,
        team: Team | None = None,
    ) -> None:
        self.config, self.folder = config, folder
        self.desk = Desk(self, should_stop, requests)
        self.device_id = devices.resolve(config.device)
        self.team = team or gather(replace(config, device=self.device_id), dataset)
        self.device = self.team.device
        self.notes: list[Noted] = []
        try:
            torch.manual_seed(config.seed)
            module = initialised(config)
            self.data = dataset or load(config.dataset, shape=config.network.input_shape)
            check_classes(config.network, len(self.data.classes), self.data.name)
            self.feed = Feed(self.data, config, self.device)
            self.module = module.to(self.device)
            self.quick = tuned(self.module, config, self.device, self.notes.append)
            self._call = self.team.wrap(self.quick)
        except BaseException:
            self.team.close()
            raise
        self.classes = self.data.classes
        self._loss = loss_of(config.network, config.label_smoothing)
        self.plain_loss = loss_of(config.network, 0.0)
        self.optimizer = Optimizer(config, self.module.parameters(), self.device)
        self.chance = torch.Generator().manual_seed(config.seed)
        self.order: Tensor | None = None
        self.best_weights: dict[str, Tensor] | None = None
        count = len(self.feed.train)
        lone = count > config.batch_size and count % config.batch_size == 1  # batch norm wants two
        self.samples = count - 1 if lone else count
        self.steps_per_epoch = math.ceil(self.samples / config.batch_size)
        self.progress = Progress([config.epochs])
        self.keeper = Keeper(self, folder)
        self.lived, self._idle = 0.0, 0.0
        self._began = self._since = time.perf_counter()
        self._first_step = self._reported = 0
        self._tally = Tally(self.device)
        self._newest: Tensor | None = None
        self._watcher: watch.Watcher | None = None
        self._immediate = self.device.type == "cpu" and self.team.size == 1
        self._resumed = False

    @property
    def seconds(self) -> float:
        """How long it has trained: without pauses, and without the time in which it did not live."""
        return self.lived + (self.desk.stands_since or time.perf_counter()) - self._began - self._idle

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return self.progress.rate(self.config, self.steps_per_epoch)

    def go_on(self, position: Position, tensors: dict[str, Tensor]) -> None:
        """Go on where a state was taken; the weights on disk are written anew from it.

        Raises:
            RunError: if the state is of another network or other data.
        """
        snapshot.restore(self, position, tensors)
        self._resumed = True
        if self.folder is not None:
            records.cut(self.folder, self.progress.epoch if self.progress.whole else self.progress.epoch - 1)
            self.keeper.save_weights()
        self.team.begin(self.module, self.optimizer, self.feed.state())

    def run(self, epochs: int | None = None) -> Iterator[Event]:
        """Yield the events of a whole training.

        Args:
            epochs: of the whole, where it is to be more than is planned.
        """
        progress, patience = self.progress, self.config.patience
        if self.folder is not None:
            describe(self, self.folder)
        if not self._resumed:
            yield self._started()
        yield from self.notes
        self._began = self._since = time.perf_counter()
        self._first_step = self._reported = progress.step
        already = progress.epoch if progress.is_early(patience) else progress.epochs
        if epochs is not None and epochs > already:
            progress.extend(epochs - already, patience)
            yield from self.save()
        while True:
            yield from self.desk.serve(at_once=True)
            if progress.is_done(patience):
                break
            yield from self._epoch()
        yield from self._finish()

    def batch(self, numbers: Tensor, rate: float) -> Tensor:
        """Learn from one batch; return its mean loss and the part of right answers: (2,), on the device.

        Raises:
            LossError: on a CPU, at once, where the loss is infinite or no number.
        """
        part = self.team.share(numbers, rate)
        x, y = self.feed.learn(part.numbers, total=part.total, first=part.first)
        self._newest = x
        with precision(self.config, self.device):
            scores = self._call(x)
            loss = self._loss(scores, y)
        if self._immediate and not math.isfinite(loss.item()):
            raise faults.beyond_bounds(self.progress.step + 1, rate, *faults.culprit(self.module, x))
        self.optimizer.zero_grad()  # not earlier: the gradients before tell who was to blame
        (loss if part.weight == 1.0 else loss * part.weight).backward()  # type: ignore[no-untyped-call]
        if self.config.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.module.parameters(), self.config.clip_norm)
        self.optimizer.step(rate)
        right = (scores.detach().argmax(1) == y).float().mean()
        return self.team.mean(torch.stack([loss.detach().float(), right]) * part.weight)

    def leave(self) -> Iterator[Event]:
        """Say what is left to say, and save the state where that takes no time: somebody waits for the end."""
        with suppress(RunError, OSError):
            yield from self.save(weights=True) if self.keeper.quick and self.progress.step else self.flush()

    def flush(self) -> Iterator[Event]:
        """Yield the steps that were not told yet.

        Raises:
            LossError: at the first whose loss is infinite or no number.
        """
        count = self._tally.steps
        if not count:
            return
        progress, taken = self.progress, self._tally.take()
        good = next((at for at, (loss, _, _) in enumerate(taken) if not math.isfinite(loss)), count)
        for loss, right, pictures in taken[:good]:
            progress.take(loss, right, pictures)
        if good:
            last = self._reported + good
            now = time.perf_counter()
            spent = max(now - self._since, 1e-9)
            progress.learning_seconds += spent
            here = self.seconds - self.lived
            left = here / max(last - self._first_step, 1) * (progress.epochs * self.steps_per_epoch - last)
            yield Steps(
                last, progress.epoch,
                tuple(loss for loss, _, _ in taken[:good]),
                tuple(right / pictures for _, right, pictures in taken[:good]),
                progress.rate(self.config, self.steps_per_epoch, last - 1),
                sum(pictures for _, _, pictures in taken[:good]) / spent, self.seconds, max(left, 0.0),
            )  # fmt: skip
        if good < count:
            step = self._reported + good + 1
            rate = progress.rate(self.config, self.steps_per_epoch, step - 1)
            raise faults.beyond_bounds(step, rate, *faults.culprit(self.module, self._newest))
        self._reported += count
        self._since = time.perf_counter()

    def _started(self) -> Started:
        feed = self.feed
        parameters = sum(parameter.numel() for parameter in self.module.parameters())
        return Started(
            time.time(), self.device_id, devices.name_of(self.device_id),
            len(feed.train), len(feed.validation), feed.test_count, self.steps_per_epoch, self.progress.epochs,
            parameters, tuple(self.watcher.labels.tolist()), self.classes,
        )  # fmt: skip

    @property
    def watcher(self) -> watch.Watcher:
        """Who looks inside."""
        if self._watcher is None:
            self._watcher = watch.Watcher(self.module, self.config.network, self.feed, self.device)
        return self._watcher

    def _epoch(self) -> Iterator[Event]:
        """Go once through the training pictures, or through what is left of them; then validate."""
        progress, size = self.progress, self.config.batch_size
        if progress.whole:
            shuffled = self.feed.train[torch.randperm(len(self.feed.train), generator=self.chance)]
            self.order = shuffled[: self.samples]
            progress.begin_epoch()
        assert self.order is not None
        left = self.order[progress.position :]
        batches = torch.split(left, size) if len(left) else ()
        self.feed.plan(batches)
        self.quick.train()
        self._since = time.perf_counter()
        due = 0.0
        for numbers in batches:
            self.desk.heed()
            if time.perf_counter() >= due:  # a batch of a small network takes little longer than the asking
                yield from self._between()
                at_once = progress.step < 2 or self.desk.single or self.keeper.eager
                due = 0.0 if at_once else time.perf_counter() + ASKED_EVERY
            count = numbers.size(0)
            self._tally.add(self.batch(numbers, self.rate), count)
            progress.position += count
            progress.step += 1
            self.desk.count()
        yield from self.flush()
        found = yield from ask(self, self.feed.validate, len(self.feed.validation))
        yield from self._judge(found)

    def _between(self) -> Iterator[Event]:
        """Tell, look, save, where it is due, and do what somebody asks for."""
        now = time.perf_counter()
        if now - self._since >= EVERY or self.progress.step == 1 or self._tally.full:
            yield from self.flush()
        if self.progress.step and self.watcher.due(now):
            yield from self.look()
        if self.keeper.due(now):
            yield from self.save()
        yield from self.desk.serve(at_once=True)

    def _judge(self, found: Asked | None) -> Iterator[Event]:
        """End an epoch: keep its weights where they are the best, record it, say it."""
        progress = self.progress
        end = EpochEnd(
            progress.epoch, progress.step, progress.sums[0] / self.samples, progress.sums[1] / self.samples,
            found.loss if found else None, found.accuracy if found else None, self.seconds,
        )  # fmt: skip
        self.order = None
        if progress.judge(end):
            self.best_weights = {
                name: value.detach().clone() for name, value in self.module.state_dict().items()
            }
        if self.folder is not None:
            record(self, self.folder, found)
        yield end
        if self.keeper.due_after_epoch(time.perf_counter()):
            yield from self.save(weights=True)

    def _finish(self) -> Iterator[Event]:
        """Ask the test pictures, once, with the best weights, unless the config says not to."""
        progress = self.progress
        best, end = progress.best, progress.end
        assert best is not None
        assert end is not None
        assert self.best_weights is not None
        yield from self.look()
        yield from self.save(weights=True)
        self.keeper.closed = True  # what is in the module from here on is not where the training stands
        self.module.load_state_dict(self.best_weights)
        found = (yield from ask_test(self)) if self.config.test else None
        self.keeper.save_tested(found.accuracy if found else None)
        yield Finished(
            end.train_loss, end.train_accuracy, best.val_loss, best.val_accuracy,
            found.loss if found else None, found.accuracy if found else None, best.epoch,
            self.samples * progress.epoch / max(progress.learning_seconds, 1e-9), self.seconds,
            progress.epoch < progress.epochs,
        )  # fmt: skip

    def stood(self, seconds: float) -> None:
        """Leave out some seconds in which it only waited."""
        self._idle += seconds
        self._since += seconds

    def look(self) -> Iterator[Event]:
        """Yield a look inside."""
        yield from self.flush()
        began = time.perf_counter()
        with suppress(OSError):  # a look that cannot be written stops nothing
            yield self.watcher.look(self.progress.step, self.seconds, self._newest, self.folder)
        self._since += time.perf_counter() - began

    def save(self, *, weights: bool = False) -> Iterator[Event]:
        """Save the state, and the weights where asked for; yield the steps that were not told yet."""
        yield from self.flush()
        began = time.perf_counter()
        self.keeper.save(weights=weights)
        self._since += time.perf_counter() - began
