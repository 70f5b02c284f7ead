"""What the server knows of the runs that somebody watches: read once for all tabs, and only what is new.

A run's event file may have half a million steps; folding, thinning and examining it anew for each tab and second
would cost a core. So one ``Reading`` for each run is shared by all sessions, guarded by a lock.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnviz.errors import RunError
from cnnviz.train import doctor
from cnnviz.train.config import TrainConfig
from cnnviz.train.history import EVENTS, History, Point, read, thin
from cnnviz.train.run import CONFIG, Run

CHUNK, RATIO = 1024, 16
"""So many points are thinned once for all when they are whole, to a part of them."""

MOST_ALIVE, MOST_AT_REST = 400, 1600
"""Points of a curve that are sent: few while they are sent every second."""

MEANS = 200
"""Means that a long curve is smoothed from: the same while it grows and at rest, so that it looks the same."""

MOST_READINGS = 16

MARK = 200
"""Bytes by which an event file is known again: a run that is taken up is cut back, and may have grown since."""

EXAMINING = 0.02
"""Part of the time that may go into examining a run."""


@dataclass(slots=True)
class Reduced:
    """A long curve that grows: what is drawn of it, and its means for smoothing, without a look at all of it.

    Attributes:
        extremes, means: of the chunks that are whole.
        taken: points that are in them.
    """

    extremes: list[Point] = field(default_factory=list)
    means: list[Point] = field(default_factory=list)
    taken: int = 0

    def update(self, steps: list[int], values: list[float]) -> None:
        """Take in the chunks that have become whole."""
        while len(steps) - self.taken >= CHUNK:
            part = _points(steps, values, self.taken, self.taken + CHUNK)
            self.extremes += thin(part, CHUNK // RATIO)
            self.means += _means(part, CHUNK // RATIO)
            self.taken += CHUNK

    def drawn(self, steps: list[int], values: list[float], most: int) -> tuple[list[Point], list[Point]]:
        """Return the curve in ``most`` points, and for smoothing in ``MEANS`` means; none where it is as short."""
        if len(steps) <= RATIO * most:
            whole = _points(steps, values, 0, len(steps))
            return thin(whole, most), _means(whole, MEANS) if len(steps) > MEANS else []
        rest = _points(steps, values, self.taken, len(steps))
        few = max(4, len(rest) // RATIO)
        return thin([*self.extremes, *thin(rest, few)], most), _means(
            [*self.means, *_means(rest, few)], MEANS
        )


class Reading:
    """One run as far as it is read.

    Attributes:
        run: which. lock: held by whoever reads or uses what follows.
        history: everything that happened. loss, accuracy: of the steps, reduced.
        made: what was made of the history by name, with the offset that it was made at.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.lock = threading.RLock()
        self.made: dict[str, tuple[object, Any]] = {}
        self._examined, self._examining = 0.0, 0.0
        self._found: tuple[doctor.Finding, ...] = ()
        self._anew()

    def _anew(self) -> None:
        self.history = History()
        self.loss, self.accuracy = Reduced(), Reduced()
        self._end = b""

    def update(self) -> None:
        """Read what is new; a run that went on from an earlier state, with another past, is read anew."""
        if self._before(self.history.offset) != self._end:
            self._anew()
        history = read(self.run, self.history)
        if history is not self.history:
            self._anew()
            self.history = history
        self._end = self._before(history.offset)
        self.loss.update(history.steps, history.loss)
        self.accuracy.update(history.steps, history.accuracy)

    def _before(self, offset: int) -> bytes:
        """Return the last bytes that are read, by which a file is known again."""
        try:
            with (self.run.path / EVENTS).open("rb") as file:
                file.seek(max(0, offset - MARK))
                return file.read(min(offset, MARK))
        except OSError:
            return b""

    def config(self) -> TrainConfig | None:
        """Return what is trained; None where that cannot be read."""
        stamp = _stamp(self.run.path / CONFIG)
        found: TrainConfig | None = self.once("config", stamp, lambda: _config(self.run))
        return found

    def once(self, name: str, stamp: object, make: Any) -> Any:
        """Return what ``make`` makes, made again only when the stamp is another."""
        known = self.made.get(name)
        if known is None or known[0] != stamp:
            known = self.made[name] = (stamp, make())
        return known[1]

    def findings(self) -> tuple[doctor.Finding, ...]:
        """Return what the doctor says; a run that is dear to examine is examined less often."""
        config, history, now = self.config(), self.history, time.monotonic()
        dear = history.end is None and now - self._examined < self._examining / EXAMINING
        if config is None or dear:
            return self._found
        stamp = (history.offset, history.end is None)

        def examine() -> tuple[doctor.Finding, ...]:
            found = doctor.examine(history, config)
            self._examined, self._examining = now, time.monotonic() - now
            return found

        self._found = self.once("findings", stamp, examine)
        return self._found


_readings: OrderedDict[Path, Reading] = OrderedDict()
_lock = threading.Lock()


def reading(run: Run) -> Reading:
    """Return the reading of a run that all sessions share."""
    with _lock:
        found = _readings.pop(run.path, None) or Reading(run)
        _readings[run.path] = found
        while len(_readings) > MOST_READINGS:
            _readings.popitem(last=False)
        return found


def _config(run: Run) -> TrainConfig | None:
    try:
        return run.config()
    except RunError:
        return None


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _points(steps: list[int], values: list[float], first: int, last: int) -> list[Point]:
    return list(zip(map(float, steps[first:last]), values[first:last], strict=True))


def _means(points: list[Point], count: int) -> list[Point]:
    """Return the means of so many stretches, each at its end: what was known by then."""
    if len(points) <= count:
        return points
    found = []
    for number in range(count):
        part = points[number * len(points) // count : (number + 1) * len(points) // count]
        found.append((part[-1][0], sum(y for _x, y in part) / len(part)))
    return found
