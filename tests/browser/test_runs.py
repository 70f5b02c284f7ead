"""Runs in a real browser: ticked, renamed, deleted, taken back, compared, and a report that opens by itself."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnviz.store import upkeep
from cnnviz.train.runs import Run
from tests import shelf
from tests.browser.reading import eventually, no_trouble, settled, visit
from tests.browser.server import Server

ROW = 35
"""Height of a row of Streamlit's tables, in pixels."""


@pytest.fixture
def shelved(server: Server, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, Run]:
    """Two finished runs on the server's shelf; they are gone afterwards."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(server.runs))
    first = shelf.made(server.runs, "shelf-first", shelf.config(seed=1), age=-9, about={"name": "Anna's run"})
    second = shelf.made(
        server.runs, "shelf-second", shelf.config(seed=1, learning_rate=0.01), about={"tags": ["shelf"]}
    )
    shelf.looked_into(first)
    yield first, second
    for run in (first, second):
        if run.path.exists():
            upkeep.delete(run)
    upkeep.empty()


def test_a_run_is_renamed_deleted_and_taken_back(page: Page, shelved: tuple[Run, Run]) -> None:
    run, _ = shelved
    visit(page, f"/runs?runs={run.name}")
    name = page.get_by_role("textbox", name="Name", exact=True)
    name.fill("Best <b>of</b> all")
    name.press("Enter")
    expect(page.get_by_role("heading", name="Best <b>of</b> all")).to_be_visible()
    eventually(lambda: upkeep.about(run).name == "Best <b>of</b> all", "the name is kept")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".st-key-runs_undo")).to_contain_text("was deleted")
    assert not run.path.exists()
    settled(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Best <b>of</b> all")).to_be_visible()
    assert run.path.is_dir()
    expect(page.locator(".st-key-runs_undo")).to_have_count(0)
    no_trouble(page)


def test_ticking_rows_opens_one_and_compares_two(page: Page, shelved: tuple[Run, Run]) -> None:
    visit(page, "/runs?find=shelf-")
    list_ = page.locator(".stDataFrameGlideDataEditor").first
    for row in (1, 2):
        expect(list_).to_be_visible()
        list_.click(position={"x": 16, "y": ROW * row + ROW // 2})
        settled(page)
        if row == 1:
            expect(page.get_by_role("heading", name="Anna's run")).to_be_visible()
    expect(page.get_by_role("heading", name="2 runs side by side")).to_be_visible()
    differing = page.get_by_test_id("stTable").first
    expect(differing).to_contain_text("learning_rate")
    expect(differing).to_contain_text("0.01")
    eventually(lambda: "runs=shelf-first" in page.url, "the comparison stands in the link")
    expect(page.get_by_test_id("curves")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_role("heading", name="2 runs side by side")).to_be_visible()
    no_trouble(page)


def test_the_report_opens_by_itself_in_the_browser(
    page: Page, shelved: tuple[Run, Run], tmp_path: Path, noticed: list[str]
) -> None:
    run, _ = shelved
    visit(page, f"/runs?runs={run.name}")
    with page.expect_download() as found:
        page.get_by_role("button", name="Report (HTML)").click()
    file = tmp_path / found.value.suggested_filename
    found.value.save_as(file)
    assert file.name == "shelf-first.html"
    expect(page.get_by_test_id("curves")).to_be_visible()  # the page itself has all that it asks for
    page.context.set_offline(True)
    try:
        page.goto(file.as_uri())
        expect(page.get_by_role("heading", name="Anna's run")).to_be_visible()
        expect(page.locator("svg")).to_have_count(3)
        expect(page.locator("table.matrix td")).to_have_count(100)
        assert (
            page.locator(".kernels img").evaluate_all("all => all.map(each => each.naturalWidth)") == [5] * 6
        )
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        page.context.set_offline(False)
    assert [each for each in noticed if "file:" not in each] == []  # its own policy had nothing to refuse
    noticed.clear()
