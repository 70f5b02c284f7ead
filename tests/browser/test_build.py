"""A network built by clicks: what the page says is what torch does; errors are mended, steps undone, links restore."""

from collections.abc import Callable

import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from torch import nn

from cnnviz.nets.build import build
from cnnviz.spec import Network, from_link, to_link, tree
from cnnviz.zoo import get
from tests.browser.conftest import PHONE
from tests.browser.reading import eventually, no_trouble, settled, visit


def open_builder(page: Page, network: Network | None = None, layer: str = "") -> Locator:
    """Open the page, with a network, and return its side panel."""
    visit(page, f"/build?own={to_link(network)}&layer={layer}" if network else "/build")
    page.wait_for_selector("[data-testid=builder][data-ready=true]", timeout=20_000)
    no_trouble(page)
    return page.get_by_test_id("builder")


def answered(page: Page, act: Callable[[], None]) -> None:
    """Do something and wait until Python has answered it."""
    panel = page.get_by_test_id("builder")
    before = (panel.get_attribute("data-serial"), page.get_by_test_id("findings").inner_text())
    act()
    eventually(
        lambda: (
            panel.get_attribute("data-serial") != before[0]
            or page.get_by_test_id("findings").inner_text() != before[1]
        ),
        "Python answers",
    )
    settled(page)


def press(page: Page, test: str) -> None:
    """Press one of the panel's buttons."""
    answered(page, page.get_by_test_id(test).first.click)


def own(page: Page) -> Network:
    """Return the network that the link has."""
    settled(page)
    text = str(page.evaluate("new URL(location.href).searchParams.get('own')"))
    return from_link(text)


def outputs(page: Page) -> dict[str, str]:
    """Return what the diagram says of each layer's output, by its path."""
    boxes = page.get_by_test_id("diagram-box").evaluate_all("all => all.map(e => ({...e.dataset}))")
    return {box["path"]: box["output"] for box in boxes if box["form"] == "layer"}


def torch_says(network: Network) -> dict[str, str]:
    """Return the output shape of each layer as torch's hooks see it."""
    module, found = build(network).eval(), {}
    for path, each in module.named_modules():
        if not list(each.children()) and not isinstance(each, nn.Sequential):
            each.register_forward_hook(
                lambda _m, _i, out, path=path: found.__setitem__(path, "x".join(map(str, out.shape[1:])))
            )
    module(torch.zeros(1, *network.input_shape))
    return found


def fact(page: Page, label: str) -> str | None:
    """Return one of the figures."""
    return page.locator(f'[data-testid=fact][data-label="{label}"]').get_attribute("data-value")


def test_a_network_built_by_clicks_is_torchs_and_can_be_trained(page: Page) -> None:
    panel = open_builder(page)
    expect(page.get_by_test_id("welcome")).to_contain_text("first layer")
    expect(page.get_by_role("button", name="Train this network")).to_be_disabled()
    for piece in ("Conv2d", "ReLU", "MaxPool2d", "inception", "Flatten", "Linear"):
        press(page, f"piece-{piece}")
    expect(panel.get_by_test_id("last-step")).to_have_text("Insert fc1 after flatten")
    expect(page.get_by_test_id("fine")).to_contain_text("10 scores, one for each class")
    network = own(page)
    assert [item.name for item in network.body.items] == [
        "conv1", "relu1", "pool1", "inception1", "flatten", "fc1",
    ]  # fmt: skip
    expected = torch_says(network)
    eventually(lambda: outputs(page).items() >= expected.items(), "the diagram says what torch says")
    assert fact(page, "Parameters") == f"{sum(p.numel() for p in build(network).parameters()):,}"
    page.get_by_role("button", name="Train this network").click()
    page.wait_for_url("**/train**")
    settled(page)
    expect(page.get_by_role("combobox", name="Network")).to_have_value("MyNetwork (own, input 1x28x28)")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    no_trouble(page)


def test_what_breaks_is_explained_mended_and_undone_by_keys(page: Page) -> None:
    panel = open_builder(page, get("lenet"), "conv1")
    padding = panel.get_by_test_id("entry-padding")
    padding.fill("0")
    answered(page, lambda: page.keyboard.press("Enter"))
    expect(panel.get_by_test_id("broken")).to_have_text("fc1 does not fit")
    problem = page.get_by_test_id("finding")
    expect(problem).to_have_attribute("data-severity", "error")
    expect(problem).to_contain_text("400")
    expect(problem).to_contain_text("256")
    assert outputs(page)["conv1"] == "6x24x24"
    page.get_by_test_id("finding-go").click()
    expect(panel.get_by_test_id("chosen-name")).to_have_text("fc1")
    press(page, "fix")
    expect(page.get_by_test_id("fine")).to_be_visible()
    network = own(page)
    assert build(network).eval()(torch.zeros(1, *network.input_shape)).shape == (1, 10)
    page.keyboard.press("Control+z")
    expect(problem).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("fine")).to_be_visible()
    eventually(lambda: own(page) == get("lenet"), "undo leads back to LeNet")
    page.keyboard.press("Control+Shift+Z")
    expect(problem).to_be_visible()


