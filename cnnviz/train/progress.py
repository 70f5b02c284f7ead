"""How far a training is, and what follows from it: the learning rate of the next step, the best epoch, the end."""

import math
from dataclasses import dataclass, field

from cnnviz.train.config import TrainConfig
from cnnviz.train.events import EpochEnd
from cnnviz.train.recipe import rate_at


@dataclass(slots=True)
class Progress:
    """Numbers that a training counts up; all of them are in its state.

    Attributes:
        plan: epochs of each schedule, one after the other; more epochs begin a schedule of their own.
        step, epoch: counted from 1. whole: whether the epoch is done and judged.
        position: pictures of this epoch that are learned. sums: their losses, and how many were right.
        factor: what somebody scaled the schedule with.
        best: the epoch with the highest validation accuracy. end: the newest epoch.
        lowest: validation loss of all epochs. waited: epochs since then.
        learning_seconds: without evaluation, pauses and looks.
    """

    plan: list[int]
    step: int = 0
    epoch: int = 0
    whole: bool = True
    position: int = 0
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0])
    factor: float = 1.0
    best: EpochEnd | None = None
    end: EpochEnd | None = None
    lowest: float = math.inf
    waited: int = 0
    learning_seconds: float = 0.0

    @property
    def epochs(self) -> int:
        """How many epochs the whole training has."""
        return sum(self.plan)

    def begin_epoch(self) -> None:
        """Count the next epoch."""
        self.epoch += 1
        self.whole, self.position, self.sums = False, 0, [0.0, 0.0]

    def take(self, loss: float, right: int, count: int) -> None:
        """Add one step's numbers to the epoch's sums."""
        self.sums[0] += loss * count
        self.sums[1] += right

    def judge(self, end: EpochEnd) -> bool:
        """Take in an epoch that is done; return whether it is the best so far."""
        self.end, self.whole = end, True
        if end.val_loss is not None:
            better = end.val_loss < self.lowest
            self.waited = 0 if better else self.waited + 1
            self.lowest = end.val_loss if better else self.lowest
        if self.best is not None and _merit(end) <= _merit(self.best):
            return False
        self.best = end
        return True

    def is_early(self, patience: int) -> bool:
        """Return whether validation has stopped to improve."""
        return 0 < patience <= self.waited and self.whole

    def is_done(self, patience: int) -> bool:
        """Return whether no epoch is left."""
        return self.whole and (self.epoch >= self.epochs or self.is_early(patience))

    def extend(self, epochs: int, patience: int) -> None:
        """Plan more epochs, with a schedule of their own; after an early end they follow what was done."""
        if self.is_early(patience):
            self.plan, self.waited = [self.epoch], 0
        self.plan.append(epochs)

    def rate(self, config: TrainConfig, steps_per_epoch: int, step: int | None = None) -> float:
        """Return the learning rate of a step, counted from 0; of the next one by default."""
        step = self.step if step is None else step
        first = 0
        for epochs in self.plan[:-1]:
            if step < first + epochs * steps_per_epoch:
                return self.factor * rate_at(config, step - first, epochs * steps_per_epoch, steps_per_epoch)
            first += epochs * steps_per_epoch
        total = self.plan[-1] * steps_per_epoch
        return self.factor * rate_at(config, min(step - first, total - 1), total, steps_per_epoch)


def _merit(end: EpochEnd) -> tuple[float, float]:
    """What makes an epoch the best: validation accuracy, then validation loss; without them the newest."""
    if end.val_accuracy is None or end.val_loss is None:
        return float(end.epoch), 0.0
    return end.val_accuracy, -end.val_loss if math.isfinite(end.val_loss) else -math.inf
