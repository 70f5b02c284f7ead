"""Looking for a learning rate, seen from outside: start it, read its curve while it comes, stop it.

    config.json   the config whose network, data, batch and optimiser are tried; it stays as it is

The test itself is ``cnnviz.search.finder``, in a process of its own: a page stays alive meanwhile.
"""

import math
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from cnnviz.data import catalog
from cnnviz.errors import RunError
from cnnviz.search import tasks
from cnnviz.search.tasks import Task
from cnnviz.train import locks
from cnnviz.train.config import TrainConfig, check_classes
from cnnviz.train.run import CONFIG
from cnnviz.train.runs import runs_root

FOLDER = "_finder"
KEPT = 20

STEPS = 100
"""Of a whole range test."""

_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-lr-[0-9a-f]{4}")

SKIPPED = 0.1
"""Part of the steps at the beginning that the suggestions pass over: their mean is young."""

BESIDE = 3
"""Points on each side that a slope is taken through: the difference of two neighbours is mostly chance."""

LEAST_FALL = 0.15
"""Part of where it lay before that the loss must fall by for the curve to speak for a rate at all: with sigmoids and
batches of 16 its mean wanders by 0.1 without anything being learned."""

BEGUN = 0.1
"""Part of the whole fall after which it has begun: before it, a steep place is a wobble."""

APART = 30.0
"""Two suggestions that differ by a larger factor contradict each other."""


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the range test.

    Attributes:
        rate: the learning rate of this step.
        loss: of the batch, as the step found it.
        smooth: the mean of the losses so far, the newer the heavier.
    """

    rate: float
    loss: float
    smooth: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Which learning rates the curve speaks for.

    Attributes:
        steepest: where the smoothed loss falls fastest over the logarithm of the rate.
        tenth: a tenth of the rate at which it is lowest.
    """

    steepest: float
    tenth: float

    @property
    def apart(self) -> bool:
        """Whether the two rules contradict each other: then neither can be trusted."""
        return max(self.steepest, self.tenth) > APART * min(self.steepest, self.tenth)


@dataclass(slots=True)
class Curve:
    """What a range test has found so far.

    Attributes:
        points: its steps. total: how many there will be at most.
        waiting: how many trainings are before it in the queue; None while it computes.
        suggestion: at the end; None where the curve speaks for no rate.
        offset: bytes of its news that are in here.
    """

    points: list[Point] = field(default_factory=list)
    total: int = 0
    waiting: int | None = None
    suggestion: Suggestion | None = None
    offset: int = 0


def start(config: TrainConfig) -> Task:
    """Start a range test in a process of its own.

    Raises:
        CnnvizError: if config and data set do not fit together, or its folder cannot be made.
    """
    check_classes(config.network, len(catalog.lookup(config.dataset).classes), config.dataset)
    problem = catalog.status(config.dataset).problem
    if problem is not None:
        raise problem
    folder = runs_root() / FOLDER / tasks.stamp("lr")
    try:
        folder.mkdir(parents=True)
        (folder / CONFIG).write_text(config.to_json(), encoding="utf-8")
        lock = locks.take(folder / tasks.LOCK)
    except OSError as error:
        raise RunError(
            "the folder {path} cannot be made: {reason}", path=str(folder), reason=error.strerror or ""
        ) from None
    tasks.begin("cnnviz.search.finder", folder, lock)
    _forget_old(folder.parent)
    return Task(folder)


def find(name: str) -> Task | None:
    """Return the range test of a name; None where there is none (any more)."""
    path = runs_root() / FOLDER / name
    return Task(path) if _NAME.fullmatch(name) and path.is_dir() else None


def config_of(task: Task) -> TrainConfig | None:
    """Return what a range test tries; None where its folder is damaged."""
    with suppress(OSError, ValueError, TypeError, RunError):
        return TrainConfig.from_json((task.path / CONFIG).read_text(encoding="utf-8"))
    return None


def read(task: Task, since: Curve | None = None) -> Curve:
    """Return what a range test has found; ``since`` is taken further by what is new."""
    curve = Curve() if since is None else since
    news, curve.offset = task.news(curve.offset)
    for line in news:
        match line:
            case {"rate": float(rate), "loss": float(loss), "smooth": float(smooth)}:
                curve.points.append(Point(rate, loss, smooth))
                curve.waiting = None
            case {"total": int(total)}:
                curve.total, curve.waiting = total, None
            case {"ahead": int(ahead)}:
                curve.waiting = ahead
            case {"end": "finished"}:
                curve.suggestion = suggest(curve.points)
    return curve


def stop(task: Task) -> None:
    """End a range test within a second.

    Raises:
        RunError: if its process is not ours to end.
    """
    tasks.end(task, 0.6)


def suggest(points: Sequence[Point]) -> Suggestion | None:
    """Return the rates that a curve speaks for; None where it is too short or hardly falls.

    Source: Smith 2015 ("Cyclical Learning Rates"); the two rules are fastai's "steep" and "minimum".
    """
    kept = points[max(2, round(len(points) * SKIPPED)) :]
    if not kept:
        return None
    at = min(range(len(kept)), key=lambda number: kept[number].smooth)
    lowest = kept[at].smooth
    before = median(point.smooth for point in kept[: at + 1])  # where it lay at rates that change nothing
    if lowest > (1 - LEAST_FALL) * before:
        return None
    still = before - BEGUN * (before - lowest)
    begun = max((number for number in range(at) if kept[number].smooth >= still), default=0)
    falling = range(max(BESIDE, begun), min(at + 1, len(kept) - BESIDE))
    if not falling:
        return None
    steepest = min(falling, key=lambda number: _slope(kept[number - BESIDE : number + BESIDE + 1]))
    return Suggestion(kept[steepest].rate, kept[at].rate / 10)


def _slope(points: Sequence[Point]) -> float:
    """Return how much the smoothed loss rises while the rate grows e-fold: the line of least squares."""
    xs, ys = [math.log(point.rate) for point in points], [point.smooth for point in points]
    middle, height = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / sum(
        (x - middle) ** 2 for x in xs
    )


def _forget_old(root: Path) -> None:
    """Keep the newest range tests only; one that still runs stays."""
    found = sorted(path for path in root.iterdir() if _NAME.fullmatch(path.name))
    for path in found[:-KEPT]:
        if not Task(path).alive:
            shutil.rmtree(path, ignore_errors=True)
