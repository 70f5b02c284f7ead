"""In Chromium: from the pointer's event to the painted answer, and from a key on the padding slider to the picture.

Beside a page of our own writing that shows the same with ``st.plotly_chart`` heatmaps, where pointing shows no more
than the value of a cell; and, with ``CNN_EXPLAINER`` naming a checkout of CNN Explainer's source, beside its own hover
view on inputs of the same size. All pages are measured in turns, in one browser. A time runs from the event's own time
stamp to the moment after the frame in which the answer was painted. Arguments: the sizes to measure; all if none.
"""

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import peer_cnn_explainer
import report
from playwright.sync_api import Page, sync_playwright
from wire import OURS, ROOT, server

MOVES, STEPS = 40, 16

SIZES = {
    "7x7": "input=cross&kh=3&kw=3&kernel=sobel_x",
    "28x28": "input=digit&kh=3&kw=3&kernel=sobel_x",
    "64x64": "input=photo&photo=flower&side=64&kh=3&kw=3&kernel=sobel_x",
    "224x224": "input=photo&photo=flower&side=224&kh=3&kw=3&kernel=sobel_x",
}

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
]

# A time ends with the task that follows the frame in which the answer was seen: then it is painted.
LISTEN = """() => {
    const deep = (test) => {
        const find = (root) => {
            for (const each of root.querySelectorAll("*")) {
                if (each.dataset && each.dataset.testid === test) return each;
                const inner = each.shadowRoot && find(each.shadowRoot);
                if (inner) return inner;
            }
        };
        return find(document);
    };
    window.stage = () => deep("stage");
    window.sum = () => deep("stage-sum");
    window.output = () => [...document.querySelectorAll(".js-plotly-plot")]
        .find((plot) => plot.querySelector(".gtitle")?.textContent.startsWith("Output"));
    window.times = [];
    // What tells that the answer is there, for our page and for the peer's.
    window.answers = {
        cell: () => { const e = sum(); return e && `${e.dataset.row},${e.dataset.col}`; },
        hover: () => {
            const e = document.querySelectorAll(".hoverlayer .hovertext");
            return [...e].map((each) => each.textContent + each.getAttribute("transform")).join();
        },
        math: () => document.querySelector(".legend + .grid")?.textContent,
        shape: () => { const e = stage(); return e && e.dataset.outputShape; },
        drawn: () => {
            const e = output();
            const title = e && e.querySelector(".gtitle");  // says the shape, and comes with its picture
            return title && e.querySelector(".heatmaplayer image") && title.textContent;
        },
    };
    window.watch = (kind, name) => {
        window.times = [];
        const answer = window.answers[name];
        window.addEventListener(kind, (event) => {
            if (window.waiting) return;
            const began = event.timeStamp;
            const last = answer();
            window.waiting = true;
            const look = () => {
                const now = answer();
                if (now !== undefined && now !== null && now !== "" && now !== last) {
                    const channel = new MessageChannel();
                    channel.port1.onmessage = () => {
                        window.times.push(performance.now() - began);
                        window.waiting = false;
                    };
                    channel.port2.postMessage(0);
                } else if (performance.now() - began > 3000) {
                    window.waiting = false;
                } else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
        }, { capture: true });
    };
}"""


def open_page(page: Page, address: str, answer: str) -> None:
    """Open a page and wait until its picture is there."""
    page.goto(address)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.evaluate(LISTEN)
    page.wait_for_function(f"() => window.answers.{answer}()", timeout=30_000)
    page.wait_for_timeout(700)


def pointing(page: Page, box: dict[str, float], answer: str, event: str = "pointermove") -> list[float]:
    """Point at cells on a diagonal over a picture and return the times."""
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    page.wait_for_timeout(300)
    page.evaluate("([event, answer]) => window.watch(event, answer)", [event, answer])
    for i in range(MOVES):
        share = 0.06 + 0.88 * (i * 17 % MOVES) / MOVES  # never twice the same cell in a row
        page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])
        page.wait_for_function("() => !window.waiting", timeout=10_000)
        page.wait_for_timeout(60)
    return page.evaluate("() => window.times")


