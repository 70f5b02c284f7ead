"""The diagram of whole networks: zoom, find, choose, sizes, what a layer sees, the perspective, and what is broken."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from cnnviz import zoo
from cnnviz.nets.build import build
from cnnviz.shapes import trace
from tests.browser.conftest import PHONE
from tests.browser.reading import at_rest, eventually, no_trouble, settled, visit

SVG = "{http://www.w3.org/2000/svg}"


def show(page: Page, name: str, more: str = "") -> Locator:
    """Open a network's page and return its diagram once it is drawn."""
    visit(page, f"/networks?network={name}{more}")
    found = page.get_by_test_id("diagram")
    expect(found).to_have_attribute("data-ready", "true", timeout=20_000)
    return found


def box(page: Page, path: str) -> Locator:
    """Return the box at a path of the tree."""
    return page.get_by_test_id("diagram").locator(f'[data-id="box:{path}"]')


def zoom(page: Page) -> float:
    """Return how large the picture is drawn."""
    return float(page.get_by_test_id("diagram-frame").get_attribute("data-zoom") or "nan")


def scrolled(page: Page) -> tuple[float, float]:
    """Return how far the picture is moved inside its frame."""
    left, top = page.get_by_test_id("diagram-frame").evaluate("e => [e.scrollLeft, e.scrollTop]")
    return left, top


def middle(page: Page) -> tuple[float, float]:
    """Return the middle of the frame on the screen."""
    frame = page.get_by_test_id("diagram-frame")
    frame.scroll_into_view_if_needed()
    area = frame.bounding_box()
    assert area is not None
    return area["x"] + area["width"] / 2, area["y"] + area["height"] / 2


def in_view(page: Page, path: str) -> bool:
    """Return whether a box lies inside the frame."""
    frame, found = page.get_by_test_id("diagram-frame").bounding_box(), box(page, path).bounding_box()
    assert frame is not None
    assert found is not None
    return all(
        frame[start] - 2 <= found[start] and found[start] + found[size] <= frame[start] + frame[size] + 2
        for start, size in (("x", "width"), ("y", "height"))
    )


def test_large_networks_begin_closed_and_small_ones_open(page: Page) -> None:
    show(page, "lenet")
    expect(box(page, "conv2")).to_be_visible()
    show(page, "densenet121")
    expect(box(page, "dense1")).to_have_attribute("data-form", "closed")
    assert page.get_by_test_id("diagram-box").count() < 20
    page.get_by_test_id("diagram-all").click()
    layers = page.get_by_test_id("diagram").locator("[data-form=layer]")
    expect(layers).to_have_count(
        sum(row.layer not in {"add", "concat"} for row in trace(zoo.get("densenet121")).rows)
    )


def test_buttons_keys_and_ctrl_with_the_wheel_zoom_and_the_plain_wheel_is_the_pages(page: Page) -> None:
    show(page, "lenet")
    page.get_by_test_id("diagram-zoom-real").click()
    assert zoom(page) == 1
    page.get_by_test_id("diagram-zoom-in").click()
    assert zoom(page) == pytest.approx(1.25)
    page.get_by_test_id("diagram-zoom-out").click()
    assert zoom(page) == pytest.approx(1)
    box(page, "conv1").focus()
    page.keyboard.press("+")
    assert zoom(page) == pytest.approx(1.25)
    page.keyboard.press("0")
    whole = zoom(page)
    frame, picture = (page.get_by_test_id(f"diagram-{part}").bounding_box() for part in ("frame", "picture"))
    assert frame is not None
    assert picture is not None
    assert picture["height"] <= frame["height"]
    page.mouse.move(*middle(page))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    eventually(lambda: zoom(page) > whole, "it zooms in")
    now, place = zoom(page), scrolled(page)
    page.mouse.wheel(0, 60)
    page.wait_for_timeout(150)
    assert (zoom(page), scrolled(page)) == (now, place)


