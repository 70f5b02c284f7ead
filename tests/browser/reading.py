"""What a test reads off a page, and what it waits for."""

import json
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

SENTENCE = "Something went wrong"


READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"


def settled(page: Page) -> None:
    """Wait until the page is connected and its script has run to the end."""
    page.wait_for_selector(READY, timeout=60_000)  # at once when it is so, where expect() looks once a second


def visit(page: Page, link: str) -> None:
    """Open a link and wait for the page."""
    page.goto(link)
    settled(page)


def choose_page(page: Page, section: str, name: str) -> None:
    """Go to a page by the navigation on top: open its section, press its name."""
    page.get_by_test_id("stTopNavSection").filter(has_text=section).first.click()
    page.get_by_test_id("stTopNavDropdownLink").get_by_text(name, exact=True).click()


def no_trouble(page: Page) -> None:
    """The page shows neither a traceback nor our sentence for what nobody expected."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text(SENTENCE)).to_have_count(0)


def eventually(true: Callable[[], bool], what: str, seconds: float = 15) -> None:
    """Wait until something holds; the browser goes on living meanwhile."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


def at_rest(page: Page, element: Locator) -> None:
    """Wait until an element no longer moves: fonts and style sheets that arrive late push what is below them."""
    boxes = []

    def still() -> bool:
        boxes.append(element.bounding_box())
        page.wait_for_timeout(40)
        return len(boxes) > 4 and boxes[-1] is not None and all(box == boxes[-1] for box in boxes[-5:])

    eventually(still, "the element is at rest")


@dataclass(frozen=True)
class Sum:
    """The line below the stage: one output cell and what it is made of."""

    row: int
    col: int
    channel: int
    value: float
    bias: float
    divisor: float
    terms: list[tuple[float, float]]
    shares: list[float]
    shown: float


def stage(page: Page) -> Locator:
    """Return the stage once it is painted."""
    page.wait_for_selector("[data-testid=stage][data-ready=true]", timeout=20_000)
    return page.get_by_test_id("stage").first


def output_shape(page: Page) -> tuple[int, int]:
    """Return the shape of the output as the stage says it."""
    rows, cols = (stage(page).get_attribute("data-output-shape") or "").split("x")
    return int(rows), int(cols)


def the_line(page: Page) -> dict[str, str]:
    """Return what the line below the stage says to scripts, and its result as it is read."""
    return page.get_by_test_id("stage-sum").first.evaluate(
        "e => ({...e.dataset, shown: e.querySelector('.result').textContent})"
    )


def the_sum(page: Page) -> Sum:
    """Return the sum that is shown now."""
    data = the_line(page)
    assert data["side"] == "output"
    terms = [(-math.inf if x is None else x, w) for x, w in json.loads(data["terms"])]
    return Sum(
        int(data["row"]), int(data["col"]), int(data["channel"]), float(data["value"]), float(data["bias"]),
        float(data["divisor"]), terms, [math.nan if s is None else s for s in json.loads(data["shares"])],
        number(data["shown"]),
    )  # fmt: skip


def number(text: str) -> float:
    """Return the number that a person reads in ``= −1.25``."""
    return float(re.sub(r"[=\s]", "", text).replace("\u2212", "-"))


def point_at(
    page: Page, row: int, col: int, side: str = "output", shape: tuple[int, int] | None = None
) -> None:
    """Move the mouse to the middle of a cell of the output, or of the input with its padding."""
    rows, cols = shape or output_shape(page)
    canvas = page.get_by_test_id(f"stage-{side}").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(
        box["x"] + (col + 0.5) * box["width"] / cols, box["y"] + (row + 0.5) * box["height"] / rows
    )


def step_slider(page: Page, name: str, key: str = "ArrowRight") -> None:
    """Move a slider one step by the keyboard."""
    slider = page.get_by_role("slider", name=name)
    before = slider.input_value()
    slider.focus()
    page.keyboard.press(key)
    eventually(lambda: slider.input_value() != before, f"{name} moves", 5)
