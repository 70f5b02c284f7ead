"""What can be done to the network that is built: each function takes a network and a place and returns a step.

    insert   before, after or inside a node: a layer or a whole block, made to fit the place
    move     up, down, into the block above or below; out of a block at its edge
    wrap     in a residual, in branches, in a block
    change   parameters, names, the input

None changes its network. What cannot be is a ``SpecError`` with a sentence.
"""

from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any, Literal

from cnnviz.errors import SpecError
from cnnviz.language import N_, Sentence
from cnnviz.spec import Branches, Chain, Network, Node, tree
from cnnviz.ui.builder_history import Step
from cnnviz.ui.builder_palette import PIECES, shape_at

MOVES = ("up", "down", "enter_up", "enter_down")
WRAPS = ("residual", "branches", "block")

Where = Literal["before", "first", "inside", "after"]

EMPTY = Network("MyNetwork", (1, 28, 28), Chain("", ()))
"""Where everybody begins: a grey picture of 28x28, and nothing done to it yet."""


def name_of(path: str) -> str:
    """Return what people call a node: the last name of its path."""
    return path.rpartition(".")[2]


def is_path(network: Network, path: str) -> bool:
    """Return whether a node is one of the paths of branches."""
    return bool(path) and isinstance(tree.node_at(network, tree.place(network, path)[0]), Branches)


def wheres(network: Network, path: str) -> tuple[Where, ...]:
    """Return where something can be put beside a node, the likeliest last."""
    inside: tuple[Where, ...] = ("first", "inside")
    if not path:
        return inside
    if is_path(network, path):
        return inside
    match tree.node_at(network, path):
        case Chain():
            return ("before", *inside, "after")
        case Branches():
            return ("before", "inside", "after")
        case _:
            return ("before", "after")


def insert(network: Network, path: str, where: str, what: str, classes: int) -> Step:
    """Put a piece of the palette beside or into a node; a new path into branches.

    Raises:
        SpecError: if there is no such node, place or piece.
    """
    if what not in PIECES or where not in wheres(network, path):
        raise SpecError("`{what}` cannot be put there", what=what[:60])
    node = tree.node_at(network, path)
    match where:
        case "inside" | "first":
            into, position = path, 0 if where == "first" else len(tree.inside(node))
        case _:
            into, position = tree.place(network, path)
            position += where == "after"
    piece = PIECES[what].make(shape_at(network, into, position), classes)
    if isinstance(node, Branches) and where == "inside":
        changed, now = tree.insert(network, into, position, Chain(f"path{position + 1}", (piece,)))
        now = tree.join(now, piece.name)
    else:
        changed, now = tree.insert(network, into, position, piece)
    said = {"what": name_of(now), "network": network.name, "where": name_of(path)}
    match where:
        case "before":
            return Step(changed, now, Sentence(N_("Insert {what} before {where}"), said))
        case "after":
            return Step(changed, now, Sentence(N_("Insert {what} after {where}"), said))
        case _ if path:
            return Step(changed, now, Sentence(N_("Insert {what} into {where}"), said))
        case _:
            return Step(changed, now, Sentence(N_("Insert {what}"), said))


def change(network: Network, path: str, values: Mapping[str, Any]) -> Step:
    """Give a node other values of its parameters, or another name.

    Raises:
        SpecError: if there is no such node or parameter, or the node cannot exist with these values.
    """
    said = {
        "where": name_of(path),
        "name": ", ".join(values),
        "value": ", ".join(map(shown, values.values())),
    }
    if not path:
        return Step(_with_network(network, values), "", Sentence(N_("Set {name} to {value}"), said))
    node = tree.node_at(network, path)
    known = {entry.name for entry in fields_of(node)} - {"items", "paths"}
    if unknown := values.keys() - known:
        raise SpecError("{kind} has no field `{field}`", kind=type(node).__name__, field=min(unknown)[:60])
    for text in ("name", "block"):
        if not isinstance(values.get(text, ""), str):
            raise SpecError("`{field}` (={name}) must be text", field=text, name=shown(values[text]))
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    changed = tree.replace(network, path, replace(node, **given))
    into, position = tree.place(network, path)
    now = tree.join(into, given.get("name", node.name) or str(position))
    if "name" in values and now != path:
        return Step(
            changed, now, Sentence(N_("Rename {old} to {new}"), {"old": name_of(path), "new": name_of(now)})
        )
    return Step(changed, now, Sentence(N_("Set {name} of {where} to {value}"), said))


