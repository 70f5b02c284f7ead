"""Streamlit's wire without a browser: servers as processes, sessions as WebSockets that speak its protobuf."""

import asyncio
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

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
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


class Session:
    """One visitor: holds the state of the page's sliders, as the browser does, and asks for runs of the page.

    ``component`` is the JSON that the page's component was sent last.
    """

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self._socket, self._page = socket, page
        self._hash = ""
        self.sliders: dict[str, Slider] = {}
        self.component = ""

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
        """Run the page, with one slider moved, and return the milliseconds from the message to the script's end."""
        if moved:
            self.sliders[moved].value[:] = [value]
        message = BackMsg()
        state = message.rerun_script
        if self._hash:
            state.page_script_hash = self._hash
        else:
            state.page_name = self._page
        for slider in self.sliders.values():
            entry = WidgetState(id=slider.id)
            entry.double_array_value.data[:] = list(slider.value or slider.default)
            state.widget_states.widgets.append(entry)
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        finished = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
        while True:
            answer = ForwardMsg.FromString(await self._socket.recv())  # type: ignore[arg-type]
            match answer.WhichOneof("type"):
                case "navigation":  # another hash would be a change of page, which forgets all widgets
                    self._hash = answer.navigation.page_script_hash
                case "delta" if answer.delta.new_element.WhichOneof("type") == "bidi_component":
                    self.component = answer.delta.new_element.bidi_component.json or self.component
                case "delta" if answer.delta.new_element.WhichOneof("type") == "slider":
                    slider = answer.delta.new_element.slider
                    kept = self.sliders.get(slider.label)
                    if kept and not slider.set_value:
                        slider.value[:] = list(kept.value or kept.default)
                    self.sliders[slider.label] = slider
                case "delta" if answer.delta.new_element.WhichOneof("type") == "exception":
                    raise RuntimeError(answer.delta.new_element.exception.message)
                case "script_finished" if answer.script_finished == finished:
                    return (time.perf_counter() - began) * 1000

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()


async def open_all(port: int, page: str, count: int) -> list[Session]:
    """Open sessions, all at once."""
    return list(await asyncio.gather(*(Session.open(port, page) for _ in range(count))))
