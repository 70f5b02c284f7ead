"""A search is started by its button, goes on while the page is reloaded, and its best trial is opened."""

import re

import pytest
from playwright.sync_api import Page, expect

from cnnviz.search import searches
from tests.browser.reading import no_trouble, settled, visit
from tests.browser.server import Server

LINK = (
    "/search?network=simple_cnn&device=cpu&epochs=1&trials=2&name=tried"
    "&vary_learning_rate=0.001..0.01&vary_batch_size=64,128"
)


@pytest.fixture(autouse=True)
def ended(server: Server, monkeypatch: pytest.MonkeyPatch):
    """No search outlives its test."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(server.runs))
    yield
    for search in searches.list_searches():
        searches.stop(search)


def test_a_search_is_started_survives_a_reload_and_shows_its_best_trial(page: Page, server: Server) -> None:
    visit(page, LINK)
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".st-key-search_head")).to_contain_text("SimpleCNN", timeout=30_000)
    expect(page).to_have_url(re.compile("search=tried"))
    page.reload()
    settled(page)
    expect(page.locator(".st-key-search_head")).to_contain_text("finished", timeout=120_000)
    expect(page.locator(".st-key-search_facts")).to_contain_text("Finished")
    expect(page.get_by_test_id("chart")).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    no_trouble(page)
    page.locator(".st-key-search_one_trial").get_by_role("button", name="Watch").click()
    expect(page).to_have_url(re.compile(r"/train\?.*run=tried-00[12]"))
    no_trouble(page)
    assert [run.config().test for run in server.list_runs() if run.name.startswith("tried")] == [False, False]
