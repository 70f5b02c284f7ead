"""One training in the making: the network, its data, and the steps; ``loop.train`` is the way in.

What belongs to the curve is computed the same whether anybody looks on or not, whether it is paused, or falls and goes
on: looking, saving and asking happen between two batches and draw no random number.
"""

import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from cnnviz.data.datasets import Dataset, fingerprint, load
from cnnviz.errors import RunError
from cnnviz.train import devices, faults, records, snapshot, watch
from cnnviz.train.config import TrainConfig, check_classes
from cnnviz.train.control import Continue, More, Pause, Rate, Request, Step
from cnnviz.train.events import (
    Changed,
    Continued,
    EpochEnd,
    Event,
    Finished,
    Noted,
    Paused,
    Started,
    Steps,
)
from cnnviz.train.feed import Feed
from cnnviz.train.keeper import Keeper
from cnnviz.train.parallel import Team, gather
from cnnviz.train.progress import Progress
from cnnviz.train.recipe import initialised, loss_of, optimizer_of
from cnnviz.train.state import Position
from cnnviz.train.tally import Tally
from cnnviz.train.tuning import precision, tuned

EVERY = 0.1
"""Seconds between two ``Steps`` events, at least."""

ASKED_EVERY = 0.02
"""Seconds between two looks for requests, and between two looks in a pause."""


