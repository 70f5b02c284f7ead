import json
import math
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz import zoo
from cnnviz.components.diagram import KINDS
from cnnviz.shapes import trace
from cnnviz.spec import BatchNorm2d, Branches, Chain, Conv2d, Flatten, Layer, Linear, MaxPool2d, Network, ReLU
from cnnviz.spec.network import leaves
from cnnviz.spec.tree import replace
from cnnviz.ui.diagram import boxes, kind, title
from cnnviz.zoo import blocks
from tests.strategies import networks


def alone(node, shape):
    return Network("Block", shape, Chain("", (node,)))


def of(whole, path, form="layer"):
    return next(box for box in whole.walk() if (box.path, box.form) == (path, form))


def arithmetic(line):
    """Both sides of a formula such as ``floor((28 + 2*1 - 1*(3-1) - 1) / 1) + 1 = 28``."""
    left, _, right = line.rpartition(" = ")
    return eval(left, {"floor": math.floor, "ceil": math.ceil}), int(right)


@settings(max_examples=60, deadline=None)
@given(networks())
def test_the_boxes_are_the_rows_of_the_trace_in_the_same_order(network):
    whole, traced = boxes(network), trace(network)
    layers = [box for box in whole.walk() if box.form == "layer"]
    rows = [row for row in traced.rows if row.layer not in {"add", "concat"}]
    assert [(box.path, box.input, box.output, box.params, box.macs) for box in layers] == [
        (row.path, row.input_shape, row.output_shape, row.params, row.macs) for row in rows
    ]
    merges = {box.path: (box.merge, box.output) for box in whole.walk() if box.form == "branches"}
    assert merges == {
        row.path: (row.layer, row.output_shape) for row in traced.rows if row.layer in {"add", "concat"}
    }


@settings(max_examples=60, deadline=None)
@given(networks())
def test_a_box_costs_what_its_parts_cost_and_every_part_begins_where_the_one_before_ends(network):
    whole = boxes(network)
    for box in whole.walk():
        if box.form == "layer":
            continue
        assert box.params == sum(part.params for part in box.parts)
        assert box.macs == sum(part.macs for part in box.parts)
        inputs = [part.input for part in box.parts]
        before = [box.input, *(part.output for part in box.parts)]
        assert inputs == (before[:-1] if box.form == "chain" else [box.input] * len(inputs))
    assert (whole.output, whole.params) == (trace(network).output_shape, trace(network).params)


@settings(max_examples=60, deadline=None)
@given(networks())
def test_every_formula_in_a_box_is_true_and_gives_the_number_beside_it(network):
    for box in boxes(network).walk():
        said = dict(box.details)
        for label in ("params", "macs"):
            if label in said:
                value, shown = arithmetic(said[label])
                assert value == shown == getattr(box, label)
        if "both" in said and "the last window" not in said["both"]:
            value, shown = arithmetic(said["both"])
            assert box.output[1:] == (value, value) == (shown, shown)


@pytest.mark.parametrize("name", sorted(zoo.ZOO))
def test_every_documented_network_can_be_drawn(name):
    network = zoo.get(name)
    whole = boxes(network)
    assert (whole.params, whole.macs) == (trace(network).params, trace(network).macs)
    assert whole.to_json()["output"] == trace(network).output_shape


def test_every_layer_has_one_of_the_colours():
    made = {type(box): box for box in (Conv2d(1, 1, 1), MaxPool2d(2), BatchNorm2d(1), ReLU())}
    assert [kind(layer) for layer in made.values()] == [
        "convolution",
        "pooling",
        "normalisation",
        "activation",
    ]
    for each in get_args(Layer):
        layer = made.get(each) or object.__new__(each)
        assert kind(layer) in KINDS


def test_a_title_says_the_window_the_channels_and_a_stride_that_is_not_one():
    assert title(Conv2d(3, 64, 3, padding=1)) == "Conv2d 3×3, 64"
    assert title(Conv2d(3, 64, (1, 5), stride=2)) == "Conv2d 1×5, 64, stride 2"
    assert title(MaxPool2d(2)) == "MaxPool2d 2×2, stride 2"
    assert title(MaxPool2d(3, stride=1)) == "MaxPool2d 3×3"
    assert title(ReLU(name="relu")) == "ReLU"


def test_concat_says_the_sum_of_its_channels():
    whole = boxes(alone(blocks.inception(192, 64, (96, 128), (16, 32), 32, name="inception"), (192, 28, 28)))
    assert dict(of(whole, "inception", "branches").details)["channels"] == "64 + 128 + 32 + 32 = 256"


