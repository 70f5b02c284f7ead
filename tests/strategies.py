"""Random networks for property tests: valid trees, and trees that somebody changed at one place.

networks          valid by construction, small enough to run in torch at once: every kind of layer, chains in
                  chains, branches in branches, groups, rectangular windows, names and none, blocks that repeat
changed_networks  such a network with something changed: often it fits no more, sometimes still
broken_networks   those that do not fit: ``trace`` raises
"""

from dataclasses import replace
from math import prod

from hypothesis import assume
from hypothesis import strategies as st

from cnnviz.errors import SpecError
from cnnviz.shapes import apply, trace
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
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample,
    leaves,
    tree,
)
from cnnviz.spec.layers import PADDING_MODES, UPSAMPLE_MODES

MOST_VALUES = 4096
"""No tensor between two layers is larger, so that thousands of networks run in a minute."""

NAMES = ("conv", "act", "block", "stem", "head", "x", "self", "torch", "nn", "items", "Net")
BLOCKS = ("", "", "", "Residual", "VGGBlock", "Inception", "Net", "Merge")

PLAIN = st.sampled_from([ReLU(), Sigmoid(), Tanh(), GELU(), Identity(), Dropout(0.3), Dropout(0.0)])
FLAG, STEPS, SMALL = st.booleans(), st.integers(1, 2), st.integers(1, 6)
PAIRS = st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3))
SPATIAL = (
    "conv", "conv", "same", "transpose", "max", "avg", "adaptive", "norm", "norm", "upsample", "flatten", "other",
    "plain", "plain",
)  # fmt: skip


@st.composite
def networks(draw, most=30):
    """A network of 1 to ``most`` layers that torch accepts, in training too (with two pictures or more)."""
    shape = (draw(st.integers(1, 4)), draw(st.integers(4, 16)), draw(st.integers(4, 16)))
    items, after = _items(draw, shape, [draw(st.integers(1, max(1, most - 2)))], depth=3)
    if most > 2 and draw(st.booleans()):  # half of them end as classifiers do
        items += [Flatten(name="out_flatten"), Linear(prod(after), 3, name="out")]
    return Network(draw(st.sampled_from(["Net", "my net 2", "网络", "2nd"])), shape, Chain("", tuple(items)))


@st.composite
def changed_networks(draw, most=12):
    """A random network with one thing changed at a random place; it may fit or not."""
    network = draw(networks(most))
    places = [path for path, _layer in leaves(network.body)]
    path = draw(st.sampled_from(places))
    into, position = tree.place(network, path)
    change = draw(st.sampled_from(["width", "window", "remove", "insert", "insert", "path", "input"]))
    layer = tree.node_at(network, path)
    try:
        match change:
            case "width":
                return tree.replace(network, path, draw(_other_width(layer)))
            case "window":
                return tree.replace(network, path, draw(_other_window(layer)))
            case "remove":
                return tree.remove(network, path)
            case "insert":
                return tree.insert(network, into, position, draw(_stranger()))[0]
            case "path":
                paths = (Chain("", (layer,)), Chain("", tuple(draw(st.lists(_stranger(), max_size=2)))))
                merge = draw(st.sampled_from(["add", "concat"]))
                return tree.replace(network, path, Branches("", tuple(replace(p) for p in paths), merge))
            case _:
                shape = (draw(st.integers(1, 5)), draw(st.integers(1, 9)), draw(st.integers(1, 9)))
                return network.with_input(shape)
    except SpecError:  # a layer that cannot exist, a name that is taken: no tree at all
        assume(False)


@st.composite
def broken_networks(draw, most=12):
    """A network in which some layer does not fit what comes before it."""
    network = draw(changed_networks(most))
    try:
        trace(network)
        fits = True
    except SpecError:
        fits = False
    assume(not fits)
    return network


