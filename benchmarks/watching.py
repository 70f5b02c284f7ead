"""What looking on costs: how late a step is on the screen, and what five tabs cost the server.

LeNet trains on the embedded digits with one thread. One Chromium opens the run in one tab, then in five. Late is the
time from the moment when a step stands in the event file (looked for every 5 ms) to the moment when the tab's curve has
it (looked for every 10 ms). The server's part is the processor's time of its process, as percent of one core, less what
it takes when nobody looks.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import report
from playwright.sync_api import Browser, sync_playwright
from pointer import ARGUMENTS
from wire import ROOT, until_healthy

SECONDS = 20.0
PORT = 8899

SEEN = """(curves, seconds) => new Promise((resolve) => {
    const found = [];
    let last = null;
    const timer = setInterval(() => {
        const step = Number(curves.dataset.lastStep || 0);
        if (step !== last) found.push([step, performance.timeOrigin + performance.now()]);
        last = step;
    }, 10);
    setTimeout(() => { clearInterval(timer); resolve(found.slice(1)); }, 1000 * seconds);
})"""


class Written(threading.Thread):
    """When which step stood in a run's event file."""

    def __init__(self, events: Path) -> None:
        super().__init__(daemon=True)
        self.events, self.ended = events, False
        self.times: list[tuple[int, float]] = []

    def run(self) -> None:
        """Follow the file until it is no longer wanted."""
        with self.events.open("rb") as file:
            while not self.ended:
                for line in file.readlines():
                    if line.startswith(b'{"event": "Steps"') and line.endswith(b"}\n"):
                        self.times.append((json.loads(line)["step"], time.time()))
                time.sleep(0.005)

    def at(self, step: int) -> float | None:
        """Return when a step came."""
        return next((when for known, when in self.times if known >= step), None)


def main() -> None:
    """Measure, print, save."""
    load = report.load()
    with tempfile.TemporaryDirectory() as runs:
        os.environ |= {"CNNVIZ_RUNS": runs, "OMP_NUM_THREADS": "1", "CNNVIZ_STANDBY": "off"}
        from cnnviz import zoo
        from cnnviz.train.config import TrainConfig
        from cnnviz.train.history import EVENTS
        from cnnviz.train.runs import start, stop

        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(PORT), "--server.headless", "true"],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        run = start(TrainConfig(zoo.get("lenet"), "digits", "cpu", epochs=10_000))
        written = Written(run.path / EVENTS)
        try:
            until_healthy(PORT)
            while not (run.path / EVENTS).exists():
                time.sleep(0.1)
            written.start()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
                found = {
                    str(tabs): looked_on(browser, process.pid, run.name, written, tabs) for tabs in (0, 1, 5)
                }
                browser.close()
        finally:
            written.ended = True
            stop(run)
            process.terminate()
            process.wait()
    for each in found.values():
        each["more_than_nobody_percent"] = round(
            each["server_percent_of_a_core"] - found["0"]["server_percent_of_a_core"], 1
        )
    report.table(
        ("tabs", "server, % of a core", "more than nobody", "late: median s", "p95 s", "most s", "points"),
        [
            (
                tabs, each["server_percent_of_a_core"], each["more_than_nobody_percent"],
                *(each["late"][name] for name in ("median", "p95", "most", "points")),
            )
            if "late" in each
            else (tabs, each["server_percent_of_a_core"], "-", "-", "-", "-", "-")
            for tabs, each in found.items()
        ],
    )  # fmt: skip
    report.save("watching", {"seconds": SECONDS, "tabs": found}, load)


def looked_on(browser: Browser, server: int, run: str, written: Written, tabs: int) -> dict[str, Any]:
    """Open some tabs for a while; return the server's part, and how late the first tab's points were."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    pages = [context.new_page() for _ in range(tabs)]
    for page in pages:
        page.goto(f"http://127.0.0.1:{PORT}/train?run={run}")
        page.get_by_test_id("curves").wait_for(timeout=60_000)
    time.sleep(6)
    began, used = time.perf_counter(), spent(server)
    seen: list[list[float]] = []
    if pages:
        curves = pages[0].get_by_test_id("curves").element_handle()
        seen = curves.evaluate(SEEN, SECONDS)
    else:
        time.sleep(SECONDS)
    part = (spent(server) - used) / (time.perf_counter() - began)
    context.close()
    result: dict[str, Any] = {"server_percent_of_a_core": round(100 * part, 1)}
    late = sorted(at / 1000 - came for step, at in seen if (came := written.at(int(step))) is not None)
    if late:
        result["late"] = {
            "median": round(statistics.median(late), 2), "p95": round(late[len(late) * 95 // 100], 2),
            "most": round(late[-1], 2), "points": len(late),
        }  # fmt: skip
    return result


def spent(process: int) -> float:
    """Return the processor's seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