def stepping(page: Page, answer: str) -> list[float]:
    """Press arrow keys on the padding slider and return the times until the new picture."""
    page.evaluate("answer => window.watch('keydown', answer)", answer)
    page.get_by_role("slider", name="Padding (each side)").focus()
    for i in range(STEPS):
        page.keyboard.press("ArrowRight" if i % 16 < 8 else "ArrowLeft")
        page.wait_for_function("() => !window.waiting", timeout=10_000)
        page.wait_for_timeout(250)
    return page.evaluate("() => window.times")


def ours(page: Page, port: int, link: str) -> dict[str, Any]:
    """Measure our page."""
    address = f"http://127.0.0.1:{port}/convolution?{link}"
    open_page(page, address, "shape")
    canvas = page.get_by_test_id("stage-output")
    canvas.scroll_into_view_if_needed()
    moves = pointing(page, canvas.bounding_box(), "cell")
    open_page(page, address, "shape")
    return {"point": moves, "step": stepping(page, "shape")}


def peers(page: Page, port: int, link: str) -> dict[str, Any]:
    """Measure the peer's page."""
    address = f"http://127.0.0.1:{port}/?{link}"
    open_page(page, address, "drawn")
    plot = page.locator(".js-plotly-plot").last.locator(".heatmaplayer image")
    plot.scroll_into_view_if_needed()
    moves = pointing(page, plot.bounding_box(), "hover")
    open_page(page, address, "drawn")
    return {"point": moves, "step": stepping(page, "drawn")}


def explainers(page: Page, port: int, side: str) -> list[float]:
    """Measure CNN Explainer's hover view."""
    page.goto(f"http://127.0.0.1:{port}/?side={side}")
    page.wait_for_selector("body[data-ready=true]", timeout=60_000)
    page.evaluate(LISTEN)
    grid = page.locator("#grid").last
    grid.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    return pointing(page, grid.bounding_box(), "math", "mouseover")


def main() -> None:
    """Measure, print, save."""
    checkout = os.environ.get("CNN_EXPLAINER")
    load = report.load()
    rows, found = [], {}
    peer = ["run", str(ROOT / "benchmarks" / "peer_plotly.py")]
    built = peer_cnn_explainer.served(Path(checkout)) if checkout else nullcontext()
    with server(OURS) as here, server(peer) as there, built as explainer, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"http://127.0.0.1:{here}/train")  # torch is warm from here on
        page.wait_for_selector("[data-testid=stSelectbox]", timeout=60_000)
        for size, link in SIZES.items():
            if sys.argv[1:] and size not in sys.argv[1:]:
                continue
            both = {"cnnviz": ours(page, here, link), "plotly": peers(page, there, link)}
            found[size] = {}
            for what, title in (("point", "pointing"), ("step", "padding key")):
                mine, other = (report.summary(both[name][what]) for name in ("cnnviz", "plotly"))
                by = report.ratio(mine["median_ms"], other["median_ms"])
                rows.append(
                    (
                        f"{size} {title}",
                        mine["median_ms"],
                        mine["p95_ms"],
                        other["median_ms"],
                        other["p95_ms"],
                        by,
                    )
                )
                found[size][what] = {"cnnviz": mine, "plotly": other, "plotly_over_cnnviz": by}
            if explainer:
                theirs = report.summary(explainers(page, explainer, size.partition("x")[0]))
                point = found[size]["point"]
                point |= {
                    "cnn_explainer": theirs,
                    "cnn_explainer_over_cnnviz": report.ratio(
                        point["cnnviz"]["median_ms"], theirs["median_ms"]
                    ),
                }
        browser.close()
    report.table(("event to paint, ms", "cnnviz", "p95", "plotly", "p95", "ratio"), rows)
    if checkout:
        beside = [(size, each["point"]) for size, each in found.items()]
        report.table(
            ("pointing, ms", "cnnviz", "p95", "CNN Explainer", "p95", "ratio"),
            [
                (size, e["cnnviz"]["median_ms"], e["cnnviz"]["p95_ms"], e["cnn_explainer"]["median_ms"], e["cnn_explainer"]["p95_ms"], e["cnn_explainer_over_cnnviz"])
                for size, e in beside
            ],
        )  # fmt: skip
    if not sys.argv[1:]:
        report.save("pointer", {"sizes": found}, load)


if __name__ == "__main__":
    main()