def _with_network(network: Network, values: Mapping[str, Any]) -> Network:
    """Change what belongs to no layer: the name, and one side of the input or several."""
    sides = ("channels", "height", "width")
    if unknown := values.keys() - {"name", *sides}:
        raise SpecError("{kind} has no field `{field}`", kind="Network", field=min(unknown)[:60])
    shape = [values.get(name, old) for name, old in zip(sides, network.input_shape, strict=True)]
    name = values.get("name", network.name)
    return Network(
        name.strip() if isinstance(name, str) else name, (shape[0], shape[1], shape[2]), network.body
    )


def remove(network: Network, path: str) -> Step:
    """Take a node away; of branches that would keep a single path, its items stay in their place.

    Raises:
        SpecError: if there is nothing at the place, or it is the whole network.
    """
    into, position = tree.place(network, path)
    said = {"what": name_of(path)}
    parent = tree.node_at(network, into)
    if isinstance(parent, Branches) and len(parent.paths) == 2:
        left = parent.paths[1 - position]
        above, _at = tree.place(network, into)
        return Step(_spliced(network, into, left.items), above, Sentence(N_("Delete {what}"), said))
    changed = tree.remove(network, path)
    left_over = tree.inside(tree.node_at(changed, into))
    if not left_over:
        return Step(changed, into, Sentence(N_("Delete {what}"), said))
    at = min(position, len(left_over) - 1)
    return Step(changed, tree.join(into, left_over[at].name or str(at)), Sentence(N_("Delete {what}"), said))


def duplicate(network: Network, path: str) -> Step:
    """Put the same node behind a node once more.

    Raises:
        SpecError: if there is nothing at the place, or it is the whole network.
    """
    changed, now = tree.duplicate(network, path)
    return Step(changed, now, Sentence(N_("Duplicate {what}"), {"what": name_of(path)}))


def target(network: Network, path: str, way: str) -> tuple[str, int] | None:
    """Return where a move would take a node: (the chain, the position in it), or None where there is no way.

    Up and down go past a neighbour, and at the edge of a block out of it; "enter" goes into the block beside.
    """
    if not path:
        return None
    into, position = tree.place(network, path)
    parent = tree.node_at(network, into)
    step = -1 if way in {"up", "enter_up"} else 1
    beside = position + step
    items = tree.inside(parent)
    if way in {"enter_up", "enter_down"}:
        if isinstance(parent, Branches) or not 0 <= beside < len(items):
            return None
        room = tree.join(into, items[beside].name or str(beside))
        if isinstance(items[beside], Branches):
            first = tree.inside(items[beside])[0]
            return tree.join(room, first.name or "0"), _edge(first, step)
        return (room, _edge(items[beside], step)) if isinstance(items[beside], Chain) else None
    if 0 <= beside < len(items):
        return into, beside
    if isinstance(parent, Branches) or not into:
        return None
    above, at = tree.place(network, into)
    if isinstance(tree.node_at(network, above), Branches):
        above, at = tree.place(network, above)
    return above, at + (step > 0)


def _edge(room: Node, step: int) -> int:
    """Who goes up into a block becomes its last item, who goes down its first."""
    return len(tree.inside(room)) if step < 0 else 0


def move(network: Network, path: str, way: str) -> Step:
    """Take a node elsewhere, as ``target`` says.

    Raises:
        SpecError: if there is no way.
    """
    to = target(network, path, way)
    if to is None:
        raise SpecError("`{path}` cannot be moved there", path=path[:100])
    changed, now = tree.move(network, path, *to)
    template = N_("Move {what} up") if way in {"up", "enter_up"} else N_("Move {what} down")
    return Step(changed, now, Sentence(template, {"what": name_of(path)}))


