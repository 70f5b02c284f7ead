"""Small changes of a network, each with the words for its button; None where the change is impossible."""

from dataclasses import replace as with_fields
from typing import Any, NamedTuple

from cnnviz.diagnosis.flow import Flow, Passed, chains
from cnnviz.diagnosis.problems import Message, joined, message
from cnnviz.errors import SpecError
from cnnviz.language import N_
from cnnviz.spec import (
    BatchNorm1d,
    BatchNorm2d,
    Branches,
    Chain,
    Conv2d,
    ConvTranspose2d,
    Layer,
    Linear,
    Network,
    Node,
    Shape,
    named,
    tree,
)
from cnnviz.spec.code import line

NAMED_CHANGES = 2
"""So many layers that follow are named in a title; of more there is only the number."""

Edit = tuple[Message, Network] | None
"""What a change does, and the changed network."""


def called(path: str, node: Node) -> str:
    """Return how a sentence calls a node: `conv1`, or `0` (Conv2d) if it has no name of its own."""
    if not path:
        return "`body`"
    return f"`{path}`" if node.name else f"`{path}` ({kind(node)})"


def kind(node: Node) -> str:
    """Return what a node is: torch's class name, or how branches merge."""
    return node.merge if isinstance(node, Branches) else type(node).__name__


def code(layer: Layer) -> str:
    """Return a layer as people write it: Conv2d(1, 6, kernel_size=5)."""
    return line(layer).removeprefix("nn.")


def setting(values: dict[str, Any]) -> str:
    """Return parameters as people write them: kernel_size=3, padding=1."""
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def set_parameters(network: Network, path: str, **values: Any) -> Edit:
    """Give a layer other parameters."""
    node = tree.node_at(network, path)
    try:
        changed = tree.replace(network, path, with_fields(node, **values))
    except SpecError:
        return None
    return message(N_("Set {setting} in {layer}"), setting=setting(values), layer=called(path, node)), changed


def insert_before(network: Network, path: str, *layers: Layer) -> Edit:
    """Put layers before a node of a chain."""
    into, position = tree.place(network, path)
    if isinstance(tree.node_at(network, into), Branches):
        return None
    said = message(
        N_("Insert {code} before {layer}"),
        code=", ".join(map(code, layers)), layer=called(path, tree.node_at(network, path)),
    )  # fmt: skip
    return said, inserted(network, into, position, layers)


def append(network: Network, into: str, *layers: Layer) -> Edit:
    """Put layers at the end of a chain."""
    chain = tree.node_at(network, into)
    if not isinstance(chain, Chain):
        return None
    codes = ", ".join(map(code, layers))
    said = (
        message(N_("Append {code} at the end of {chain}"), code=codes, chain=called(into, chain))
        if into
        else message(N_("Append {code}"), code=codes)
    )
    return said, inserted(network, into, len(chain.items), layers)


def inserted(network: Network, into: str, position: int, layers: tuple[Layer, ...]) -> Network:
    """Return the network with layers put into a chain, one after the other from a position on."""
    for offset, layer in enumerate(layers):
        network, _ = tree.insert(network, into, position + offset, layer)
    return network


def remove(network: Network, path: str) -> Edit:
    """Take a node out."""
    node = tree.node_at(network, path)
    try:
        return message(N_("Remove {layer}"), layer=called(path, node)), tree.remove(network, path)
    except SpecError:
        return None


def swap(network: Network, path: str, layer: Layer) -> Edit:
    """Put another layer in a layer's place, under its name."""
    node = tree.node_at(network, path)
    return message(N_("Replace {layer} by {code}"), layer=called(path, node), code=code(layer)), tree.replace(
        network, path, with_fields(layer, name=node.name)
    )


def move_before(network: Network, path: str, other: str) -> Edit:
    """Take a node to the place before another."""
    node, goal = tree.node_at(network, path), tree.node_at(network, other)
    into, position = tree.place(network, other)
    above, old = tree.place(network, path)
    try:
        moved, _ = tree.move(network, path, into, position - (above == into and old < position))
    except SpecError:
        return None
    return message(
        N_("Move {layer} before {other}"), layer=called(path, node), other=called(other, goal)
    ), moved


def move_to_end(network: Network, path: str) -> Edit:
    """Take a node to the end of the network."""
    node = tree.node_at(network, path)
    try:
        moved, _ = tree.move(network, path, "", len(network.body.items))
    except SpecError:
        return None
    return message(N_("Move {layer} to the end"), layer=called(path, node)), moved


