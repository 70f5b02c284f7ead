"""Streamlit's wire without a browser: servers as processes, sessions as WebSockets that speak its protobuf."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[1]
OURS = ["run", str(ROOT / "app.py")]


@contextmanager
def server(arguments: list[str], folder: Path = ROOT, *, wait: bool = True) -> Iterator[int]:
    """Run ``streamlit ARGUMENTS`` and yield its port, once it is healthy unless told otherwise.

    Args:
        arguments: ``["hello"]``, or ``["run", FILE]``.
        folder: where it runs; its ``.streamlit/config.toml`` holds.
        wait: whether to wait for its health.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory() as runs:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", *arguments, "--server.port", str(port), "--server.headless", "true",
             "--browser.gatherUsageStats", "false", "--server.address", "127.0.0.1"],
            cwd=folder, env=os.environ | {"CNNVIZ_RUNS": runs},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            if wait:
                until_healthy(port)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until_healthy(port: int, seconds: float = 60) -> None:
    """Wait until a server answers that it is well."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if time.monotonic() > until:
            raise TimeoutError("the server does not answer")
        time.sleep(0.01)


FINISHED = (
    ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY,
    ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)


class Session:
    """One visitor: holds the state of the page's live sliders, as the browser does, and asks for runs of the page.

    ``stage`` is what the page's stage was sent last.
    """

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self._socket, self._page = socket, page
        self._hash = ""
        self._serial = 0
        self._sliders: dict[str, tuple[str, str]] = {}  # a slider's name: its component's id and fragment
        self._moved: dict[str, dict[str, float]] = {}
        self.stage: dict[str, Any] = {}

    @classmethod
    async def open(cls, port: int, page: str = "") -> "Session":
        """Connect and run a page once."""
        socket = await connect(
            f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None,
            origin=f"http://127.0.0.1:{port}", compression=None,
        )  # fmt: skip
        session = cls(socket, page)
        await session.run()
        return session

    async def run(self, moved: str = "", value: float = 0) -> float:
        """Run the page, or with a slider moved its living part; return the milliseconds until the script's end."""
        message = BackMsg()
        state = message.rerun_script
        if moved:
            component, fragment = self._sliders[moved]
            self._moved.setdefault(component, {})[moved] = value
            self._serial += 1
            state.fragment_id = fragment
        if self._hash:
            state.page_script_hash = self._hash
        else:
            state.page_name = self._page
        for component, values in self._moved.items():
            sent = {"moved": {"serial": self._serial, "values": values}}
            state.widget_states.widgets.append(WidgetState(id=component, json_value=json.dumps(sent)))
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await self._socket.recv())  # type: ignore[arg-type]
            match answer.WhichOneof("type"):
                case "navigation":  # another hash would be a change of page, which forgets all widgets
                    self._hash = answer.navigation.page_script_hash
                case "delta" if answer.delta.new_element.WhichOneof("type") == "bidi_component":
                    self._take(answer.delta)
                case "delta" if answer.delta.new_element.WhichOneof("type") == "exception":
                    raise RuntimeError(answer.delta.new_element.exception.message)
                case "script_finished" if answer.script_finished in FINISHED:
                    return (time.perf_counter() - began) * 1000

    def _take(self, delta: Delta) -> None:
        component = delta.new_element.bidi_component
        data = json.loads(component.json or "{}")
        for slider in data.get("sliders", []):
            self._sliders[slider["name"]] = component.id, delta.fragment_id
        if "operation" in data:
            self.stage = data

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()


async def open_all(port: int, page: str, count: int) -> list[Session]:
    """Open sessions, all at once."""
    return list(await asyncio.gather(*(Session.open(port, page) for _ in range(count))))
