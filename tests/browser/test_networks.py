"""The networks page: diagram, table and code follow one another; the table sorts, filters and sums as it should."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.nets.build import build
from cnnviz.nets.source import source
from cnnviz.shapes import trace
from cnnviz.zoo import get
from tests.browser.conftest import PHONE
from tests.browser.reading import eventually, no_trouble, settled, visit


def ready(page: Page) -> None:
    """Wait until diagram, table and code stand."""
    for name in ("diagram", "rows", "code"):
        expect(page.get_by_test_id(name)).to_have_attribute("data-ready", "true", timeout=20_000)
    settled(page)


def row(page: Page, path: str) -> Locator:
    """Return the row of a layer."""
    return page.locator(f'[data-testid=rows-row][data-path="{path}"]')


def box(page: Page, path: str) -> Locator:
    """Return the diagram's box of a layer."""
    return page.get_by_test_id("diagram").locator(f'[data-id="box:{path}"]')


def paths(page: Page) -> list[str]:
    """Return the layers that the table shows, from top to bottom."""
    return page.get_by_test_id("rows-row").evaluate_all("all => all.map(e => e.dataset.path)")


def column(page: Page, name: str) -> list[int]:
    """Return the numbers of a column, from top to bottom."""
    return [
        int(text)
        for text in page.get_by_test_id("rows-row").evaluate_all(f"all => all.map(e => e.dataset.{name})")
    ]


def follow(page: Page, path: str) -> None:
    """Table, code and link have this layer; the row and the line are to be seen inside their frames."""
    expect(row(page, path)).to_have_class(re.compile(r"\bchosen\b"))
    expect(row(page, path)).to_have_attribute("aria-current", "true")
    line = page.locator("[data-testid=code-line].chosen")
    expect(line).to_have_count(1)
    assert path in (line.get_attribute("data-layers") or "").split()
    for element in (row(page, path), line):
        assert element.evaluate(
            """e => { const inner = e.getBoundingClientRect(), outer = e.closest('.frame').getBoundingClientRect();
                return inner.top >= outer.top && inner.bottom <= outer.bottom; }"""
        )
    expect(page).to_have_url(re.compile(rf"layer={re.escape(path)}(&|$)"))


def test_a_click_in_one_of_diagram_table_and_code_takes_the_others_along(page: Page) -> None:
    visit(page, "/networks")
    ready(page)
    box(page, "conv2").click()
    follow(page, "conv2")
    row(page, "fc2").click()
    follow(page, "fc2")
    expect(box(page, "fc2")).to_have_attribute("aria-selected", "true")
    page.locator('[data-testid=code-line][data-layers="pool1"] code').click()
    follow(page, "pool1")
    expect(box(page, "pool1")).to_have_attribute("aria-selected", "true")
    row(page, "fc2").click()  # once more the same as before: still a choice
    follow(page, "fc2")
    no_trouble(page)


def test_the_choice_stays_on_a_slow_server_and_in_the_link(page: Page) -> None:
    visit(page, "/networks?layer=act2")
    ready(page)
    follow(page, "act2")
    for path in ("conv1", "fc3", "pool2"):
        row(page, path).click()
    page.wait_for_timeout(1200)
    follow(page, "pool2")
    page.reload()
    ready(page)
    follow(page, "pool2")


