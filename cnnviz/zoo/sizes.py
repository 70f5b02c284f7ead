"""How large a picture is after some layers: what the first linear layer must know, and the least that goes in.

The same arithmetic as in ``cnnviz.shapes`` (which may not be asked from here), for one side of a square picture.
"""

from collections.abc import Sequence
from itertools import count

from cnnviz.errors import SpecError
from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, AvgPool2d, Branches, Chain, Conv2d, MaxPool2d, Node
from cnnviz.spec.checks import pair

TOO_SMALL = N_(
    "`size` (={value}) is too small: the convolutions and poolings of {network} need pictures of at least {least}x{least}"
)
"""The template of the error that says so; whoever offers sizes finds the ``least`` in its values."""

LARGEST_LEAST = 10_000
"""No documented network needs more; the search for the least side stops there."""


def side_after(size: int, nodes: Sequence[Node], network: str) -> int:
    """Return the side of what the nodes make of a square picture.

    Args:
        size: height and width of the picture.
        nodes: layers, chains and branches, one after the other; windows are square.
        network: its title, for the error.

    Raises:
        SpecError: if a window is larger than what is left of the picture; says the least side that fits.
    """
    side = _through(size, Chain("", tuple(nodes)))
    if side < 1:
        raise SpecError(TOO_SMALL, value=size, network=network, least=least_side(nodes))
    return side


def least_side(nodes: Sequence[Node]) -> int:
    """Return the least side of a square picture that the nodes can take."""
    chain = Chain("", tuple(nodes))
    return next(size for size in count(1) if _through(size, chain) >= 1 or size == LARGEST_LEAST)


def _through(side: int, node: Node) -> int:
    """Return the side after a node, 0 where a window does not fit."""
    match node:
        case Chain(items=items):
            for item in items:
                side = _through(side, item) if side else 0
            return side
        case Branches(paths=paths):
            return min(_through(side, path) for path in paths)
        case Conv2d(kernel_size=kernel, stride=stride, padding=padding, dilation=dilation):
            assert not isinstance(padding, str)
            room = side + 2 * _one(padding) - _one(dilation) * (_one(kernel) - 1) - 1
            return max(0, room // _one(stride) + 1)
        case MaxPool2d() | AvgPool2d() as pool:
            return _pooled(side, pool)
        case AdaptiveAvgPool2d(output_size=size):
            return _one(size)
        case _:
            return side


def _pooled(side: int, pool: MaxPool2d | AvgPool2d) -> int:
    kernel, padding = _one(pool.kernel_size), _one(pool.padding)
    stride = kernel if pool.stride is None else _one(pool.stride)
    room = side + 2 * padding - kernel
    if not pool.ceil_mode:
        return max(0, room // stride + 1)
    size = -(-room // stride) + 1
    return max(0, size - ((size - 1) * stride >= side + padding))  # no window starts in the padding behind


def _one(value: int | tuple[int, int]) -> int:
    return pair(value)[0]
