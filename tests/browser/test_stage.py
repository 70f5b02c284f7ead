"""What somebody does with the stage: move sliders, point, walk, edit, pin, choose channels, save; by mouse, key, touch."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.colours import check_colours
from tests.browser.conftest import PHONE
from tests.browser.reading import (
    eventually,
    no_trouble,
    output_shape,
    point_at,
    settled,
    stage,
    step_slider,
    the_line,
    the_sum,
    visit,
)
from tests.browser.stages import Convolved, Setting

PADDING = "Padding (each side)"
CROSS = Setting.of("convolution", input="cross", kh=3, kw=3, kernel="sobel_x")


def output_of(link: str, weight: torch.Tensor, x: torch.Tensor | None = None) -> torch.Tensor:
    x = (
        Setting.of("convolution", **dict(part.split("=") for part in link.split("&"))).input()
        if x is None
        else x
    )
    return torch.nn.functional.conv2d(x[None], weight)[0]


def test_a_step_of_padding_changes_shape_formula_picture_and_link(page: Page) -> None:
    visit(page, CROSS.link)
    assert output_shape(page) == (5, 5)
    before = page.get_by_test_id("stage-output").evaluate("c => c.toDataURL()")
    step_slider(page, PADDING)
    expect(stage(page)).to_have_attribute("data-output-shape", "7x7")
    expect(page.get_by_text("floor((7 + 2*1 - 1*(3-1) - 1) / 1) + 1 = 7")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Output")).to_contain_text("1x7x7")
    assert page.get_by_test_id("stage-output").evaluate("c => c.toDataURL()") != before
    expect(page).to_have_url(re.compile("padding=1"))
    step_slider(page, "Stride")
    expect(stage(page)).to_have_attribute("data-output-shape", "4x4")
    no_trouble(page)


def messages(page: Page) -> list[object]:
    """Return the list in which every message of the page to the server will stand."""
    sent: list[object] = []

    def follow(socket: WebSocket) -> None:
        def frame(sent_now: object) -> None:  # a method of list would not do: Playwright marks its listeners
            sent.append(sent_now)

        socket.on("framesent", frame)

    page.on("websocket", follow)
    return sent


def test_pointing_stepping_scrubbing_and_playing_cost_no_message_to_the_server(page: Page) -> None:
    sent = messages(page)
    visit(page, "/convolution?input=digit&kh=3&kw=3&kernel=sobel_x")
    stage(page)
    page.wait_for_timeout(500)
    assert sent, "the frames of the start must be seen, else nothing is proved"
    before = len(sent)
    for place in range(26):
        point_at(page, place, 25 - place)
        point_at(page, place, place, "input", (28, 28))
    page.get_by_test_id("kernel-cell-1-2").hover()
    page.get_by_test_id("stage-output").press("ArrowLeft")
    page.get_by_test_id("stage-next").click()
    page.get_by_test_id("stage-terms").check()
    page.get_by_test_id("stage-scrub").fill("40")
    page.get_by_test_id("stage-play").click()
    page.wait_for_timeout(400)
    page.get_by_test_id("stage-play").click()
    assert len(sent) == before


def test_term_by_term_the_sum_grows_to_the_output(page: Page) -> None:
    visit(page, "/convolution?channels=2&bias=1")
    stage(page)
    page.get_by_test_id("stage-terms").check()
    page.get_by_test_id("stage-scrub").fill("0")
    terms = [
        0,
        1,
        6,
        12,
        0 + 1 * 1,
        2 * 2,
        4 * 3,
        5 * 4,
    ]  # of the notes' X and X + 1 with K and K + 1, first window
    for count in range(1, 9):
        said = page.get_by_test_id("stage-sum")
        running = sum(terms[:count]) + (0.5 if count == 8 else 0)
        assert float(the_line(page)["running"]) == pytest.approx(running)
        expect(said).to_contain_text(f"{count} of 8 terms" if count < 8 else "= 56.5")
        page.get_by_test_id("stage-next").click()
    assert the_line(page)["col"] == "1"


def test_pointing_takes_over_from_the_walk_and_gives_back(page: Page) -> None:
    visit(page, CROSS.link)
    stage(page)
    page.get_by_test_id("stage-speed").select_option("0.25")
    page.get_by_test_id("stage-play").click()
    page.mouse.move(1, 1)
    eventually(lambda: (the_sum(page).row, the_sum(page).col) == (0, 1), "the walk goes on")
    point_at(page, 4, 4)
    assert (the_sum(page).row, the_sum(page).col) == (4, 4)
    page.wait_for_timeout(1200)
    assert (the_sum(page).row, the_sum(page).col) == (4, 4)
    page.mouse.move(1, 1)
    eventually(lambda: the_sum(page).row == 0, "the walk has its place again", 3)
    page.get_by_test_id("stage-play").click()


def test_edited_weights_and_cells_change_the_output_at_once_and_survive_a_reload(page: Page) -> None:
    link = "input=cross&kh=3&kw=3&kernel=sobel_x"
    visit(page, f"/convolution?{link}")
    stage(page)
    weight, x = Convolved(CROSS).weight.clone(), CROSS.input()
    for row, col, text, value in [(1, 1, "2.5", 2.5), (0, 2, "\u22121/4", -0.25), (2, 0, "1,5", 1.5)]:
        cell = page.get_by_test_id(f"kernel-cell-{row}-{col}")
        cell.fill(text)
        cell.press("Enter")
        weight[0, 0, row, col] = value
        point_at(page, 2, 3)
        assert the_sum(page).value == pytest.approx(output_of(link, weight)[0, 2, 3].item(), abs=1e-5)
    page.get_by_test_id("stage-output").focus()
    point_at(page, 3, 2, "input", (7, 7))
    page.mouse.down()
    page.mouse.up()
    page.get_by_test_id("stage-edit").fill("-7.5")
    page.get_by_test_id("stage-edit").press("Enter")
    x[0, 3, 2] = -7.5
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"cells=0\.3\.2~-7\.5"))
    expect(page).to_have_url(re.compile(r"weights="))
    page.reload()
    settled(page)
    stage(page)
    wanted = output_of(link, weight, x)
    check_colours(page, wanted[0], wanted)
    page.get_by_test_id("stage-input").press("Escape")
    point_at(page, 1, 1)
    assert the_sum(page).value == pytest.approx(wanted[0, 1, 1].item(), abs=1e-5)


@pytest.mark.parametrize("text", ["abc", "", "1/0", "1e999", "nan"])
def test_what_is_no_number_keeps_the_value_and_says_so(page: Page, text: str) -> None:
    visit(page, CROSS.link)
    stage(page)
    cell = page.get_by_test_id("kernel-cell-1-2")
    cell.fill(text)
    cell.press("Enter")
    expect(stage(page).get_by_role("alert").first).to_contain_text("is not a number, so 2 was kept")
    page.get_by_test_id("stage-output").focus()
    expect(cell).to_have_value("2")


def test_a_kernel_without_room_is_one_sentence_and_coming_back_restores_the_stage(page: Page) -> None:
    visit(page, "/convolution?input=cross&kh=3&kw=3&dilation=3&kernel=sobel_x")
    assert output_shape(page) == (1, 1)
    step_slider(page, "Dilation")
    warning = page.get_by_test_id("stAlert")
    expect(warning).to_have_count(1)
    expect(warning).to_contain_text("kernel")
    expect(page.get_by_test_id("stage")).to_have_count(0)
    no_trouble(page)
    step_slider(page, "Dilation", "ArrowLeft")
    expect(warning).to_have_count(0)
    assert output_shape(page) == (1, 1)


def test_the_keyboard_alone_walks_pins_edits_and_chooses_a_channel(page: Page) -> None:
    visit(page, "/convolution?input=cross&channels=2&kh=3&kw=3&kernel=sobel_x&out=2")
    stage(page)
    output = page.get_by_test_id("stage-output")
    output.focus()
    page.keyboard.press("Control+Home")
    for key, place in [
        ("ArrowRight", (0, 1)),
        ("ArrowDown", (1, 1)),
        ("End", (1, 4)),
        ("Home", (1, 0)),
        ("Control+End", (4, 4)),
    ]:
        page.keyboard.press(key)
        assert (the_sum(page).row, the_sum(page).col) == place
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"pin=output\.4\.4"))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("pin="))
    source = page.get_by_test_id("stage-input")
    source.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    assert [the_line(page)[name] for name in ("side", "row", "col")] == ["input", "1", "0"]
    page.keyboard.press("7")
    expect(page.get_by_test_id("stage-edit")).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"cells=0\.1\.0~75"))
    channel = page.get_by_test_id("stage-output-channel-1")
    channel.focus()
    page.keyboard.press("Enter")
    expect(channel).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("see=0_1"))
    expect(page.get_by_role("status").filter(has_text="row")).to_be_visible()


def test_a_channel_shows_its_own_numbers_and_the_link_keeps_it(page: Page) -> None:
    visit(page, "/convolution?channels=2&out=3")
    stage(page)
    page.get_by_test_id("stage-output-channel-2").click()
    page.get_by_test_id("stage-input-channel-1").click()
    point_at(page, 1, 1)
    shown = the_sum(page)
    assert (shown.channel, shown.value, shown.shares) == (2, 224, [91, 133])
    expect(page).to_have_url(re.compile("see=1_2"))
    page.reload()
    settled(page)
    stage(page)
    point_at(page, 1, 1)
    assert the_sum(page) == shown


def saved(page: Page, kind: str, folder: Path) -> Path:
    page.get_by_test_id("save").first.click()
    with page.expect_download() as waiting:
        page.get_by_test_id(f"save-{kind}").first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


@pytest.mark.parametrize(
    "link",
    ["/convolution?channels=2&out=2&padding=1", "/pooling?input=digit", "/convolution?input=wave&kernel=box"],
)
def test_the_stage_is_saved_as_picture_drawing_and_table(page: Page, tmp_path: Path, link: str) -> None:
    visit(page, link)
    stage(page)
    with Image.open(saved(page, "png", tmp_path)) as image:
        assert min(image.size) > 200
        assert len(image.convert("L").getcolors(100_000) or []) > 10
    drawing = ET.parse(saved(page, "svg", tmp_path)).getroot()
    assert drawing.tag.endswith("svg")
    said = " ".join(drawing.itertext())
    assert "Input" in said
    assert "Output" in said
    table = list(csv.DictReader(io.StringIO(saved(page, "csv", tmp_path).read_text(encoding="utf-8-sig"))))
    rows, cols = output_shape(page)
    outputs = [row for row in table if row["grid"] == "output" and row["channel"] == "0"]
    assert len(outputs) == rows * cols
    point_at(page, rows - 1, cols - 1)
    assert float(outputs[-1]["value"]) == pytest.approx(the_sum(page).value, abs=1e-5)


@pytest.mark.parametrize(
    ("link", "texts"),
    [
        ("/convolution?channels=2&padding=1", ["0\u00d70 + 0\u00d71 + 0\u00d72 + 0\u00d73 = 0", "0 + 4 = 4"]),
        ("/convolution?input=sentence&kh=1&kernel=negated", ["praise", "music"]),
        ("/pooling?kh=3&kw=3&padding=1", ["\u2212\u221e"]),
        # At a corner sixteen taps read four cells: torch's weights of each cell, added up.
        ("/interpolation?factor=4&mode=bicubic", ["\u00d71.23", "\u00d7\u22120.122", "\u00d70.0121"]),
    ],
)
def test_a_saved_drawing_says_the_sum_the_names_and_the_weights(
    page: Page, tmp_path: Path, link: str, texts: list[str]
) -> None:
    visit(page, link)
    stage(page)
    said = [text.strip() for text in ET.parse(saved(page, "svg", tmp_path)).getroot().itertext()]
    for text in texts:
        assert text in said


def test_the_scrubber_says_its_place_to_a_screen_reader(page: Page) -> None:
    visit(page, "/convolution")
    stage(page)
    scrub = page.get_by_test_id("stage-scrub")
    expect(scrub).to_have_attribute("aria-valuetext", "row 1, column 1")
    scrub.fill("2")
    expect(scrub).to_have_attribute("aria-valuetext", "row 2, column 1")
    page.get_by_test_id("stage-terms").check()
    page.get_by_test_id("stage-next").click()
    expect(scrub).to_have_attribute("aria-valuetext", "row 2, column 1, 2/4")


def test_a_pin_that_a_stride_left_outside_comes_back_with_its_place(page: Page) -> None:
    visit(page, CROSS.link)
    stage(page)
    point_at(page, 4, 4)
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"pin=output\.4\.4"))
    step_slider(page, "Stride")
    expect(stage(page)).to_have_attribute("data-output-shape", "3x3")
    step_slider(page, "Stride", "ArrowLeft")
    expect(stage(page)).to_have_attribute("data-output-shape", "5x5")
    assert (the_sum(page).row, the_sum(page).col) == (4, 4)


@pytest.mark.parametrize("name", ["convolution", "pooling", "interpolation"])
def test_on_a_phone_the_picture_comes_before_the_choices(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    visit(page, f"/{name}")
    picture, choice = stage(page).bounding_box(), page.get_by_role("combobox").first.bounding_box()
    assert picture is not None
    assert choice is not None
    assert picture["y"] + picture["height"] / 2 < PHONE["height"]
    assert picture["y"] < choice["y"]


def test_a_phone_pins_by_touch_and_nothing_is_wider_than_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    visit(page, "/convolution?input=cross&kh=3&kw=3&kernel=sobel_x&padding=1&channels=3&out=4")
    stage(page)
    canvas = page.get_by_test_id("stage-output")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 3.5 * box["width"] / 7, box["y"] + 2.5 * box["height"] / 7)
    eventually(lambda: (the_sum(page).row, the_sum(page).col) == (2, 3), "the touched cell")
    expect(page).to_have_url(re.compile(r"pin=output\.2\.3"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_who_asked_for_less_motion_gets_a_slow_walk(open_page: Callable[..., Page]) -> None:
    page = open_page(reduced_motion="reduce")
    visit(page, "/convolution?input=digit&kh=3&kw=3&kernel=sobel_x")
    stage(page)
    page.get_by_test_id("stage-play").click()
    page.mouse.move(1, 1)
    page.wait_for_timeout(500)  # without it, at 24 ms a step, twenty cells
    assert the_sum(page).col <= 1
    page.get_by_test_id("stage-play").click()


def test_a_cell_of_the_padding_says_what_it_is(page: Page) -> None:
    visit(page, "/convolution?padding=1&mode=reflect")
    stage(page)
    point_at(page, 0, 0, "input", (5, 5))
    expect(page.get_by_test_id("stage-sum")).to_contain_text("Padding, row 0, column 0")
    assert float(the_line(page)["value"]) == 4
    assert json.loads(the_line(page)["reach"]) == [[0, 0, 0]]
