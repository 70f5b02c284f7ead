"""The blocks have the shapes that the notes describe, and compute what the papers' formulas say."""

from itertools import pairwise

import pytest
import torch
from torch.nn import functional as F

from cnnviz.errors import ShapeError, SpecError
from cnnviz.nets.build import build
from cnnviz.shapes import trace
from cnnviz.spec import Chain, Network
from cnnviz.zoo import get
from cnnviz.zoo.blocks import dense_block, inception, nin_block, residual, transition, vgg_block


def alone(block, *input_shape):
    return Network("Block", input_shape, Chain("", (block,)))


@pytest.mark.parametrize(
    ("block", "before", "after", "params"),
    [
        (vgg_block(3, 8, 2, name="block"), (3, 32, 32), (8, 16, 16), 3 * 8 * 9 + 8 + 8 * 8 * 9 + 8),
        (nin_block(1, 96, 11, 4, 0, name="block"), (1, 224, 224), (96, 54, 54), 11_712 + 2 * 9_312),
        (inception(192, 64, (96, 128), (16, 32), 32, name="block"), (192, 28, 28), (256, 28, 28), 163_696),
        (inception(256, 128, (128, 192), (32, 96), 64, name="block"), (256, 28, 28), (480, 28, 28), 388_736),
        (residual(3, 3, name="block"), (3, 6, 6), (3, 6, 6), 2 * (3 * 3 * 9 + 3 + 2 * 3)),
        (residual(3, 6, use_1x1conv=True, strides=2, name="block"), (3, 6, 6), (6, 3, 3), 168 + 12 + 330 + 12 + 24),
        (dense_block(3, 2, 10, name="block"), (3, 8, 8), (23, 8, 8), 6 + 280 + 26 + 1_180),
        (transition(23, 10, name="block"), (23, 8, 8), (10, 4, 4), 46 + 240),
    ],
)  # fmt: skip
def test_a_block_has_the_shape_and_parameters_of_the_notes(block, before, after, params):
    traced = trace(alone(block, *before))
    assert (traced.output_shape, traced.params) == (after, params)


def test_a_concat_says_how_its_channels_add_up():
    rows = {row.path: row for row in trace(get("googlenet")).rows}
    assert rows["b3.inception1"].formulas == ("64 + 128 + 32 + 32 = 256",)
    assert rows["b3.inception2"].formulas == ("128 + 192 + 96 + 64 = 480",)
    assert {row.formulas for row in trace(get("resnet18")).rows if row.layer == "add"} == {()}


def test_the_reduction_before_the_5x5_makes_it_nearly_ten_times_cheaper():
    block = inception(192, 64, (96, 128), (16, 32), 32, name="block")
    path = [row for row in trace(alone(block, 192, 28, 28)).rows if row.path.startswith("block.p3")]
    assert sum(row.macs for row in path) == 12_443_648
    assert 192 * 32 * 5 * 5 * 28 * 28 == 120_422_400


def test_three_3x3_convolutions_see_as_far_as_one_7x7():
    rows = trace(alone(vgg_block(1, 4, 3, name="block"), 1, 32, 32)).rows
    assert [row.receptive_field for row in rows if row.layer == "Conv2d"] == [(3, 3), (5, 5), (7, 7)]


def test_a_shortcut_that_does_not_fit_is_refused_with_both_shapes():
    with pytest.raises(ShapeError, match="needs equal shapes, but the paths give 6x3x3, 3x6x6"):
        trace(alone(residual(3, 6, strides=2), 3, 6, 6))


@pytest.mark.parametrize(
    "make", [lambda: vgg_block(1, 1, 0), lambda: dense_block(1, 0, 1), lambda: dense_block(1, 1, 0)]
)
def test_a_block_of_nothing_is_refused(make):
    with pytest.raises(SpecError, match=r"\(=0\) must be an integer from 1"):
        make()


@pytest.mark.parametrize(
    ("name", "blocks", "expected"),
    [
        ("googlenet", 9, [256, 480, 512, 512, 512, 528, 832, 832, 1024]),
        ("resnet18", 8, [64, 64, 128, 128, 256, 256, 512, 512]),
        ("densenet", 16, [*range(96, 193, 32), *range(128, 225, 32), *range(144, 241, 32), *range(152, 249, 32)]),
    ],
)  # fmt: skip
def test_channels_grow_from_block_to_block_as_in_the_notes(name, blocks, expected):
    merged = [row.output_shape[0] for row in trace(get(name)).rows if row.layer in {"add", "concat"}]
    assert len(merged) == blocks
    assert merged == expected


