"""A layer that expects another number of channels or features than it gets."""

from math import gcd, isqrt

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.flow import Passed, backwards, chains, upstream
from cnnviz.diagnosis.problems import Message, message
from cnnviz.diagnosis.search import Search
from cnnviz.diagnosis.sizes import try_inputs, try_less_padding, try_windows, windows_before
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.spec import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Branches,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Layer,
    Linear,
)
from cnnviz.spec.checks import short
from cnnviz.spec.tree import join

Giver = tuple[str, Layer | Branches | None]
"""What makes the number of channels or features that arrives: its path and itself; None is the picture."""


def giver_of(search: Search, path: str) -> Giver:
    """Return what makes the number of channels or features that a node gets."""
    for place, node in upstream(search.network, path):
        match node:
            case Conv2d() | ConvTranspose2d() | Linear() | Branches():
                return place, node
            case Flatten() if len(search.arrived[place]) > 1:
                return place, node
            case _:
                continue
    return "", None


def expected_by(layer: Layer | Branches) -> int:
    """Return how many channels or features a layer wants."""
    match layer:
        case Conv2d() | ConvTranspose2d():
            return layer.in_channels
        case BatchNorm1d() | BatchNorm2d():
            return layer.num_features
        case Linear():
            return layer.in_features
        case _:
            raise ValueError(f"{layer} takes any number")


def explain(search: Search) -> Message:
    """Return why the numbers differ; offer to change the one side or the other."""
    stop, network = search.stop, search.network
    assert not isinstance(stop.node, Branches)
    giver = giver_of(search, stop.path)
    expected, found = expected_by(stop.node), stop.shape[0]
    taking = edits.accepting(stop.node, stop.shape)
    if taking:
        search.offer(1.0, edits.set_parameters(network, stop.path, **taking))
    if len(stop.shape) == 3 and isinstance(stop.node, Conv2d | ConvTranspose2d):
        if stop.node.groups > 1:
            fewer = gcd(found, stop.node.out_channels)
            search.offer(1.4, edits.set_parameters(network, stop.path, in_channels=found, groups=fewer))
        fit = edits.insert_before(network, stop.path, Conv2d(found, expected, 1, name="fit"))
        search.offer(3.6, fit, adapting=False)
    _other_giver(search, giver, expected, found)
    return _said(search, giver, expected, found)


def give(search: Search, path: str, node: Layer | Branches | None, wanted: int, cost: float) -> None:
    """Offer to make a giver give another number; of branches, any path can make up the difference."""
    match node:
        case Conv2d() | ConvTranspose2d():
            search.offer(
                cost, edits.set_parameters(search.network, path, out_channels=wanted), adapting=False
            )
        case Linear():
            search.offer(
                cost, edits.set_parameters(search.network, path, out_features=wanted), adapting=False
            )
        case Branches(merge="concat"):
            for name, chain in chains(node):
                for place, layer in backwards(chain, join(path, name)):
                    more = wanted - _joined(search, path, node)
                    if isinstance(layer, Conv2d | ConvTranspose2d) and layer.out_channels + more > 0:
                        give(search, place, layer, layer.out_channels + more, cost + 0.6)
                        break
                    if isinstance(layer, Branches):
                        break
        case _:
            return


def _other_giver(search: Search, giver: Giver, expected: int, found: int) -> None:
    path, node = giver
    _, *size = search.network.input_shape
    match node:
        case None:
            search.offer(1.8, edits.other_input(search.network, (expected, size[0], size[1])))
        case Flatten():
            _other_picture(search, path, expected)
        case _:
            give(search, path, node, expected, 1.5)


def _other_picture(search: Search, flatten: str, expected: int) -> None:
    """Offer pictures that make the expected number of features when they are laid out."""
    network, shape = search.network, search.arrived[flatten]
    if len(shape) != 3:
        return
    channels, height, width = shape
    try_less_padding(search, windows_before(search, flatten), 0.6)
    side = isqrt(expected // channels)
    if side and expected == channels * side * side:
        place, before = next(upstream(network, flatten), ("", None))
        edit = (
            edits.set_parameters(network, place, output_size=side)
            if isinstance(before, AdaptiveAvgPool2d | AdaptiveMaxPool2d)
            else edits.insert_before(
                network, flatten, AdaptiveAvgPool2d(short(side, side), name="adaptive_pool")
            )
        )
        search.offer(1.9, edit, adapting=False)
    if expected % (height * width) == 0:
        place, node = giver_of(search, flatten)
        wanted = expected // (height * width)
        if channels <= 4 * wanted <= 16 * channels:
            give(search, place, node, wanted, 2.5)
    if expected % channels == 0:  # else no other size of the picture gives the number
        try_windows(search, windows_before(search, flatten), 1.7)
        try_inputs(search, 2.2)


def _joined(search: Search, path: str, node: Branches) -> int:
    result = search.flow.through(node, search.arrived[path])
    assert isinstance(result, Passed)
    return result.shape[0]


def _said(search: Search, giver: Giver, expected: int, found: int) -> Message:
    path, node = giver
    stop = search.stop
    layer = edits.called(stop.path, stop.node)
    features = len(stop.shape) == 1
    if node is None:
        return message(
            N_("{layer} expects {expected}, but the picture {shape} has {found}"),
            layer=layer, expected=channels(expected), found=channels(found),
            shape=say(search.network.input_shape),
        )  # fmt: skip
    amount = str(found)
    if isinstance(node, Flatten) and features:
        laid = search.arrived[path]
        amount = f"{'*'.join(map(str, laid))} = {found}"
    elif isinstance(node, Branches) and node.merge == "concat":
        ends = [search.flow.through(chain, search.arrived[path]) for chain in node.paths]
        amount = f"{' + '.join(str(end.shape[0]) for end in ends if isinstance(end, Passed))} = {found}"
    return message(
        N_("{layer} expects {expected}, but {giver} gives {found}"),
        layer=layer, expected=(counted if features else channels)(expected), giver=edits.called(path, node),
        found=amount,
    )  # fmt: skip


def channels(count: int) -> Message:
    """Return a number of channels in words."""
    return message(N_("1 channel")) if count == 1 else message(N_("{count} channels"), count=count)


def counted(count: int) -> Message:
    """Return a number of features in words."""
    return message(N_("1 feature")) if count == 1 else message(N_("{count} features"), count=count)
