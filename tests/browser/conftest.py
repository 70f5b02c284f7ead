"""A real server and a real Chromium. Every page of every test is watched; see ``noticed``."""

import re
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    ViewportSize,
    expect,
)

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


class Tabs:
    """Tabs of kept windows, used by one test after the other.

    A window holds Streamlit's files and a used tab its compiled code: a page opens in half the processor's time.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._windows: dict[str, BrowserContext] = {}
        self._free: dict[str, list[Page]] = {}

    def take(self, **options: object) -> tuple[str, Page]:
        """Return an empty tab of a window with these options, and the name to give it back by."""
        name = repr(sorted(options.items()))
        if name not in self._windows:
            given = {"base_url": self._url, "locale": "en-US", "viewport": WIDE} | options
            self._windows[name] = self._browser.new_context(**given)
        free = self._free.setdefault(name, [])
        return name, free.pop() if free else self._windows[name].new_page()

    def give_back(self, name: str, tab: Page, size: ViewportSize | None) -> None:
        """Take back a tab as it was given; one that went elsewhere is closed."""
        if tab.is_closed():
            return
        if not tab.url.startswith(self._url):
            tab.close()
            return
        tab.unroute_all(behavior="ignoreErrors")
        tab.evaluate("sessionStorage.clear()")
        tab.goto("about:blank")
        if size is not None and tab.viewport_size != size:
            tab.set_viewport_size(size)
        self._free[name].append(tab)

    def close(self) -> None:
        """Close all windows."""
        for window in self._windows.values():
            window.close()


@pytest.fixture(scope="session")
def tabs(browser: Browser, server: Server) -> Iterator[Tabs]:
    expect.set_options(timeout=15_000)
    found = Tabs(browser, server.url)
    yield found
    found.close()


@pytest.fixture
def noticed() -> Iterator[list[str]]:
    """What no page may ever do: ask another machine, log an error, raise. Checked when the test ends."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_page(tabs: Tabs, noticed: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a watched page; the options are those of a browser context."""
    opened: list[tuple[str, Page, ViewportSize | None]] = []

    def request(asked: Request) -> None:
        parts = urlsplit(asked.url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1":
            noticed.append(f"asks another machine: {asked.url}")

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not PROBE.search(urlsplit(message.location["url"]).path):
            noticed.append(f"logs an error: {message.text} ({message.location['url']})")

    def raised(error: Error) -> None:
        noticed.append(f"raises: {error}")

    watching = {"request": request, "console": console, "pageerror": raised}

    def page(**options: object) -> Page:
        name, tab = tabs.take(**options)
        for event, handler in watching.items():
            tab.on(event, handler)
        opened.append((name, tab, tab.viewport_size))
        return tab

    yield page
    for name, tab, size in opened:
        for event, handler in watching.items():
            tab.remove_listener(event, handler)
        tabs.give_back(name, tab, size)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()
