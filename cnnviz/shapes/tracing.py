"""From a network to one row a layer: shapes, parameters, multiply-adds, receptive field, and why.

Plain arithmetic in one walk over the tree; torch is not imported. The receptive field is how much of the input
picture one output value can see, (height, width); where padding lets it reach beyond the picture it is given in
full, as the literature does (Araujo, Norris, Sim 2019). A Linear layer sees the whole picture.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from cnnviz.errors import ShapeError
from cnnviz.shapes.rules import Result, apply, say
from cnnviz.spec.layers import Layer
from cnnviz.spec.network import Branches, Chain, Network, Node, Shape, named


@dataclass(frozen=True, slots=True)
class Row:
    """One layer, or one merge, as it runs.

    Attributes:
        path: its place in the tree, dots between names.
        layer: what it is: torch's class name; ``add`` or ``concat`` for a merge.
        input_shape: without the batch; for a merge that of the first path.
        output_shape: without the batch.
        params: learned numbers.
        params_formula: their arithmetic, empty where there are none.
        macs: multiply-adds for one picture (convolution and linear; bias not counted).
        receptive_field: (height, width) in pixels of the network's input.
        formulas: the arithmetic of the output size, numbers put in; of the channels for a ``concat``.
    """

    path: str
    layer: str
    input_shape: Shape
    output_shape: Shape
    params: int
    params_formula: str
    macs: int
    receptive_field: tuple[int, int]
    formulas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """All rows of a network and their totals."""

    rows: tuple[Row, ...]
    output_shape: Shape
    params: int
    macs: int


@dataclass(frozen=True, slots=True)
class _View:
    """What one value of the current tensor sees of the picture: its size, and the step to its neighbour."""

    size: tuple[float, float]
    step: tuple[float, float]

    @property
    def field(self) -> tuple[int, int]:
        """The size in whole pixels."""
        return ceil(self.size[0]), ceil(self.size[1])


@lru_cache(maxsize=512)
def trace(network: Network) -> Trace:
    """Return what follows from a network, layer by layer.

    Raises:
        ShapeError: at the first layer that does not fit, with its path in ``place``.
    """
    rows: list[Row] = []
    shape, _ = _walk(
        network.body, "", network.input_shape, _View((1.0, 1.0), (1.0, 1.0)), network.input_shape, rows
    )
    return Trace(tuple(rows), shape, sum(row.params for row in rows), sum(row.macs for row in rows))


def _walk(
    node: Node, path: str, shape: Shape, view: _View, picture: Shape, rows: list[Row]
) -> tuple[Shape, _View]:
    match node:
        case Chain(items=items):
            for name, item in named(items):
                shape, view = _walk(item, _join(path, name), shape, view, picture, rows)
            return shape, view
        case Branches():
            return _branches(node, path, shape, view, picture, rows)
        case _:
            return _leaf(node, path, shape, view, picture, rows)


def _leaf(
    layer: Layer, path: str, shape: Shape, view: _View, picture: Shape, rows: list[Row]
) -> tuple[Shape, _View]:
    try:
        result = apply(layer, shape)
    except ShapeError as error:
        raise error.at(path) from None
    seen = _seen(result, view, picture)
    rows.append(
        Row(
            path,
            type(layer).__name__,
            shape,
            result.shape,
            result.params,
            result.params_formula,
            result.macs,
            seen.field,
            result.formulas,
        )
    )
    return result.shape, seen


def _seen(result: Result, view: _View, picture: Shape) -> _View:
    """A window widens the view by the steps between its values; then neighbours lie a stride further apart."""
    if result.window is None:
        return view
    if result.window == "all":
        return _View((float(picture[1]), float(picture[2])), (0.0, 0.0))
    reach, stride = result.window.reach, result.window.stride
    return _View(
        (view.size[0] + (reach[0] - 1) * view.step[0], view.size[1] + (reach[1] - 1) * view.step[1]),
        (view.step[0] * stride[0], view.step[1] * stride[1]),
    )


def _branches(
    node: Branches, path: str, shape: Shape, view: _View, picture: Shape, rows: list[Row]
) -> tuple[Shape, _View]:
    ends = [
        _walk(branch, _join(path, name), shape, view, picture, rows) for name, branch in named(node.paths)
    ]
    shapes, views = [end for end, _ in ends], [seen for _, seen in ends]
    merged = _merged(node, shapes, path)
    seen = _View(
        (max(v.size[0] for v in views), max(v.size[1] for v in views)),
        (max(v.step[0] for v in views), max(v.step[1] for v in views)),
    )
    channels = " + ".join(str(shape[0]) for shape in shapes)
    formulas = (f"{channels} = {merged[0]}",) if node.merge == "concat" else ()
    rows.append(Row(path, node.merge, shapes[0], merged, 0, "", 0, seen.field, formulas))
    return merged, seen


def _merged(node: Branches, shapes: list[Shape], path: str) -> Shape:
    first = shapes[0]
    if node.merge == "add":
        if any(shape != first for shape in shapes):
            raise ShapeError(
                "`merge` (=add) needs equal shapes, but the paths give {shapes}",
                shapes=", ".join(map(say, shapes)),
            ).at(path)
        return first
    if any(shape[1:] != first[1:] for shape in shapes):
        raise ShapeError(
            "`merge` (=concat) needs equal height and width, but the paths give {shapes}",
            shapes=", ".join(map(say, shapes)),
        ).at(path)
    return (sum(shape[0] for shape in shapes), *first[1:])


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
