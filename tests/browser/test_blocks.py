"""The diagram's boxes carry torch's numbers, stand side by side without touching, open, close, and can be saved."""

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from torch import nn

from cnnviz.nets.build import build
from cnnviz.spec import Chain, Network
from cnnviz.zoo import blocks
from tests.browser.conftest import PHONE
from tests.browser.reading import eventually, no_trouble, settled, step_slider, visit


def diagram(page: Page) -> Locator:
    """Return the diagram once it is drawn."""
    found = page.get_by_test_id("diagram")
    expect(found).to_have_attribute("data-ready", "true", timeout=20_000)
    return found


def box(page: Page, path: str) -> Locator:
    """Return the box at a path of the tree."""
    return diagram(page).locator(f'[data-id="box:{path}"]')


def drawn(page: Page) -> list[dict[str, str]]:
    """Return what the boxes say of themselves."""
    diagram(page)
    return page.get_by_test_id("diagram-box").evaluate_all(
        "all => all.map(e => ({...e.dataset, text: e.textContent}))"
    )


def focused(page: Page) -> str:
    """Return the box that has the focus."""
    return str(
        page.get_by_test_id("diagram-picture").evaluate(
            "e => e.getRootNode().activeElement?.dataset.id ?? ''"
        )
    )


def setting(kind: str, seed: int) -> tuple[str, Network]:
    """Return a random setting of a block: the page's link, and the network that is this block alone."""
    some = random.Random(seed).randint
    match kind:
        case "vgg":
            given = {"in": some(1, 8), "side": some(8, 30), "out": some(1, 20), "convs": some(1, 4)}
            node = blocks.vgg_block(given["in"], given["out"], given["convs"], name="vgg_block")
        case "inception":
            given = {"in": some(1, 40), "side": some(4, 30)}
            given |= {name: some(1, 60) for name in ("c1", "c2a", "c2b", "c3a", "c3b", "c4")}
            c2, c3 = (given["c2a"], given["c2b"]), (given["c3a"], given["c3b"])
            node = blocks.inception(given["in"], given["c1"], c2, c3, given["c4"], name="inception")
        case "residual":
            given = {"in": some(1, 9), "side": some(4, 30), "out": some(10, 20), "stride": some(1, 3)}
            node = blocks.residual(given["in"], given["out"], True, given["stride"], name="residual")
            given["1x1"] = "yes"  # type: ignore[assignment]
        case _:
            given = {"in": some(1, 30), "side": some(3, 30), "convs": some(1, 4), "growth": some(1, 20)}
            node = blocks.dense_block(given["in"], given["convs"], given["growth"], name="dense_block")
    link = "&".join(f"{kind}_{name}={value}" for name, value in given.items())
    network = Network("Block", (given["in"], given["side"], given["side"]), Chain("", (node,)))
    return f"/blocks?block={kind}&{link}", network


def torch_says(network: Network) -> dict[str, tuple[str, str]]:
    """Return for each layer's path its output shape and parameters."""
    module, answers = build(network).eval(), {}
    for path, each in module.named_modules():
        if not list(each.children()) and not isinstance(each, nn.Sequential):
            count = str(sum(p.numel() for p in each.parameters()))
            each.register_forward_hook(
                lambda _m, _i, out, path=path, count=count: answers.update(
                    {path: ("x".join(map(str, out.shape[1:])), count)}
                )
            )
    with torch.no_grad():
        module(torch.zeros(1, *network.input_shape))
    return answers


@pytest.mark.parametrize(("kind", "seed"), [("vgg", 1), ("inception", 2), ("residual", 3), ("dense", 4)])
def test_shapes_and_parameters_read_off_the_page_are_torchs(page: Page, kind: str, seed: int) -> None:
    link, network = setting(kind, seed)
    visit(page, link)
    no_trouble(page)
    layers = {
        each["path"]: (each["output"], each["params"]) for each in drawn(page) if each["form"] == "layer"
    }
    assert layers == torch_says(network)
    path = next(name for name in layers if "conv" in name)
    box(page, path).hover()
    detail = page.get_by_test_id("diagram-detail")
    expect(detail).to_contain_text(layers[path][0].replace("x", "×"))
    expect(detail).to_contain_text(f"= {int(layers[path][1]):,}")


def test_a_merge_says_the_sum_of_the_channels_or_which_shapes_differ(page: Page) -> None:
    visit(page, "/blocks")
    merge = diagram(page).locator("[data-form=merge]")
    expect(merge).to_have_text("concat 64 + 128 + 32 + 32 = 256")
    visit(page, "/blocks?block=residual&residual_out=128&residual_stride=2")
    expect(diagram(page).locator("[data-form=merge]")).to_have_text("128×28×28 ≠ 64×56×56")
    page.get_by_role("button", name="Use a 1×1 convolution").click()
    expect(diagram(page).locator("[data-form=merge]")).to_have_text("+")
    no_trouble(page)


