"""The networks page: one network's diagram, table and code, what it costs, and where it goes from there."""

import pytest

from cnnviz.nets.build import build
from cnnviz.nets.summary import summary
from cnnviz.shapes import reached, trace
from cnnviz.shapes.memory import memory
from cnnviz.spec import Chain, Flatten, Linear, Network, from_link, to_link
from cnnviz.ui import network_costs, tables
from cnnviz.zoo import ZOO, get
from tests.pages.conftest import components, move


def facts(app):
    return {metric.label: metric.value for metric in app.metric}


def table(app):
    return components(app, "layers")[0]


def test_it_shows_the_numbers_of_the_trace(open_page):
    app = open_page("networks", network="digit_recognizer")
    assert (facts(app)["Parameters"], facts(app)["Multiply-adds"]) == ("1,199,882", "11,992,448")
    assert [layer["output"] for layer in table(app)["layers"]][:2] == [[32, 26, 26], [32, 26, 26]]
    assert sum(p.numel() for p in build(get("digit_recognizer")).parameters()) == 1_199_882
    assert "class DigitRecognizer(nn.Module)" in components(app, "lines")[0]["text"]


def test_diagram_table_and_code_are_one_group_and_told_the_chosen_layer(open_page):
    app = open_page("networks", layer="conv2")
    told = [components(app, part)[0] for part in ("box", "layers", "lines")]
    assert {each["group"] for each in told} == {"network"}
    assert {each["selected"] for each in told} == {"conv2"}


@pytest.mark.parametrize("path", ["conv9", "features.0", "conv1.weight"])
def test_a_layer_of_another_network_is_not_chosen(open_page, path):
    app = open_page("networks", layer=path)
    assert table(app)["selected"] == ""
    assert "layer" not in app.query_params


def test_a_network_that_is_not_there_is_said_in_one_sentence(open_page):
    app = open_page("networks", network="foo")
    assert app.warning[0].value == "There is no network called “foo”; LeNet is shown instead."
    assert table(app)["name"] == "LeNet"


def test_another_input_is_explained_where_it_breaks_and_the_rows_up_to_there_stay(open_page):
    app = open_page("networks", network="lenet", side="32")
    assert app.error[0].value.startswith(r"`fc1` expects 400 features, but `flatten` gives 16\*6\*6 = 576")
    assert [layer["path"] for layer in table(app)["layers"]][-1] == "flatten"
    assert table(app)["problem"]["path"] == "fc1"
    assert table(app)["problem"]["sentence"].startswith(
        "fc1 expects 400 features, but flatten gives 16*6*6 = 576"
    )
    assert components(app, "lines") == []
    app.button(key="widget:own_input").click().run()
    assert not app.error
    assert table(app)["problem"] is None


def test_of_pictures_too_small_for_a_network_all_rows_stay_up_to_the_layer_that_cannot_take_them(open_page):
    app = open_page("networks", size="5", activation="relu")
    assert app.error[0].value == (
        "Input side 5 is too small: the convolutions and poolings of LeNet need pictures of at least 12x12."
    )
    assert "`conv2` looks at 5x5, but only 2x2 is left" in "".join(each.value for each in app.caption)
    shown = table(app)
    assert [(layer["path"], layer["output"]) for layer in shown["layers"]] == [
        ("conv1", [6, 5, 5]), ("act1", [6, 5, 5]), ("pool1", [6, 2, 2]),
    ]  # fmt: skip
    assert shown["problem"]["path"] == "conv2"
    assert len(components(app, "box")) == 1
    assert components(app, "lines") == []
    assert (facts(app)["Input"], facts(app)["Output"], facts(app)["Parameters"]) == ("1x5x5", "–", "156")
    app.button(key="widget:least_size").click().run()
    assert not app.error
    assert (facts(app)["Input"], facts(app)["Output"]) == ("1x12x12", "10")


def test_too_small_a_picture_is_fed_whatever_other_input_was_chosen_before(open_page):
    app = open_page("networks", size="5", side="28")
    assert facts(app)["Input"] == "1x5x5"
    assert table(app)["problem"]["path"] == "conv2"


def test_more_blocks_than_the_documented_picture_can_take_are_shown_up_to_the_one_too_many(open_page):
    app = open_page("networks", network="vgg11_small", blocks=" ".join(["1-8"] * 9))
    assert "need pictures of at least 512x512" in app.error[0].value
    assert table(app)["problem"]["path"] == "block8.pool"


def test_a_fix_of_a_layer_mends_a_network_for_small_pictures(open_page):
    app = open_page("networks", size="5")
    app.button(key="widget:network_fix_0").click().run()
    assert not app.error
    assert table(app)["problem"] is None
    own = from_link(app.session_state["own_network"])
    assert (own.input_shape, trace(own).output_shape) == ((1, 5, 5), (10,))


@pytest.mark.parametrize("name", [name for name in sorted(ZOO) if ZOO[name].options["size"].least > 1])
def test_whatever_size_a_network_refuses_breaks_one_of_its_layers(name):
    whole, side = get(name), int(ZOO[name].options["size"].least) - 1
    assert reached(whole.with_input((whole.input_shape[0], side, side))).error


def test_a_merge_is_shown_with_what_all_its_paths_give(open_page):
    rows = {layer["path"]: layer for layer in table(open_page("networks", network="googlenet"))["layers"]}
    assert rows["b3.inception1"]["merged"] == [[64, 12, 12], [128, 12, 12], [32, 12, 12], [32, 12, 12]]
    assert rows["b3.inception1.p1.conv"]["merged"] == []


def test_a_fix_makes_the_mended_network_the_own_one(open_page):
    app = open_page("networks", network="lenet", side="32")
    app.button(key="widget:network_fix_0").click().run()
    assert not app.error
    assert table(app)["problem"] is None
    assert app.selectbox(key="widget:network").value == "own"
    assert trace(from_link(app.session_state["own_network"])).output_shape == (10,)


def test_the_memory_to_train_follows_batch_size_and_optimiser(open_page):
    app = open_page("networks", batch="32", optimizer="sgd")
    assert facts(app)["Memory to train"] == tables.size(memory(get("lenet"), 32, optimizer="sgd").total)
    move(app, memory_batch=64)
    assert facts(app)["Memory to train"] == tables.size(memory(get("lenet"), 64, optimizer="sgd").total)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_what_torchinfo_counts_besides_is_explained_to_the_last_product(name):
    ours = trace(get(name))
    assert summary(get(name)).macs - ours.macs == sum(network_costs.besides(ours))


def test_torchinfo_is_asked_only_on_demand(open_page):
    app = open_page("networks")
    assert not app.code
    app.toggle(key="widget:torchinfo").set_value(True).run()
    assert "Total params: 61,706" in app.code[0].value
    assert any("| Parameters | 61,706 | 61,706 | 0 |" in each.value for each in app.markdown)


def test_onnx_is_written_only_when_it_is_asked_for(open_page):
    app = open_page("networks")
    assert "Save the ONNX file" not in [each.label for each in app.get("download_button")]
    app.button(key="widget:make_onnx").click().run()
    assert not app.error
    assert "Save the ONNX file" in [each.label for each in app.get("download_button")]


def test_a_link_restores_an_own_network_its_layer_and_the_batch_size(open_page):
    own = Network("Mine", (1, 4, 4), Chain("", (Flatten(name="flat"), Linear(16, 2, name="fc"))))
    app = open_page("networks", network="own", own=to_link(own), layer="fc", batch="8")
    assert (table(app)["name"], table(app)["selected"]) == ("Mine", "fc")
    assert facts(app)["Memory to train"] == tables.size(memory(own, 8).total)
