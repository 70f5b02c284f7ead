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


def test_the_networks_page_shows_the_numbers_of_the_trace(open_page):
    app = open_page("networks", network="digit_recognizer")
    facts = {metric.label: metric.value for metric in app.metric}
    assert (facts["Parameters"], facts["Multiply-adds"]) == ("1,199,882", "11,992,448")
    table = app.dataframe[0].value
    assert table["Output"].tolist()[:2] == ["32x26x26", "32x26x26"]
    assert sum(table["Parameters"]) == 1_199_882
    assert "class DigitRecognizer(nn.Module)" in app.code[0].value


def test_another_input_size_is_explained_where_it_breaks(open_page):
    app = open_page("networks", network="lenet", size="32")
    assert app.error[0].value.startswith("fc1: `in_features` (=400) must equal")
    app.button(key="widget:own_input").click().run()
    assert not app.error
    app.number_input(key="widget:input_side").set_value(29).run()
    assert not app.error


def test_torchinfo_is_asked_only_on_demand(open_page):
    app = open_page("networks")
    before = len(app.code)
    app.toggle(key="widget:torchinfo").set_value(True).run()
    assert len(app.code) == before + 1
    assert "Total params: 61,706" in app.code[-1].value


# What is the same in every language: names, numbers, code.
NAMES = {
    "English", "中文", "torchinfo", "ReLU", "Sigmoid", "Tanh", "GELU", "Adam", "AdamW", "SGD", "RMSprop", "247 KB",
    *(entry.title for entry in ZOO.values()),
}  # fmt: skip
CODE = re.compile(
    r"^\$\$|nn\.|import torch|^\d+(x\d+)*$|^cpu: |^<style>|F\.|x\.mean|^(`[^`]*`\s*)+$|^[a-z]+(_[a-z]+)+$"
)


@pytest.mark.parametrize("name", PAGES)
def test_every_visible_text_comes_through_the_catalogue(open_page, name, monkeypatch):
    """In a language that puts every message into brackets, nothing visible stands outside them."""
    monkeypatch.setattr(language, "translate", lambda message, _language: f"⟦{message}⟧" if message else "")
    bare = [text for text in texts(open_page(name)) if "⟦" not in text and re.search("[A-Za-z]{2,}", text)]
    assert [text for text in bare if text not in NAMES and not CODE.search(text)] == []
