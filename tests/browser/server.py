"""The app's own server, with its own folder of runs, that a test may restart."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from cnnviz.train import runs

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """``streamlit run app.py`` on a port that stays the same over restarts."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._environment = environment
        self.runs = folder / "runs"
        self.log = folder / "server.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port),
                 "--server.headless", "true"],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | {"CNNVIZ_RUNS": str(self.runs), "CNNVIZ_CPU_PLACES": "8"} | self._environment,
            )  # fmt: skip
        until = time.monotonic() + 60
        while not self._healthy():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def list_runs(self) -> list[runs.Run]:
        """Return the runs of this server, the newest first."""
        return runs.list_runs(self.runs)

    def end_runs(self) -> None:
        """Stop every training that still lives; they outlive the server by design."""
        for run in self.list_runs():
            runs.stop(run)

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False