def test_paths_that_cannot_be_added_are_drawn_up_to_the_merge_and_say_why():
    whole = boxes(alone(blocks.residual(3, 6, strides=2, name="residual"), (3, 6, 6)))
    merge = of(whole, "residual.sum", "branches")
    assert [part.output for part in merge.parts] == [(6, 3, 3), (3, 6, 6)]
    assert "they give residual 6x3x3, shortcut 3x6x6" in merge.problem
    assert merge.output == whole.output == ()
    assert (merge.state, of(whole, "residual.relu").state) == ("wrong", "unreached")


def test_what_comes_before_and_beside_a_broken_merge_keeps_its_receptive_field():
    broken = Branches("sum", (Chain("", (ReLU(),)), Chain("", (Conv2d(4, 5, 3, name="wide"),))), merge="add")
    network = alone(Chain("block", (Conv2d(1, 4, 3, name="first"), broken, ReLU(name="after"))), (1, 9, 9))
    whole = boxes(network)
    assert of(whole, "block.sum.1.wide").field == (5, 5)
    assert [part.title for part in of(whole, "block.sum", "branches").parts] == ["Path 1", "Path 2"]


@settings(max_examples=40, deadline=None)
@given(networks(), st.data())
def test_a_network_that_breaks_anywhere_is_drawn_whole_and_says_once_why(network, data):
    path = data.draw(st.sampled_from([path for path, _layer in leaves(network.body)]))
    name = path.rpartition(".")[2]
    wrong = Conv2d(9999, 1, 1, name="" if name.isdigit() else name)
    whole = boxes(replace(network, path, wrong))
    intact = boxes(network)
    assert [box.path for box in whole.walk()] == [box.path for box in intact.walk()]
    found = [box for box in whole.walk() if box.state == "wrong"]
    assert [box.path for box in found] == [path]
    assert found[0].problem
    before, _wrong, *after = split(whole, path)
    assert before == [box for box in intact.walk() if box.form == "layer"][: len(before)]
    assert {box.state for box in after} <= {"unreached"}
    assert not any(box.problem for box in whole.walk() if box is not found[0])
    assert not any(box.state for box in whole.walk() if path.startswith(f"{box.path}.") or not box.path)
    json.dumps(whole.to_json())


def split(whole, path):
    """The layers before a path, the one there, and those behind."""
    layers = [box for box in whole.walk() if box.form == "layer"]
    at = [box.path for box in layers].index(path)
    return layers[:at], layers[at], *layers[at + 1 :]


def test_the_middle_value_sees_the_pixels_that_shapes_says():
    network = zoo.get("lenet")
    rows = {row.path: row for row in trace(network).rows}
    for box in boxes(network).walk():
        if box.form != "layer" or not box.sees:
            continue
        at = (box.output[1] // 2, box.output[2] // 2) if len(box.output) == 3 else (0, 0)
        (top, left), (bottom, right) = rows[box.path].sees(*at)
        assert box.sees == (top, left, bottom, right)
    assert of(boxes(network), "conv2").sees == (8, 8, 22, 22)


def test_a_vector_says_what_it_sees_only_where_all_its_values_see_the_same():
    body = Chain("", (Conv2d(1, 2, 3, name="conv"), Flatten(name="flatten"), Linear(98, 3, name="fc")))
    whole = boxes(Network("N", (1, 9, 9), body))
    assert of(whole, "flatten").sees == ()
    assert of(whole, "fc").sees == (0, 0, 9, 9)


def test_a_block_says_what_its_paper_calls_it():
    whole = boxes(zoo.get("googlenet"))
    assert {box.block for box in whole.walk() if box.form == "branches"} == {"Inception"}


def test_a_layer_with_a_name_of_its_own_is_marked_also_where_the_network_breaks():
    body = Chain("", (Conv2d(1, 2, 3, name="conv"), ReLU(), Linear(7, 3, name="fc"), Flatten()))
    layers = [box for box in boxes(Network("N", (1, 9, 9), body)).walk() if box.form == "layer"]
    assert [box.named for box in layers] == [True, False, True, False]


def test_what_the_browser_gets_stays_small():
    sent = {name: len(json.dumps(boxes(zoo.get(name)).to_json())) for name in zoo.ZOO}
    assert max(sent.values()) < 200_000
