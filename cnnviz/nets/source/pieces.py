"""A node of the tree as what is written of it: a call (``nn.Conv2d(1, 6, ...)``), or a sequence of pieces in place."""

from dataclasses import MISSING, dataclass, fields
from enum import Enum
from typing import Any, Final

from cnnviz.shapes import Row
from cnnviz.spec import Branches, Chain, Layer, Node, named
from cnnviz.spec.code import NEEDED, POSITIONAL
from cnnviz.spec.tree import inside, join


class Nothing(Enum):
    """What stands where there is no value."""

    REQUIRED = "an argument without default"
    ABSENT = "the layer is not there in this instance"


REQUIRED: Final = Nothing.REQUIRED
ABSENT: Final = Nothing.ABSENT


class Product(int):
    """A number that people write as a product: the features that a picture of 16x5x5 is flattened to."""

    factors: tuple[int, ...]

    @classmethod
    def of(cls, *factors: int) -> "Product":
        """Return the product, which remembers its factors."""
        number = 1
        for factor in factors:
            number *= factor
        made = cls(number)
        made.factors = factors
        return made


@dataclass(frozen=True, slots=True)
class Argument:
    """One value in the brackets of a call; left out where it equals the default."""

    name: str
    value: Any
    default: Any = REQUIRED
    positional: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A layer, or a block that has a class of its own.

    Attributes:
        name: in the tree; "" where it has only its position.
        path: its place in the whole tree.
        function: what is called: ``nn.Conv2d``, ``VGGBlock``.
        arguments: all of them, in order.
    """

    name: str
    path: str
    function: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class InPlace:
    """A chain that is written where it stands, as ``nn.Sequential(...)``."""

    name: str
    path: str
    items: tuple["Piece", ...]


Piece = Call | InPlace


def pieces(node: Node, path: str, blocks: dict[str, Call], products: dict[str, Product]) -> tuple[Piece, ...]:
    """Return what is directly inside a chain or branches.

    Args:
        node: the chain or the branches.
        path: its place.
        blocks: the calls of the blocks that have a class already, by place.
        products: the features of Linear layers that are written as products, by place.
    """
    return tuple(_piece(child, join(path, name), blocks, products) for name, child in named(inside(node)))


def _piece(node: Node, path: str, blocks: dict[str, Call], products: dict[str, Product]) -> Piece:
    if path in blocks:
        return blocks[path]
    match node:
        case Chain():
            return InPlace(node.name, path, pieces(node, path, blocks, products))
        case Branches():
            raise AssertionError("branches always have a class")
        case _:
            return Call(node.name, path, f"nn.{type(node).__name__}", _arguments(node, products.get(path)))


def _arguments(layer: Layer, product: Product | None) -> tuple[Argument, ...]:
    kind, made = type(layer).__name__, []
    for position, entry in enumerate(fields(layer)):
        if entry.name == "name":
            continue
        value = getattr(layer, entry.name)
        needed = entry.default is MISSING or entry.name == NEEDED.get(kind)
        made.append(
            Argument(
                entry.name,
                product if entry.name == "in_features" and product is not None else value,
                REQUIRED if needed else entry.default,
                positional=position < POSITIONAL.get(kind, 0),
            )
        )
    return tuple(made)


def products(rows: tuple[Row, ...]) -> dict[str, Product]:
    """Return, by place, what the Linear layers take that follow the flattening of a picture: ``16 * 5 * 5``."""
    found: dict[str, Product] = {}
    picture: tuple[int, ...] = ()
    for row in rows:
        if row.layer == "Flatten" and len(row.input_shape) == 3 and len(row.output_shape) == 1:
            picture = row.input_shape
        elif row.layer == "Linear" and picture and row.input_shape == (Product.of(*picture),):
            if picture[1:] != (1, 1):
                found[row.path] = Product.of(*picture)
            picture = ()
        elif row.output_shape != row.input_shape:
            picture = ()
    return found


def shape_of(piece: Piece) -> tuple[Any, ...]:
    """Return what two pieces must have in common to be written by the same line: everything but names and numbers."""
    match piece:
        case Call(function=function):
            return (function,)
        case InPlace(items=items):
            return tuple((item.name, shape_of(item)) for item in items)


def alike(one: Any, other: Any) -> bool:
    """Say whether two arguments are the same value: True is not 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