def _items(draw, shape, budget, depth):
    """Nodes that fit one after the other, and the shape behind them; each layer takes one off the budget."""
    items, wanted = [], draw(st.integers(1, 8))
    while len(items) < wanted and budget[0] > 0:
        node, after = _node(draw, shape, budget, depth)
        size = sum(1 for _leaf in leaves(node))
        items.append(node)
        again = draw(st.sampled_from([0, 0, 0, 1, 2])) if after == shape else 0
        for _ in range(again):  # the same block again, as deep networks have it
            if budget[0] >= size:
                budget[0] -= size
                items.append(node)
        shape = after
    return _distinct(draw, items), shape


def _distinct(draw, items):
    """Give some of the items names, none twice."""
    if not draw(st.booleans()):
        return [replace(item, name="") for item in items]
    named = []
    for item in items:
        name = draw(st.sampled_from(("", *NAMES)))
        named.append(replace(item, name=tree.fresh_name(name, named)))
    return named


def _node(draw, shape, budget, depth):
    roll = draw(st.integers(0, 9)) if depth else 9
    if roll == 0:
        items, after = _items(draw, shape, budget, depth - 1)
        return Chain("", tuple(items), block=draw(st.sampled_from(BLOCKS))), after
    if roll <= 2 and budget[0] >= 6:
        return _branches(draw, shape, budget, depth - 1)
    budget[0] -= 1
    layer = _layer(draw, shape)
    try:
        after = apply(layer, shape).shape
    except SpecError:
        return ReLU(), shape
    return (layer, after) if prod(after) <= MOST_VALUES else (ReLU(), shape)


def _branches(draw, shape, budget, depth):
    """Two or three paths; the later ones end in layers that make them fit the first."""
    merge = draw(st.sampled_from(["add", "concat"]))
    count = draw(st.integers(2, 3)) if budget[0] >= 9 else 2
    share = budget[0] // count - 2  # two for the layers that fit a path to the first
    budget[0] -= count * (share + 2)
    first, target = _items(draw, shape, [share], depth)
    paths, channels = [first], target[0]
    for _ in range(count - 1):
        inner, after = _items(draw, shape, [share], depth)
        ends = [] if _fits(after, target, merge) else _adapters(after, target)
        if ends is None:
            inner, after, ends = first, target, []
        channels += target[0] if ends else after[0]
        paths.append([*inner, *ends])
    if _fits(shape, target, merge) and draw(st.booleans()):  # the shortcut of a residual or dense block
        paths.append([])
        channels += shape[0]
    chains = _distinct(draw, [Chain("", tuple(path)) for path in paths])
    after = target if merge == "add" else (channels, *target[1:])
    return Branches("", tuple(chains), merge, block=draw(st.sampled_from(BLOCKS))), after


def _fits(shape, target, merge):
    return shape == target if merge == "add" else shape[1:] == target[1:]


def _adapters(shape, target):
    """Layers that bring one shape to another, or None."""
    if len(shape) == len(target) == 3:
        return [AdaptiveAvgPool2d(target[1:]), Conv2d(shape[0], target[0], 1, bias=False, name="fit")]
    if len(target) == 1:
        return [Flatten(name="flat"), Linear(prod(shape), target[0], name="fit")]
    return None


def _layer(draw, shape):
    """A layer for a shape; most fit."""
    return _flat(draw, shape) if len(shape) < 3 else _spatial(draw, shape)


def _flat(draw, shape):
    match draw(st.sampled_from(["plain", "linear", "linear", "norm", "other"])):
        case "plain":
            return draw(PLAIN)
        case "linear":
            return Linear(shape[-1], draw(SMALL), draw(FLAG))
        case "norm":
            return BatchNorm1d(shape[0], affine=draw(FLAG))
        case _:
            return draw(
                st.sampled_from([Softmax(1), Softmax(0), LogSoftmax(), LogSoftmax(-1), Flatten(), Flatten()])
            )


