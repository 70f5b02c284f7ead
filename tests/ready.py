"""Workers that begin in milliseconds, for any test: one process with torch imported forks each of them.

To whoever starts a run this is a standby (see ``cnnviz.train.warm``), and what it forks does what a standby does; only
that this one stays. A fork is safe here as torch has one thread in tests. ``Ready.serve`` makes it known under the
names that the settings of the moment give.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from cnnviz.train import warm

SOCKET = "workers"


class Ready:
    """The tests' end: the process begins with the first one who wants it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cnnviz-"))  # a socket's path must be short
        self._process: subprocess.Popen[bytes] | None = None

    def serve(self) -> None:
        """Let runs of the present ``CNNVIZ_RUNS`` be trained from here; ``CNNVIZ_STANDBY`` must be ``folder``."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.ready", str(self.folder / SOCKET)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            assert self._process.stdout is not None
            self._process.stdout.readline()
        link = self.folder / f"{warm.key()}-{self._process.pid}{warm.END}"
        if not link.is_symlink():
            link.symlink_to(SOCKET)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()


def listen(path: str) -> None:
    """Fork a worker for everybody who comes, until the tests end."""
    from cnnviz.train import standby, worker

    worker.keep_memory()
    worker.yield_cores()
    import torch

    standby.prepare()
    torch.set_num_threads(1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(path)
        door.listen(8)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            come, _, _ = select.select([door, sys.stdin], [], [])
            if sys.stdin in come:
                return
            line, _ = door.accept()
            if not os.fork():
                door.close()
                os._exit(work(line))
            line.close()


def work(line: socket.socket) -> int:
    from cnnviz.train import standby, worker

    os.setsid()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with line:
        run = standby._take(line)
    return 0 if run is None else worker.main([run])


if __name__ == "__main__":
    listen(sys.argv[1])