def other_input(network: Network, shape: tuple[int, int, int]) -> Edit:
    """Feed the network with other pictures."""
    title = N_("Use pictures of {shape}")
    return message(title, shape="x".join(map(str, shape))), network.with_input(shape)


class Adapted(NamedTuple):
    """A network whose layers take what they get, and which of them were changed, with their new settings."""

    network: Network
    changes: tuple[tuple[str, Node, dict[str, Any]], ...]


class _Misfit(Exception):  # noqa: N818  (it never leaves this file)
    pass


def adapt(flow: Flow, network: Network) -> Adapted | None:
    """Return the network with every expected number of channels or features set to what arrives; None if that is not enough."""
    changes: list[tuple[str, Node, dict[str, Any]]] = []
    try:
        body, _ = _fitted(flow, network.body, "", network.input_shape, changes)
    except _Misfit:
        return None
    assert isinstance(body, Chain)
    return Adapted(Network(network.name, network.input_shape, body), tuple(changes))


def completed(title: Message, adapted: Adapted) -> Message:
    """Add to a title what the layers behind must take."""
    if len(adapted.changes) > NAMED_CHANGES:
        count = len(adapted.changes)
        return message(N_("{first}; {count} layers behind it take what they get"), first=title, count=count)
    for path, node, values in adapted.changes:
        title = also(title, path, node, values)
    return title


def also(title: Message, path: str, node: Node, values: dict[str, Any]) -> Message:
    """Add to a title that a layer gets other parameters."""
    return joined(
        title, message(N_("set {setting} in {layer}"), setting=setting(values), layer=called(path, node))
    )


def accepting(layer: Layer, shape: Shape) -> dict[str, Any] | None:
    """Return the parameters with which a layer takes a shape's channels or features; None if no number does."""
    match layer:
        case Conv2d() | ConvTranspose2d() if len(shape) == 3:
            if (
                layer.groups == layer.in_channels == layer.out_channels > 1
            ):  # depthwise: each channel for itself
                return {"in_channels": shape[0], "out_channels": shape[0], "groups": shape[0]}
            return {"in_channels": shape[0]}
        case BatchNorm2d() if len(shape) == 3:
            return {"num_features": shape[0]}
        case BatchNorm1d() if len(shape) < 3:
            return {"num_features": shape[0]}
        case Linear() if len(shape) == 1:
            return {"in_features": shape[0]}
        case _:
            return None


def _fitted(flow: Flow, node: Node, path: str, shape: Shape, changes: list[Any]) -> tuple[Node, Shape]:
    result = flow.through(node, shape)
    if isinstance(result, Passed):
        return node, result.shape
    match node:
        case Chain(items=items):
            fitted = []
            for name, item in named(items):
                made, shape = _fitted(flow, item, tree.join(path, name), shape, changes)
                fitted.append(made)
            return with_fields(node, items=tuple(fitted)), shape
        case Branches():
            if len(result.shapes) > 1:  # they run, but cannot be merged
                raise _Misfit
            ends = [
                _fitted(flow, chain, tree.join(path, name), shape, changes)[0] for name, chain in chains(node)
            ]
            changed: Node = with_fields(node, paths=tuple(end for end in ends if isinstance(end, Chain)))
        case _:
            values = accepting(node, shape)
            try:
                changed = with_fields(node, **(values or {}))
            except SpecError:
                raise _Misfit from None
            changes.append((path, node, values))
    result = flow.through(changed, shape)
    if not isinstance(result, Passed):
        raise _Misfit
    return changed, result.shape


def replaced(network: Network, layers: dict[str, Layer]) -> Network:
    """Return the network with other layers at many places."""

    def walk(node: Node, path: str) -> Node:
        match node:
            case Chain(items=items):
                return with_fields(
                    node, items=tuple(walk(item, tree.join(path, name)) for name, item in named(items))
                )
            case Branches():
                paths = [walk(chain, tree.join(path, name)) for name, chain in chains(node)]
                return with_fields(node, paths=tuple(one for one in paths if isinstance(one, Chain)))
            case _:
                return layers.get(path, node)

    body = walk(network.body, "")
    assert isinstance(body, Chain)
    return Network(network.name, network.input_shape, body)
