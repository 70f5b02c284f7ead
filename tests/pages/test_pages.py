import re

import pytest

from cnnviz import language
from cnnviz.ui.shell import PAGES
from cnnviz.zoo import ZOO
from tests.pages.conftest import go, texts


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_opens_by_its_link_in_both_languages(open_page, name, lang):
    app = open_page(name, lang=lang)
    assert len(app.title) == 1
    assert not app.error
    assert any("\u4e00" <= letter <= "\u9fff" for letter in app.title[0].value) == (lang == "zh")


def test_the_language_follows_the_switch_and_stays_on_the_next_page(app, open_page):
    open_page("convolution")
    app.segmented_control(key="widget:language").set_value("zh").run()
    assert app.title[0].value == "卷积"
    assert app.query_params["lang"] == ["zh"] or app.query_params["lang"] == "zh"
    assert go(app, "networks").title[0].value == "网络"


@pytest.mark.parametrize(
    "link",
    [
        {"kernel": "nothing"},
        {"network": "vgg99", "activation": "step"},
        {"run": "../../x"},
        {"checkpoint": "/etc/passwd"},
        {"dataset": "imagenet"},
        {"device": "tpu"},
    ],
)
@pytest.mark.parametrize("name", ["convolution", "networks", "train"])
def test_a_link_to_what_is_not_there_falls_back_to_what_is(open_page, name, link):
    assert not open_page(name, **link).error


@pytest.mark.parametrize(
    ("name", "link"),
    [("convolution", {"input": "photo", "side": "50"}), ("train", {"lr": "50"}), ("train", {"lr": "-1"}), ("train", {"lr": "nan"})],
)  # fmt: skip
def test_a_number_in_a_link_that_no_widget_can_show_is_refused_by_name(open_page, name, link):
    assert list(link)[-1] in open_page(name, **link).warning[0].value


# What is the same in every language: names, numbers, code.
NAMES = {
    "English", "中文", "torchinfo", "ReLU", "Sigmoid", "Tanh", "GELU", "Adam", "AdamW", "SGD", "RMSprop", "PyTorch",
    *(entry.title for entry in ZOO.values()),
}  # fmt: skip
CODE = re.compile(
    r"^\$\$|nn\.|^import |^(\.\w+(, )?)+$|^\d+(x\d+)*$|^[\d.]+ [KMG]?B$|^cpu: |^<style>|F\.|x\.mean|^(`[^`]*`\s*)+$|^[a-z]+(_[a-z]+)+$"
)


@pytest.mark.parametrize("name", PAGES)
def test_every_visible_text_comes_through_the_catalogue(open_page, name, monkeypatch):
    """In a language that puts every message into brackets, nothing visible stands outside them."""
    monkeypatch.setattr(language, "translate", lambda message, _language: f"⟦{message}⟧" if message else "")
    bare = [text for text in texts(open_page(name)) if "⟦" not in text and re.search("[A-Za-z]{2,}", text)]
    assert [text for text in bare if text.strip("*") not in NAMES and not CODE.search(text)] == []
