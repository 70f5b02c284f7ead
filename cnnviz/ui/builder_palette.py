"""What can be put into a network: every layer and whole blocks, already made to fit the place where they go."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod

from cnnviz.language import N_
from cnnviz.shapes import reached
from cnnviz.spec import (
    GELU,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Branches,
    Chain,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Dropout2d,
    Flatten,
    Identity,
    Linear,
    LogSoftmax,
    MaxPool2d,
    Network,
    Node,
    ReLU,
    Shape,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample,
    tree,
)
from cnnviz.zoo import blocks

FEWEST_CHANNELS = 16
"""What a first convolution makes of a picture's one or three channels."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to put in.

    Attributes:
        name: what an action calls it: torch's class name, or the block's function in ``zoo.blocks``.
        title: what stands on its button; an English message of the catalogue, or a class name.
        kind: which of the diagram's colours it has; "block" for whole blocks.
        make: from (the shape that comes in, the number of classes) to a node that fits.
    """

    name: str
    title: str
    kind: str
    make: Callable[[Shape, int], Node]


def _wide(shape: Shape) -> int:
    return max(FEWEST_CHANNELS, shape[0])


def _inception(shape: Shape, _classes: int) -> Node:
    """The shares of GoogLeNet's first Inception: 64, (96, 128), (16, 32), 32 of 192 channels."""
    whole = max(shape[0], 24)
    c1, c3 = whole // 3, (whole // 12, whole // 6)
    return blocks.inception(shape[0], c1, (whole // 2, 2 * c1), c3, whole // 6, name="inception1")


def _classifier(shape: Shape, classes: int) -> Node:
    whole = blocks.classifier(prod(shape))
    *before, last = whole.items
    assert isinstance(last, Linear)
    return replace(whole, items=(*before, replace(last, out_features=classes)))


GROUPS: tuple[tuple[str, tuple[Piece, ...]], ...] = (
    (
        N_("Convolution"),
        (
            Piece("Conv2d", "Conv2d", "convolution", lambda s, _n: Conv2d(s[0], _wide(s), 3, padding=1, name="conv1")),
            Piece("ConvTranspose2d", "ConvTranspose2d", "convolution", lambda s, _n: ConvTranspose2d(s[0], s[0], 2, stride=2, name="up1")),
        ),
    ),
    (
        N_("Pooling"),
        (
            Piece("MaxPool2d", "MaxPool2d", "pooling", lambda _s, _n: MaxPool2d(2, name="pool1")),
            Piece("AvgPool2d", "AvgPool2d", "pooling", lambda _s, _n: AvgPool2d(2, name="pool1")),
            Piece("AdaptiveAvgPool2d", "AdaptiveAvgPool2d", "pooling", lambda _s, _n: AdaptiveAvgPool2d(1, name="gap")),
            Piece("AdaptiveMaxPool2d", "AdaptiveMaxPool2d", "pooling", lambda _s, _n: AdaptiveMaxPool2d(1, name="gmp")),
        ),
    ),
    (
        N_("Activation"),
        (
            Piece("ReLU", "ReLU", "activation", lambda _s, _n: ReLU(name="relu1")),
            Piece("Sigmoid", "Sigmoid", "activation", lambda _s, _n: Sigmoid(name="sigmoid1")),
            Piece("Tanh", "Tanh", "activation", lambda _s, _n: Tanh(name="tanh1")),
            Piece("GELU", "GELU", "activation", lambda _s, _n: GELU(name="gelu1")),
            Piece("Softmax", "Softmax", "activation", lambda _s, _n: Softmax(name="softmax")),
            Piece("LogSoftmax", "LogSoftmax", "activation", lambda _s, _n: LogSoftmax(name="log_softmax")),
        ),
    ),
    (
        N_("Normalisation"),
        (
            Piece("BatchNorm2d", "BatchNorm2d", "normalisation", lambda s, _n: BatchNorm2d(s[0], name="bn1")),
            Piece("BatchNorm1d", "BatchNorm1d", "normalisation", lambda s, _n: BatchNorm1d(s[0], name="bn1")),
        ),
    ),
    (
        N_("Linear"),
        (Piece("Linear", "Linear", "linear", lambda s, n: Linear(prod(s), n, name="fc1")),),
    ),
    (
        N_("Other"),
        (
            Piece("Flatten", "Flatten", "other", lambda _s, _n: Flatten(name="flatten")),
            Piece("Dropout", "Dropout", "other", lambda _s, _n: Dropout(0.5, name="dropout1")),
            Piece("Dropout2d", "Dropout2d", "other", lambda _s, _n: Dropout2d(0.25, name="dropout1")),
            Piece("Upsample", "Upsample", "other", lambda _s, _n: Upsample(2, name="upsample")),
            Piece("Identity", "Identity", "other", lambda _s, _n: Identity(name="identity")),
        ),
    ),
    (
        N_("Whole blocks"),
        (
            Piece("vgg_block", N_("VGG"), "block", lambda s, _n: blocks.vgg_block(s[0], _wide(s), 2, name="vgg1")),
            Piece("nin_block", N_("NiN"), "block", lambda s, _n: blocks.nin_block(s[0], _wide(s), 3, 1, 1, name="nin1")),
            Piece("inception", N_("Inception"), "block", _inception),
            Piece("residual", N_("Residual"), "block", lambda s, _n: blocks.residual(s[0], s[0], name="residual1")),
            Piece("dense_block", N_("Dense"), "block", lambda s, _n: blocks.dense_block(s[0], 4, min(32, max(4, s[0] // 2)), name="dense1")),
            Piece("transition", N_("Transition"), "block", lambda s, _n: blocks.transition(s[0], max(1, s[0] // 2), name="transition1")),
            Piece("classifier", N_("Classifier"), "block", _classifier),
        ),
    ),
)  # fmt: skip

PIECES = {piece.name: piece for _title, pieces in GROUPS for piece in pieces}


def shape_at(network: Network, into: str, position: int) -> Shape:
    """Return the shape that a new item at a place would get; where an error stands before it, the last that is known.

    Args:
        network: may be broken.
        into: the place of a chain, or of branches: a new path gets what they get.
        position: among the items of the chain, from 0.
    """
    if isinstance(tree.node_at(network, into), Branches):
        return shape_at(network, *tree.place(network, into))
    probed, path = tree.insert(network, into, position, Identity(name="probe"))
    rows = reached(probed).rows
    for row in rows:
        if row.path == path:
            return row.input_shape
    return rows[-1].output_shape if rows else network.input_shape


def small(shape: tuple[int, int, int], classes: int) -> Network:
    """Return a small network that learns handwritten digits well: two convolutions, each pooled, and one linear layer."""
    channels, height, width = shape
    return Network(
        "SmallCNN",
        shape,
        Chain(
            "",
            (
                Conv2d(channels, 16, 3, padding=1, name="conv1"),
                ReLU(name="relu1"),
                MaxPool2d(2, name="pool1"),
                Conv2d(16, 32, 3, padding=1, name="conv2"),
                ReLU(name="relu2"),
                MaxPool2d(2, name="pool2"),
                Flatten(name="flatten"),
                Linear(32 * max(1, height // 4) * max(1, width // 4), classes, name="fc1"),
            ),
        ),
    )