def test_zooming_keeps_what_is_under_the_pointer_and_dragging_moves_it(page: Page) -> None:
    show(page, "vgg16")
    page.get_by_test_id("diagram-all").click()
    page.get_by_test_id("diagram-frame").scroll_into_view_if_needed()
    box(page, "block2.conv1").focus()
    page.get_by_test_id("diagram-frame").evaluate("e => { e.scrollTop = 500; }")
    x, y = middle(page)
    place = "e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.width / e.viewBox.baseVal.width]; }"
    picture = page.get_by_test_id("diagram-picture")

    def pointed() -> tuple[float, float]:
        left, top, scale = picture.evaluate(place)
        return (x - left) / scale, (y - top) / scale

    before = pointed()
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -60)
    page.keyboard.up("Control")
    eventually(lambda: zoom(page) > 1, "it zooms in")
    assert pointed()[1] == pytest.approx(before[1], abs=3)
    top = scrolled(page)[1]
    page.mouse.down()
    page.mouse.move(x, y - 80, steps=4)
    page.mouse.up()
    assert scrolled(page)[1] == pytest.approx(top + 80, abs=1)
    assert page.get_by_test_id("diagram").locator(".chosen").count() == 0


def test_what_is_found_is_marked_opened_and_gone_through_by_enter(page: Page) -> None:
    show(page, "googlenet")
    field, said = page.get_by_test_id("diagram-find"), page.get_by_test_id("diagram-found")
    field.fill("stride 2")
    strided = [row.path for row in trace(zoo.get("googlenet")).rows if getattr(row.node, "stride", 1) == 2]
    expect(said).to_have_text(f"1 of {len(strided)}")
    marked = page.get_by_test_id("diagram").locator(".match")
    assert marked.evaluate_all("all => all.map(e => e.dataset.path)") == strided
    assert in_view(page, strided[0])
    field.press("Enter")
    expect(said).to_have_text(f"2 of {len(strided)}")
    assert page.get_by_test_id("diagram").locator(".now").get_attribute("data-path") == strided[1]
    eventually(lambda: in_view(page, strided[1]), "the match is in view")
    field.fill("Inception")
    expect(said).to_have_text("1 of 9")
    field.fill("no such layer")
    expect(said).to_have_text("nothing found")
    field.press("Escape")
    expect(box(page, "b3")).to_have_attribute("data-form", "closed")


def test_a_name_means_the_layer_of_that_name(page: Page) -> None:
    show(page, "lenet")
    page.get_by_test_id("diagram-find").fill("conv2")
    assert page.get_by_test_id("diagram").locator(".match").evaluate_all(
        "all => all.map(e => e.dataset.path)"
    ) == ["conv2"]
    page.get_by_test_id("diagram-find").fill("linear")
    assert page.get_by_test_id("diagram").locator(".match").count() == 3


