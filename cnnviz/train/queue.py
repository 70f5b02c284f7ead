"""Places to compute, handed out in the order in which they were asked for: two trainings never fight for a device.

Everybody who wants to compute draws a ticket, a file with a number that its owner holds by flock, and waits until
so few living tickets before it want the same device that there is a place. One line for all devices: who needs
two of them can neither be passed by for ever nor wait in a circle. The kernel drops a dead owner's flock, so a dead
ticket stands in nobody's way; nothing here needs a server, a heartbeat or cleaning up.

    RUNS/.queue/HOST/door        held for a moment by who draws a ticket
    RUNS/.queue/HOST/00000017    a ticket: {"name": ..., "devices": [...]}

Never more than the places: whoever has a place had, when it got it, room beside all living tickets before it, and
tickets only ever come after it.
"""

import json
import os
import platform
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cnnviz.errors import RunError
from cnnviz.train import locks

FOLDER, DOOR = ".queue", "door"

POLL = 0.1
"""Seconds between two looks at who is before us."""

MOST_TICKET_BYTES = 4096

_NUMBER = re.compile(r"[0-9]{8}")
_NEW = ".new-"

_open: set[int] = set()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A living ticket, as somebody else sees it."""

    number: int
    name: str
    wants: Counter[str]


class Ticket:
    """A place in the line, and the place on the device once it is held; leaving the ``with`` gives it back.

    Attributes:
        name: whose it is. devices: what it is for.
        held: whether the place is ours; False where the end was asked for first.
    """

    def __init__(self, folder: Path, name: str, devices: Sequence[str]) -> None:
        self.name, self.devices, self.held = name, tuple(devices), False
        self._folder, self._path, self._fd, self._number = folder, folder, -1, 0

    def release(self) -> None:
        """Give the place back; a second time does nothing."""
        fd, self._fd, self.held = self._fd, -1, False
        if fd < 0:
            return
        with suppress(OSError):
            self._path.unlink()  # still locked: nobody else takes this name from us
        _open.discard(fd)
        os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def draw(self, should_stop: Callable[[], bool]) -> bool:
        """Take the next number; return False where the end was asked for first.

        A ticket is locked before it can be seen, so there is no moment in which a living one looks dead.
        """
        door = _through_the_door(self._folder / DOOR, should_stop)
        if door < 0:
            return False
        try:
            living = _sweep(self._folder)
            self._number = living[-1].number + 1 if living else 1
            self._path = self._folder / f"{self._number:08d}"
            hidden = self._folder / f"{_NEW}{secrets.token_hex(8)}"
            self._fd = locks.take(hidden)
            _open.add(self._fd)
            text = json.dumps({"name": self.name[:200], "devices": self.devices})
            os.write(self._fd, text.encode())
            hidden.rename(self._path)
        finally:
            os.close(door)
        return True

    def ahead(self) -> tuple[str, int]:
        """Return which device is full ("" where there is room on all) and how many runs before us want ours."""
        before = [seen for seen in _living(self._folder) if seen.number < self._number]
        mine = _wants(self.devices)
        taken: Counter[str] = sum((seen.wants for seen in before), Counter())
        full = next((id_ for id_, count in mine.items() if taken[id_] + count > places(id_)), "")
        return full, sum(1 for seen in before if seen.wants.keys() & mine.keys())


def place(
    root: Path,
    devices: Sequence[str],
    name: str,
    *,
    waiting: Callable[[str, int], None] = lambda _device, _ahead: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Ticket:
    """Wait for a place on each of some devices, and return it.

        with queue.place(runs_root(), ["cuda:0"], run.name, waiting=say, should_stop=asked) as ticket:
            if ticket.held: ...

    Args:
        root: the folder of the runs; who shares it shares the queue (of this machine).
        devices: ids such as "cpu" or "cuda:0", never "auto"; twice "cpu" wants two places on it.
        name: whose it is, for ``users``.
        waiting: called with the full device and the number of runs before us when we must wait, and again
            whenever that changes.
        should_stop: asked while waiting; the ticket is then given back and its ``held`` is False.

    Raises:
        RunError: if the queue's folder cannot be written.
    """
    folder = _folder(root)
    ticket = Ticket(folder, name, devices)
    said: tuple[str, int] | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not ticket.draw(should_stop):
            return ticket
        while True:
            now = ticket.ahead()
            if not now[0]:
                ticket.held = True
                return ticket
            if now != said:
                waiting(*now)
                said = now
            if should_stop():
                ticket.release()
                return ticket
            time.sleep(POLL)
    except OSError as error:
        ticket.release()
        raise RunError(
            "{path} cannot be written: {reason}", path=str(folder), reason=error.strerror or str(error)
        ) from None
    except BaseException:
        ticket.release()
        raise


def users(root: Path) -> dict[str, tuple[str, ...]]:
    """Return for each device the names of those who compute on it or wait for it, in their order."""
    found: dict[str, list[str]] = {}
    for seen in _living(_folder(root)):
        for device in seen.wants:
            found.setdefault(device, []).append(seen.name)
    return {device: tuple(names) for device, names in found.items()}


def places(device: str) -> int:
    """Return how many trainings may share a device: one a GPU, one for two cores of the CPU.

    ``CNNVIZ_CPU_PLACES`` says another number for the CPU.
    """
    if device != "cpu":
        return 1
    given = os.environ.get("CNNVIZ_CPU_PLACES", "")
    return max(1, int(given) if given.isdecimal() else cores() // 2)


def cores() -> int:
    """Return the CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _wants(devices: Sequence[str]) -> Counter[str]:
    """Return how many places a ticket takes; never more than there are, so that whoever is first can begin."""
    return Counter({id_: min(count, places(id_)) for id_, count in Counter(devices).items()})


def _folder(root: Path) -> Path:
    host = re.sub(r"[^A-Za-z0-9-]", "-", platform.node())[:60] or "here"
    return root / FOLDER / host


def _through_the_door(path: Path, should_stop: Callable[[], bool]) -> int:
    """Return the door's lock, which lets one at a time draw a ticket; -1 where the end was asked for."""
    while True:
        try:
            return locks.take(path, patience=POLL)
        except BlockingIOError:
            if should_stop():
                return -1


def _living(folder: Path) -> list[_Seen]:
    """Return the living tickets by their numbers."""
    try:
        names = sorted(name for name in os.listdir(folder) if _NUMBER.fullmatch(name))  # noqa: PTH208
    except OSError:
        return []
    return [seen for name in names if (seen := _look(folder / name))]


def _look(path: Path) -> _Seen | None:
    if not locks.held(path):
        return None
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(MOST_TICKET_BYTES))
        return _Seen(int(path.name), str(data["name"]), _wants([str(id_) for id_ in data["devices"]]))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # given back this moment, or none of ours


def _sweep(folder: Path) -> list[_Seen]:
    """Remove the tickets of the dead; only behind the door, where no name is given anew meanwhile."""
    for name in os.listdir(folder):  # noqa: PTH208
        path = folder / name
        if (_NUMBER.fullmatch(name) or name.startswith(_NEW)) and not locks.held(path):
            with suppress(OSError):
                path.unlink()
    return _living(folder)


def _let_go_in_a_child() -> None:
    """A forked child (a loader's worker) must not keep its parent's place when the parent dies."""
    for fd in _open:
        with suppress(OSError):
            os.close(fd)
    _open.clear()


os.register_at_fork(after_in_child=_let_go_in_a_child)
