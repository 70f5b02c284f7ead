"""Changing a network: each function returns a new one; the old one stays as it is.

A place is a path (``block1.conv``) as ``trace`` gives it; "" is the whole body. Where a name is taken, the newcomer
gets a number: ``conv``, ``conv_2``.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace as with_fields

from cnnviz.errors import SpecError
from cnnviz.spec.network import Branches, Chain, Network, Node, named


def join(path: str, name: str) -> str:
    """Return the place of an item inside the node at ``path``."""
    return f"{path}.{name}" if path else name


def inside(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside: a chain's items, the paths of branches, nothing in a layer."""
    match node:
        case Chain(items=items):
            return items
        case Branches(paths=paths):
            return paths
        case _:
            return ()


def node_at(network: Network, path: str) -> Node:
    """Return the node at a place.

    Raises:
        SpecError: if there is none.
    """
    node: Node = network.body
    for name in path.split(".") if path else ():
        found = dict(named(inside(node))).get(name)
        if found is None:
            raise SpecError("there is nothing at `{path}`", path=path[:100])
        node = found
    return node


def replace(network: Network, path: str, node: Node) -> Network:
    """Return the network with another node at a place.

    Raises:
        SpecError: if there is nothing at the place, or the new node's name is taken by a neighbour.
    """
    return _changed(network, path, lambda _old: node)


def insert(network: Network, into: str, position: int, node: Node) -> tuple[Network, str]:
    """Return the network with one more node, and where it is now.

    Args:
        network: stays as it is.
        into: the place of a chain; or of branches, which take a chain as one more path.
        position: what it will be among its neighbours, from 0.
        node: gets another name if its own is taken.

    Raises:
        SpecError: if there is no chain or branches at ``into``, or branches would get what is no chain.
    """
    parent = node_at(network, into)
    items = list(inside(parent))
    position = max(0, min(position, len(items)))
    node = with_fields(node, name=fresh_name(node.name, items))
    items.insert(position, node)
    return _changed(network, into, lambda old: _filled(old, items)), join(into, node.name or str(position))


def remove(network: Network, path: str) -> Network:
    """Return the network without the node at a place.

    Raises:
        SpecError: if there is none, if it is the whole body, or one of the last two paths of branches.
    """
    into, position = place(network, path)
    items = list(inside(node_at(network, into)))
    del items[position]
    return _changed(network, into, lambda old: _filled(old, items))


def move(network: Network, path: str, into: str, position: int) -> tuple[Network, str]:
    """Return the network with a node taken to another place, and where it is now; ``position`` counts without it.

    Raises:
        SpecError: if a node would go into itself, or as in ``remove`` and ``insert``.
    """
    if into == path or into.startswith(f"{path}."):
        raise SpecError("`{path}` cannot be moved into itself", path=path[:100])
    node = node_at(network, path)
    above, old = place(network, path)
    if into == above:
        items = [item for index, item in enumerate(inside(node_at(network, above))) if index != old]
        position = max(0, min(position, len(items)))
        items.insert(position, node)
        return _changed(network, above, lambda one: _filled(one, items)), join(
            above, node.name or str(position)
        )
    # What is named by its position may lie behind the gap: put the node in first, then find the old one again.
    put, now = insert(network, into, position, node)
    shifted = _after_insert(put, network, path, into, position)
    return remove(put, shifted), _after_remove(now, shifted, put)


def duplicate(network: Network, path: str) -> tuple[Network, str]:
    """Return the network with a node twice, one after the other, and where the second is.

    Raises:
        SpecError: if there is nothing at the place, or it is the whole body.
    """
    into, position = place(network, path)
    return insert(network, into, position + 1, node_at(network, path))


def place(network: Network, path: str) -> tuple[str, int]:
    """Return where the parent of a node is, and the node's position in it.

    Raises:
        SpecError: if there is nothing at the place, or it is the whole body.
    """
    if not path:
        raise SpecError("the whole network cannot be moved, doubled or removed")
    into, _, name = path.rpartition(".")
    labels = [label for label, _node in named(inside(node_at(network, into)))]
    if name not in labels:
        raise SpecError("there is nothing at `{path}`", path=path[:100])
    return into, labels.index(name)


def fresh_name(name: str, neighbours: Iterable[Node]) -> str:
    """Return a name that no neighbour has: the wanted one, or the same with the next number behind it."""
    taken = {node.name for node in neighbours}
    if not name or name not in taken:
        return name
    found = re.fullmatch(r"(.*?)(_?)(\d+)", name)
    stem, line, number = (
        (found[1], found[2], int(found[3]))
        if found and found[1] and int(found[3]) < 10**6
        else (name, "_", 1)
    )
    while f"{stem}{line}{number}" in taken or number == 1:
        number += 1
    return f"{stem[:56]}{line}{number}"


def _changed(network: Network, path: str, change: Callable[[Node], Node]) -> Network:
    body = _walked(network.body, path.split(".") if path else [], change, path)
    if not isinstance(body, Chain):
        raise SpecError("the whole network must be a chain")
    return Network(network.name, network.input_shape, body)


def _walked(node: Node, steps: list[str], change: Callable[[Node], Node], path: str) -> Node:
    if not steps:
        return change(node)
    labels = [label for label, _item in named(inside(node))]
    if steps[0] not in labels:
        raise SpecError("there is nothing at `{path}`", path=path[:100])
    items = list(inside(node))
    position = labels.index(steps[0])
    items[position] = _walked(items[position], steps[1:], change, path)
    return _filled(node, items)


def _filled(node: Node, items: list[Node]) -> Node:
    match node:
        case Chain():
            return with_fields(node, items=tuple(items))
        case Branches():
            paths = tuple(item for item in items if isinstance(item, Chain))
            if len(paths) != len(items):
                raise SpecError("branches take chains only")
            return with_fields(node, paths=paths)
        case _:
            raise SpecError("a layer holds no other layers")


def _after_insert(put: Network, network: Network, path: str, into: str, position: int) -> str:
    """Where the node at ``path`` is once something stands before it: unnamed neighbours count one further."""
    head = f"{into}." if into else ""
    if not path.startswith(head):
        return path
    name, _, rest = path[len(head) :].partition(".")
    labels = [label for label, _node in named(inside(node_at(network, into)))]
    index = labels.index(name)
    now = [label for label, _node in named(inside(node_at(put, into)))][index + (index >= position)]
    return head + now + (f".{rest}" if rest else "")


def _after_remove(path: str, removed: str, network: Network) -> str:
    """Where the node at ``path`` is once the one at ``removed`` is gone: unnamed neighbours count one less."""
    above, gap = place(network, removed)
    head = f"{above}." if above else ""
    if not path.startswith(head):
        return path
    name, _, rest = path[len(head) :].partition(".")
    labels = [label for label, _node in named(inside(node_at(network, above)))]
    index = labels.index(name)
    now = str(index - 1) if name.isdigit() and index > gap else name
    return head + now + (f".{rest}" if rest else "")
