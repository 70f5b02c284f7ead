"""A process with torch already imported that waits to become the next worker, so that a training starts at once.

    keep()                     the app: from now on there is one (it comes in the background)
    take(run.path, lock_fd)    ``runs.start``: hand a run over; False where there is none, then it starts as ever

One standby becomes one worker; nothing is forked, as torch's threads do not survive that. The app makes a new one
when its own was taken. It ends when its app ends, or when nobody wanted it for ten minutes.

The two meet at a socket in a folder that only this user can enter. Its name says for which Python, code, runs and
settings of torch it is good, so nobody gets a worker that a plain start would not have given. The run's lock goes over
as an open file (SCM_RIGHTS): the flock belongs to both for a moment and never to nobody.
"""

import hashlib
import json
import math
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import cnnviz
from cnnviz import processes

IDLE = 600.0
"""Seconds after which a standby that nobody wanted ends."""

LATER = 5.0
"""Seconds after which the app makes a new standby: the training that took the last one starts in peace."""

SELDOM = 10.0
"""Seconds between two looks whether the standby is still there and still good."""

ANSWER = 1.0
"""Seconds that a standby has to answer before a plain start goes before it."""

READY, GO, TAKEN, STAY = b"r", b"g", b"t", b"."

FOLDER, END = "CNNVIZ_STANDBY", ".sock"

_SET_AT_IMPORT = ("OMP_", "MKL_", "KMP_", "GOMP_", "OPENBLAS_", "MALLOC_", "GLIBC_", "LD_", "DYLD_", "TORCH", "PYTORCH", "DNNL_", "ONEDNN_")  # fmt: skip
"""What environment variables begin with that torch and the C library read only once."""

ROOMS = ("spec", "shapes", "data", "nets", "train")
"""Where the code lies that a standby has imported."""

_turn = threading.Lock()
_wanted = False
_line: socket.socket | None = None
_key = ""
_renewed = -math.inf


def keep() -> None:
    """Have a standby in this process's care from now on; called again, it stays for another ten minutes.

    One that is no longer good, as code or settings have changed, makes room for another. Where another app's waits
    that is as good, one is enough.
    """
    global _wanted  # noqa: PLW0603
    with _turn:
        _wanted = True
        if _line is not None and _key == key():
            with suppress(OSError):
                _line.send(STAY)
                return
        _renew()


def renew() -> None:
    """Say that somebody is about to train: the standby stays, or comes again, where this process keeps one."""
    global _renewed  # noqa: PLW0603
    if _wanted and time.monotonic() - _renewed > SELDOM:
        _renewed = time.monotonic()
        keep()


def leave() -> None:
    """End this process's standby, and make no new one."""
    global _wanted  # noqa: PLW0603
    with _turn:
        _wanted = False
        _end()


def take(run_path: Path, lock: int) -> bool:
    """Hand a run over to a standby, which trains it from now on; return False where none can.

    Args:
        run_path: the run folder, its config written.
        lock: the open file that holds the run's flock.
    """
    for path in _waiting():
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(ANSWER)
            try:
                line.connect(str(path))
            except ConnectionRefusedError:  # of a dead one
                path.unlink()
                continue
            if not is_ours(line):
                continue
            text = json.dumps(
                {"run": str(run_path), "folder": str(Path.cwd()), "environment": dict(os.environ)}
            )
            payload = text.encode("utf-8", "surrogateescape")
            socket.send_fds(line, [struct.pack("!I", len(payload))], [lock])
            line.sendall(payload)
            if line.recv(1) == READY:
                line.sendall(GO)
                return True
    return False


def folder() -> Path | None:
    """Return the folder of the sockets, made where it is not there; None where it is not ours alone, or none is wanted."""
    given = os.environ.get(FOLDER)
    if given == "off":
        return None
    base = os.environ.get("XDG_RUNTIME_DIR") or ""
    path = Path(given) if given else Path(base if _is_private(Path(base)) else tempfile.gettempdir()) / f"cnnviz-{os.geteuid()}"  # fmt: skip
    try:
        path.mkdir(mode=0o700, parents=bool(given), exist_ok=True)
    except OSError:
        return None
    return path if _is_private(path) else None


def key() -> str:
    """Return what a standby must have in common with whoever takes it: Python, code, runs, and torch's settings."""
    from cnnviz.train.runs import runs_root  # noqa: PLC0415

    home = Path(cnnviz.__file__).resolve().parent
    files = (path for room in ("", *ROOMS) for path in (home / room).glob("*.py"))
    code = sorted((str(path), path.stat().st_mtime_ns) for path in files)
    settings = sorted((name, value) for name, value in os.environ.items() if name.startswith(_SET_AT_IMPORT))
    said = [sys.executable, sys.prefix, str(home), code, settings, str(runs_root().absolute())]
    return hashlib.sha256(json.dumps(said).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def is_ours(line: socket.socket) -> bool:
    """Return whether the other end is a process of this user; where the system does not tell, the folder did."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    _pid, user, _group = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(user == os.geteuid())


def lives(path: Path) -> bool:
    """Return whether the process still is that a socket's name tells; True where it tells none."""
    pid = path.stem.rpartition("-")[2]
    try:
        if pid.isdecimal():
            os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _waiting() -> list[Path]:
    where = folder()
    return sorted(where.glob(f"{key()}-*{END}")) if where and any(where.iterdir()) else []


def _is_private(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def _renew() -> None:
    """End the standby that there is and start another, but where somebody else's waits; whoever calls this has ``_turn``."""
    global _line, _key  # noqa: PLW0603
    _end()
    with suppress(OSError):
        _key = key()
        if not any(map(lives, _waiting())):
            _line = _start(_key)


def _end() -> None:
    global _line  # noqa: PLW0603
    if _line is not None:
        with suppress(OSError):
            _line.shutdown(socket.SHUT_RDWR)
    _line = None


def _start(name: str) -> socket.socket | None:
    """Start a standby; return the line that it lives by."""
    where = folder()
    if where is None:
        return None
    ours, theirs = socket.socketpair()
    with theirs:
        # Blocked in all its threads from their beginning: SIGTERM is the worker's sign to stop.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        try:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "cnnviz.train.standby", str(theirs.fileno()), str(where), name],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),), start_new_session=True, env=processes.told(),
            )  # fmt: skip
        except OSError:
            ours.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    threading.Thread(target=_watch, args=(process, ours), name="standby", daemon=True).start()
    return ours


def _watch(process: subprocess.Popen[bytes], line: socket.socket) -> None:
    """Wait until a standby is taken or gone; make a new one where it was taken."""
    global _line  # noqa: PLW0603
    try:
        said = line.recv(1)
    except OSError:
        said = b""
    with _turn:
        if _line is line:
            _line = None
        line.close()
    if said == TAKEN:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LATER)
        with _turn:
            if _wanted and _line is None:
                _renew()
    process.wait()  # it may be a worker by now, for hours
