"""Shapes on their way through networks that differ in few places.

A search tries many networks that share almost all of their nodes. What a node makes of a shape is remembered by the
node's identity, so that each of them costs only what differs.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cnnviz.errors import ShapeError
from cnnviz.shapes import apply
from cnnviz.spec import Branches, Chain, Layer, Network, Node, Shape, named
from cnnviz.spec.tree import join, node_at, place

MOST_PARAMETERS = 2_000_000_000
"""Larger networks are not built (``cnnviz.nets.build`` says so, too; it cannot be asked here, for it needs torch)."""


class Passed(NamedTuple):
    """What a node makes of a shape: the next shape, and how many numbers it learns."""

    shape: Shape
    params: int


class Stop(NamedTuple):
    """Where the way ends.

    Attributes:
        path: of the layer or the branches that do not fit, relative to the node that was asked.
        node: the layer, or the branches whose results cannot be merged.
        shapes: what it gets: one shape, or one of each path of the branches.
        error: what ``shapes`` says about it; None for a merge.
        left: how many layers and merges would come after it; smaller is farther.
    """

    path: str
    node: Layer | Branches
    shapes: tuple[Shape, ...]
    error: ShapeError | None
    left: int

    @property
    def shape(self) -> Shape:
        """What a layer gets."""
        return self.shapes[0]


class Flow:
    """Sends shapes through networks and remembers what it has seen.

    Attributes:
        spent: how many layers it has really asked for, the measure of the work done.
    """

    def __init__(self) -> None:
        self.spent = 0
        self._seen: dict[tuple[int, Shape], tuple[Node, Passed | Stop]] = {}
        self._sizes: dict[int, tuple[Node, int]] = {}

    def run(self, network: Network) -> Passed | Stop:
        """Return what comes out of a network, or where it stops."""
        return self.through(network.body, network.input_shape)

    def through(self, node: Node, shape: Shape) -> Passed | Stop:
        """Return what a node makes of a shape, or where it stops."""
        key = (id(node), shape)
        found = self._seen.get(key)
        if found is None:
            # The node is kept beside its result: as long as it lives, no other can have its id.
            found = self._seen[key] = (node, self._through(node, shape))
        return found[1]

    def _through(self, node: Node, shape: Shape) -> Passed | Stop:
        match node:
            case Chain(items=items):
                return self._chain(items, shape)
            case Branches():
                return self._branches(node, shape)
            case _:
                self.spent += 1
                try:
                    result = apply(node, shape)
                except ShapeError as error:
                    return Stop("", node, (shape,), error, 0)
                return Passed(result.shape, result.params)

    def _chain(self, items: tuple[Node, ...], shape: Shape) -> Passed | Stop:
        self.spent += len(items) // 16  # even what is remembered takes its time
        params = 0
        for position, item in enumerate(items):
            result = self.through(item, shape)
            if isinstance(result, Stop):
                after = sum(map(self.steps, items[position + 1 :]))
                return _under(item.name or str(position), result, after)
            shape, params = result.shape, params + result.params
        return Passed(shape, params)

    def _branches(self, node: Branches, shape: Shape) -> Passed | Stop:
        ends, params = [], 0
        for position, path in enumerate(node.paths):
            result = self.through(path, shape)
            if isinstance(result, Stop):
                after = 1 + sum(map(self.steps, node.paths[position + 1 :]))
                return _under(path.name or str(position), result, after)
            ends.append(result.shape)
            params += result.params
        merged = merge(node.merge, tuple(ends))
        return Passed(merged, params) if merged else Stop("", node, tuple(ends), None, 0)

    def steps(self, node: Node) -> int:
        """Return how many layers and merges a node has."""
        if not isinstance(node, Chain | Branches):
            return 1
        found = self._sizes.get(id(node))
        if found is None:
            inner = node.items if isinstance(node, Chain) else node.paths
            count = sum(map(self.steps, inner)) + isinstance(node, Branches)
            found = self._sizes[id(node)] = (node, count)
        return found[1]

    def shapes(self, network: Network) -> dict[str, Shape]:
        """Return what each node gets, by its path, as far as the shapes come; "" is the whole network."""
        found: dict[str, Shape] = {}
        self._arrive(network.body, "", network.input_shape, found)
        return found

    def _arrive(self, node: Node, path: str, shape: Shape, found: dict[str, Shape]) -> bool:
        found[path] = shape
        match node:
            case Chain(items=items):
                for name, item in named(items):
                    if not self._arrive(item, join(path, name), shape, found):
                        return False
                    result = self.through(item, shape)
                    assert isinstance(result, Passed)
                    shape = result.shape
            case Branches(paths=paths):
                for name, item in named(paths):
                    if not self._arrive(item, join(path, name), shape, found):
                        return False
        return isinstance(self.through(node, found[path]), Passed)


def merge(how: str, shapes: tuple[Shape, ...]) -> Shape | None:
    """Return what branches make of the results of their paths, None if they cannot be merged."""
    first = shapes[0]
    if how == "add":
        return first if all(shape == first for shape in shapes) else None
    if any(shape[1:] != first[1:] for shape in shapes):
        return None
    return (sum(shape[0] for shape in shapes), *first[1:])


def chains(node: Branches) -> list[tuple[str, Chain]]:
    """Return the paths of branches with the name that each has inside them."""
    return [(chain.name or str(position), chain) for position, chain in enumerate(node.paths)]


def upstream(network: Network, path: str) -> Iterator[tuple[str, Layer | Branches]]:
    """Yield what a node's input has come through, backwards; branches come as one, at their merge."""
    while path:
        into, position = place(network, path)
        parent = node_at(network, into)
        if isinstance(parent, Chain):
            for name, item in reversed(list(named(parent.items))[:position]):
                yield from backwards(item, join(into, name))
        path = into


def downstream(network: Network, path: str) -> Iterator[tuple[str, Layer | Branches]]:
    """Yield what a node's output goes through, forwards; branches come as one."""
    while path:
        into, position = place(network, path)
        parent = node_at(network, into)
        if isinstance(parent, Chain):
            for name, item in list(named(parent.items))[position + 1 :]:
                yield from reversed(list(backwards(item, join(into, name))))
        path = into


def backwards(node: Node, path: str) -> Iterator[tuple[str, Layer | Branches]]:
    """Yield the layers of a node from its last to its first; branches come as one."""
    if isinstance(node, Chain):
        for name, item in reversed(list(named(node.items))):
            yield from backwards(item, join(path, name))
    else:
        yield path, node


def _under(name: str, stop: Stop, after: int) -> Stop:
    return stop._replace(path=join(name, stop.path) if stop.path else name, left=stop.left + after)