class StopAsked(Exception):  # noqa: N818
    """Someone asked for the end."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a network said to some pictures: mean loss and accuracy, and each answer, on the CPU.

    Attributes:
        predicted: int64 (N,). probabilities: float16 (N, C). labels: int64 (N,).
    """

    loss: float
    accuracy: float
    predicted: Tensor
    probabilities: Tensor
    labels: Tensor


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
        self.config, self.folder, self._should_stop, self._requests = config, folder, should_stop, requests
        self.device_id = devices.resolve(config.device)
        self.team = team or gather(replace(config, device=self.device_id), dataset)
        self.device = self.team.device
        self.notes: list[Noted] = []
        try:
            torch.manual_seed(config.seed)
            module = initialised(config)
            self._data = dataset or load(config.dataset, shape=config.network.input_shape)
            check_classes(config.network, len(self._data.classes), self._data.name)
            self.feed = Feed(self._data, config, self.device)
            self.module = module.to(self.device)
            self.quick = tuned(self.module, config, self.device, self.notes.append)
            self._call = self.team.wrap(self.quick)
        except BaseException:
            self.team.close()
            raise
        self.classes = self._data.classes
        self._loss = loss_of(config.network, config.label_smoothing)
        self._plain_loss = loss_of(config.network, 0.0)
        self.optimizer = optimizer_of(config, self.module, self.device)
        self.chance = torch.Generator().manual_seed(config.seed)
        self.order: Tensor | None = None
        self.best_weights: dict[str, Tensor] | None = None
        count = len(self.feed.train)
        lone = count > config.batch_size and count % config.batch_size == 1  # batch norm wants two
        self.samples = count - 1 if lone else count
        self.steps_per_epoch = math.ceil(self.samples / config.batch_size)
        self.progress = Progress([config.epochs])
        self.keeper = Keeper(self, folder)
        self.lived, self._idle, self._stood_at = 0.0, 0.0, 0.0
        self._began = self._since = self._asked_at = time.perf_counter()
        self._first_step = self._reported = 0
        self._paused, self._singles = False, 0
        self._tally = Tally(self.device)
        self._newest: Tensor | None = None
        self._watcher: watch.Watcher | None = None
        self._immediate = self.device.type == "cpu" and self.team.size == 1
        self._resumed = False

    @property
    def seconds(self) -> float:
        """How long it has trained: without pauses, and without the time in which it did not live."""
        return self.lived + (self._stood_at or time.perf_counter()) - self._began - self._idle

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
            self._describe(self.folder)
        if not self._resumed:
            yield self._started()
        yield from self.notes
        self._began = self._since = time.perf_counter()
        self._first_step = self._reported = progress.step
        already = progress.epoch if progress.is_early(patience) else progress.epochs
        if epochs is not None and epochs > already:
            progress.extend(epochs - already, patience)
            yield from self._save()
        while True:
            self._asked_at = 0.0
            yield from self._serve()
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
        self.optimizer.zero_grad(set_to_none=True)  # not earlier: the gradients before tell who was to blame
        (loss if part.weight == 1.0 else loss * part.weight).backward()  # type: ignore[no-untyped-call]
        if self.config.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.module.parameters(), self.config.clip_norm)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        right = (scores.detach().argmax(1) == y).float().mean()
        return self.team.mean(torch.stack([loss.detach().float(), right]) * part.weight)

    def leave(self) -> Iterator[Event]:
        """Say what is left to say, and save the state where that takes no time: somebody waits for the end."""
        with suppress(RunError, OSError):
            yield from self._save(weights=True) if self.keeper.quick else self.flush()

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
        self.feed.plan(torch.split(self.order[progress.position :], size))
        self.quick.train()
        self._since = time.perf_counter()
        while progress.position < self.samples:
            yield from self._serve()
            numbers = self.order[progress.position : progress.position + size]
            self._tally.add(self.batch(numbers, self.rate), len(numbers))
            progress.position += len(numbers)
            progress.step += 1
            self._singles = max(0, self._singles - 1)
            now = time.perf_counter()
            if now - self._since >= EVERY or progress.step == 1 or self._tally.full:
                yield from self.flush()
            if self.watcher.due(now):
                yield from self._look()
            if self.keeper.due(now):
                yield from self._save()
        yield from self.flush()
        found = yield from self._ask(self.feed.validate, len(self.feed.validation))
        yield from self._judge(found)

    def _judge(self, found: "Asked | None") -> Iterator[Event]:
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
            self._record(found)
        yield end
        if self.keeper.due_after_epoch(time.perf_counter()):
            yield from self._save(weights=True)

    def _finish(self) -> Iterator[Event]:
        """Ask the test pictures, once, with the best weights, unless the config says not to."""
        progress = self.progress
        best, end = progress.best, progress.end
        assert best is not None
        assert end is not None
        assert self.best_weights is not None
        yield from self._look()
        yield from self._save(weights=True)
        self.keeper.closed = True  # what is in the module from here on is not where the training stands
        self.module.load_state_dict(self.best_weights)
        found = (yield from self._ask_test()) if self.config.test else None
        self.keeper.save_tested(found.accuracy if found else None)
        yield Finished(
            end.train_loss, end.train_accuracy, best.val_loss, best.val_accuracy,
            found.loss if found else None, found.accuracy if found else None, best.epoch,
            self.samples * progress.epoch / max(progress.learning_seconds, 1e-9), self.seconds,
            progress.epoch < progress.epochs,
        )  # fmt: skip

    def _ask_test(self) -> Generator[Event, None, "Asked"]:
        """Ask the test pictures and record what the network says to them."""
        if self.folder is not None:
            records.ask_test(self.folder)
        found = yield from self._ask(self.feed.test, self.feed.test_count, served=False)
        assert found is not None
        if self.folder is not None:
            records.write(
                self.folder / records.TEST,
                {
                    "probabilities": found.probabilities.numpy(), "labels": found.labels.numpy(),
                    "predicted": found.predicted.numpy().astype("uint16"),
                },
            )  # fmt: skip
        return found

    def _ask(
        self, batch: Callable[[int], tuple[Tensor, Tensor]], count: int, *, served: bool = True
    ) -> Generator[Event, None, "Asked | None"]:
        """Return what the network says to some pictures; None for no pictures."""
        if not count:
            return None
        sums = torch.zeros(2, device=self.device)
        parts: list[tuple[Tensor, Tensor, Tensor]] = []
        self.quick.eval()
        for first in range(0, count, self.feed.evaluation_batch):
            if served:
                yield from self._serve()
            elif self._should_stop():
                raise StopAsked
            with torch.inference_mode():
                x, y = batch(first)
                with precision(self.config, self.device):
                    scores = self.quick(x).float()
                predicted = scores.argmax(1)
                sums += torch.stack([self._plain_loss(scores, y) * len(y), (predicted == y).sum()])
                parts.append((predicted, watch.probabilities(scores, self.config.network).half(), y))
        loss, right = sums.tolist()
        predicted, likely, labels = (torch.cat(column).cpu() for column in zip(*parts, strict=True))
        return Asked(loss / count, right / count, predicted, likely, labels)

    def _serve(self) -> Iterator[Event]:
        """Do what somebody asks for; in a pause, wait."""
        if self._should_stop():
            raise StopAsked
        now = time.perf_counter()
        if now - self._asked_at >= ASKED_EVERY:
            self._asked_at = now
            yield from self._obey()
        if self._paused and not self._singles:
            yield from self._wait()

    def _obey(self) -> Iterator[Event]:
        for request in self._requests():
            match request:
                case Pause():
                    self._paused, self._singles = True, 0
                case Continue():
                    self._paused, self._singles = False, 0
                case Step(count):
                    self._paused = True
                    self._singles += count
                case Rate(value):
                    if self.rate > 0:
                        yield from self.flush()  # the steps before were done with the rate before
                        self.progress.factor *= value / self.rate
                        yield Changed(self.progress.step, "learning_rate", value, self.seconds)
                        yield from self._save()
                case More(epochs):
                    self.progress.extend(epochs, self.config.patience)
                    yield Changed(self.progress.step, "epochs", float(self.progress.epochs), self.seconds)
                    yield from self._save()

    def _wait(self) -> Iterator[Event]:
        """Wait until somebody wants to go on; the clock stands still meanwhile."""
        yield from self._look()
        yield from self._save(weights=True) if self.keeper.quick or not self._stood_at else self.flush()
        yield Paused(self.progress.step, self.progress.epoch, self.seconds)
        self._stood_at = time.perf_counter()
        try:
            while self._paused and not self._singles:
                if self._should_stop():
                    raise StopAsked
                time.sleep(ASKED_EVERY)
                yield from self._obey()
        finally:
            gone = time.perf_counter() - self._stood_at
            self._stood_at = 0.0
            self._idle += gone
            self._since += gone
        if not self._paused:
            yield Continued(self.progress.step, self.seconds)

    def _look(self) -> Iterator[Event]:
        yield from self.flush()
        began = time.perf_counter()
        with suppress(OSError):  # a look that cannot be written stops nothing
            yield self.watcher.look(self.progress.step, self.seconds, self._newest, self.folder)
        self._since += time.perf_counter() - began

    def _save(self, *, weights: bool = False) -> Iterator[Event]:
        yield from self.flush()
        began = time.perf_counter()
        self.keeper.save(weights=weights)
        self._since += time.perf_counter() - began

    def _record(self, found: "Asked | None") -> None:
        assert self.folder is not None
        classes, arrays = len(self.classes), {}
        if found is not None:
            predicted, likely, labels = (
                part.numpy() for part in (found.predicted, found.probabilities, found.labels)
            )
            arrays = {
                "confusion": records.confusion(predicted, labels, classes),
                "predicted": predicted.astype("uint16"), "confidence": likely.max(1),
            }  # fmt: skip
            path = self.folder / records.EPOCHS / records.VALIDATION
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                records.write(path, {"numbers": self.feed.validation.numpy(), "labels": labels})
        arrays |= {"kernels": watch.kernels(self.module), "handful": self.watcher.answers()}
        records.write_epoch(self.folder, self.progress.epoch, arrays)

    def _describe(self, folder: Path) -> None:
        """Write the run's card."""
        records.begin_card(
            folder,
            {
                "started": time.time(), "device": self.device_id, "device_name": devices.name_of(self.device_id),
                "torch": torch.__version__, "threads": torch.get_num_threads(), "mode": self.config.mode,
                "parameters": sum(parameter.numel() for parameter in self.module.parameters()),
                "dataset": self.config.dataset, "fingerprint": fingerprint(self._data),
            },
        )  # fmt: skip
