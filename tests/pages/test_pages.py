import re

import pytest

from cnnviz import language
from cnnviz.ui.shell import PAGES
from cnnviz.zoo import ZOO
from tests.pages.conftest import component, go, texts


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


def test_a_widgets_value_survives_leaving_its_page_though_streamlit_forgets_it(app, open_page):
    open_page("convolution")
    app.slider(key="widget:conv_padding").set_value(3).run()
    go(app, "home")
    assert "widget:conv_padding" not in app.session_state  # what would be lost without our copy
    assert go(app, "convolution").slider(key="widget:conv_padding").value == 3


def test_a_link_restores_the_convolution_page(open_page):
    app = open_page("convolution", input="cross", kh="2", kw="3", padding="2", stride="2", kernel="custom", values="1_2_3_4_5_-6.5")  # fmt: skip
    data = component(app)
    assert (data["input"]["rows"], data["kernel"]["values"]) == (7, [1, 2, 3, 4, 5, -6.5])
    assert (data["stride"], data["padding"]["left"]) == ([2, 2], 2)
    assert (data["output"]["rows"], data["output"]["cols"]) == (5, 5)


def test_changed_settings_stand_in_the_link_and_defaults_do_not(app, open_page):
    open_page("convolution")
    assert "padding" not in app.query_params
    app.slider(key="widget:conv_padding").set_value(1).run()
    assert app.query_params["padding"] in ("1", ["1"])
    assert "padding" not in go(app, "networks").query_params


@pytest.mark.parametrize(
    "link",
    [
        {"padding": "-1"},
        {"kh": "0", "kw": "99999999999999999999"},
        {"stride": "one"},
        {"values": "nan_inf"},
        {"input": "../../etc/passwd"},
        {"lang": "xx"},
        {"values": "_".join(["1"] * 5000)},
    ],
)
def test_garbage_in_a_link_is_named_and_the_page_stands_at_its_defaults(open_page, link):
    app = open_page("convolution", **link)
    assert len(app.warning) == 1
    assert next(iter(link)) in app.warning[0].value
    assert component(app)["output"]["values"] == [19, 25, 37, 43]


@pytest.mark.parametrize(
    "link",
    [
        {"kernel": "nothing"},
        {"kernel": "custom", "values": "1_2"},
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


def test_moving_padding_changes_shape_formula_and_picture(open_page):
    app = open_page("convolution")
    assert component(app)["output"]["rows"] == 2
    app.slider(key="widget:conv_padding").set_value(1).run()
    assert component(app)["output"]["rows"] == 4
    assert "floor((3 + 2*1 - 1*(2-1) - 1) / 1) + 1 = 4" in app.markdown[0].value


def test_the_kernels_bounds_follow_the_input(open_page):
    app = open_page("convolution")
    assert app.slider(key="widget:conv_height").max == 3
    app.slider(key="widget:conv_padding").set_value(2).run()
    app.slider(key="widget:conv_height").set_value(7).run()
    app.slider(key="widget:conv_padding").set_value(0).run()
    assert app.slider(key="widget:conv_height").value == 3


def test_an_impossible_state_explains_itself_and_can_be_left(open_page):
    app = open_page("convolution")
    app.slider(key="widget:conv_dilation").set_value(6).run()
    assert not app.exception
    assert "`kernel_size` (=2) with `dilation` 6 covers 7" in app.warning[0].value
    assert not app.get("bidi_component")
    app.slider(key="widget:conv_dilation").set_value(1).run()
    assert component(app)["output"]["rows"] == 2


def test_choosing_the_notes_stripe_brings_its_kernel(open_page):
    app = open_page("convolution")
    app.selectbox(key="widget:conv_input").set_value("stripe").run()
    data = component(app)
    assert data["kernel"]["values"] == [1, -1]
    assert data["output"]["values"][:7] == [0, 1, 0, 0, 0, -1, 0]


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
    "English", "中文", "torchinfo", "ReLU", "Sigmoid", "Tanh", "Adam", "AdamW", "SGD", "RMSprop", "247 KB",
    *(entry.title for entry in ZOO.values()),
}  # fmt: skip
CODE = re.compile(r"nn\.|import torch|^\d+(x\d+)*$|^cpu: |^<style>")


@pytest.mark.parametrize("name", PAGES)
def test_every_visible_text_comes_through_the_catalogue(open_page, name, monkeypatch):
    """In a language that puts every message into brackets, nothing visible stands outside them."""
    monkeypatch.setattr(language, "translate", lambda message, _language: f"⟦{message}⟧" if message else "")
    bare = [text for text in texts(open_page(name)) if "⟦" not in text and re.search("[A-Za-z]{2,}", text)]
    assert [text for text in bare if text not in NAMES and not CODE.search(text)] == []
