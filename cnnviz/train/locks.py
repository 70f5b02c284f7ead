"""Who lives: an flock on a run's ``lock`` file, held by its worker, with the worker's process id inside.

The kernel drops the lock at any death of its holder, so there are no heartbeats and no stale process ids.
"""

import fcntl
import os
import signal
import time
from pathlib import Path

from cnnviz.errors import RunError

INHERITED = "CNNVIZ_LOCK"
"""The environment variable by which the starter tells the worker which open file is its lock."""

_PAUSE = 0.01


def take(path: Path, *, patience: float = 0.0) -> int:
    """Return the file descriptor of a lock that is now held; closing it lets go.

    Args:
        path: the lock file; made where it is not there.
        patience: seconds to wait while someone only looks at it.

    Raises:
        OSError: if someone holds it (BlockingIOError), or the file cannot be opened.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(fd)
                raise
            time.sleep(_PAUSE)
        except OSError:
            os.close(fd)
            raise
        else:
            return fd


def inherit(path: Path) -> int:
    """Return the worker's lock: the one that its starter handed over, or one taken now (a start by hand).

    Raises:
        RunError: if another worker holds it, or the run folder cannot be written.
    """
    handed = os.environ.pop(INHERITED, "")
    if handed.isdecimal():
        fd = int(handed)
        try:
            if os.path.samestat(os.fstat(fd), path.stat()):
                os.set_inheritable(fd, False)
                write_pid(fd, os.getpid())
                return fd
        except OSError:
            pass
    try:
        fd = take(path, patience=1.0)
    except BlockingIOError:
        raise RunError("the run {run} is already being trained", run=path.parent.name) from None
    except OSError as error:
        raise RunError("{path} cannot be read: {reason}", path=str(path), reason=str(error)) from None
    write_pid(fd, os.getpid())
    return fd


def write_pid(fd: int, pid: int) -> None:
    """Write the holder's process id into a lock that is held."""
    os.pwrite(fd, f"{pid}\n".encode(), 0)


def held(path: Path) -> bool:
    """Return whether a lock's holder lives."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(fd)
    return False


def wait(path: Path, seconds: float) -> int | None:
    """Return the lock once its holder has let go (close it to let go again); None after ``seconds``."""
    try:
        return take(path, patience=seconds)
    except BlockingIOError:
        return None


def signal_holder(path: Path, number: signal.Signals, run: str) -> bool:
    """Send a signal to a lock's holder; return False where nobody holds it.

    Raises:
        RunError: if the holder cannot be told apart, or belongs to someone else.
    """
    for _ in range(50):
        if not held(path):
            return False
        pid = _pid(path)
        if pid and _send(path, pid, number, run):
            return True
        time.sleep(_PAUSE)  # it is being started, or has just ended
    raise RunError("the run {run} cannot be stopped: its process is not known", run=run)


def _send(path: Path, pid: int, number: signal.Signals, run: str) -> bool:
    try:
        if not hasattr(os, "pidfd_open"):
            os.kill(pid, number)
            return True
        process = os.pidfd_open(pid)
        try:
            if not held(path):  # it ended meanwhile, and its number may be another's by now
                return False
            signal.pidfd_send_signal(process, number)
        finally:
            os.close(process)
    except ProcessLookupError:
        return False
    except PermissionError:
        raise RunError("the run {run} belongs to another user", run=run) from None
    return True


def _pid(path: Path) -> int:
    try:
        text = path.read_text().strip()
    except (OSError, ValueError):
        return 0
    return int(text) if text.isdecimal() and len(text) < 10 else 0
