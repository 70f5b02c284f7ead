import math
from typing import get_args

import pytest
from hypothesis import given, settings

from cnnviz import zoo
from cnnviz.components.diagram import KINDS
from cnnviz.errors import ShapeError
from cnnviz.shapes import trace
from cnnviz.spec import BatchNorm2d, Branches, Chain, Conv2d, Layer, MaxPool2d, Network, ReLU
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
        for label in ("Parameters", "Multiply-adds"):
            if label in said:
                value, shown = arithmetic(said[label])
                assert value == shown == (box.params if label == "Parameters" else box.macs)
        if "Height and width" in said and "the last window" not in said["Height and width"]:
            value, shown = arithmetic(said["Height and width"])
            assert box.output[1:] == (value, value) == (shown, shown)


@pytest.mark.parametrize("name", sorted(zoo.ZOO))
def test_every_documented_network_can_be_drawn(name):
    network = zoo.get(name)
    whole = boxes(network)
    assert (whole.params, whole.macs) == (trace(network).params, trace(network).macs)
    assert whole.to_json()["output"] == list(trace(network).output_shape)


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
    assert dict(of(whole, "inception", "branches").details)["Channels"] == "64 + 128 + 32 + 32 = 256"


def test_paths_that_cannot_be_added_are_drawn_up_to_the_merge_and_say_why():
    whole = boxes(alone(blocks.residual(3, 6, strides=2, name="residual"), (3, 6, 6)))
    merge = of(whole, "residual.sum", "branches")
    assert [part.output for part in merge.parts] == [(6, 3, 3), (3, 6, 6)]
    assert "needs equal shapes, but the paths give 6x3x3, 3x6x6" in merge.problem
    assert merge.output == whole.output == ()
    assert "residual.relu" not in {box.path for box in whole.walk()}


def test_what_comes_before_and_beside_a_broken_merge_keeps_its_receptive_field():
    broken = Branches("sum", (Chain("", (ReLU(),)), Chain("", (Conv2d(4, 5, 3, name="wide"),))), merge="add")
    network = alone(Chain("block", (Conv2d(1, 4, 3, name="first"), broken, ReLU(name="after"))), (1, 9, 9))
    whole = boxes(network)
    assert dict(of(whole, "block.sum.1.wide").details)["Receptive field"] == "5×5 pixels of the input"
    assert [part.title for part in of(whole, "block.sum", "branches").parts] == ["Path 1", "Path 2"]


def test_a_layer_that_does_not_fit_is_no_diagram_but_an_error():
    with pytest.raises(ShapeError, match="nin.conv"):
        boxes(alone(blocks.nin_block(1, 96, 11, 4, 0, name="nin"), (1, 5, 5)))