@pytest.mark.parametrize(
    ("name", "side", "sides"),
    [
        ("resnet18", 224, [112, 56, 28, 14, 7, 1]),
        ("resnet18", 96, [48, 24, 12, 6, 3, 1]),
        ("googlenet", 96, [48, 24, 12, 6, 3, 1]),
        ("googlenet", 224, [112, 56, 28, 14, 7, 1]),
        ("densenet", 224, [112, 56, 28, 14, 7, 1]),
        ("nin", 224, [54, 26, 12, 5, 1]),
    ],
)
def test_sides_shrink_as_in_the_notes_at_both_input_sizes(name, side, sides):
    traced = trace(get(name).with_input((1, side, side)))
    seen = [row.output_shape[1] for row in traced.rows if len(row.output_shape) == 3]
    assert [seen[0], *(after for before, after in pairwise(seen) if after != before)] == sides
    assert traced.params == trace(get(name)).params


def _conv(w, name, x, **how):
    return F.conv2d(x, w[f"{name}.weight"], w[f"{name}.bias"], **how)


def _norm(w, name, x):
    return F.batch_norm(
        x, w[f"{name}.running_mean"], w[f"{name}.running_var"], w[f"{name}.weight"], w[f"{name}.bias"]
    )


def _inception(w, x):
    second = F.relu(_conv(w, "p2.reduce", x))
    third = F.relu(_conv(w, "p3.reduce", x))
    paths = (
        _conv(w, "p1.conv", x),
        _conv(w, "p2.conv", second, padding=1),
        _conv(w, "p3.conv", third, padding=2),
        _conv(w, "p4.conv", F.max_pool2d(x, 3, stride=1, padding=1)),
    )
    return torch.cat([F.relu(path) for path in paths], dim=1)


def _residual(w, x, strides):
    y = F.relu(_norm(w, "sum.residual.bn1", _conv(w, "sum.residual.conv1", x, padding=1, stride=strides)))
    y = _norm(w, "sum.residual.bn2", _conv(w, "sum.residual.conv2", y, padding=1))
    return F.relu(y + (x if strides == 1 else _conv(w, "sum.shortcut.conv3", x, stride=strides)))


def _dense(w, x, num_convs):
    for number in range(1, num_convs + 1):
        y = F.relu(_norm(w, f"layer{number}.new.bn", x))
        x = torch.cat((x, _conv(w, f"layer{number}.new.conv", y, padding=1)), dim=1)
    return x


def _transition(w, x):
    return F.avg_pool2d(_conv(w, "conv", F.relu(_norm(w, "bn", x))), 2)


def _nin(w, x):
    x = F.relu(_conv(w, "conv", x, stride=2, padding=1))
    return F.relu(_conv(w, "mix2", F.relu(_conv(w, "mix1", x))))


def _vgg(w, x):
    x = F.relu(_conv(w, "conv1", x, padding=1))
    return F.max_pool2d(F.relu(_conv(w, "conv2", x, padding=1)), 2)


@pytest.mark.parametrize(
    ("block", "formula"),
    [
        (inception(6, 3, (4, 5), (2, 3), 2, name="b"), _inception),
        (residual(6, 6, name="b"), lambda w, x: _residual(w, x, 1)),
        (residual(6, 4, use_1x1conv=True, strides=2, name="b"), lambda w, x: _residual(w, x, 2)),
        (dense_block(6, 3, 4, name="b"), lambda w, x: _dense(w, x, 3)),
        (transition(6, 3, name="b"), _transition),
        (nin_block(6, 4, 3, 2, 1, name="b"), _nin),
        (vgg_block(6, 4, 2, name="b"), _vgg),
    ],
)
def test_a_block_computes_what_its_formula_says(block, formula):
    torch.manual_seed(0)
    module = build(alone(block, 6, 10, 10))
    module(torch.randn(8, 6, 10, 10))  # so that the running mean and variance are no longer 0 and 1
    weights = {name.removeprefix("b."): tensor for name, tensor in module.state_dict().items()}
    x = torch.randn(2, 6, 10, 10)
    with torch.no_grad():
        torch.testing.assert_close(module.eval()(x), formula(weights, x))
