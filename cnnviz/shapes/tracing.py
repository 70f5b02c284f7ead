"""From a network to one row a layer: shapes, parameters, multiply-adds, receptive field, and why.

Plain arithmetic in one walk over the tree; torch is not imported. What a row says in words (formulas) is made when
somebody asks.
"""

from functools import lru_cache
from math import prod
from operator import attrgetter
from typing import NamedTuple

from cnnviz.errors import ShapeError
from cnnviz.shapes import formulas
from cnnviz.shapes.rules import outcome, say
from cnnviz.shapes.views import Sliding, View, Window, through, union
from cnnviz.spec.layers import Layer
from cnnviz.spec.network import Branches, Chain, Network, Shape

Views = tuple[View, View]
"""What the values of a tensor see of the picture, along its height and its width."""


class Row(NamedTuple):
    """One layer, or one merge, as it runs.

    Attributes:
        path: its place in the tree, dots between names.
        node: the layer; for a merge its branches.
        input_shape: without the batch; for a merge that of the first path.
        output_shape: without the batch.
        params: learned numbers.
        macs: multiply-adds for one picture (convolution and linear; bias not counted).
        views: along height and width, what its values see of the network's input.
        merged: for a merge what each path gives.
    """

    path: str
    node: Layer | Branches
    input_shape: Shape
    output_shape: Shape
    params: int
    macs: int
    views: Views
    merged: tuple[Shape, ...] = ()

    @property
    def layer(self) -> str:
        """What it is: torch's class name; ``add`` or ``concat`` for a merge."""
        return self.node.merge if isinstance(self.node, Branches) else type(self.node).__name__

    @property
    def formulas(self) -> tuple[str, ...]:
        """The arithmetic of the output size, numbers put in; of the channels for a ``concat``."""
        if isinstance(self.node, Branches):
            return formulas.channels(self.merged) if self.node.merge == "concat" else ()
        return formulas.sizes(self.node, self.input_shape, self.output_shape)

    @property
    def params_formula(self) -> str:
        """The arithmetic of the parameters, empty where there are none."""
        return "" if isinstance(self.node, Branches) else formulas.params(self.node)

    @property
    def activations(self) -> int:
        """Values in the output for one picture; 4 bytes each."""
        return prod(self.output_shape)

    @property
    def receptive_field(self) -> tuple[int, int]:
        """(height, width) in pixels of the network's input that one value sees; where that varies, the most.

        Where padding lets it reach beyond the picture it is given in full, as the literature does (Araujo, Norris,
        Sim 2019). A linear layer sees all that any value before it sees, inside the picture.
        """
        return self.views[0].size, self.views[1].size

    @property
    def start(self) -> tuple[int, int]:
        """(top, left) pixel that the first value sees; below 0 where padding lets it reach beyond the picture."""
        return self.views[0].start, self.views[1].start

    @property
    def step(self) -> tuple[float, float]:
        """(down, across) pixels from what one value sees to what its neighbour sees; below 1 where pictures grow."""
        return self.views[0].step, self.views[1].step

    def sees(self, y: int, x: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the rectangle of the picture that the value at (y, x) sees: (top, left), (bottom, right).

        Bottom and right are not part of it: it is ``picture[top:bottom, left:right]`` where it lies inside; it may
        reach beyond where padding does. It is the smallest rectangle around all that the value depends on, through
        every path of branches; with dilation there are holes in it. Windows that vary are followed exactly. Where
        the value depends on nothing (a transposed convolution may leave gaps) it is empty. After a Flatten, (y, x)
        is the place where the value lay in the picture; after a linear layer every value sees the same. BatchNorm
        counts as in use, not in training; the mirrored or repeated pixels of a ``padding_mode`` are not followed.
        """
        (top, bottom), (left, right) = self.views[0].at(y), self.views[1].at(x)
        return (top, left), (bottom, right)


class Trace(NamedTuple):
    """All rows of a network and their totals."""

    rows: tuple[Row, ...]
    output_shape: Shape
    params: int
    macs: int


class Reached(NamedTuple):
    """The rows of a network up to its first error, of which ``place`` says where it is; None where all fits."""

    rows: tuple[Row, ...]
    error: ShapeError | None


@lru_cache(maxsize=512)
def trace(network: Network) -> Trace:
    """Return what follows from a network, layer by layer.

    Raises:
        ShapeError: at the first layer that does not fit, with its path in ``place``.
    """
    walk = _Walk(network)
    shape = walk.body()
    params, macs = (sum(map(attrgetter(each), walk.rows)) for each in ("params", "macs"))
    return Trace(tuple(walk.rows), shape, params, macs)


@lru_cache(maxsize=512)
def reached(network: Network) -> Reached:
    """Return the rows of a network up to its first error; of branches that cannot be merged, those of all paths."""
    walk = _Walk(network)
    try:
        walk.body()
    except ShapeError as error:
        return Reached(tuple(walk.rows), error.with_traceback(None))
    return Reached(tuple(walk.rows), None)


class _Block(NamedTuple):
    """What came of a block; the node is kept so that nobody else gets its id."""

    node: Chain | Branches
    rows: list[Row]
    shape: Shape
    views: Views


MOST_BLOCKS = 4096
BLOCKS: dict[tuple[int, str, Shape, Views, int, int], _Block] = {}


class _Walk:
    """One way through a tree, in the order of execution."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.rows: list[Row] = []
        _, self.height, self.width = network.input_shape
        self.square = self.height == self.width

    def body(self) -> Shape:
        rows = Sliding(0, 1, 1, self.height)
        views = rows, rows if self.square else Sliding(0, 1, 1, self.width)
        shape, _ = self._chain(self.network.body, "", self.network.input_shape, views)
        return shape

    def _chain(self, chain: Chain, prefix: str, shape: Shape, views: Views) -> tuple[Shape, Views]:
        for position, item in enumerate(chain.items):
            path = prefix + (item.name or str(position))
            if isinstance(item, (Chain, Branches)):
                shape, views = self._block(item, path, shape, views)
            else:
                try:
                    after, params, macs, windows = outcome(item, shape)
                except ShapeError as error:
                    raise error.at(path) from None
                if windows is not None:
                    views = self._through(views, windows)
                self.rows.append(Row(path, item, shape, after, params, macs, views))
                shape = after
        return shape, views

    def _block(self, node: Chain | Branches, path: str, shape: Shape, views: Views) -> tuple[Shape, Views]:
        """What was walked before in the same place is not walked again: an edit leaves most of a network as it was."""
        key = (id(node), path, shape, views, self.height, self.width)
        known = BLOCKS.get(key)
        if known:
            self.rows += known.rows
        else:
            start = len(self.rows)
            if isinstance(node, Branches):
                shape, views = self._branches(node, path, shape, views)
            else:
                shape, views = self._chain(node, f"{path}.", shape, views)
            known = _Block(node, self.rows[start:], shape, views)
            if len(BLOCKS) >= MOST_BLOCKS:
                BLOCKS.clear()
            BLOCKS[key] = known
        return known.shape, known.views

    def _through(self, views: Views, windows: tuple[Window, Window]) -> Views:
        rows = through(views[0], windows[0], self.height)
        if views[0] is views[1] and windows[0] is windows[1]:  # only of a square picture; most are
            return rows, rows
        return rows, through(views[1], windows[1], self.width)

    def _branches(self, node: Branches, path: str, shape: Shape, views: Views) -> tuple[Shape, Views]:
        ends = [
            self._chain(each, f"{path}.{each.name or position}.", shape, views)
            for position, each in enumerate(node.paths)
        ]
        shapes, seen = zip(*ends, strict=True)
        after = _merged(node, shapes, path)
        down, across = zip(*seen, strict=True)
        rows = union(down)
        views = rows, rows if self.square and down == across else union(across)
        self.rows.append(Row(path, node, shapes[0], after, 0, 0, views, shapes))
        return after, views


def _merged(node: Branches, shapes: tuple[Shape, ...], path: str) -> Shape:
    first, *others = shapes
    if node.merge == "add":
        for shape in others:
            if shape != first:
                raise ShapeError(
                    "`merge` (=add) needs equal shapes, but the paths give {shapes}",
                    shapes=", ".join(map(say, shapes)),
                ).at(path)
        return first
    channels, *size = first
    for shape in others:
        if [*shape[1:]] != size:
            raise ShapeError(
                "`merge` (=concat) needs equal height and width, but the paths give {shapes}",
                shapes=", ".join(map(say, shapes)),
            ).at(path)
        channels += shape[0]
    return (channels, *size)
