"""Which nodes of a tree become classes: branches, blocks with a name of their own, and chains that stand twice.

The innermost come first, so that the others can call them. Instances of one block share a class if they can be laid
over one another (``patterns``), else each kind gets its own: ``Residual``, ``Residual2``.
"""

import re
from collections import Counter
from dataclasses import dataclass

from cnnviz.nets.source.entries import Entry
from cnnviz.nets.source.parameters import Constructor, constructor
from cnnviz.nets.source.patterns import Mismatch, common
from cnnviz.nets.source.pieces import Call, Piece, Product, pieces, shape_of
from cnnviz.spec import Branches, Chain, Network, Node, leaves, named
from cnnviz.spec.tree import inside, join

SHORT = 3
"""Layers up to which a chain without a block's name is written where it stands, even if it stands twice."""

LONG = 12
"""Lines from which on the network itself is written as a loop; shorter, its parts are better seen one by one."""


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the source.

    Attributes:
        name: unique in the source.
        merge: how its paths are merged; "" for a chain.
        entries: what it is made of.
        constructor: its parameters.
        paths: the places of its instances.
    """

    name: str
    merge: str
    entries: tuple[Entry, ...]
    constructor: Constructor
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Instance:
    """A node that gets a class."""

    path: str
    node: Chain | Branches


def classes(network: Network, name: str, products: dict[str, Product]) -> tuple[list[Class], Class]:
    """Return the classes of a network's blocks, each after those that it uses, and that of the network itself.

    Args:
        network: what is written.
        name: of the network's class; no block gets it.
        products: as in ``pieces``.
    """
    taken = {name, "OrderedDict"}
    found: list[Class] = []
    calls: dict[str, Call] = {}
    for group in _groups(network.body):
        contents = [pieces(each.node, each.path, calls, products) for each in group]
        for members in _together(contents, side_by_side=isinstance(group[0].node, Branches)):
            first = group[members[0]].node
            if len(members) == 1 and isinstance(first, Chain) and not first.block:
                continue  # alone after all: it is written where it stands
            own = [group[index] for index in members]
            found.append(_class(own, [contents[index] for index in members], _class_name(first, taken)))
            taken.add(found[-1].name)
            for position, each in enumerate(own):
                arguments = found[-1].constructor.arguments(position)
                calls[each.path] = Call(each.node.name, each.path, found[-1].name, arguments)
    entries = common([pieces(network.body, "", calls, products)], loops_from=LONG)
    return found, Class(name, "", entries, constructor(entries, side_by_side=False), ("",))


def _class(instances: list[_Instance], contents: list[tuple[Piece, ...]], name: str) -> Class:
    node, paths = instances[0].node, tuple(each.path for each in instances)
    merge = node.merge if isinstance(node, Branches) else ""
    entries = common(contents, side_by_side=bool(merge))
    return Class(name, merge, entries, constructor(entries, side_by_side=merge == "concat"), paths)


def _groups(body: Chain) -> list[list[_Instance]]:
    """Return everything that gets a class, by what it is; the innermost first: its level is what it holds such of."""
    repeated = _repeated(body)
    groups: dict[tuple[int, object], list[_Instance]] = {}

    def walk(node: Node, path: str, *, is_path: bool) -> int:
        level = 0
        for name, child in named(inside(node)):
            level = max(level, walk(child, join(path, name), is_path=isinstance(node, Branches)))
        if not path or not isinstance(node, Chain | Branches):
            return level
        again = not is_path and _kind(node) in repeated
        if not (isinstance(node, Branches) or node.block or again):
            return level
        groups.setdefault((level, _kind(node)), []).append(_Instance(path, node))
        return level + 1

    walk(body, "", is_path=False)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]


def _repeated(body: Chain) -> set[object]:
    """Return the kinds that stand twice or more and are long; inside a repeated one only the first counts."""
    counted: Counter[object] = Counter()
    long: set[object] = set()

    def walk(node: Node) -> None:
        if not isinstance(node, Chain | Branches):
            return
        kind = _kind(node)
        counted[kind] += 1
        if sum(1 for _ in leaves(node)) > SHORT:
            long.add(kind)
        if counted[kind] == 1:
            for child in inside(node):
                walk(child)

    walk(body)
    return {kind for kind in long if counted[kind] > 1}


def _skeleton(node: Node) -> object:
    """Return what a node is made of, without sizes, without how often it repeats, and without its own name."""
    match node:
        case Chain(items=items):
            parts = ((_stem(item.name), getattr(item, "block", "") or _skeleton(item)) for item in items)
            return "chain", tuple(dict.fromkeys(parts))
        case Branches(paths=paths):
            return node.merge, tuple((path.name, _skeleton(path)) for path in paths)
        case _:
            return type(node).__name__


def _kind(node: Chain | Branches) -> tuple[object, ...]:
    """Return what two nodes must have in common to be tried as one class."""
    if isinstance(node, Branches):
        return node.merge, node.block or _stem(node.name), tuple(path.name for path in node.paths)
    return ("chain", node.block) if node.block else ("chain", _stem(node.name), _skeleton(node))


def _together(contents: list[tuple[Piece, ...]], *, side_by_side: bool) -> list[list[int]]:
    """Return which instances share a class: those that are written alike, then whatever can join them."""
    alike: dict[object, list[int]] = {}
    for index, content in enumerate(contents):
        alike.setdefault(tuple((piece.name, shape_of(piece)) for piece in content), []).append(index)
    found: list[list[int]] = []
    for members in alike.values():
        for others in found:
            both = sorted(others + members)
            try:
                common([contents[index] for index in both], side_by_side=side_by_side)
            except Mismatch:
                continue
            others[:] = both
            break
        else:
            found.append(members)
    return found


def _class_name(node: Chain | Branches, taken: set[str]) -> str:
    """Return what the block's paper calls it, else its own name; with a number if another class has that."""
    name = node.block or _stem(node.name)
    if len(name) < 3 and not node.block:  # b1, p2 and no name at all say nothing
        holds_blocks = any(inside(child) for child in inside(node))
        name = "Stage" if holds_blocks else "Block"
        if isinstance(node, Branches):
            name = "Sum" if node.merge == "add" else "Concat"
    number, found = 2, name
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found


def _stem(name: str) -> str:
    """Return a name as a class name, without its number: block_1 -> Block."""
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z]+", name))
