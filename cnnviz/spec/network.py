"""A network is a tree: leaf layers, chains of them, and branches that run side by side.

    Network ── body: Chain ── items ──┬── Layer
                                      ├── Chain
                                      └── Branches ── paths: Chain, Chain, ... ── merged by "add" or "concat"

The path of a node joins the names on the way to it with dots (``block_1.conv``); it is also the name of the
module that ``cnnviz.nets.build`` makes of it, so ``state_dict`` keys follow from the description.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Literal, cast

from cnnviz.errors import SpecError
from cnnviz.spec.checks import integer, one_of, shown
from cnnviz.spec.layers import Layer

Shape = tuple[int, ...]
"""A shape without the batch: (channels, height, width) or (features,)."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

RESERVED = frozenset(
    "T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches"
    " eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu"
    " load_state_dict merge modules mtia named_buffers named_children named_modules named_parameters parameters pop"
    " register_backward_hook register_buffer register_forward_hook register_forward_pre_hook"
    " register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook"
    " register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook"
    " register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty"
    " train training type xpu zero_grad".split()
)
"""Names that a torch module needs for itself."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Layers one after the other.

    Args:
        name: the attribute in the built module.
        items: what runs, in this order; none hands the input on.
        block: what its paper calls such a chain, as a class name (``VGGBlock``); "" for no block of its own.

    Raises:
        SpecError: if two items have the same name, or a name is no Python identifier.
    """

    name: str
    items: tuple["Node", ...]
    block: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _names(self.name, self.items)
        _block(self.block)


@dataclass(frozen=True, slots=True)
class Branches:
    """Chains side by side on the same input, then merged.

    Args:
        name: the attribute in the built module.
        paths: at least two chains; an empty chain hands its input on (the identity shortcut).
        merge: "add" sums equal shapes (residual), "concat" joins along the channels (Inception).
        block: what its paper calls such branches, as a class name (``Inception``); "" for no block of its own.

    Raises:
        SpecError: for fewer than two paths, an unknown merge, or names as in ``Chain``.
    """

    name: str
    paths: tuple[Chain, ...]
    merge: Literal["add", "concat"] = "concat"
    block: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _block(self.block)
        one_of("merge", self.merge, ("add", "concat"))
        if len(self.paths) < 2:
            raise SpecError("`paths` (={count}) must be at least 2", count=len(self.paths))
        _names(self.name, self.paths)


Node = Layer | Chain | Branches


@dataclass(frozen=True, slots=True)
class Network:
    """A whole network: its name, what goes in, and the chain of what happens.

    Args:
        name: shown to the user; also the class name in the source.
        input_shape: (channels, height, width) of one picture, without the batch.
        body: the chain from the picture to the class scores.

    Raises:
        SpecError: for a name that is empty or too long, or an input shape that is not three positive integers.
    """

    name: str
    input_shape: tuple[int, int, int]
    body: Chain

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not 1 <= len(self.name.strip()) <= 80:
            raise SpecError("`name` (={name}) must have 1 to 80 characters", name=shown(self.name))
        if not isinstance(self.input_shape, tuple) or len(self.input_shape) != 3:
            raise SpecError(
                "`input_shape` (={value}) must be (channels, height, width)", value=shown(self.input_shape)
            )
        for size in self.input_shape:
            integer("input_shape", size, least=1)

    def with_input(self, shape: Shape) -> "Network":
        """Return the same network for another input shape (whether it still fits, ``trace`` tells)."""
        return Network(self.name, cast(tuple[int, int, int], shape), self.body)


def named(items: tuple[Node, ...]) -> Iterator[tuple[str, Node]]:
    """Yield each item with the name that it has inside its parent: its own, or its position."""
    for position, item in enumerate(items):
        yield item.name or str(position), item


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, Layer]]:
    """Yield (path, layer) of every leaf below a node, in the order of execution."""
    match node:
        case Chain(items=items) | Branches(paths=items):
            for name, item in named(items):
                yield from leaves(item, f"{path}.{name}" if path else name)
        case _:
            yield path, node


def _names(name: str, items: tuple[Node, ...]) -> None:
    _name(name)
    seen: set[str] = set()
    for label, item in named(items):
        _name(item.name)
        if label in seen:
            raise SpecError("`name` (={name}) must not be given twice in one chain", name=label)
        seen.add(label)


def _block(name: str) -> None:
    if name and not (_NAME.fullmatch(name) and name[0].isupper() and not iskeyword(name)):
        raise SpecError(
            "`block` (={name}) must be a class name in Python, such as VGGBlock", name=shown(name)
        )


def _name(name: str) -> None:
    if name and (not _NAME.fullmatch(name) or iskeyword(name) or name in RESERVED):
        raise SpecError(
            "`name` (={name}) must be a Python identifier that torch does not use itself", name=shown(name)
        )
