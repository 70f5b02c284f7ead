"""The pages of convolution and pooling, whose pictures are one stage."""

from urllib.parse import parse_qsl

import pytest

from cnnviz.content.examples import EXAMPLES
from tests.pages.conftest import components, go, move, slider_of, stage_of


def test_a_value_survives_leaving_its_page_though_streamlit_forgets_it(app, open_page):
    open_page("convolution")
    app.toggle(key="widget:conv_bias").set_value(True).run()
    go(app, "home")
    assert "widget:conv_bias" not in app.session_state  # what would be lost without our copy
    assert go(app, "convolution").toggle(key="widget:conv_bias").value is True


def test_a_link_restores_the_convolution_page_to_its_last_number(open_page):
    app = open_page(
        "convolution", input="cross", channels="2", out="3", kh="2", kw="3", padding="2", stride="2", mode="circular",
        kernel="box", weights="2.1.0.2~-6.5", cells="1.0.6~4", bias="1", b="-1.5", see="1_2", pin="output.1.0",
    )  # fmt: skip
    data = stage_of(app)
    assert data["kernel"]["shape"] == [3, 2, 2, 3]
    assert data["kernel"]["values"][-4] == -6.5
    assert data["input"]["values"][7 * 7 + 6] == 4
    assert data["rows"]["source"][:3] == [5, 6, 0]
    assert (data["bias"], data["shown"], data["pinned"]) == ([-1.5] * 3, [1, 2], ["output", 1, 0])
    assert data["output"]["shape"] == [3, 5, 5]
    assert not app.warning


def test_changed_settings_stand_in_the_link_and_defaults_do_not(app, open_page):
    open_page("convolution")
    assert "padding" not in app.query_params
    move(app, conv_padding=1)
    assert app.query_params["padding"] in ("1", ["1"])
    assert "padding" not in go(app, "networks").query_params


@pytest.mark.parametrize(
    "link",
    [
        {"padding": "-1"},
        {"kh": "0", "kw": "99999999999999999999"},
        {"stride": "one"},
        {"weights": "0.0~nan"},
        {"cells": "_".join(["0.0.0~1"] * 5000)},
        {"pin": "output.-1.0"},
        {"see": "1_2_3"},
        {"input": "../../etc/passwd"},
        {"lang": "xx"},
    ],
)
def test_garbage_in_a_link_is_named_and_the_page_stands_at_its_defaults(open_page, link):
    app = open_page("convolution", **link)
    assert len(app.warning) == 1
    assert next(iter(link)) in app.warning[0].value
    assert stage_of(app)["output"]["values"] == [19, 25, 37, 43]


@pytest.mark.parametrize(
    "link",
    [
        {"see": "7_7"}, {"pin": "output.9.9"}, {"pin": "kernel.5.5"}, {"weights": "9.9.9.9~1"}, {"cells": "0~1"},
        {"groups": "8"}, {"groups": "5", "channels": "5", "out": "4"}, {"as": "transposed", "input": "wave"},
        {"output_padding": "7", "as": "transposed"}, {"kernel": "negated"}, {"kh": "11", "kw": "11"},
    ],
)  # fmt: skip
def test_a_link_to_what_does_not_fit_falls_back_to_what_does(open_page, link):
    app = open_page("convolution", **link)
    assert not app.error
    assert stage_of(app)["output"]["values"]


def test_moving_padding_changes_shape_formula_and_picture(open_page):
    app = open_page("convolution")
    move(app, conv_padding=1)
    assert stage_of(app)["output"]["shape"] == [1, 4, 4]
    assert any("floor((3 + 2*1 - 1*(2-1) - 1) / 1) + 1 = 4" in text.value for text in app.markdown)


def test_the_kernels_bounds_follow_the_input(open_page):
    app = open_page("convolution")
    assert slider_of(app, "conv_height")["most"] == 3
    move(app, conv_padding=2)
    move(app, conv_height=7)
    assert slider_of(move(app, conv_padding=0), "conv_height")["value"] == 3


def test_an_impossible_state_explains_itself_and_can_be_left(open_page):
    app = open_page("convolution")
    move(app, conv_dilation=6)
    assert "`kernel_size` (=2) with `dilation` 6 covers 7" in app.warning[0].value
    assert not components(app, "operation")
    assert stage_of(move(app, conv_dilation=1))["output"]["shape"] == [1, 2, 2]


def test_choosing_the_notes_stripe_brings_its_kernel_and_forgets_typed_cells(open_page):
    app = open_page("convolution", cells="0.0.0~99")
    app.selectbox(key="widget:convolution_input").set_value("stripe").run()
    data = stage_of(app)
    assert data["kernel"]["values"] == [1, -1]
    assert data["output"]["values"][:7] == [0, 1, 0, 0, 0, -1, 0]


def test_the_true_convolution_stands_beside_the_cross_correlation_and_its_code_turns_the_kernel(open_page):
    app = open_page("convolution", **{"as": "true"})
    assert [each["output"]["values"] for each in components(app, "operation")] == [
        [5, 11, 23, 29],
        [19, 25, 37, 43],
    ]
    assert "K.flip(-2, -1)" in app.code[0].value


def test_a_sentence_is_a_one_dimensional_convolution_over_its_words(open_page):
    app = open_page("convolution", input="sentence", kernel="negated", words="这部电影不好看")
    assert stage_of(app)["col_titles"] == ["这", "部", "电", "影", "不", "好看"]
    assert stage_of(app)["output"]["values"] == [0, 0, 0, 0, 2]
    assert app.code[0].value.startswith("nn.Conv1d(3, 1, kernel_size=2")


def test_max_pooling_pads_with_minus_infinity_and_says_so(open_page):
    app = open_page("pooling", padding="1")
    assert stage_of(app)["lowest"]
    assert any("minus infinity" in each.value for each in app.caption)


def test_a_shifted_input_tells_how_much_pooling_hides(open_page):
    app = open_page("pooling", input="digit", right="1")
    told = [text.value for text in app.markdown if "outputs" in text.value]
    assert len(told) == 2
    assert "676 of 676" not in told[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.page}-{example.title}")
def test_an_example_of_the_notes_is_one_click_away_and_its_link_is_what_the_page_then_says(
    app, open_page, example
):
    open_page(example.page)
    label = example.title
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    said = {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}
    said.pop("lang", None)
    assert said == dict(parse_qsl(example.query))
    assert any(example.text in text.value for text in app.markdown)
    assert not example.correction or any(example.correction in info.value for info in app.info)


def test_looking_at_a_cell_leaves_an_examples_words_where_they_are(open_page):
    app = open_page("convolution", channels="2", pin="output.1.1", see="1_0")
    assert any("two results are added" in text.value for text in app.markdown)
