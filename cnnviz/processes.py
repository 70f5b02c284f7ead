"""Starting Python processes of ours: with our own code on their path, and detached where they outlive their starter."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process of ours: it imports this very code, whatever lies in the current folder."""
    home = str(Path(__file__).resolve().parent.parent)
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1", **more}


def told(**more: str) -> dict[str, str]:
    """Return ``environment`` for a process whose output is a log: nothing held back, a native crash leaves its stack."""
    return environment(PYTHONUNBUFFERED="1", PYTHONFAULTHANDLER="1", **more)


def detach(module: str, folder: Path, log: Path, lock: int, **more: str) -> int:
    """Start ``python -m module folder`` in a session of its own and return its process id.

    Args:
        module: what runs.
        folder: its argument.
        log: the file that its output is appended to.
        lock: an open file that it inherits.
        **more: further variables of its environment.

    Raises:
        OSError: if it cannot be started.
    """
    with log.open("ab") as output:
        # SIGTERM waits until the process listens for it: blocked here, inherited, taken there.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", module, str(folder)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=(lock,),
                start_new_session=True, env=told(**more),
            )  # fmt: skip
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    threading.Thread(target=process.wait, name=f"reap {folder.name}", daemon=True).start()
    return process.pid