def seen_by_torch(name: str, path: str) -> list[int]:
    """Return the rectangle of the input on which the middle output value of a layer depends, by its gradient."""
    network = zoo.get(name)
    module = build(network).eval()
    outputs: list[torch.Tensor] = []
    module.get_submodule(path).register_forward_hook(lambda _m, _i, out: outputs.append(out))
    picture = torch.randn(1, *network.input_shape, requires_grad=True)
    module(picture)
    _, height, width = outputs[0].shape[1:]
    outputs[0][0, :, height // 2, width // 2].sum().backward()
    assert picture.grad is not None
    rows, cols = picture.grad[0].abs().sum(0).nonzero(as_tuple=True)
    return [int(rows.min()), int(cols.min()), int(rows.max()) + 1, int(cols.max()) + 1]


@pytest.mark.parametrize("path", ["conv1", "pool1", "conv2"])
def test_what_a_layer_sees_of_the_picture_is_what_the_gradient_reaches(page: Page, path: str) -> None:
    show(page, "lenet")
    box(page, path).hover()
    canvas = page.get_by_test_id("diagram-field")
    drawn = [int(each) for each in (canvas.get_attribute("data-sees") or "").split(",")]
    assert drawn == seen_by_torch("lenet", path)
    top, left, bottom, right = drawn
    expect(page.get_by_test_id("diagram-detail")).to_contain_text(
        f"rows {top} to {bottom - 1} and columns {left} to {right - 1}"
    )


def test_what_lies_outside_the_picture_is_said(page: Page) -> None:
    show(page, "alexnet")
    box(page, "conv5").hover()
    (first, _), (last, _) = next(row for row in trace(zoo.get("alexnet")).rows if row.path == "conv5").sees(
        6, 6
    )
    said = page.get_by_test_id("diagram-detail")
    expect(said).to_contain_text(f"rows {first} to {last - 1}")
    assert ("outside the picture" in said.inner_text()) == (first < 0 or last > 224)


def size_by(page: Page, by: str) -> None:
    """Choose what the sizes of the boxes follow, by the buttons or, where these have no room, the menu."""
    button = page.get_by_test_id(f"diagram-by-{by}")
    if button.is_visible():
        button.click()
    else:
        page.get_by_test_id("diagram-by").select_option(by)


def side(page: Page, path: str, name: str) -> float:
    """Return the width or height of a box."""
    return float(box(page, path).locator(".edge").get_attribute(name) or "nan")


def test_sizes_follow_what_is_chosen_by_the_square_root(page: Page) -> None:
    show(page, "tiny_vgg")
    rows = {row.path: row for row in trace(zoo.get("tiny_vgg")).rows}
    large, small = sorted((row for row in rows.values() if row.macs), key=lambda row: -row.macs)[:2]
    size_by(page, "macs")
    area = [side(page, row.path, "width") * side(page, row.path, "height") for row in (large, small)]
    assert area[0] / area[1] == pytest.approx((large.macs / small.macs) ** 0.5, rel=0.05)
    bar = box(page, large.path).locator(".bar")
    track = float(bar.locator("xpath=preceding-sibling::*[1]").get_attribute("width") or "nan")
    share = large.macs / trace(zoo.get("tiny_vgg")).macs
    assert float(bar.get_attribute("width") or "nan") / track == pytest.approx(share, abs=0.01)
    expect(box(page, large.path)).to_contain_text(f"{100 * share:.1f}%")
    size_by(page, "resolution")
    first, last = (row for row in rows.values() if row.layer == "MaxPool2d")
    tall = [side(page, row.path, "height") for row in (first, last)]
    assert tall[0] / tall[1] == pytest.approx((first.output_shape[1] / last.output_shape[1]) ** 0.5, rel=0.05)


def test_a_click_chooses_a_layer_and_another_components_choice_is_opened_into_view(page: Page) -> None:
    show(page, "lenet")
    box(page, "conv2").click()
    expect(box(page, "conv2")).to_have_class(re.compile("chosen"))
    expect(page).to_have_url(re.compile("layer=conv2"))
    show(page, "googlenet")
    page.evaluate(
        """path => window.dispatchEvent(new CustomEvent("cnnviz:select", {detail: {group: "network", path, from: null}}))""",
        "b4.inception3.p2.conv",
    )
    expect(box(page, "b4.inception3.p2.conv")).to_have_class(re.compile("chosen"))
    expect(box(page, "b4")).to_have_attribute("aria-expanded", "true")
    eventually(lambda: in_view(page, "b4.inception3.p2.conv"), "the chosen layer is in view")
    page.get_by_test_id("diagram-view-perspective").click()
    expect(box(page, "b4.inception3.p2.conv")).to_have_class(re.compile("chosen"))
    no_trouble(page)


def test_the_chosen_layer_of_a_link_is_marked_and_the_keyboard_chooses_another(page: Page) -> None:
    show(page, "lenet", "&layer=pool1")
    expect(box(page, "pool1")).to_have_class(re.compile("chosen"))
    box(page, "pool1").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box(page, "conv2")).to_have_class(re.compile("chosen"))
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("diagram").locator(".chosen")).to_have_count(0)


def test_open_blocks_stay_open_when_the_network_changes(page: Page) -> None:
    show(page, "vgg16")
    box(page, "block2").click()
    expect(box(page, "block2.conv1")).to_have_count(1)
    page.get_by_test_id("stSelectbox").filter(has_text="Network").locator("input").fill("VGG-19")
    page.keyboard.press("Enter")
    settled(page)
    expect(box(page, "")).to_have_count(0)
    expect(box(page, "block2.conv1")).to_have_count(1)
    expect(box(page, "block3")).to_have_attribute("data-form", "closed")