def test_quick_clicks_all_count(page: Page) -> None:
    panel = open_builder(page, get("lenet"), "conv1")
    more = panel.get_by_role("button", name="out_channels: more")
    for _ in range(6):
        more.click()
    expect(panel.get_by_test_id("entry-out_channels")).to_have_value("12")
    eventually(lambda: tree.node_at(own(page), "conv1").out_channels == 12, "the network has them")  # type: ignore[union-attr]
    expect(panel.get_by_test_id("entry-out_channels")).to_have_value("12")


def test_a_value_that_cannot_be_stays_and_is_explained(page: Page) -> None:
    panel = open_builder(page, get("lenet"), "conv2")
    panel.get_by_test_id("entry-groups").fill("4")
    answered(page, lambda: page.keyboard.press("Enter"))
    expect(panel.get_by_test_id("entry-groups")).to_have_value("4")
    refused = panel.get_by_test_id("finding")
    expect(refused).to_contain_text("groups")
    assert own(page) == get("lenet")
    press(page, "fix")
    expect(refused).to_have_count(0)
    assert own(page) != get("lenet")


def test_diagram_and_panel_follow_one_another(page: Page) -> None:
    panel = open_builder(page, get("lenet"))
    page.locator('[data-id="box:conv2"]').click()
    expect(panel.get_by_test_id("chosen-name")).to_have_text("conv2")
    expect(panel.get_by_test_id("chosen-shapes")).to_have_text("6x14x14 → 16x10x10")
    press(page, "piece-ReLU")
    expect(panel.get_by_test_id("chosen-name")).to_have_text("relu1")
    expect(page.locator('[data-id="box:relu1"]')).to_have_attribute("aria-selected", "true")
    panel.get_by_test_id("crumb").first.click()
    expect(panel.get_by_test_id("chosen-name")).to_have_text("LeNet")


def test_keys_move_and_delete_the_chosen_layer(page: Page) -> None:
    panel = open_builder(page, get("lenet"), "act2")
    page.locator('[data-id="box:act2"]').click()
    page.keyboard.press("Alt+ArrowUp")
    expect(panel.get_by_test_id("last-step")).to_have_text("Move act2 up")
    page.keyboard.press("Delete")
    expect(panel.get_by_test_id("last-step")).to_have_text("Delete act2")
    eventually(
        lambda: "act2" not in [item.name for item in own(page).body.items], "the link's network lacks it"
    )
    name = panel.get_by_test_id("entry-name")
    name.fill("stem")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(panel.get_by_test_id("last-step")).to_have_text("Rename conv2 to stem")


def test_a_link_restores_the_network_in_a_fresh_session(open_page: Callable[..., Page]) -> None:
    first = open_page()
    open_builder(first)
    for piece in ("Conv2d", "residual"):
        press(first, f"piece-{piece}")
    network, link = own(first), first.url
    second = open_page(locale="en-GB")
    second.goto(link)
    second.wait_for_selector("[data-testid=builder][data-ready=true]", timeout=20_000)
    settled(second)
    assert own(second) == network
    expect(second.get_by_test_id("chosen-name")).to_have_text("residual1")
    expect(second.get_by_test_id("do-undo")).to_be_disabled()


def test_on_a_phone_the_panel_leads_to_the_problem_above_it(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, has_touch=True)
    panel = open_builder(page, get("lenet"), "conv1")
    padding = panel.get_by_test_id("entry-padding")
    padding.fill("0")
    answered(page, lambda: page.keyboard.press("Enter"))
    expect(page.get_by_test_id("fix").first).not_to_be_in_viewport()
    panel.get_by_test_id("broken").tap()
    expect(page.get_by_test_id("fix").first).to_be_in_viewport()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_phone_shows_it_all_without_scrolling_sideways(open_page: Callable[..., Page], locale: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, locale=locale)
    panel = open_builder(page, get("lenet"), "conv1")
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= PHONE["width"]
    box = panel.bounding_box()
    assert box is not None
    assert box["width"] <= PHONE["width"]
    for test in ("entry-padding", "entry-kernel_size", "piece-AdaptiveMaxPool2d", "do-remove"):
        inner = panel.get_by_test_id(test).bounding_box()
        assert inner is not None
        assert inner["width"] >= 24
        assert inner["x"] + inner["width"] <= PHONE["width"]
