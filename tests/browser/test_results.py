"""Results in the browser: a cell of the matrix opens its pictures, and the epochs are scrubbed through."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.explain import epochs
from tests.browser.reading import eventually, no_trouble, settled, visit
from tests.browser.server import Server
from tests.explain.making import train

CLASSES = tuple("0123456789")


@pytest.fixture(scope="module")
def run(server: Server):
    return train(server.runs / "results", epochs=4)


def matrix(page: Page):
    page.wait_for_selector("[data-testid=confusion][data-ready=true]", timeout=20_000)
    page.wait_for_selector("[data-testid=scrubber][data-ready=true]", timeout=20_000)
    return page.get_by_test_id("confusion-canvas")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tiles(page: Page) -> list[dict[str, str]]:
    return page.get_by_test_id("thumbnail").evaluate_all("all => all.map(each => ({...each.dataset}))")


def test_a_cell_opens_its_pictures_with_truth_answer_and_confidence(page: Page, run) -> None:
    visit(page, f"/results?run={run.name}")
    matrix(page).focus()
    press(page, "ArrowDown", "PageDown", *["ArrowRight"] * 9)  # the first key shows where one is
    found = epochs.tested(run.path, CLASSES)
    readout = page.get_by_test_id("confusion-readout")
    expect(readout).to_have_attribute("data-count", str(found.confusion()[9, 9]))
    page.keyboard.press("Enter")
    wanted = found.cell(9, 9)
    eventually(lambda: {tile["truth"] for tile in tiles(page)} == {"9"}, "the cell's pictures are shown")
    shown = tiles(page)
    assert [int(tile["number"]) for tile in shown] == wanted[: len(shown)].tolist()
    assert [float(tile["confidence"]) for tile in shown] == pytest.approx(
        found.confidence[wanted[: len(shown)]], abs=1e-5
    )
    expect(page).to_have_url(re.compile("cell=9_9"))
    page.get_by_test_id("thumbnail").nth(1).click()
    bars = page.get_by_test_id("thumbnail-detail").locator(".bar")
    expect(bars).to_have_count(5)
    assert float(bars.first.get_attribute("data-value")) == pytest.approx(
        found.confidence[wanted[1]], abs=1e-5
    )
    settled(page)
    matrix(page).focus()
    page.keyboard.press("Escape")
    eventually(
        lambda: all(tile["truth"] != tile["predicted"] for tile in tiles(page)), "the mistakes are back"
    )
    no_trouble(page)


def test_the_picture_is_the_one_that_was_asked_pixel_for_pixel(page: Page, run) -> None:
    from cnnviz.data.datasets import load

    visit(page, f"/results?run={run.name}")
    matrix(page)
    tile = page.get_by_test_id("thumbnail").first
    number = int(tile.get_attribute("data-number"))
    pixels = tile.locator("canvas").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 === 0)"
    )
    assert pixels == load("digits").test_x[number].flatten().tolist()


def test_the_slider_moves_kernels_matrix_and_answer_together(page: Page, run) -> None:
    visit(page, f"/results?run={run.name}")
    matrix(page)
    read = {number: epochs.read(path) for number, path in epochs.files(run.path).items()}
    labels = epochs.validation(run.path).labels
    slider, answer = page.get_by_test_id("scrubber-range"), page.get_by_test_id("scrubber-answer")

    def shows(number: int) -> None:
        expect(page.get_by_test_id("scrubber")).to_have_attribute("data-epoch", str(number))
        right = read[number].answers(labels, CLASSES).accuracy
        assert f"{100 * right:.1f}%" in slider.get_attribute("aria-valuetext")
        assert int(answer.get_attribute("data-predicted")) == read[number].handful[0].argmax()
        assert float(answer.get_attribute("data-confidence")) == pytest.approx(
            read[number].handful[0].max(), abs=1e-4
        )

    shows(4)
    slider.focus()
    for number in (3, 2, 1):
        page.keyboard.press("ArrowLeft")
        shows(number)
    canvas = page.get_by_test_id("scrubber-kernels")
    canvas.scroll_into_view_if_needed()
    canvas.hover(position={"x": 4, "y": 4})
    said = page.get_by_test_id("scrubber-kernels-read").inner_text()
    value = float(said.rsplit(":", 1)[1].replace("\u2212", "-"))
    assert value == pytest.approx(
        read[1].kernels[0, 0, 0, 0], abs=float(np.abs(read[1].kernels).max()) / 10_000
    )
    page.get_by_test_id("scrubber-play").click()
    shows(4)
    no_trouble(page)


def test_a_picture_that_is_clicked_is_followed_and_an_epoch_is_opened(page: Page, run) -> None:
    visit(page, f"/results?run={run.name}&set=validation")
    matrix(page)
    tile = page.get_by_test_id("thumbnail").first
    number = int(tile.get_attribute("data-number"))
    tile.click()
    answer = page.get_by_test_id("scrubber-answer")
    last = epochs.read(epochs.files(run.path)[4])
    expect(page).to_have_url(re.compile(f"follow={number}(&|$)"))
    expect(answer).to_have_attribute("data-predicted", str(last.predicted[number]))
    page.get_by_test_id("scrubber-range").focus()
    press(page, "Home")
    page.get_by_test_id("scrubber-open").click()
    expect(page).to_have_url(re.compile("epoch=1(&|$)"))
    first = epochs.read(epochs.files(run.path)[1]).answers(epochs.validation(run.path).labels, CLASSES)
    settled(page)
    matrix(page).focus()
    press(page, "ArrowDown")
    expect(page.get_by_test_id("confusion-readout")).to_have_attribute(
        "data-count", str(first.confusion()[0, 0])
    )
    no_trouble(page)