def wrap(network: Network, path: str, how: str) -> Step:
    """Put a node into a block of its own, or beside an unchanged path: added (residual) or joined (branches).

    A path of branches stays one: what stands in it is wrapped.

    Raises:
        SpecError: if there is nothing at the place, it is the whole network, or ``how`` is unknown.
    """
    node, inner = tree.node_at(network, path), is_path(network, path)
    tree.place(network, path)
    main = tree.inside(node) if inner else (node,)
    new: Node
    match how:
        case "residual":
            new = Branches("residual", (Chain("main", main), Chain("shortcut", ())), "add")
        case "branches":
            new = Branches("branches", (Chain("path1", main), Chain("path2", ())), "concat")
        case "block":
            new = Chain("block1", main)
        case _:
            raise SpecError("`{what}` cannot be put there", what=how[:60])
    said = {"what": name_of(path)}
    template = {
        "residual": N_("Wrap {what} in a residual"),
        "branches": N_("Wrap {what} in branches"),
        "block": N_("Wrap {what} in a block"),
    }[how]
    if inner:
        assert isinstance(node, Chain)
        return Step(
            tree.replace(network, path, replace(node, items=(new,))),
            tree.join(path, new.name),
            Sentence(template, said),
        )
    into, position = tree.place(network, path)
    others = [
        item for index, item in enumerate(tree.inside(tree.node_at(network, into))) if index != position
    ]
    new = replace(new, name=tree.fresh_name(new.name, others))
    return Step(tree.replace(network, path, new), tree.join(into, new.name), Sentence(template, said))


def dissolve(network: Network, path: str) -> Step:
    """Put a block's items in its place.

    Raises:
        SpecError: if it is none.
    """
    if "dissolve" not in ways(network, path):
        raise SpecError("`{path}` is no block", path=path[:100])
    items = tree.inside(tree.node_at(network, path))
    return Step(
        _spliced(network, path, items),
        tree.place(network, path)[0],
        Sentence(N_("Dissolve {what}"), {"what": name_of(path)}),
    )


def ways(network: Network, path: str) -> list[str]:
    """Return what can be done to a node, besides changing it and putting something beside it."""
    if not path:
        return []
    into, _position = tree.place(network, path)
    inner = isinstance(tree.node_at(network, into), Branches)
    found = [way for way in MOVES if target(network, path, way)]
    found += ["duplicate", "remove", *WRAPS]
    if not inner and isinstance(tree.node_at(network, path), Chain):
        found.append("dissolve")
    if isinstance(tree.node_at(network, path), Branches):
        found.append("add_path")
    return found


def add_path(network: Network, path: str) -> Step:
    """Give branches one more path, which hands its input on unchanged.

    Raises:
        SpecError: if the node is no branches.
    """
    node = tree.node_at(network, path)
    if not isinstance(node, Branches):
        raise SpecError("`{path}` has no paths", path=path[:100])
    count = len(node.paths)
    changed, now = tree.insert(network, path, count, Chain(f"path{count + 1}", ()))
    return Step(changed, now, Sentence(N_("Add a path to {what}"), {"what": name_of(path)}))


def _spliced(network: Network, path: str, items: tuple[Node, ...]) -> Network:
    """Return the network with a node of a chain replaced by several."""
    into, position = tree.place(network, path)
    chain = tree.node_at(network, into)
    assert isinstance(chain, Chain)
    before, after = chain.items[:position], chain.items[position + 1 :]
    put: list[Node] = []
    for item in items:
        put.append(replace(item, name=tree.fresh_name(item.name, [*before, *put, *after])))
    return tree.replace(network, into, replace(chain, items=(*before, *put, *after)))


def shown(value: Any) -> str:
    """Return a parameter's value as people read it: ``3``, ``3×5``, ``same``."""
    if isinstance(value, tuple | list):
        return "×".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)[:40]
