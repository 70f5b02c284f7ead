"""How long from the command to an answer: health, the first page, and the first page that needs torch.

A page is usable when its script has finished, asked for over a WebSocket the moment the server is healthy. Beside
``streamlit hello``, in turns.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import report
from wire import OURS, Session, server, until_healthy

STARTS = 5


async def first_run(port: int, page: str) -> None:
    """Open a page and leave."""
    session = await Session.open(port, page)
    await session.close()


def start(arguments: list[str], folder: Path, pages: dict[str, str]) -> dict[str, float]:
    """Start a server and return the seconds until it is healthy and until each page has run, one after the other."""
    began = time.perf_counter()
    found = {}
    with server(arguments, folder, wait=False) as port:
        until_healthy(port)
        found["health"] = time.perf_counter() - began
        for name, page in pages.items():
            asyncio.run(first_run(port, page))
            found[name] = time.perf_counter() - began
    return found


def main() -> None:
    """Measure, print, save."""
    load = report.load()
    steps = {"first page (home)": "", "convolution": "convolution", "torch is warm (train)": "train"}
    ours: list[dict[str, float]] = []
    hello: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as empty:
        for _ in range(STARTS):
            ours.append(start(OURS, report.ROOT, steps))
            hello.append(start(["hello"], Path(empty), {"first page (home)": ""}))
    mine = {name: report.summary(1000 * each[name] for each in ours) for name in ours[0]}
    theirs = {name: report.summary(1000 * each[name] for each in hello) for name in hello[0]}
    rows = [
        (
            f"start -> {name}", mine[name]["median_ms"], mine[name]["p95_ms"],
            *((theirs[name]["median_ms"], report.ratio(mine[name]["median_ms"], theirs[name]["median_ms"]))
              if name in theirs else ("", "")),
        )
        for name in mine
    ]  # fmt: skip
    report.table(("", "cnnviz ms", "worst", "hello ms", "hello / cnnviz"), rows)
    report.save("startup", {"cnnviz": mine, "streamlit_hello": theirs}, load)


if __name__ == "__main__":
    main()
