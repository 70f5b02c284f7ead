"""The process that waits to become a worker: ``python -m cnnviz.train.standby LINE FOLDER KEY`` (see ``warm``)."""

import json
import os
import select
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

from cnnviz.train import locks, warm, worker
from cnnviz.train.run import LOCK, LOG

LOOK = 1.0
"""Seconds between two looks at the clock and at signals."""


def main(arguments: list[str]) -> int:
    """Wait for a run and train it; return the worker's exit code, 0 where none came."""
    signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT}
    )  # for threads that are made later
    keeper = socket.socket(fileno=int(arguments[0]))
    os.set_inheritable(keeper.fileno(), False)
    path = Path(arguments[1]) / f"{arguments[2]}-{os.getpid()}{warm.END}"
    worker.keep_memory()
    worker.yield_cores()
    prepare()
    _sweep(path.parent)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        hidden = path.with_suffix(".new")
        try:
            door.bind(str(hidden))
            door.listen(1)
            door.settimeout(warm.ANSWER)
            hidden.rename(path)  # seen only once it listens
            run = _wait(keeper, door)
        finally:
            for each in (path, hidden):
                with suppress(OSError):
                    each.unlink()
    if run is None:
        return 0
    with suppress(OSError):
        keeper.send(warm.TAKEN)
    keeper.close()
    return worker.main([run])


def prepare() -> None:
    """Import what a training needs, and compute a first gradient: torch makes much of itself only then."""
    import torch  # noqa: PLC0415  (after the allocator is set)
    from torch import nn  # noqa: PLC0415

    import cnnviz.train.loop  # noqa: F401, PLC0415

    with torch.random.fork_rng(devices=[]):
        module = nn.Sequential(
            nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1352, 10)
        )
        loss = nn.functional.cross_entropy(
            module(torch.zeros(32, 1, 28, 28)), torch.zeros(32, dtype=torch.int64)
        )
        loss.backward()  # type: ignore[no-untyped-call]


def _wait(keeper: socket.socket, door: socket.socket) -> str | None:
    """Return the run folder to train; None where the app is gone, nobody came in time, or we are asked to end."""
    until = time.monotonic() + warm.IDLE
    while time.monotonic() < until:
        ready, _, _ = select.select([keeper, door], [], [], LOOK)
        if {signal.SIGTERM, signal.SIGINT} & signal.sigpending():
            return None
        if keeper in ready:
            if not keeper.recv(64):
                return None
            until = time.monotonic() + warm.IDLE
        if door in ready:
            line, _ = door.accept()
            with line:
                run = _take(line)
            if run is not None:
                return run
    return None


def _sweep(folder: Path) -> None:
    """Remove the sockets of processes that were killed."""
    for path in folder.iterdir():
        if not warm.lives(path):
            path.unlink(missing_ok=True)


def _take(line: socket.socket) -> str | None:
    """Take over a run from whoever starts it; None where it thinks better of it."""
    lock = -1
    try:
        line.settimeout(warm.ANSWER)
        if not warm.is_ours(line):
            return None
        head, descriptors, _, _ = socket.recv_fds(line, 4, 1)
        lock = descriptors[0]
        os.set_inheritable(lock, False)
        given = json.loads(_exactly(line, struct.unpack("!I", head)[0]).decode("utf-8", "surrogateescape"))
        run = str(given["run"])
        if not os.path.samestat(os.fstat(lock), (Path(run) / LOCK).stat()):
            raise ValueError("this is not the run's lock")
        log = os.open(Path(run) / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        locks.write_pid(lock, os.getpid())
        line.sendall(warm.READY)
        if line.recv(1) != warm.GO:
            raise ValueError("the starter thought better of it")
    except (OSError, ValueError, KeyError, IndexError, TypeError, struct.error):
        if lock >= 0:
            os.close(lock)  # the starter still holds it
        return None
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    os.environ.clear()
    os.environ.update(given["environment"])
    os.environ[locks.INHERITED] = str(lock)
    with suppress(OSError):
        os.chdir(given["folder"])
    return run


def _exactly(line: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = line.recv(count - len(data))
        if not part:
            raise OSError("torn off")
        data += part
    return bytes(data)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # torch's own clean-up can take longer than anybody waits