def test_arrow_keys_choose_rows_and_lines(page: Page) -> None:
    visit(page, "/networks?layer=conv1")
    ready(page)
    row(page, "conv1").focus()
    for _step in range(3):
        page.keyboard.press("ArrowDown")
    follow(page, "conv2")
    page.keyboard.press("End")
    follow(page, paths(page)[-1])
    page.get_by_test_id("code-frame").locator("button[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    number = page.locator("[data-testid=code-line].chosen").get_attribute("data-layers")
    follow(page, str(number).split()[0])


def test_a_line_of_many_layers_goes_through_them(page: Page) -> None:
    visit(page, "/networks?network=vgg11")
    ready(page)
    lines = page.get_by_test_id("code-line").evaluate_all("all => all.map(e => e.dataset.layers ?? '')")
    many = next(i for i, layers in enumerate(lines) if len(layers.split()) > 1)
    layers = lines[many].split()
    for number in (1, 2):
        page.get_by_test_id("code-line").nth(many).locator("code").click()
        follow(page, layers[number - 1])
        expect(page.get_by_test_id("code-status")).to_contain_text(f"{number} of {len(layers)}")


@pytest.mark.parametrize("name", ["lenet", "googlenet"])
def test_the_totals_are_torchs(page: Page, name: str) -> None:
    visit(page, f"/networks?network={name}")
    ready(page)
    total = page.get_by_test_id("rows-total")
    params = sum(p.numel() for p in build(get(name)).parameters())
    assert sum(column(page, "params")) == params
    expect(total.locator("[data-column=params]")).to_have_text(f"{params:,}")
    expect(total.locator("[data-column=macs]")).to_have_text(f"{trace(get(name)).macs:,}")


def test_the_table_sorts_by_click_and_keyboard_and_comes_back(page: Page) -> None:
    visit(page, "/networks")
    ready(page)
    as_they_run = paths(page)
    head = page.locator("th[data-column=params]")
    page.get_by_test_id("rows-by-params").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert column(page, "params") == sorted(column(page, "params"), reverse=True)
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert column(page, "params") == sorted(column(page, "params"))
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert paths(page) == as_they_run
    page.get_by_test_id("rows-by-path").click()
    assert paths(page) == sorted(as_they_run)
    page.get_by_test_id("rows-reset").click()
    assert paths(page) == as_they_run


def test_the_filter_leaves_what_fits_and_sums_it_up(page: Page) -> None:
    visit(page, "/networks")
    ready(page)
    page.get_by_test_id("rows-filter").fill("linear")
    assert paths(page) == ["fc1", "fc2", "fc3"]
    expect(page.get_by_test_id("rows-count")).to_have_text("3 of 12 layers")
    total = page.get_by_test_id("rows-total").locator("[data-column=params]")
    assert int(total.get_attribute("data-value") or "") == sum(column(page, "params")) == 59_134
    expect(total).to_contain_text("95.8%")
    page.get_by_test_id("rows-filter").fill("nothing like it")
    assert paths(page) == []
    page.get_by_test_id("rows-reset").click()
    assert len(paths(page)) == 12


def test_the_table_is_saved_as_csv_in_the_order_that_is_shown(page: Page) -> None:
    visit(page, "/networks")
    ready(page)
    page.get_by_test_id("rows-by-macs").click()
    page.get_by_test_id("rows").get_by_test_id("save").click()
    with page.expect_download() as started:
        page.get_by_test_id("rows").get_by_test_id("save-csv").click()
    lines = list(csv.reader(io.StringIO(Path(started.value.path()).read_bytes().decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == paths(page)
    assert [int(line[5]) for line in lines[1:]] == column(page, "macs")
    assert "28" in lines[1][2].split("x") or "14" in lines[1][2].split("x")


def test_the_code_is_the_source_letter_by_letter_coloured_and_saved(page: Page) -> None:
    visit(page, "/networks")
    ready(page)
    text = source(get("lenet"))
    lines = page.get_by_test_id("code-line").locator("code").all_text_contents()
    assert "".join(lines) == text
    code = page.get_by_test_id("code")
    assert code.locator(".keyword", has_text=re.compile("^class$")).count() >= 1
    assert code.locator(".defined", has_text=re.compile("^LeNet$")).count() == 1
    assert code.locator(".string").first.text_content() == text.split("\n")[0]
    with page.expect_download() as started:
        page.get_by_test_id("code-download").click()
    assert started.value.suggested_filename == "LeNet.py"
    assert Path(started.value.path()).read_text() == text
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_test_id("code-copy").click()
    expect(page.get_by_test_id("code-copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == text


@pytest.mark.parametrize("name", ["googlenet", "densenet121", "vgg16"])
def test_beside_the_diagram_all_columns_up_to_the_receptive_field_are_seen(
    open_page: Callable[..., Page], name: str
) -> None:
    page = open_page(viewport={"width": 1440, "height": 900})
    visit(page, f"/networks?network={name}")
    ready(page)
    hidden = page.locator("th[data-column=field]").evaluate(
        "e => e.getBoundingClientRect().right - e.closest('.frame').getBoundingClientRect().right"
    )
    assert hidden <= 0


def test_a_merge_says_what_all_its_paths_give_and_a_long_path_keeps_its_end(page: Page) -> None:
    visit(page, "/networks?network=googlenet")
    ready(page)
    merge = row(page, "b3.inception1")
    expect(merge.locator("td").nth(1)).to_have_text("(64+128+32+32)×12×12")
    expect(merge).to_have_attribute("data-input", "(64+128+32+32)x12x12")
    long = row(page, "b3.inception1.p2.reduce").locator("th")
    expect(long).to_have_attribute("title", "b3.inception1.p2.reduce")
    cut = long.locator("span span, b").evaluate_all("all => all.map(e => e.scrollWidth > e.clientWidth)")
    assert cut == [True, False, False]
    visit(page, "/networks?network=resnet18")
    ready(page)
    expect(row(page, "b2.block1.sum").locator("td").nth(1)).to_have_text("64×56×56, 64×56×56")


def test_where_the_network_breaks_the_rows_up_to_there_stay_and_a_fix_mends_it(page: Page) -> None:
    visit(page, "/networks?side=32")
    expect(page.get_by_test_id("rows-problem")).to_contain_text("400")
    assert paths(page)[-1] == "flatten"
    page.locator(".st-key-widget-network_fix_0").click()
    ready(page)
    expect(page.get_by_test_id("rows-problem")).to_have_count(0)
    assert len(paths(page)) == 12
    no_trouble(page)


def test_marking_text_in_the_code_chooses_nothing(page: Page) -> None:
    visit(page, "/networks?layer=conv1")
    ready(page)
    first, last = (
        page.locator(f'[data-testid=code-line][data-layers="{path}"] code') for path in ("conv1", "pool1")
    )
    start, end = first.bounding_box(), last.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 70, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 120, end["y"] + 8, steps=4)
    page.mouse.up()
    page.wait_for_timeout(400)
    follow(page, "conv1")


def test_the_network_goes_on_into_the_builder_and_into_training(page: Page) -> None:
    visit(page, "/networks?network=tiny_vgg")
    ready(page)
    page.get_by_role("button", name="Change it in the builder").click()
    page.wait_for_url(re.compile(r"/build\?.*own="))
    visit(page, "/networks?side=29")
    ready(page)
    page.get_by_role("button", name="Train it").click()
    page.wait_for_url(re.compile(r"/train\?.*network=own"))
    expect(page.get_by_role("combobox", name="Network", exact=True)).to_have_value(re.compile("1x29x29"))
    no_trouble(page)


def test_on_a_phone_table_and_code_scroll_in_their_own_frames(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, has_touch=True, color_scheme="dark")
    visit(page, "/networks?network=googlenet")
    ready(page)
    for name in ("rows", "code"):
        frame = page.get_by_test_id(name).locator(".frame").first
        eventually(
            lambda frame=frame: frame.evaluate("e => e.scrollWidth > e.clientWidth"), "the frame scrolls"
        )
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    row(page, "b3.inception1.p2.conv").tap()
    expect(row(page, "b3.inception1.p2.conv")).to_have_attribute("aria-current", "true")
    no_trouble(page)
