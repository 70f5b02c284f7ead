"""A folder with a process of its own that is no run: the learning-rate finder, a search.

    lock         held (flock) by the process          log.txt      what it printed
    news.jsonl   what happened, one JSON line each; the last one has "end": finished, stopped or failed

As with runs, disk holds the truth: the starter takes the lock before the process lives and hands it over, so there
is no moment in which a living task looks dead. State = the last line + is the lock held.
"""

import json
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cnnviz import files, processes
from cnnviz.errors import CnnvizError, RunError
from cnnviz.train import locks
from cnnviz.train.events import Failed, whole_lines

NEWS, LOG, LOCK = "news.jsonl", "log.txt", "lock"

TaskState = Literal["starting", "running", "finished", "stopped", "failed"]
ALIVE = frozenset({"starting", "running"})


@dataclass(frozen=True, slots=True)
class Task:
    """A folder and the process that works in it, living or dead."""

    path: Path

    @property
    def name(self) -> str:
        """What it is found by."""
        return self.path.name

    @property
    def alive(self) -> bool:
        """Whether its process lives."""
        return locks.held(self.path / LOCK)

    def state(self) -> TaskState:
        """Return where it is; a process that was killed has failed."""
        held = self.alive  # before the news: the last line is written, then the lock goes
        last = self._last() or {}
        if "end" in last:
            return last["end"] if last["end"] in {"finished", "stopped"} else "failed"
        return "failed" if not held else "starting" if not last or "begun" in last else "running"

    def failure(self) -> Failed | None:
        """Return why it failed, the last lines of its log as details; None where it did not."""
        if self.state() != "failed":
            return None
        last = self._last() or {}
        if last.get("end") == "failed" and isinstance(last.get("template"), str):
            values = last.get("values")
            return Failed(last["template"], values if isinstance(values, dict) else {}, self.log())
        killed = RunError("its process ended without a word: it was killed, or the machine was restarted")
        return Failed.of(killed, self.log())

    def news(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return what is new since a place in the file, and the place to go on from; damaged lines are passed over."""
        try:
            with (self.path / NEWS).open("rb") as file:
                if file.seek(0, os.SEEK_END) < offset:
                    offset = 0
                file.seek(offset)
                data = file.read()
        except OSError:
            return [], offset
        lines = whole_lines(data)
        return list(filter(None, map(_parsed, lines))), offset + sum(len(line) + 1 for line in lines)

    def log(self, lines: int = 12) -> str:
        """Return the last lines that the process printed."""
        text = files.tail(self.path / LOG).decode("utf-8", "replace")
        return "\n".join(text.rstrip().splitlines()[-lines:])

    def _last(self) -> dict[str, Any] | None:
        for line in reversed(whole_lines(files.tail(self.path / NEWS))):
            if found := _parsed(line):
                return found
        return None


class News:
    """The process's end: the file that it tells its news in; what a fall tore is cut off first."""

    def __init__(self, folder: Path) -> None:
        path = folder / NEWS
        files.cut_torn_line(path)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def __del__(self) -> None:
        os.close(self._fd)

    def say(self, **values: Any) -> None:
        """Append one line."""
        line = json.dumps({name: _jsonable(value) for name, value in values.items()}, allow_nan=False) + "\n"
        os.write(self._fd, line.encode())

    def end(self, how: Literal["finished", "stopped"], **values: Any) -> None:
        """Say the last line."""
        self.say(end=how, **values)

    def failed(self, error: CnnvizError) -> None:
        """Say as the last line why it could not go on."""
        self.say(end="failed", template=error.template, values=error.values)


def begin(module: str, folder: Path, lock: int) -> None:
    """Start ``python -m module folder`` in a process that outlives this one; the lock goes over to it.

    The news begin (or go on) with a line "begun", so that an older end no longer counts.

    Raises:
        RunError: if it cannot be started.
    """
    try:
        News(folder).say(begun=time.time())
        pid = processes.detach(module, folder, folder / LOG, lock, **{locks.INHERITED: str(lock)})
        locks.write_pid(lock, pid)
    except OSError as error:
        raise RunError("the process cannot be started: {reason}", reason=str(error)) from None
    finally:
        os.close(lock)


def end(task: Task, timeout: float) -> bool:
    """Ask a task's process to end, force it after ``timeout`` seconds; return whether it could end by itself.

    Raises:
        RunError: if the process is not ours to end.
    """
    path = task.path / LOCK
    if not locks.signal_holder(path, signal.SIGTERM, task.name):
        return True
    mine = locks.wait(path, timeout)
    gentle = mine is not None
    if mine is None:
        locks.signal_holder(path, signal.SIGKILL, task.name)
        mine = locks.wait(path, 5.0)
    if mine is None:
        raise RunError("{task} does not end", task=task.name)
    try:
        last = task._last()
        if last is None or "end" not in last:  # it could not say so itself, and nobody else can now
            News(task.path).end("stopped")
    finally:
        os.close(mine)
    return gentle


def listen(at_once: Callable[[], None]) -> Callable[[], bool]:
    """Listen for SIGTERM in a thread of its own; return the function that says whether it came.

    Args:
        at_once: called in that thread when it comes.
    """
    asked = threading.Event()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})

    def wait() -> None:
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
        asked.set()
        at_once()

    threading.Thread(target=wait, name="stopper", daemon=True).start()
    return asked.is_set


def stamp(slug: str) -> str:
    """Return a name that begins with the time, so that names sort as they were made."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}-{os.urandom(2).hex()}"


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _jsonable(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {str(name): _jsonable(item) for name, item in value.items()}
        case list() | tuple():
            return [_jsonable(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
    return str(value)
