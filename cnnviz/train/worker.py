"""The process that trains: ``python -m cnnviz.train.worker RUN_DIR``.

It holds the run's lock as long as it lives, appends events, and ends with exactly one terminal event. A thread
waits for SIGTERM and sees to it that the end comes in time even while torch is imported or a step lasts.
"""

import contextlib
import ctypes
import dataclasses
import importlib
import math
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

from cnnviz.errors import CnnvizError, RunError
from cnnviz.train import locks, resuming
from cnnviz.train.control import Inbox
from cnnviz.train.events import EpochEnd, Failed, Resumed, Stopped, Waiting, is_terminal
from cnnviz.train.history import EVENTS, read
from cnnviz.train.journal import RESERVE, Journal
from cnnviz.train.run import LOCK, Run

GRACE = 0.5
"""Seconds that the loop has to end by itself once it is asked to."""

MOST_DETAILS = 4000

BOARD_PART = 0.02
"""Part of the time that may go into TensorBoard's file."""


class Stopper:
    """Listens for SIGTERM (and Ctrl-C) in a thread of its own."""

    def __init__(self, run: Run, journal: Journal) -> None:
        self._run, self._journal = run, journal
        self._asked = threading.Event()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        threading.Thread(target=self._listen, name="stopper", daemon=True).start()

    def asked(self) -> bool:
        """Return whether the end was asked for."""
        return self._asked.is_set()

    def _listen(self) -> None:
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
        self._asked.set()
        began = time.monotonic()
        time.sleep(GRACE)
        history = read(self._run)
        seconds = history.seconds + time.monotonic() - began
        self._journal.write(Stopped(history.step, history.epoch, seconds))
        os._exit(0)


def main(arguments: list[str]) -> int:
    """Train what a run folder describes; return the process's exit code.

    0: finished or stopped. 1: failed, and the last event says why. 2: there was nothing to train.
    """
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m cnnviz.train.worker RUN_DIR\n")
        return 2
    run = Run(Path(arguments[0]).absolute())
    try:
        if not run.path.is_dir():
            raise RunError("there is no run `{run}`", run=str(run.path))
        handed = locks.INHERITED in os.environ
        locks.inherit(run.path / LOCK)
        if run.end() is not None:
            raise RunError("the run {run} has already ended", run=run.name)
    except CnnvizError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    inbox = Inbox(run.path, past=handed)  # whoever starts a run clears what was asked of it before
    again, refused = None, None
    try:
        again = _taken_up(run)  # before the journal: the event file is written anew
    except Exception as error:
        refused = error
    journal = Journal(run)
    stopper = Stopper(run, journal)
    try:
        if refused is not None:
            raise refused
        return _train(run, journal, stopper, inbox, again)
    except BaseException as error:
        traceback.print_exc()
        failed = _failure(error)
        journal.write(failed)
        return 1
    finally:
        with contextlib.suppress(OSError):
            (run.path / RESERVE).unlink()


def _train(run: Run, journal: Journal, stopper: Stopper, inbox: Inbox, again: Resumed | None) -> int:
    config = run.config()
    keep_memory()
    yield_cores()
    from cnnviz.train import devices, queue  # noqa: PLC0415
    from cnnviz.train.loop import train  # noqa: PLC0415  (torch, after the allocator is set)
    from cnnviz.train.runs import runs_root  # noqa: PLC0415

    waited = False

    def wait(device: str, ahead: int) -> None:
        nonlocal waited
        waited = True
        journal.write(Waiting(device, ahead))

    device = devices.resolve(config.device)
    board = Board(run)
    code = 0
    with queue.place(
        runs_root(), devices.parts(device), run.name, waiting=wait, should_stop=stopper.asked
    ) as ticket:
        if not ticket.held:
            history = read(run)
            journal.write(Stopped(history.step, history.epoch, history.seconds))
            return 0
        if again and waited:
            journal.write(Resumed(time.time(), again.step, again.epochs))
        events = train(
            dataclasses.replace(config, device=device), should_stop=stopper.asked, folder=run.path,
            requests=inbox.new, resume=again is not None, epochs=again.epochs if again else None,
        )  # fmt: skip
        for event in events:
            journal.write(event)
            if isinstance(event, EpochEnd) or is_terminal(event):
                board.write(now=is_terminal(event))
            if isinstance(event, Failed):
                code = 1
    return code


def _taken_up(run: Run) -> Resumed | None:
    """Cut a run that was begun before back to its state; None for one that is new."""
    try:
        begun = (run.path / EVENTS).stat().st_size > 0
    except OSError:
        begun = False
    return resuming.prepare(run, checked=True) if begun else None


class Board:
    """TensorBoard's file beside the run, brought up to date now and then; it never stands in a training's way."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._next = 0.0

    def write(self, *, now: bool) -> None:
        """Bring it up to date where that is cheap enough, or ``now``."""
        began = time.monotonic()
        if began < self._next and not now:
            return
        try:
            importlib.import_module("cnnviz.store.board").write(self._run)
        except Exception:
            self._next = math.inf
            return
        took = time.monotonic() - began
        self._next = began + took / BOARD_PART


def keep_memory() -> None:
    """Tell glibc to keep freed memory instead of handing it back to the kernel at every step.

    Linux with glibc only; must come before torch allocates. Source: shared measurements, docs/decisions.md.
    """
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        top_pad, trim_threshold, mmap_threshold, mmap_max = -2, -1, -3, -4
        libc.mallopt(mmap_threshold, 1 << 30)
        libc.mallopt(mmap_max, 0)
        libc.mallopt(trim_threshold, 2**31 - 1)
        libc.mallopt(top_pad, 1 << 27)


def yield_cores() -> None:
    """Tell OpenMP's threads to spin only shortly, then to sleep while they wait; must come before torch is imported.

    A thread that spins long holds up the very one that it waits for as soon as the cores are shared: with busy
    neighbours on two cores LeNet trains 3 to 15 times faster if it sleeps. One that sleeps at once has to be woken
    after every layer: on a quiet machine LeNet trains twice as fast, ResNet-18 a third faster, if it spins for this
    tenth of a millisecond or so, and with neighbours it costs nothing that could be measured.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("GOMP_SPINCOUNT", "2500")


def _failure(error: BaseException) -> Failed:
    details = "".join(traceback.format_exception(error))[-MOST_DETAILS:]
    if not isinstance(error, CnnvizError):
        reason = traceback.format_exception_only(error)[-1].strip()[:300]
        if isinstance(error, MemoryError):
            error = RunError(
                "there is too little memory for this training: choose a smaller batch or network"
            )
        elif isinstance(error, OSError) and error.errno == 28:
            error = RunError("the disk is full: {reason}", reason=reason)
        else:
            error = RunError("the training ended with an error: {reason}", reason=reason)
    return Failed.of(error, details)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # torch's own clean-up can take longer than anybody waits
