"""The parts of networks: VGG, Inception, residual and dense blocks, transitions."""

import pytest
import torch

from cnnviz.errors import ShapeError
from cnnviz.nets.build import module
from cnnviz.shapes import apply, trace
from cnnviz.spec import Branches, Chain, Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU, leaves
from cnnviz.zoo import get
from cnnviz.zoo.blocks import classifier, dense_block, inception, residual, transition, vgg_block
from tests.notes.claims import claim


def traced(part, shape):
    """A part of a network, traced for pictures (N, C, H, W)."""
    return trace(Network("part", tuple(shape[1:]), Chain("", (part,))))


def through(part, shape):
    """The shape that a part makes of pictures (N, C, H, W)."""
    return [shape[0], *traced(part, shape).output_shape]


def inception_block(shape, channels):
    c1, c2, c3, c4 = channels
    return inception(shape[1], c1, tuple(c2), tuple(c3), c4, name="inception")


@claim("c105")
def vgg_block_halves(shape, convs, channels):
    return through(vgg_block(shape[1], channels, convs), shape)


@claim("c111", "c112", "c113", "c114")
def parameters_of_vgg(network, blocks):
    widths = [1, *(channels for _, channels in blocks)]
    parts = [
        vgg_block(widths[i], channels, convs, name=f"block{i + 1}")
        for i, (convs, channels) in enumerate(blocks)
    ]
    body = Chain("", (*parts, classifier(widths[-1] * 7 * 7)))
    assert body == get(network).body
    return trace(Network("VGG", (1, 224, 224), body)).params


@claim("c109")
def convolutions_in_a_vgg_block(networks):
    return [
        sorted(
            {
                sum(isinstance(layer, Conv2d) for _, layer in leaves(part))
                for part in get(name).body.items
                if part.name.startswith("block")
            }
        )
        for name in networks
    ]


@claim("c122", "c123")
def inception_joins_channels(shape, channels):
    merged = traced(inception_block(shape, channels), shape).rows[-1]
    (formula,) = merged.formulas
    return int(formula.rpartition(" = ")[2]), [shape[0], *merged.output_shape]


@claim("c204")
def paths_of_inception(shape, channels):
    ends = {
        row.path.split(".")[1]: row.output_shape
        for row in traced(inception_block(shape, channels), shape).rows
        if row.layer != "concat"
    }
    return [[shape[0], *end] for end in ends.values()]


@claim("c129")
def multiply_adds_without_and_with_fewer_channels(channels, reduced, outputs, side):
    def macs(before, after, kernel):
        return apply(Conv2d(before, after, kernel, padding=kernel // 2), (before, side, side)).macs

    return macs(channels, outputs, 3), macs(channels, reduced, 1) + macs(reduced, outputs, 3)


@claim("c146")
def residual_blocks(shape, channels, stride):
    fitting = residual(shape[1], channels, use_1x1conv=True, strides=stride)
    unfit = residual(shape[1], channels)
    with pytest.raises(ShapeError, match="needs equal shapes"):
        through(unfit, shape)
    with pytest.raises(RuntimeError) as refused:
        module(unfit)(torch.zeros(shape))
    return through(residual(shape[1], shape[1]), shape), through(fitting, shape), refused.type.__name__


@claim("c152")
def dense_block_adds_channels(shape, convs, growth):
    return through(dense_block(shape[1], convs, growth), shape)


@claim("c153")
def transition_halves(shape, channels):
    return through(transition(shape[1], channels), shape)


@claim("c157")
def adding_and_joining(shape):
    paths = Chain("a", ()), Chain("b", ())
    return [through(Branches("", paths, merge=merge), shape)[1] for merge in ("add", "concat")]


@claim("c007")
def tiny_vgg_as_first_published(padding, shape, hidden, classes):
    channels, *_ = shape
    convs = [Conv2d(before, hidden, 3, padding=padding) for before in (channels, hidden, hidden, hidden)]
    features = Chain(
        "",
        (convs[0], ReLU(), convs[1], ReLU(), MaxPool2d(2), convs[2], ReLU(), convs[3], ReLU(), MaxPool2d(2), Flatten()),
    )  # fmt: skip
    (count,) = trace(Network("TinyVGG", tuple(shape), features)).output_shape
    whole = Chain("", (*features.items, Linear(count, classes)))
    return count, trace(Network("TinyVGG", tuple(shape), whole)).params
