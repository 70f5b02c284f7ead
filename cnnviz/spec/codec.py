"""A network as JSON, both ways: for files, runs and checkpoints; deflated for links.

    {"cnnviz": 1, "name": "LeNet", "input_shape": [1, 28, 28], "body": [
        {"type": "Conv2d", "name": "conv1", "in_channels": 1, "out_channels": 6, "kernel_size": 5, "padding": 2},
        ...]}

Fields at their defaults are left out. Reading trusts nothing: size, depth, types, unknown and missing fields are
checked, and every mistake is a ``SpecError`` that names the place.
"""

import base64
import binascii
import json
import zlib
from dataclasses import MISSING, fields
from typing import Any, get_args

from cnnviz.errors import SpecError
from cnnviz.spec.checks import shown
from cnnviz.spec.layers import Layer
from cnnviz.spec.network import Branches, Chain, Network, Node

VERSION = 1
MOST_CHARACTERS = 2_000_000
MOST_NODES = 10_000
DEEPEST = 32

LAYERS: dict[str, type[Layer]] = {kind.__name__: kind for kind in get_args(Layer)}


def to_data(network: Network) -> dict[str, Any]:
    """Return a network as plain dictionaries, lists and numbers."""
    return {
        "cnnviz": VERSION,
        "name": network.name,
        "input_shape": list(network.input_shape),
        "body": [_node_to_data(item) for item in network.body.items],
    }


def to_json(network: Network, *, indent: int | None = None) -> str:
    """Return a network as JSON text."""
    return json.dumps(to_data(network), ensure_ascii=False, indent=indent)


def from_json(text: str) -> Network:
    """Return the network that a JSON text describes.

    Raises:
        SpecError: if the text is no JSON, too large, or describes no network; names the place.
    """
    if len(text) > MOST_CHARACTERS:
        raise SpecError("this network is too large: at most {most} characters are read", most=MOST_CHARACTERS)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        raise SpecError(
            "this is not JSON: line {line}, column {column} cannot be read", line=line, column=column
        ) from None
    except RecursionError:
        raise SpecError("this JSON cannot be read: its lists and objects are nested too deep") from None
    except ValueError:  # Python reads no number of more than some thousand digits
        raise SpecError("this JSON cannot be read: a number in it is too long") from None
    return from_data(data)


def to_link(network: Network) -> str:
    """Return a network as a text for a link: its JSON, deflated, in letters that no browser touches."""
    text = json.dumps(to_data(network), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def from_link(text: str) -> Network:
    """Return the network that ``to_link`` put into a text.

    Raises:
        SpecError: if it is cut short, too large, or describes no network.
    """
    unpack = zlib.decompressobj()
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        data = unpack.decompress(packed, MOST_CHARACTERS)
        if not unpack.eof:
            raise SpecError("this link's network is cut short or too large")
        return from_json(data.decode())
    except (binascii.Error, zlib.error, UnicodeError) as error:
        raise SpecError("this link's network cannot be read: {reason}", reason=str(error)[:100]) from None


def from_data(data: Any) -> Network:
    """Return the network that plain data describe.

    Raises:
        SpecError: if they describe no network; names the place.
    """
    if not isinstance(data, dict) or data.get("cnnviz") != VERSION:
        raise SpecError(
            'this is not a cnnviz network: it must be an object with "cnnviz": {version}', version=VERSION
        )
    _only(data, {"cnnviz", "name", "input_shape", "body"})
    return Network(
        data.get("name", ""),
        _tupled(data.get("input_shape")),
        Chain("", _nodes(data.get("body"), "body", depth=0, budget=[MOST_NODES])),
    )


def _node_to_data(node: Node) -> dict[str, Any]:
    data: dict[str, Any] = {"type": type(node).__name__}
    if node.name:
        data["name"] = node.name
    if isinstance(node, Chain | Branches) and node.block:
        data["block"] = node.block
    match node:
        case Chain(items=items):
            data["items"] = [_node_to_data(item) for item in items]
        case Branches(paths=paths, merge=merge):
            data["merge"] = merge
            data["paths"] = [_node_to_data(path) for path in paths]
        case _:
            for entry in fields(node):
                value = getattr(node, entry.name)
                if entry.name != "name" and value != entry.default:
                    data[entry.name] = list(value) if isinstance(value, tuple) else value
    return data


def _nodes(data: Any, where: str, *, depth: int, budget: list[int]) -> tuple[Node, ...]:
    if not isinstance(data, list):
        raise SpecError("this must be a list of layers").at(where)
    nodes = []
    for position, item in enumerate(data):
        place = f"{where}[{position}]"
        try:
            nodes.append(_node(item, place, depth=depth + 1, budget=budget))
        except SpecError as error:
            raise error.at(place) from None
    return tuple(nodes)


def _node(data: Any, where: str, *, depth: int, budget: list[int]) -> Node:
    budget[0] -= 1
    if budget[0] < 0 or depth > DEEPEST:
        raise SpecError(
            "this network is too large: at most {nodes} layers, {depth} deep", nodes=MOST_NODES, depth=DEEPEST
        )
    if not isinstance(data, dict):
        raise SpecError("this must be an object with a `type`")
    given = {key: _tupled(value) for key, value in data.items() if key not in {"type", "items", "paths"}}
    name = given.get("name", "")
    block = given.get("block", "")
    for field, text in (("name", name), ("block", block)):
        if not isinstance(text, str):
            raise SpecError("`{field}` (={name}) must be text", field=field, name=shown(text))
    match data.get("type"):
        case "Chain":
            _only(data, {"type", "name", "block", "items"})
            items = _nodes(data.get("items"), f"{where}.items", depth=depth, budget=budget)
            return Chain(name, items, block=block)
        case "Branches":
            _only(data, {"type", "name", "block", "paths", "merge"})
            nodes = _nodes(data.get("paths"), f"{where}.paths", depth=depth, budget=budget)
            paths = tuple(node for node in nodes if isinstance(node, Chain))
            if len(paths) != len(nodes):
                raise SpecError("`paths` must be a list of chains")
            return Branches(name, paths, given.get("merge", "concat"), block=block)
        case str(kind) if kind in LAYERS:
            known = fields(LAYERS[kind])
            _only(data, {"type", *(entry.name for entry in known)})
            for entry in known:
                if entry.name not in given and entry.default is MISSING:
                    raise SpecError("{kind} needs `{field}`", kind=kind, field=entry.name)
            return LAYERS[kind](**given)
        case kind:
            raise SpecError("there is no layer type {kind}", kind=shown(kind))


def _only(data: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise SpecError(
            "{kind} has no field `{field}`", kind=shown(data.get("type", "cnnviz")), field=unknown[0][:60]
        )


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
