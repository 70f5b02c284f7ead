"""Sliders send while they are dragged, and are never pulled out of the hand that drags them."""

import re
from collections.abc import Callable

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.reading import at_rest, eventually, settled, visit

RECORD = """(row) => {
    window.seen = [Number(row.dataset.value)];
    new MutationObserver(() => window.seen.push(Number(row.dataset.value)))
        .observe(row, { attributes: true, attributeFilter: ["data-value"] });
}"""


def slider(page: Page, field: str) -> Locator:
    """Return the row of a field's slider, once it can be used."""
    row = page.get_by_test_id(f"slider-{field}")
    expect(row).to_be_visible(timeout=20_000)
    at_rest(page, row)
    return row


def metric(page: Page, label: str) -> float:
    """Return the number of a metric as the page says it."""
    found = page.get_by_test_id("stMetric").filter(has_text=label).first.get_by_test_id("stMetricValue")
    return float(
        found.inner_text().replace("·10", "e").translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    )


def value(row: Locator) -> float:
    return float(row.get_attribute("data-value") or "nan")


def ends(row: Locator) -> tuple[float, float, float]:
    """Return where the slider's track begins and ends, and its height on the page."""
    box = row.get_by_role("slider").bounding_box()
    assert box is not None
    return box["x"] + 8, box["x"] + box["width"] - 8, box["y"] + box["height"] / 2


def test_while_it_is_dragged_the_page_follows_and_it_never_jumps_back(page: Page) -> None:
    visit(page, "/activations?x=-6")
    row = slider(page, "act_x")
    left, right, height = ends(row)
    row.evaluate(RECORD)
    page.mouse.move(left, height)
    page.mouse.down()
    answers = set()
    for step in range(1, 41):
        page.mouse.move(left + (right - left) * step / 40, height)
        page.wait_for_timeout(50)  # time for some answers also on a busy machine
        answers.add(metric(page, "f(x)"))
    assert len(answers) > 1, "the page follows while the button is held"
    assert value(row) == 6
    eventually(
        lambda: abs(metric(page, "f(x)") - torch.sigmoid(torch.tensor(6.0)).item()) < 1e-5,
        "the last value is sent",
    )
    page.mouse.up()
    settled(page)
    seen = page.evaluate("window.seen")
    assert seen == sorted(seen)
    assert value(row) == 6
    expect(page).to_have_url(re.compile(r"[?&]x=6(&|$)"))


def test_a_drag_that_leaves_an_example_goes_on(page: Page) -> None:
    """The example's text goes away above the slider; the slider stays the same element."""
    visit(page, "/learn")
    expect(page.get_by_text("From the random kernel of seed 0")).to_be_visible()
    row = slider(page, "learn_steps")
    row.evaluate("e => { e.marked = true; }")
    left, right, _height = ends(row)
    page.mouse.move(left + (right - left) * 9 / 199, ends(row)[2])
    page.mouse.down()
    for step in range(10):
        page.mouse.move(left + (right - left) * (0.1 + step / 20), ends(row)[2])
        page.wait_for_timeout(60)
    reached = value(row)
    assert reached > 100
    page.mouse.up()
    expect(page.get_by_test_id("stMetric").first).to_contain_text(f"after {reached:.0f} steps")
    expect(page.get_by_text("From the random kernel of seed 0")).to_have_count(0)
    assert row.evaluate("e => e.marked")


def test_the_keyboard_moves_it_and_the_last_value_arrives(page: Page) -> None:
    visit(page, "/activations?x=0")
    row = slider(page, "act_x")
    row.get_by_role("slider").focus()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert value(row) == 0.9
    eventually(
        lambda: abs(metric(page, "f(x)") - torch.sigmoid(torch.tensor(0.9)).item()) < 1e-5,
        "the last value arrives",
    )
    assert row.get_by_role("slider").get_attribute("aria-valuetext") == "0.9"


def test_two_sliders_moved_at_once_both_arrive(page: Page) -> None:
    visit(page, "/activations")
    slider(page, "act_x").get_by_role("slider").evaluate(
        "e => { e.value = 0; e.dispatchEvent(new Event('input')); }"
    )
    slider(page, "act_depth").get_by_role("slider").evaluate(
        "e => { e.value = 7; e.dispatchEvent(new Event('input')); }"
    )
    eventually(lambda: metric(page, "f(x)") == 0.5, "x arrives")
    eventually(lambda: abs(metric(page, "Sigmoid at most") - 0.25**7) < 1e-9, "the depth arrives")


def test_a_number_can_be_typed_and_what_is_none_is_said(page: Page) -> None:
    visit(page, "/activations")
    row = slider(page, "act_x")
    field = row.get_by_role("textbox", name="Input x: type a number")
    field.fill("0,123")
    field.press("Enter")
    eventually(
        lambda: abs(metric(page, "f(x)") - torch.sigmoid(torch.tensor(0.123)).item()) < 1e-5,
        "the number arrives",
    )
    field.fill("much")
    field.press("Enter")
    expect(page.get_by_test_id("sliders-hint")).to_have_text("“much” is not a number, so 0.123 was kept.")
    assert value(row) == 0.123
    field.fill("99")
    field.blur()
    assert value(row) == 6
    expect(page.get_by_test_id("sliders-hint")).to_have_text("")
    expect(field).to_have_value("6.0")


def test_it_follows_what_is_changed_elsewhere(page: Page) -> None:
    visit(page, "/activations?x=2")
    row = slider(page, "act_x")
    assert value(row) == 2
    page.get_by_role("button", name="A saturated sigmoid").click()
    eventually(lambda: value(row) == 5, "the example shows in the slider")
    assert row.get_by_role("slider").input_value() == "5"
    assert row.get_by_role("textbox").input_value() == "5.0"


def test_a_logarithmic_slider_gives_each_power_of_ten_the_same_length(page: Page) -> None:
    visit(page, "/learn")
    row = slider(page, "learn_rate")
    for share, rate in ((0.0, 0.001), (0.25, 0.01), (0.5, 0.1), (0.75, 1.0), (1.0, 10.0)):
        at_rest(page, row)  # what stands above comes and goes with the settings
        left, right, _height = ends(row)
        row.get_by_role("slider").click(position={"x": 8 + (right - left) * share, "y": 8})
        assert value(row) == pytest.approx(rate, rel=0.05)
    eventually(lambda: "It diverges" in page.get_by_test_id("stAlert").inner_text(), "the rate arrives")


@pytest.mark.parametrize("width", [390, 1280])
def test_sliders_stand_side_by_side_only_where_there_is_room(
    open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    visit(page, "/activations")
    group = page.get_by_test_id("sliders")
    slider(page, "act_depth")
    columns = group.locator(".rows").evaluate(
        "e => getComputedStyle(e).gridTemplateColumns.split(' ').length"
    )
    assert columns == (2 if (group.bounding_box() or {})["width"] >= 420 else 1)


def test_a_finger_moves_it_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    visit(page, "/activations?x=-6")
    row = slider(page, "act_x")
    row.scroll_into_view_if_needed()
    at_rest(page, row)
    left, right, height = ends(row)
    page.touchscreen.tap((left + right) / 2, height)
    eventually(lambda: abs(value(row)) < 0.3, "the slider is where the finger was")
    eventually(
        lambda: abs(metric(page, "f(x)") - torch.sigmoid(torch.tensor(value(row))).item()) < 1e-5,
        "and the page follows",
    )
