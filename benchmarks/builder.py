"""In Chromium: from the click that changes a network of 10, 50 and 200 layers to the diagram that shows it.

Beside a page of our own writing that shows the same network with Streamlit's own parts (``peer_builder.py``: graphviz, a
table, the code). Both are measured in turns in one browser: more output channels (the layers behind
follow), a layer put in, and undo. Only our page explains
an error: that time stands alone. A time runs from the click's own time stamp to the moment after the frame in which the
changed graph was painted. Arguments: the sizes to measure; all if none.
"""

import sys
from typing import Any

import report
from playwright.sync_api import Locator, Page, sync_playwright
from pointer import ARGUMENTS
from wire import OURS, ROOT, server

from cnnviz.spec import Chain, Conv2d, Flatten, Linear, Network, Node, ReLU, to_link

SIZES = (10, 50, 200)
ROUNDS = 12

LISTEN = """() => {
    const all = (root, found = []) => {
        for (const each of root.querySelectorAll("*")) {
            found.push(each);
            if (each.shadowRoot) all(each.shadowRoot, found);
        }
        return found;
    };
    const root = all(document).find((each) => each.dataset?.testid === "diagram");
    const facts = all(document).find((each) => each.dataset?.testid === "findings");
    const shown = root
        ? (layer) => {
            const box = root.querySelector(`[data-id="box:${layer}"]`);
            return root.querySelectorAll("[data-testid=diagram-box]").length + "," + box?.dataset.params
                + (facts.querySelector("[data-severity=error]") ? "broken" : "");
        }
        : () => {
            const graph = document.querySelector("[data-testid=stGraphVizChart] svg");
            return graph && graph.textContent;
        };
    window.times = [];
    window.watch = (layer) => window.addEventListener("click", (event) => {
        const began = event.timeStamp;
        const last = shown(layer);
        window.waiting = true;
        const look = () => {
            const now = shown(layer);
            if (now && now !== last) {
                const channel = new MessageChannel();
                channel.port1.onmessage = () => { window.times.push(performance.now() - began); window.waiting = false; };
                channel.port2.postMessage(0);
            } else if (performance.now() - began > 10000) window.waiting = false;
            else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    }, { capture: true });
}"""


def network(count: int) -> Network:
    """Return a network of so many layers: convolutions and ReLUs that keep the size, then one score a class."""
    items: list[Node] = []
    for number in range((count - 2) // 2):
        items.append(Conv2d(16 if number else 1, 16, 3, padding=1, name=f"conv{number + 1}"))
        items.append(ReLU(name=f"relu{number + 1}"))
    return Network(
        "Long",
        (1, 28, 28),
        Chain("", (*items, Flatten(name="flatten"), Linear(16 * 28 * 28, 10, name="fc1"))),
    )


def measured(page: Page, button: Locator) -> float | None:
    """Click and return the time until the graph has changed; None if it never did."""
    before = page.evaluate("() => window.times.length")
    button.click()
    page.wait_for_function("() => !window.waiting", timeout=20_000)
    page.wait_for_timeout(350)
    times = page.evaluate("() => window.times")
    return times[-1] if len(times) > before else None


def rounds(
    page: Page, address: str, layer: str, buttons: dict[str, Locator], ready: str
) -> dict[str, list[float]]:
    """Open a page and press its buttons in turns."""
    page.goto(address)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_selector(ready, timeout=60_000)
    page.wait_for_timeout(2500)
    page.evaluate(LISTEN)
    page.evaluate("layer => window.watch(layer)", layer)
    found: dict[str, list[float]] = {name: [] for name in buttons}
    for number in range(ROUNDS + 1):
        for name, button in buttons.items():
            time = measured(page, button)
            if number and time is not None:  # the first round warms up
                found[name].append(time)
    return found


def main() -> None:
    """Measure, print, save."""
    load = report.load()
    rows, found = [], {}
    peer = ["run", str(ROOT / "benchmarks" / "peer_builder.py")]
    with server(OURS) as here, server(peer) as there, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for size in SIZES:
            if sys.argv[1:] and str(size) not in sys.argv[1:]:
                continue
            layer = f"conv{(size - 2) // 4 + 1}"
            link = f"own={to_link(network(size))}&layer={layer}&fit=1"
            ours = rounds(
                page, f"http://127.0.0.1:{here}/build?{link}", layer,
                {
                    "parameter": page.get_by_role("button", name="out_channels: more"),
                    "insert": page.get_by_test_id("piece-ReLU"),
                    "undo": page.get_by_test_id("do-undo"),
                    "error": page.get_by_role("button", name="kernel_size: more"),
                    "undo error": page.get_by_test_id("do-undo"),
                },
                "[data-testid=builder][data-ready=true]",
            )  # fmt: skip
            theirs = rounds(
                page, f"http://127.0.0.1:{there}/?{link}", layer,
                {
                    "parameter": page.get_by_test_id("stNumberInputStepUp"),
                    "insert": page.get_by_role("button", name="ReLU"),
                    "undo": page.get_by_role("button", name="Undo"),
                },
                "[data-testid=stGraphVizChart] svg",
            )  # fmt: skip
            found[str(size)] = entry = compared(ours, theirs)
            rows += [(f"{size} layers: {name}", *figures(each)) for name, each in entry.items()]
        browser.close()
    report.table(("click to painted diagram, ms", "cnnviz", "p95", "graphviz", "p95", "ratio"), rows)
    if not sys.argv[1:]:
        report.save("builder", {"layers": found}, load)


def compared(ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> dict[str, Any]:
    """Return each action's times beside the peer's, and all that both can do together."""
    ours = ours | {"any change": [time for name in theirs for time in ours[name]]}
    theirs = theirs | {"any change": [time for times in theirs.values() for time in times]}
    entry: dict[str, Any] = {}
    for name, times in ours.items():
        entry[name] = {"cnnviz": report.summary(times)}
        if theirs.get(name):
            other = report.summary(theirs[name])
            by = report.ratio(entry[name]["cnnviz"]["median_ms"], other["median_ms"])
            entry[name] |= {"streamlit": other, "streamlit_over_cnnviz": by}
    return entry


def figures(each: dict[str, Any]) -> tuple[Any, ...]:
    """Return a row's figures, "-" where the peer has none."""
    mine, other = each["cnnviz"], each.get("streamlit")
    theirs = (
        (other["median_ms"], other["p95_ms"], each["streamlit_over_cnnviz"]) if other else ("-", "-", "-")
    )
    return mine["median_ms"], mine["p95_ms"], *theirs


if __name__ == "__main__":
    main()
