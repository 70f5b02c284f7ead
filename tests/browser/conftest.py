"""A real server and a real Chromium. Every page of every test is watched; see ``noticed``."""

import re
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.browser.server import Server
from tests.conftest import missing
from tests.ready import Ready

# Streamlit looks for its server below each page's address first; these answers of 404 are its own.
PROBE = re.compile(r"/[^/]+/_stcore/(health|host-config)$")

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    # The one without a window of its own costs a third less of the processor.
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        missing("Chromium", "on Debian, apt install chromium-headless-shell fonts-noto-cjk")
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, ready: Ready) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("server"), CNNVIZ_STANDBY=str(ready.folder))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CNNVIZ_RUNS", str(found.runs))
        ready.serve()
    try:
        found.start()
        yield found
    finally:
        found.stop()
        found.end_runs()


@pytest.fixture(scope="session")
def contexts(browser: Browser, server: Server) -> Iterator[Callable[..., BrowserContext]]:
    """Windows by their options, kept for the session: Streamlit's files are fetched once in each."""
    expect.set_options(timeout=15_000)
    kept: dict[str, BrowserContext] = {}

    def context(**options: object) -> BrowserContext:
        name = repr(sorted(options.items()))
        if name not in kept:
            kept[name] = browser.new_context(
                **{"base_url": server.url, "locale": "en-US", "viewport": WIDE} | options
            )
        return kept[name]

    yield context
    for each in kept.values():
        each.close()


@pytest.fixture
def noticed() -> Iterator[list[str]]:
    """What no page may ever do: ask another machine, log an error, raise. Checked when the test ends."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_page(contexts: Callable[..., BrowserContext], noticed: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a watched page; the options are those of a browser context."""
    opened: list[Page] = []

    def request(asked: Request) -> None:
        parts = urlsplit(asked.url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1":
            noticed.append(f"asks another machine: {asked.url}")

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not PROBE.search(urlsplit(message.location["url"]).path):
            noticed.append(f"logs an error: {message.text} ({message.location['url']})")

    def page(**options: object) -> Page:
        new = contexts(**options).new_page()
        new.on("request", request)
        new.on("console", console)
        new.on("pageerror", lambda error: noticed.append(f"raises: {error}"))
        opened.append(new)
        return new

    yield page
    for each in opened:
        each.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()
