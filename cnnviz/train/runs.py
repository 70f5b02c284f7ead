"""Run folders: start a training in a process of its own, find it again, know its state, stop it.

    config.json       what is trained                 events.jsonl      what happened (``events``)
    lock              held (flock) by the worker      log.txt           what the worker printed
    last.safetensors  the newest weights              best.safetensors  those with the best validation

Disk holds the truth. The starter takes the lock before the folder can be seen and the worker inherits it, so
there is no moment in which a living run looks dead; the kernel drops the lock at any death, so no dead run
looks alive. State = the terminal event + is the lock held.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

import cnnviz
from cnnviz.data import catalog
from cnnviz.errors import CnnvizError, RunError
from cnnviz.train import locks
from cnnviz.train.config import TrainConfig, check_classes
from cnnviz.train.events import Event, Failed, Finished, Started, Stopped, from_line, is_terminal, to_line
from cnnviz.train.history import EVENTS, read

CONFIG, LOG, LOCK = "config.json", "log.txt", "lock"
MOST_CONFIG_BYTES = 4_000_000

State = Literal["starting", "running", "finished", "stopped", "failed"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_TAIL = 65_536


@dataclass(frozen=True, slots=True)
class Run:
    """One training, past or present: its folder is all that there is of it."""

    path: Path

    @property
    def name(self) -> str:
        """What ``find`` knows it by."""
        return self.path.name

    @property
    def created(self) -> float:
        """When it was made, in seconds since 1970."""
        for path in (self.path / CONFIG, self.path):
            try:
                return path.stat().st_mtime
            except OSError:
                continue
        return 0.0

    def config(self) -> TrainConfig:
        """Return what is trained.

        Raises:
            RunError: if the run folder's config is missing or damaged.
        """
        path = self.path / CONFIG
        try:
            if path.stat().st_size > MOST_CONFIG_BYTES:
                raise ValueError("too large")
            return TrainConfig.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, CnnvizError) as error:
            raise RunError(
                "the run {run} is damaged: its config cannot be read ({reason})",
                run=self.name, reason=str(error)[:300],
            ) from None  # fmt: skip

    def state(self) -> State:
        """Return where the run is: a terminal event decides, else whether its worker lives."""
        held = locks.held(self.path / LOCK)  # before the events: the worker writes its last one, then lets go
        match self.end():
            case Finished():
                return "finished"
            case Stopped():
                return "stopped"
            case Failed():
                return "failed"
            case _ if not held:
                return "failed"
        return "running" if self._has_started() else "starting"

    def end(self) -> Finished | Stopped | Failed | None:
        """Return the terminal event; None where there is none (yet)."""
        for line in reversed(_tail(self.path / EVENTS).split(b"\n")[:-1]):
            try:
                event = from_line(line)
            except ValueError:
                continue
            return event if isinstance(event, Finished | Stopped | Failed) else None
        return None

    def failure(self) -> Failed | None:
        """Return why the run failed, the last lines of its log as details; None where it did not fail.

        A worker that was killed could not say why, so this says it for it.
        """
        if self.state() != "failed":
            return None
        end = self.end()
        if isinstance(end, Failed):
            return end if end.details else Failed(end.template, end.values, self.log())
        try:
            self.config()
        except RunError as error:
            return Failed(error.template, error.values, self.log())
        killed = RunError(
            "the training process ended without a word: it was killed, or the machine was restarted"
        )
        return Failed(killed.template, killed.values, self.log())

    def log(self, lines: int = 20) -> str:
        """Return the last lines that the worker printed."""
        text = _tail(self.path / LOG).decode("utf-8", "replace")
        return "\n".join(text.rstrip().splitlines()[-lines:])

    def checkpoint(self, which: Literal["best", "last"] = "best") -> Path | None:
        """Return the file of the best or the newest weights; the other one where it is missing."""
        for name in (which, "best", "last"):
            path = self.path / f"{name}.safetensors"
            if path.is_file():
                return path
        return None

    def _has_started(self) -> bool:
        try:
            with (self.path / EVENTS).open("rb") as file:
                return isinstance(from_line(file.readline(_TAIL)), Started)
        except (OSError, ValueError):
            return False


def runs_root() -> Path:
    """Return the folder of the runs: ``CNNVIZ_RUNS``, else a folder in the user's data directory."""
    given = os.environ.get("CNNVIZ_RUNS")
    return Path(given).expanduser() if given else user_data_path("cnnviz", appauthor=False) / "runs"


def create(config: TrainConfig, *, run_dir: Path | None = None) -> Run:
    """Make a run folder without starting its training (``python -m cnnviz.train.worker RUN_DIR`` does).

    Args:
        config: what to train.
        run_dir: the folder, which must be empty or not there; a new one below ``runs_root()`` by default.

    Raises:
        RunError: if the folder cannot be made or is in use.
        CnnvizError: if config and data set do not fit together.
    """
    run, lock = _make(config, run_dir)
    os.close(lock)
    return run


