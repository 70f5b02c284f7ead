"""A layer for pictures that gets a row of features, or a layer for features that gets a picture."""

from math import isqrt, prod

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.amounts import counted, giver_of
from cnnviz.diagnosis.flow import downstream, upstream
from cnnviz.diagnosis.problems import Message, message
from cnnviz.diagnosis.search import Search
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.spec import (
    AdaptiveAvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Branches,
    Conv2d,
    Dropout,
    Dropout2d,
    Flatten,
    Layer,
    Linear,
)


def explain_features(search: Search) -> Message:
    """Return why a layer for pictures cannot work on features; offer to move it, or its kin for features."""
    stop, network = search.stop, search.network
    node, shape = stop.node, stop.shape
    assert not isinstance(node, Branches)
    giver, maker = giver_of(search, stop.path)
    match node:
        case BatchNorm2d():
            kin: Layer | None = BatchNorm1d(shape[0], node.eps, node.momentum, node.affine)
        case Dropout2d():
            kin = Dropout(node.p)
        case _:
            kin = None
    if kin and len(shape) == 1:
        search.offer(0.8, edits.swap(network, stop.path, kin))
    _flatten_later(search)
    search.offer(2.0, edits.remove(network, stop.path))
    layer = edits.called(stop.path, node)
    if kin and len(shape) == 1:
        return message(
            N_("{layer} works on the channels of a picture, but gets {found}: {kind} is made for them"),
            layer=layer, found=counted(shape[0]), kind=type(kin).__name__,
        )  # fmt: skip
    if isinstance(maker, Flatten):
        return message(
            N_("{layer} works on pictures, but {giver} has already laid the picture out: {before} became {after}"),
            layer=layer, giver=edits.called(giver, maker), before=say(search.arrived[giver]), after=say(shape),
        )  # fmt: skip
    return message(
        N_("{layer} works on pictures, but gets {found} without height and width"),
        layer=layer,
        found=say(shape),
    )


def explain_picture(search: Search) -> Message:
    """Return why a layer for features cannot work on a picture; offer to lay the picture out before it."""
    stop, network = search.stop, search.network
    node, shape = stop.node, stop.shape
    layer = edits.called(stop.path, node)
    if isinstance(node, BatchNorm1d):
        search.offer(
            0.5, edits.swap(network, stop.path, BatchNorm2d(shape[0], node.eps, node.momentum, node.affine))
        )
        search.offer(1.5, edits.insert_before(network, stop.path, Flatten(name="flatten")))
        search.offer(2.0, edits.remove(network, stop.path))
        return message(
            N_("{layer} is made for features, but gets the picture {shape}: BatchNorm2d is made for pictures"),
            layer=layer, shape=say(shape),
        )  # fmt: skip
    assert isinstance(node, Linear)
    flatten = next(
        ((path, other) for path, other in downstream(network, stop.path) if isinstance(other, Flatten)), None
    )
    if flatten:
        search.offer(0.4, edits.move_before(network, flatten[0], stop.path))
    search.offer(1.0, edits.insert_before(network, stop.path, Flatten(name="flatten")))
    side = isqrt(node.in_features // shape[0])
    if side and node.in_features == shape[0] * side * side and shape[1:] != (side, side) and not flatten:
        pool = AdaptiveAvgPool2d(side, name="gap" if side == 1 else "adaptive_pool")
        search.offer(
            0.8, edits.insert_before(network, stop.path, pool, Flatten(name="flatten")), adapting=False
        )
    mixing = Conv2d(shape[0], node.out_features, 1, bias=node.bias)
    search.offer(2.6, edits.swap(network, stop.path, mixing))
    values = f"{'*'.join(map(str, shape))} = {prod(shape)}"
    if flatten:
        return message(
            N_("{layer} takes one row of features, but gets the picture {shape}: {flatten} must come before it"),
            layer=layer, shape=say(shape), flatten=edits.called(*flatten),
        )  # fmt: skip
    return message(
        N_(
            "{layer} takes one row of features, but gets the picture {shape}: a Flatten before it makes {values} of it"
        ),
        layer=layer, shape=say(shape), values=values,
    )  # fmt: skip


def explain_rows(search: Search) -> Message:
    """Return why a linear layer does not fit rows of features that a partial Flatten left; offer a whole one."""
    stop, network = search.stop, search.network
    assert isinstance(stop.node, Linear)
    for path, node in upstream(network, stop.path):
        if isinstance(node, Flatten) and len(search.arrived[path]) > 1:
            usual = {"start_dim": 1, "end_dim": -1}
            values = {name: value for name, value in usual.items() if getattr(node, name) != value}
            search.offer(0.6, edits.set_parameters(network, path, **values))
            break
    search.offer(1.0, edits.insert_before(network, stop.path, Flatten(name="flatten")))
    search.offer(2.0, edits.set_parameters(network, stop.path, in_features=stop.shape[-1]))
    return message(
        N_("{layer} expects {expected}, but gets {shape}: {rows} rows of {found}"),
        layer=edits.called(stop.path, stop.node), expected=counted(stop.node.in_features), shape=say(stop.shape),
        rows=prod(stop.shape[:-1]), found=stop.shape[-1],
    )  # fmt: skip


def _flatten_later(search: Search) -> None:
    """Offer to lay the picture out after the layer that stops, not before."""
    stop, network = search.stop, search.network
    flatten = next(
        (path for path, node in upstream(network, stop.path) if isinstance(node, Flatten)),
        None,
    )
    if flatten is None:
        _before_features(search)
        return
    behind = list(downstream(network, stop.path))
    again = any(isinstance(node, Flatten) for _, node in behind)
    if again:
        search.offer(0.7, edits.remove(network, flatten))
    goal = next((path for path, node in behind if isinstance(node, Linear | BatchNorm1d)), None)
    if goal:
        search.offer(1.0, edits.move_before(network, flatten, goal))
    else:
        search.offer(1.0, edits.move_to_end(network, flatten))
    search.offer(1.4, edits.move_before(network, stop.path, flatten))
    if not again:
        search.offer(2.2, edits.remove(network, flatten))


def _before_features(search: Search) -> None:
    """Offer to move the layer before the linear layers that took height and width away."""
    for path, node in upstream(search.network, search.stop.path):
        if len(search.arrived[path]) == 3 and not isinstance(node, Branches):
            search.offer(1.2, edits.move_before(search.network, search.stop.path, path))
            return
