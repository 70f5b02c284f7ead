"""A run's event file while its worker writes it, and how it is cut back to where a state knows it."""

import contextlib
import os
import threading
from collections.abc import Callable

from cnnviz import files
from cnnviz.train.events import Event, from_line, is_terminal, to_line, whole_lines
from cnnviz.train.history import EVENTS
from cnnviz.train.run import Run

RESERVE = "reserve"
RESERVED_BYTES = 65_536


class Journal:
    """The event file, open for appending; writes one terminal event and nothing after it."""

    def __init__(self, run: Run) -> None:
        self._reserve = run.path / RESERVE
        with contextlib.suppress(OSError):
            self._reserve.write_bytes(os.urandom(RESERVED_BYTES))
        self._fd = os.open(run.path / EVENTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._turn = threading.Lock()
        self._ended = False

    def write(self, event: Event) -> None:
        """Append an event; after a terminal one nothing is written."""
        with self._turn:
            if self._ended:
                return
            if is_terminal(event):
                self._ended = True
                with contextlib.suppress(OSError):
                    self._reserve.unlink()  # on a full disk this is the room for the last line
            line = to_line(event).encode()
            before = os.fstat(self._fd).st_size
            try:
                written = os.write(self._fd, line)
                while written < len(line):
                    written += os.write(self._fd, line[written:])
            except OSError:
                os.ftruncate(self._fd, before)  # no half line: another will follow
                raise
            if is_terminal(event):
                os.fsync(self._fd)


def cut(run: Run, offset: int, then: Callable[[list[Event]], Event]) -> Event:
    """Cut a run's events back to a number of bytes and add one; only for who holds the run's lock.

    A terminal event that stands before the place goes, too: the run goes on. The file is written beside and renamed,
    so a fall leaves the old events or the new ones.

    Args:
        run: whose.
        offset: bytes to keep.
        then: makes the event to add from those that are cut off.

    Returns:
        The event that was added.
    """
    path = run.path / EVENTS
    data = path.read_bytes() if path.exists() else b""
    lines = whole_lines(data[:offset])
    while lines and any(map(is_terminal, _events(lines[-1] + b"\n"))):
        lines.pop()
    event = then(_events(data[offset:]))
    with files.whole(path) as file:
        file.writelines(line + b"\n" for line in lines)
        file.write(to_line(event).encode())
    return event


def append(run: Run, event: Event) -> None:
    """Write an event for a worker that cannot, and cut off a torn line before it; only for who holds the lock."""
    path = run.path / EVENTS
    files.cut_torn_line(path)
    with path.open("ab") as file:
        file.write(to_line(event).encode())
        file.flush()
        os.fsync(file.fileno())


def _events(data: bytes) -> list[Event]:
    found = []
    for line in whole_lines(data):
        with contextlib.suppress(ValueError):
            found.append(from_line(line))
    return found