@pytest.mark.parametrize(("name", "words"), [
    ("lenet", {"conv1", "6", "28×28", "5×5", "pool1", "2×2 /2", "flatten", "400", "fc3", "10"}),
    ("googlenet", {"Inception", "inception1", "832", "96×96"}),
    ("resnet18", {"Residual", "b1 · Stem", "7×7 /2", "512"}),
])  # fmt: skip
def test_the_perspective_can_be_saved_as_a_drawing_with_its_labels(
    page: Page, name: str, words: set[str]
) -> None:
    show(page, name)
    page.get_by_test_id("diagram-view-perspective").click()
    diagram = page.get_by_test_id("diagram")
    diagram.get_by_test_id("save").click()
    with page.expect_download() as started:
        diagram.get_by_test_id("save-svg").click()
    drawing = ElementTree.fromstring(Path(started.value.path()).read_bytes())
    texts = {"".join(each.itertext()) for each in drawing.iter(f"{SVG}text")}
    assert words <= texts
    assert "Convolution" in texts
    shown = page.get_by_test_id("diagram-picture").evaluate("e => e.viewBox.baseVal.width")
    assert float(drawing.get("width") or 0) >= shown
    background = next(drawing.iter(f"{SVG}path"))
    assert background.get("fill") == "#ffffff"


def test_perspective_draws_every_layer_once_or_folds_it_into_the_one_before(page: Page) -> None:
    show(page, "lenet")
    page.get_by_test_id("diagram-view-perspective").click()
    drawn = page.get_by_test_id("diagram-box").evaluate_all(
        "all => all.map(e => [e.dataset.path, e.dataset.output])"
    )
    rows = {row.path: row for row in trace(zoo.get("lenet")).rows}
    kept = {
        path: "x".join(map(str, row.output_shape)) for path, row in rows.items() if not path.startswith("act")
    }
    assert dict(drawn[1:]) == kept
    page.get_by_test_id("diagram-find").fill("act1")
    assert page.get_by_test_id("diagram").locator(".match").get_attribute("data-path") == "conv1"
    box(page, "conv1").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("diagram-detail")).to_contain_text("nn.AvgPool2d(2)")


def test_the_table_of_a_network_can_be_saved(page: Page) -> None:
    show(page, "resnet18")
    diagram = page.get_by_test_id("diagram")
    diagram.get_by_test_id("save").click()
    with page.expect_download() as started:
        diagram.get_by_test_id("save-csv").click()
    rows = list(csv.reader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    assert sum(int(row[-2]) for row in rows[1:]) == trace(zoo.get("resnet18")).params


@pytest.fixture
def broken(page: Page) -> Page:
    """LeNet on pictures that are too small for its last pooling."""
    show(page, "lenet", "&side=6")
    return page


def test_a_network_that_breaks_is_drawn_whole_and_says_where_and_why(broken: Page) -> None:
    wrong = broken.get_by_test_id("diagram").locator("[data-state=wrong]")
    expect(wrong).to_have_count(1)
    path = wrong.get_attribute("data-path") or ""
    eventually(lambda: in_view(broken, path), "the problem is in view")
    expect(wrong).to_contain_text("looks at 5x5")
    after = broken.get_by_test_id("diagram").locator("[data-state=unreached]")
    assert after.count() > 3
    expect(after.first).to_contain_text("not reached")
    broken.get_by_test_id("diagram-view-perspective").click()
    expect(broken.get_by_test_id("diagram").locator("[data-state=wrong]")).to_have_count(1)


def test_on_a_phone_it_is_tapped_scrolled_and_zoomed_inside_its_frame(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, has_touch=True, color_scheme="dark")
    show(page, "lenet")
    frame = page.get_by_test_id("diagram-frame")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box(page, "conv2").tap()
    expect(page.get_by_test_id("diagram-detail")).to_contain_text("nn.Conv2d(6, 16, kernel_size=5)")
    expect(box(page, "conv2")).to_have_class(re.compile("chosen"))
    settled(page)
    at_rest(page, frame)
    before = zoom(page)
    x, y = middle(page)
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, apart: float | None) -> None:
        points = (
            [] if apart is None else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        )
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 40)
    for apart in (50, 60, 80):
        touch("touchMove", apart)
    touch("touchEnd", None)
    eventually(lambda: zoom(page) == pytest.approx(2 * before, rel=0.05), "two fingers zoom")
    assert page.evaluate("window.visualViewport.scale") == 1
