"""Run folders: start a training in a process of its own, find it again, know its state, stop it, go on.

    config.json        what is trained                    events.jsonl      what happened (``events``)
    control.jsonl      what somebody asks (``control``)   lock              held (flock) by the worker
    state.safetensors  everything to go on (``state``)    log.txt           what the worker printed
    last.safetensors   the newest weights                 best.safetensors  those with the best validation
    epochs/, live.npz, test.npz, card.json                ``records``

Disk holds the truth. The starter takes the lock before the folder can be seen and the worker inherits it, so
there is no moment in which a living run looks dead; the kernel drops the lock at any death, so no dead run
looks alive. State = the terminal event + is the lock held.
"""

import os
import re
import secrets
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from cnnviz import processes
from cnnviz.data import catalog
from cnnviz.errors import RunError
from cnnviz.train import journal, locks, resuming, state
from cnnviz.train.about import About
from cnnviz.train.about import write as write_about
from cnnviz.train.config import TrainConfig, check_classes
from cnnviz.train.control import CONTROL, MOST_EPOCHS
from cnnviz.train.events import Event, Failed, Finished, Stopped, is_terminal
from cnnviz.train.history import read
from cnnviz.train.run import CONFIG, LOCK, LOG, Run, State

__all__ = [
    "CONFIG", "LOCK", "LOG", "Run", "State", "conclude", "create", "find", "list_runs", "resume", "runs_root", "start",
    "stop",
]  # fmt: skip

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def runs_root() -> Path:
    """Return the folder of the runs: ``CNNVIZ_RUNS``, else a folder in the user's data directory."""
    given = os.environ.get("CNNVIZ_RUNS")
    return Path(given).expanduser() if given else user_data_path("cnnviz", appauthor=False) / "runs"


def create(
    config: TrainConfig, *, run_dir: Path | None = None, about: Mapping[str, Any] | None = None
) -> Run:
    """Make a run folder without starting its training (``python -m cnnviz.train.worker RUN_DIR`` does).

    Args:
        config: what to train.
        run_dir: the folder, which must be empty or not there; a new one below ``runs_root()`` by default.
        about: what is said of it (``about.About``): name, tags, note, the search that it belongs to.

    Raises:
        RunError: if the folder cannot be made or is in use.
        CnnvizError: if config and data set do not fit together.
    """
    run, lock = _make(config, run_dir, about)
    os.close(lock)
    return run


def start(config: TrainConfig, *, run_dir: Path | None = None, about: Mapping[str, Any] | None = None) -> Run:
    """Make a run folder and start its training in a process that outlives this one.

    Args and raises: as ``create``.
    """
    run, lock = _make(config, run_dir, about)
    _launch(run, lock)
    return run


def resume(run: Run, *, epochs: int | None = None) -> Run:
    """Take up a run that was stopped, has failed or fallen, or that is to train longer than it has.

    It goes on where its state is: on a CPU bit for bit as if nothing had happened.

    Args:
        run: whatever does not live.
        epochs: so many more than were planned; a finished run needs them.

    Raises:
        RunError: if it lives, is damaged, has nothing left to train, or its folder cannot be written.
        CnnvizError: if its data set is not there any more.
    """
    if epochs is not None and not 1 <= epochs <= MOST_EPOCHS:
        raise RunError("`epochs` (={value}) must be from 1 to {most}", value=epochs, most=MOST_EPOCHS)
    try:
        lock = locks.take(run.path / LOCK, patience=1.0)
    except BlockingIOError:
        raise RunError("the run {run} is already being trained", run=run.name) from None
    except OSError as error:
        raise RunError("{path} cannot be read: {reason}", path=str(run.path), reason=str(error)) from None
    try:
        _check_data(run.config())
        if isinstance(run.end(), Finished):
            if epochs is None:
                raise RunError(
                    "the run {run} has finished: say how many more epochs it is to train", run=run.name
                )
            if state.newest(run.path, checked=False) is None:
                raise RunError("the run {run} cannot go on: it has no state to go on from", run=run.name)
        (run.path / CONTROL).unlink(missing_ok=True)  # what was asked of it before is past
        resuming.prepare(run, epochs=epochs, checked=False)
    except OSError as error:
        os.close(lock)
        raise RunError("{path} cannot be written: {reason}", path=str(run.path), reason=str(error)) from None
    except BaseException:
        os.close(lock)
        raise
    _launch(run, lock)
    return run


def _launch(run: Run, lock: int) -> None:
    """Start the worker of a run whose lock is held, and hand the lock over."""
    try:
        if _taken_by_standby(run, lock):
            return
        pid = processes.detach(
            "cnnviz.train.worker", run.path, run.path / LOG, lock, **{locks.INHERITED: str(lock)}
        )
        locks.write_pid(lock, pid)
    except OSError as error:
        refused = RunError("the training process cannot be started: {reason}", reason=str(error))
        conclude(run, Failed.of(refused))
        raise refused from None
    finally:
        os.close(lock)


def _taken_by_standby(run: Run, lock: int) -> bool:
    """Hand a run to a process that has torch imported already; False where there is none."""
    from cnnviz.train import warm  # noqa: PLC0415

    return warm.take(run.path, lock)


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
    journal.append(run, event)


def _check_data(config: TrainConfig) -> None:
    info = catalog.lookup(config.dataset)
    check_classes(config.network, len(info.classes), config.dataset)
    problem = catalog.status(config.dataset).problem
    if problem is not None:
        raise problem


def _make(config: TrainConfig, run_dir: Path | None, about: Mapping[str, Any] | None) -> tuple[Run, int]:
    """Return a new run and its lock, held: the folder appears under its name complete and locked."""
    _check_data(config)
    said = None if about is None else About.of(about)
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
        if said is not None:
            write_about(hidden, said)
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