def start(config: TrainConfig, *, run_dir: Path | None = None) -> Run:
    """Make a run folder and start its training in a process that outlives this one.

    Args and raises: as ``create``.
    """
    run, lock = _make(config, run_dir)
    try:
        with (run.path / LOG).open("ab") as log:
            # SIGTERM waits until the worker listens for it: blocked here, inherited, taken by the worker.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            try:
                process = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-m", "cnnviz.train.worker", str(run.path)],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(lock,),
                    start_new_session=True, env=_environment(lock),
                )  # fmt: skip
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        locks.write_pid(lock, process.pid)
    except OSError as error:
        conclude(
            run, _sentence(RunError("the training process cannot be started: {reason}", reason=str(error)))
        )
        raise RunError("the training process cannot be started: {reason}", reason=str(error)) from None
    finally:
        os.close(lock)
    threading.Thread(target=process.wait, name=f"reap {run.name}", daemon=True).start()
    return run


def list_runs(root: Path | None = None) -> list[Run]:
    """Return all runs, the newest first; damaged ones too (their state is "failed")."""
    try:
        found = [Run(path) for path in (root or runs_root()).iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(
        (run for run in found if run.path.is_dir()), key=lambda run: (run.created, run.name), reverse=True
    )


def find(name: str, root: Path | None = None) -> Run:
    """Return the run of a name.

    Raises:
        RunError: if the name is none that a run can have (a path, for one), or there is no such run.
    """
    if _NAME.fullmatch(name):
        path = (root or runs_root()) / name
        if path.is_dir():
            return Run(path)
    raise RunError("there is no run `{run}`", run=name[:100])


def stop(run: Run, timeout: float = 0.8) -> State:
    """Ask a run's worker to end, force it after ``timeout`` seconds, and return the state that it ended in.

    A run that has already ended is left as it is.

    Raises:
        RunError: if the worker is not ours to end, or does not end.
    """
    path = run.path / LOCK
    began = time.monotonic()
    if locks.signal_holder(path, signal.SIGTERM, run.name):
        mine = locks.wait(path, timeout)
        if mine is None:
            locks.signal_holder(path, signal.SIGKILL, run.name)
            mine = locks.wait(path, 5.0)
        if mine is None:
            raise RunError("the run {run} does not end", run=run.name)
        try:
            if run.end() is None:  # it could not say so itself, and nobody else can now
                history = read(run)
                seconds = history.seconds + time.monotonic() - began
                conclude(run, Stopped(history.step, history.epoch, seconds))
        finally:
            os.close(mine)
    return run.state()


def conclude(run: Run, event: Event) -> None:
    """Write a terminal event for a worker that cannot: only whoever holds the run's lock may do so."""
    assert is_terminal(event)
    path = run.path / EVENTS
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(fd).st_size
        tail = os.pread(fd, _TAIL, max(0, size - _TAIL))
        torn = len(tail) - (tail.rfind(b"\n") + 1)
        if torn:
            os.ftruncate(fd, size - torn)
        os.write(fd, to_line(event).encode())
        os.fsync(fd)
    finally:
        os.close(fd)


def _make(config: TrainConfig, run_dir: Path | None) -> tuple[Run, int]:
    """Return a new run and its lock, held: the folder appears under its name complete and locked."""
    info = catalog.lookup(config.dataset)
    check_classes(config.network, len(info.classes), config.dataset)
    problem = catalog.status(config.dataset).problem
    if problem is not None:
        raise problem
    slug = re.sub(r"[^a-z0-9]+", "-", config.network.name.lower()).strip("-")[:30] or "network"
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}-{secrets.token_hex(3)}"
    path = (runs_root() / name if run_dir is None else run_dir).expanduser().absolute()
    hidden = path.parent / f".new-{secrets.token_hex(8)}"
    lock = -1
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RunError("{path} is in use: give a folder that is empty or not there", path=str(path))
        hidden.mkdir(parents=True)
        (hidden / CONFIG).write_text(config.to_json(), encoding="utf-8")
        lock = locks.take(hidden / LOCK)
        hidden.rename(path)
    except OSError as error:
        if lock >= 0:
            os.close(lock)
        shutil.rmtree(hidden, ignore_errors=True)
        raise RunError(
            "the run folder {path} cannot be made: {reason}", path=str(path), reason=str(error)
        ) from None
    return Run(path), lock


def _environment(lock: int) -> dict[str, str]:
    home = str(Path(cnnviz.__file__).resolve().parent.parent)
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONSAFEPATH": "1",  # whatever lies in the current folder is not imported
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",  # a crash in native code leaves its stack in the log
        locks.INHERITED: str(lock),
    }


def _sentence(error: CnnvizError) -> Failed:
    return Failed(error.template, error.values)


def _tail(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            return file.read()
    except OSError:
        return b""
