"""The process that trains: ``python -m cnnviz.train.worker RUN_DIR``.

It holds the run's lock as long as it lives, appends events, and ends with exactly one terminal event. A thread
waits for SIGTERM and sees to it that the end comes in time even while torch is imported or a step lasts.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

from cnnviz.errors import CnnvizError, RunError
from cnnviz.train import locks
from cnnviz.train.events import Event, Failed, Stopped, is_terminal, to_line
from cnnviz.train.history import EVENTS, read
from cnnviz.train.run import LOCK, Run

GRACE = 0.5
"""Seconds that the loop has to end by itself once it is asked to."""

RESERVE = "reserve"
RESERVED_BYTES = 65_536
MOST_DETAILS = 4000


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
        locks.inherit(run.path / LOCK)
        if run.end() is not None:
            raise RunError("the run {run} has already ended", run=run.name)
    except CnnvizError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    journal = Journal(run)
    stopper = Stopper(run, journal)
    try:
        return _train(run, journal, stopper)
    except BaseException as error:
        traceback.print_exc()
        failed = _failure(error)
        journal.write(failed)
        return 1
    finally:
        with contextlib.suppress(OSError):
            (run.path / RESERVE).unlink()


def _train(run: Run, journal: Journal, stopper: Stopper) -> int:
    config = run.config()
    keep_memory()
    yield_cores()
    from cnnviz.train.loop import train  # noqa: PLC0415  (torch, after the allocator is set)

    code = 0
    for event in train(config, should_stop=stopper.asked, checkpoint_dir=run.path):
        journal.write(event)
        if isinstance(event, Failed):
            code = 1
    return code


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
    """Tell OpenMP's threads to sleep, not to spin, while they wait; must come before torch is imported.

    A spinning thread holds up the very one that it waits for as soon as the cores are shared: with busy
    neighbours on two cores LeNet trains 3 to 15 times faster so.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


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
