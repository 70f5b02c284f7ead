"""What holds on every page: opened by its link, in the dark, on a phone, in both languages, alone on its machine."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnviz.language import catalogue
from cnnviz.ui import shell
from tests.browser.conftest import PHONE
from tests.browser.reading import choose_page, eventually, no_trouble, settled, stage, step_slider, visit
from tests.browser.server import Server

PAGES = {
    name: shell.HEADLINE if name == "home" else text for name, (text, _icon, _section) in shell.PAGES.items()
}
SECTIONS = {name: section for name, (_text, _icon, section) in shell.PAGES.items()}

TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll("[data-testid=stMain], .stApp")]
    .filter((e) => e.scrollWidth > innerWidth).map((e) => `${e.className} ${e.scrollWidth}`)"""


def link(name: str, language: str = "") -> str:
    path = "/" if name == "home" else f"/{name}"
    return f"{path}?lang={language}" if language else path


def title(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def in_chinese(text: str) -> str:
    translated = catalogue("zh").gettext(text)
    assert translated != text, f"the catalogue lacks {text!r}"
    return translated


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    found.start()
    yield found
    found.stop()


def test_the_first_link_that_a_fresh_server_is_asked_for_is_a_page_of_the_app(
    fresh_server: Server, page: Page
) -> None:
    page.goto(f"{fresh_server.url}/convolution?input=cross&kh=3&kw=3&padding=2&kernel=sobel_x")
    settled(page)
    title(page, "Convolution")
    expect(stage(page)).to_have_attribute("data-output-shape", "9x9")


@pytest.mark.parametrize(
    "name", ["home", "activations", "interpolation", "softmax", "learn", "compare"]
)  # the others are opened by tests of their own
def test_each_page_opens_by_its_link(page: Page, name: str) -> None:
    visit(page, link(name))
    title(page, PAGES[name])
    no_trouble(page)


def test_the_pages_are_reached_from_each_other(page: Page) -> None:
    visit(page, "/")
    for name in ["convolution", "blocks", "networks", "train", "draw"]:
        choose_page(page, SECTIONS[name], PAGES[name])
        title(page, PAGES[name])
        expect(page).to_have_url(re.compile(f"/{name}"))
        settled(page)
        no_trouble(page)


@pytest.mark.parametrize(
    ("name", "language"), [(name, "zh") for name in PAGES] + [("convolution", "en"), ("blocks", "en")]
)
def test_each_page_on_a_phone_in_the_dark_is_whole_and_scrolls_only_down(
    open_page: Callable[..., Page], name: str, language: str
) -> None:
    page = open_page(
        viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2, color_scheme="dark"
    )
    visit(page, link(name, language))
    said = in_chinese if language == "zh" else str
    title(page, said(PAGES[name]))
    if name in {"home", "convolution"}:
        expect(stage(page)).to_contain_text(said("Kernel"))
    if language == "zh":
        labels = page.get_by_test_id("stWidgetLabel").all_inner_texts()
        assert [
            text for text in labels if text and text.isascii() and "_" not in text
        ] == []  # torch's names stay
    assert page.evaluate(TOO_WIDE) == []
    background = page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
    assert sum(int(part) for part in re.findall(r"\d+", background)[:3]) < 150
    no_trouble(page)


def test_the_language_switch_changes_the_texts_and_stays_over_pages_and_reload(page: Page) -> None:
    visit(page, link("convolution"))
    title(page, "Convolution")
    page.get_by_text("中文", exact=True).click()
    title(page, in_chinese("Convolution"))
    expect(page).to_have_url(re.compile("lang=zh"))
    expect(page.get_by_text(in_chinese("Padding (each side)")).first).to_be_visible()
    choose_page(page, in_chinese("Networks"), in_chinese("Networks"))
    title(page, in_chinese("Networks"))
    expect(page).to_have_url(re.compile("lang=zh"))
    page.reload()
    settled(page)
    title(page, in_chinese("Networks"))
    page.get_by_text("English", exact=True).click()
    title(page, "Networks")


def test_a_chinese_browser_is_met_in_chinese_and_may_choose_english(open_page: Callable[..., Page]) -> None:
    page = open_page(locale="zh-CN")
    visit(page, link("networks"))
    title(page, in_chinese("Networks"))
    page.get_by_text("English", exact=True).click()
    title(page, "Networks")
    page.reload()
    settled(page)
    title(page, "Networks")


def test_a_link_with_nonsense_says_so_and_shows_the_page(page: Page) -> None:
    visit(page, "/convolution?padding=-3&kh=banana&stride=2")
    expect(page.get_by_test_id("stAlert")).to_contain_text("padding")
    expect(page.get_by_test_id("stAlert")).to_contain_text("kh")
    assert stage(page).get_attribute("data-output-shape") == "1x1"  # 3x3, kernel 2x2, stride 2
    no_trouble(page)


def test_settings_survive_leaving_the_page(page: Page) -> None:
    visit(page, "/convolution?input=cross&kh=3&kw=3&padding=2&kernel=sobel_x")
    assert stage(page).get_attribute("data-output-shape") == "9x9"
    choose_page(page, "Train and draw", "Draw")
    title(page, "Draw")
    choose_page(page, "Layers", "Convolution")
    title(page, "Convolution")
    eventually(
        lambda: stage(page).get_attribute("data-output-shape") == "9x9", "the settings are there again"
    )
    expect(page).to_have_url(re.compile("padding=2"))


def test_back_leaves_the_page_and_does_not_creep_through_a_sliders_values(page: Page) -> None:
    visit(page, "/")
    stage(page)  # what keeps the history short comes with the first component
    page.get_by_test_id("stMain").get_by_role("link", name="Convolution").first.click()
    settled(page)
    for _ in range(3):
        step_slider(page, "Padding (each side)")
    expect(page).to_have_url(re.compile("padding=3"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("See a convolutional network think")