def test_boxes_stand_inside_their_block_and_never_touch(page: Page) -> None:
    for link in ("/blocks", "/blocks?block=dense&dense_convs=2", "/blocks?block=residual&residual_1x1=yes"):
        visit(page, link)
        diagram(page)
        found = page.get_by_test_id("diagram-box").evaluate_all(
            """all => all.map(e => { const r = e.querySelector('.edge').getBoundingClientRect();
                return {id: e.dataset.id, path: e.dataset.path, form: e.dataset.form, x: [r.left, r.right], y: [r.top, r.bottom]}; })"""
        )
        inside = [(a, b) for a in found for b in found if a["form"] in {"frame", "lane"} and a is not b]
        for outer, inner in inside:
            if inner["path"].startswith(outer["path"] + "."):
                for axis in ("x", "y"):
                    (least, most), (start, end) = outer[axis], inner[axis]
                    assert least <= start <= end <= most, (outer, inner)
        leaves = [each for each in found if each["form"] in {"layer", "merge", "end"}]
        for a, b in ((a, b) for a in leaves for b in leaves if a["id"] < b["id"]):
            apart = any(a[axis][1] < b[axis][0] or b[axis][1] < a[axis][0] for axis in ("x", "y"))
            assert apart, (a, b)


def test_a_block_closes_to_one_box_with_its_totals_and_opens_again(page: Page) -> None:
    visit(page, "/blocks")
    block = box(page, "inception")
    whole = len(drawn(page))
    block.locator(".head").click(position={"x": 60, "y": 10})
    expect(block).to_have_attribute("aria-expanded", "false")
    expect(block).to_contain_text("192×28×28 → 256×28×28")
    assert block.get_attribute("data-params") == "163696"
    assert [each["form"] for each in drawn(page)] == ["end", "closed", "end"]
    block.click()
    expect(block).to_have_attribute("aria-expanded", "true")
    assert len(drawn(page)) == whole
    page.get_by_test_id("diagram-all").click()
    assert len(drawn(page)) == 3


def test_the_keyboard_goes_from_box_to_box_and_enter_closes_a_path(page: Page) -> None:
    visit(page, "/blocks")
    diagram(page).locator("[data-id='end:input']").focus()
    for expected in ("box:inception", "box:inception.p1", "box:inception.p1.conv"):
        page.keyboard.press("ArrowDown")
        assert focused(page) == expected
    page.keyboard.press("ArrowRight")
    assert focused(page) == "box:inception.p2.reduce"
    expect(page.get_by_test_id("diagram-detail")).to_contain_text("96*192*1*1 + 96 = 18,528")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert focused(page) == "box:inception.p2"
    expect(box(page, "inception.p2")).to_have_attribute("aria-expanded", "false")
    expect(box(page, "inception.p2.conv")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(box(page, "inception.p2.conv")).to_have_count(1)
    page.keyboard.press("End")
    assert focused(page) == "end:output"


def test_the_bars_show_each_paths_share_of_what_is_chosen(page: Page) -> None:
    link, network = setting("residual", 5)
    visit(page, link)
    lanes = [each for each in drawn(page) if each["form"] == "lane"]
    for by in ("params", "macs"):
        page.get_by_test_id(f"diagram-by-{by}").click()
        total = sum(int(each[by]) for each in lanes)
        for lane in lanes:
            shown = box(page, lane["path"])
            assert float(shown.get_attribute("data-share") or "") == pytest.approx(int(lane[by]) / total)
            expect(shown).to_contain_text(f"{100 * int(lane[by]) / total:.1f}%")
    assert sum(int(each["params"]) for each in lanes) == sum(p.numel() for p in build(network).parameters())


def test_a_slider_changes_the_diagram(page: Page) -> None:
    visit(page, "/blocks?block=dense")
    step_slider(page, "Convolutions")
    settled(page)
    expect(box(page, "dense_block")).to_have_attribute("data-output", "33x8x8")
    assert "dense_convs=3" in page.url


@pytest.mark.parametrize("kind", ["svg", "png", "csv"])
def test_the_diagram_can_be_saved(page: Page, kind: str, tmp_path: Path) -> None:
    visit(page, "/blocks")
    diagram(page).get_by_test_id("save").click()
    with page.expect_download() as started:
        diagram(page).get_by_test_id(f"save-{kind}").click()
    assert started.value.suggested_filename == f"Inception block.{kind}"
    content = Path(started.value.path()).read_bytes()
    if kind == "svg":
        words = "".join(ElementTree.fromstring(content).itertext())
        assert "concat 64 + 128 + 32 + 32 = 256" in words
        assert "Conv2d 5×5, 32" in words
        assert b"var(" not in content
    elif kind == "png":
        assert content.startswith(b"\x89PNG")
        width = int.from_bytes(content[16:20])
        shown = page.get_by_test_id("diagram-picture").evaluate("e => e.viewBox.baseVal.width")
        assert width == pytest.approx(2 * shown, abs=2)
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[0][-2:] == ["Parameters", "Multiply-adds"]
        assert sum(int(row[-2]) for row in rows[1:]) == 163_696
        assert sum(int(row[-1]) for row in rows[1:]) == 128_049_152


def test_on_a_phone_the_diagram_scrolls_in_its_own_frame_and_a_tap_explains_a_box(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(viewport=PHONE, has_touch=True, color_scheme="dark")
    visit(page, "/blocks")
    diagram(page)
    eventually(
        lambda: page.get_by_test_id("diagram-picture").evaluate("e => e.parentElement.scrollWidth > e.parentElement.clientWidth"),
        "the frame scrolls",
    )  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box(page, "inception.p4.pool").tap()
    expect(page.get_by_test_id("diagram-detail")).to_contain_text("nn.MaxPool2d(3, stride=1, padding=1)")
