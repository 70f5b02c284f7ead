"""Real workers in milliseconds: a process with torch imported that forks one whenever a test wants to kill it.

The fork does what ``python -m cnnviz.train.worker RUN_DIR`` does after its imports; it is killed by SIGKILL from
outside, or kills itself at a place that the test names.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnviz.train.runs import Run


class Nursery:
    """The test's end."""

    def __init__(self) -> None:
        self._worker = 0
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.train.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def begin(self, run: Run, fall: tuple[str, int] | None = None, **environment: str) -> int:
        """Start a worker; return its process id. It kills itself at the n-th file whose name has this in it."""
        assert self._server.stdin is not None
        given = {name: value for name, value in os.environ.items() if name.startswith("CNNVIZ_")}
        given |= {"CNNVIZ_SAVE_SECONDS": "0", **environment}
        asked = {"run": str(run.path), "fall": fall, "environment": given}
        self._server.stdin.write(json.dumps(asked) + "\n")
        self._server.stdin.flush()
        self._worker = int(self._read())
        return self._worker

    def ended(self) -> int:
        """Wait for the end of the worker; return its exit code, negative where a signal ended it."""
        code, self._worker = int(self._read()), 0
        return code

    def train(self, run: Run, fall: tuple[str, int] | None = None, **environment: str) -> int:
        """Let a worker train until its end, or its fall."""
        self.begin(run, fall, **environment)
        return self.ended()

    def close(self) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        if self._worker:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._worker, signal.SIGKILL)  # a test that failed left it
        self._server.kill()  # torch's own clean-up takes longer than anybody waits
        self._server.wait()
        self._server.stdout.close()

    def _read(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline()


def fall_at(place: str, count: int) -> None:
    """Make this process fall at the n-th time that a file with this in its name is renamed or forced to disk.

    "before state.safetensors", "after state.safetensors": its renaming. "half state.safetensors": it was half written.
    "sync": the n-th time that anything is forced to disk.
    """
    when, _, name = place.partition(" ")
    seen = 0

    def die(wanted: bool) -> None:
        nonlocal seen
        seen += wanted
        if wanted and seen == count:
            os.kill(os.getpid(), signal.SIGKILL)

    replace, fsync = Path.replace, os.fsync

    def replacing(self: Path, target: Path) -> Any:
        mine = Path(target).name == name
        if mine and when == "half" and seen + 1 == count:
            os.truncate(self, self.stat().st_size // 2)
        die(mine and when in {"before", "half"})
        result = replace(self, target)
        die(mine and when == "after")
        return result

    def syncing(fd: int) -> None:
        fsync(fd)
        die(when == "sync")

    Path.replace, os.fsync = replacing, syncing  # type: ignore[method-assign,assignment]


def serve(train: Callable[[list[str]], int]) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if not pid:
            os.environ.update(asked["environment"])
            log = os.open(Path(asked["run"]) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            if limit := int(os.environ.get("CNNVIZ_TEST_LIMIT", "0")):
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            if asked["fall"]:
                fall_at(*asked["fall"])
            os._exit(train([asked["run"]]))
        say(pid)
        say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    from cnnviz.train import worker

    worker.keep_memory()
    worker.yield_cores()
    import torch

    from cnnviz.train import standby

    torch.set_num_threads(1)
    standby.prepare()
    serve(worker.main)