def _spatial(draw, shape):
    channels = shape[0]
    groups = draw(st.sampled_from([k for k in (1, 2, 3, 4) if channels % k == 0]))
    out = groups * draw(st.integers(1, max(1, 6 // groups)))
    match draw(st.sampled_from(SPATIAL)):
        case "conv":
            padding = draw(st.integers(0, 2) | PAIRS)
            mode = draw(st.sampled_from(["zeros", "zeros", *PADDING_MODES]))
            return Conv2d(
                channels, out, draw(PAIRS), draw(PAIRS), padding, draw(STEPS), groups, draw(FLAG), mode
            )
        case "same":  # an odd total of padding makes torch warn; tests/shapes/test_rules.py has it
            padding, kernel = draw(
                st.sampled_from([("same", 1), ("same", 3), ("same", (3, 1)), ("valid", 2)])
            )
            return Conv2d(channels, out, kernel, 1, padding, draw(STEPS), groups)
        case "transpose":
            stride = draw(STEPS)
            extra = draw(st.integers(0, 1)) if stride == 2 else 0
            kernel, padding, spread = draw(PAIRS), draw(st.integers(0, 1)), draw(STEPS)
            return ConvTranspose2d(
                channels, out, kernel, stride, padding, extra, groups, draw(FLAG), dilation=spread
            )
        case "max":
            kernel = draw(st.integers(2, 3))
            return MaxPool2d(
                kernel, draw(st.none() | PAIRS), draw(st.integers(0, 1)), draw(STEPS), draw(FLAG)
            )
        case "avg":
            kernel = draw(st.integers(2, 3))
            return AvgPool2d(kernel, draw(st.none() | PAIRS), draw(st.integers(0, 1)), draw(FLAG), draw(FLAG))
        case "adaptive":
            return draw(st.sampled_from([AdaptiveAvgPool2d, AdaptiveMaxPool2d]))(draw(PAIRS))
        case "norm":
            return BatchNorm2d(channels, affine=draw(FLAG))
        case "upsample":
            mode = draw(st.sampled_from(UPSAMPLE_MODES))
            return Upsample(draw(PAIRS), mode, draw(FLAG) if mode != "nearest" else None)
        case "flatten":
            return draw(st.sampled_from([Flatten(), Flatten(), Flatten(2), Flatten(1, 2)]))
        case "other":
            return draw(
                st.sampled_from([Dropout2d(0.4), Dropout2d(0.1), Softmax(1), Softmax(-1), LogSoftmax(1)])
            )
        case _:
            return draw(PLAIN)


@st.composite
def _stranger(draw):
    """A layer that knows nothing of the place where it is put."""
    number, kernel = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    return draw(
        st.sampled_from(
            [
                Conv2d(number, 3, kernel),
                ConvTranspose2d(number, 2, kernel, 2, kernel - 1),
                MaxPool2d(kernel),
                AvgPool2d(kernel, 1),
                AdaptiveMaxPool2d(kernel),
                BatchNorm2d(number),
                BatchNorm1d(number),
                Linear(number * kernel, 4),
                Flatten(),
                Flatten(number - 4, kernel - 4),
                Softmax(kernel),
                Dropout2d(0.5),
                Upsample(2),
                ReLU(),
            ]
        )
    )


@st.composite
def _other_width(draw, layer):
    """The layer with another number of channels or features, going in or coming out."""
    widths = [
        name
        for name in ("in_channels", "out_channels", "num_features", "in_features", "out_features")
        if hasattr(layer, name)
    ]
    if not widths:
        return draw(_stranger())
    return replace(layer, **{draw(st.sampled_from(widths)): draw(st.integers(1, 12))})


@st.composite
def _other_window(draw, layer):
    """The layer with a larger window or another padding."""
    if not hasattr(layer, "kernel_size"):
        return draw(_stranger())
    return replace(layer, kernel_size=draw(st.integers(1, 9)), padding=draw(st.integers(0, 3)))
