"""Where the diagram is on the page: what matters is in sight, boxes say their names, nothing below it jumps."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from cnnviz import zoo
from cnnviz.spec import Linear, Network, to_link, tree
from tests.browser.reading import at_rest, eventually, visit
from tests.browser.test_diagram import box, show

LAPTOP = {"width": 1440, "height": 900}


def in_sight(page: Page, path: str) -> bool:
    """Return whether the window shows a box whole and nothing lies over it."""
    return box(page, path).evaluate(
        """e => {
            const {left, right, top, bottom} = e.getBoundingClientRect();
            const hit = (x, y) => e.contains(e.getRootNode().elementFromPoint(x, y));
            return hit((left + right) / 2, top + 3) && hit((left + right) / 2, bottom - 3);
        }"""
    )


def open_build(page: Page, network: Network) -> None:
    """Open the builder with a network."""
    visit(page, f"/build?own={to_link(network)}")
    expect(page.get_by_test_id("diagram")).to_have_attribute("data-ready", "true", timeout=20_000)
    expect(page.get_by_test_id("builder")).to_have_attribute("data-ready", "true")


def test_a_layer_put_in_at_the_end_is_in_sight_on_a_laptop(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=LAPTOP)
    open_build(page, zoo.get("lenet"))
    at_rest(page, page.get_by_test_id("diagram-frame"))
    page.get_by_test_id("piece-Linear").click()
    expect(box(page, "fc4")).to_have_class(re.compile("chosen"))
    eventually(lambda: in_sight(page, "fc4"), "the new layer is seen")
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollTop") == 0


@pytest.mark.parametrize("path", ["fc1", "fc3"])
def test_a_broken_layer_is_in_sight_on_a_laptop(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(viewport=LAPTOP)
    open_build(page, tree.replace(zoo.get("lenet"), path, Linear(7, 10, name=path)))
    at_rest(page, page.get_by_test_id("diagram-frame"))
    eventually(lambda: in_sight(page, path), "the broken layer is seen")


def test_a_layer_chosen_elsewhere_is_in_sight_on_a_laptop(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=LAPTOP)
    show(page, "lenet")
    at_rest(page, page.get_by_test_id("diagram-frame"))
    for path in ("fc3", "conv1", "act4"):
        page.get_by_test_id("rows").locator(f'[data-path="{path}"]').first.click()
        expect(box(page, path)).to_have_class(re.compile("chosen"))
        eventually(lambda path=path: in_sight(page, path), f"{path} is seen")


def test_a_box_says_the_name_of_its_layer(page: Page) -> None:
    show(page, "lenet")
    for path in ("conv1", "conv2", "act1", "fc3"):
        words = box(page, path).locator("text").all_text_contents()
        assert words.count(path) == 1
        label = box(page, path).get_attribute("aria-label") or ""
        assert path in label.split(", ")
    edge, name = box(page, "conv1").locator(".edge").bounding_box(), box(page, "conv1").get_by_text("conv1")
    words = name.bounding_box()
    assert edge is not None
    assert words is not None
    assert words["x"] + words["width"] < edge["x"] + edge["width"]


def test_nothing_below_jumps_when_the_parts_of_a_link_arrive(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=LAPTOP)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/(diagram|rows|code)\.[^/]*js"), hold)
    visit(page, "/networks?network=lenet")
    for _turn in range(200):
        if len(held) == 3:
            break
        page.wait_for_timeout(50)
    assert len(held) == 3
    places = {name: page.locator(f".st-key-{name}-network") for name in ("diagram", "rows", "code")}
    tabs = page.get_by_test_id("stTabs")
    at_rest(page, tabs)
    before = tabs.bounding_box()
    for route in held:
        route.continue_()
    for name in places:
        page.wait_for_selector(f"[data-testid={name}][data-ready=true]", timeout=20_000)
    at_rest(page, tabs)
    after = tabs.bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] == pytest.approx(before["y"], abs=60)
    for name, place in places.items():
        drawn = page.get_by_test_id(name).evaluate("e => e.offsetHeight")
        assert place.evaluate("e => e.offsetHeight") == pytest.approx(drawn, abs=2)
