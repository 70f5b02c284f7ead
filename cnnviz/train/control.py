"""What somebody asks of a training that runs: pause, go on, single steps, another rate, more epochs.

Each request is one line appended to ``control.jsonl`` in the run folder; the worker reads it between two batches.
Stopping is a signal (``cnnviz.train.runs.stop``), as it must also work where no batch ever ends.
"""

import json
import math
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cnnviz.errors import RunError
from cnnviz.train.events import whole_lines
from cnnviz.train.run import ALIVE, Run

CONTROL = "control.jsonl"
MOST_EPOCHS, MOST_STEPS = 10_000, 1_000
SMALLEST_RATE, LARGEST_RATE = 1e-9, 100.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next batch; weights, data and device stay as they are."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on after a pause."""


@dataclass(frozen=True, slots=True)
class Step:
    """Do some batches, then wait again; 1 to 1000."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class Rate:
    """From the next batch on the schedule is scaled so that it stands at this learning rate now."""

    value: float


@dataclass(frozen=True, slots=True)
class More:
    """Train so many epochs more than is planned."""

    epochs: int


Request = Pause | Continue | Step | Rate | More

KINDS: dict[str, type[Request]] = {
    "pause": Pause,
    "continue": Continue,
    "step": Step,
    "rate": Rate,
    "more": More,
}
_NAMES = {kind: name for name, kind in KINDS.items()}


def send(run: Run, request: Request) -> None:
    """Ask a living run for something; it takes effect within one batch.

    Raises:
        RunError: if the run does not live, or its folder cannot be written.
        ValueError: if a number is out of its bounds.
    """
    if not _good(request):
        raise ValueError(f"{request} is out of bounds")
    if run.state() not in ALIVE:
        raise RunError("the run {run} has already ended", run=run.name)
    line = json.dumps({"do": _NAMES[type(request)], **asdict(request)}, allow_nan=False) + "\n"
    try:
        fd = os.open(run.path / CONTROL, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            os.write(fd, line.encode())
        finally:
            os.close(fd)
    except OSError as error:
        raise RunError(
            "{path} cannot be written: {reason}", path=str(run.path / CONTROL), reason=error.strerror or ""
        ) from None


class Inbox:
    """The worker's end: the requests that came since the last look.

    Args:
        folder: of the run. past: whether what was asked before counts, too; else it is passed over.
    """

    def __init__(self, folder: Path, *, past: bool = False) -> None:
        self._path = folder / CONTROL
        self._offset = 0 if past else self._size()

    def new(self) -> Iterator[Request]:
        """Yield the requests that have come, the oldest first; damaged lines are passed over."""
        if self._size() <= self._offset:
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            data = file.read()
        for line in whole_lines(data):
            self._offset += len(line) + 1
            try:
                given = json.loads(line)
                request = KINDS[given.pop("do")](**given)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            if _good(request):
                yield request

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0


def _good(request: Request) -> bool:
    match request:
        case Step(count):
            return type(count) is int and 1 <= count <= MOST_STEPS
        case More(epochs):
            return type(epochs) is int and 1 <= epochs <= MOST_EPOCHS
        case Rate(value):
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            return number and SMALLEST_RATE <= value <= LARGEST_RATE
    return True
