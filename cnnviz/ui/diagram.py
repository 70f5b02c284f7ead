"""From a network to the boxes of its diagram: the tree gives the nesting, the trace gives the numbers."""

from typing import assert_never

from cnnviz.components import Box
from cnnviz.errors import ShapeError
from cnnviz.shapes import Row, trace
from cnnviz.spec import (
    GELU,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Branches,
    Chain,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Dropout2d,
    Flatten,
    Identity,
    Layer,
    Linear,
    LogSoftmax,
    MaxPool2d,
    Network,
    Node,
    ReLU,
    Shape,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample,
    named,
)
from cnnviz.spec.checks import Pair, pair
from cnnviz.spec.code import line
from cnnviz.ui.i18n import _, sentence

Rows = dict[str, Row]


def boxes(network: Network) -> Box:
    """Return the whole network as nested boxes; where branches cannot be merged, all up to there and why.

    Raises:
        ShapeError: if a layer does not fit what comes before it.
    """
    rows, problem = reached(network)
    return _chain(network.body, "", network.name, network.input_shape, rows, problem)


def reached(network: Network) -> tuple[Rows, ShapeError | None]:
    """Return the rows by path and None; or, where branches cannot be merged, the rows up to there and the error.

    Raises:
        ShapeError: if a layer does not fit what comes before it.
    """
    try:
        return {row.path: row for row in trace(network).rows}, None
    except ShapeError as error:
        branches = _at(network.body, error.place.split("."))
        if not isinstance(branches, Branches):
            raise
        rows: Rows = {}
        for number in range(len(branches.paths)):
            upto = _upto(network.body, error.place.split("."), number)
            assert isinstance(upto, Chain)
            rows |= {row.path: row for row in trace(Network(network.name, network.input_shape, upto)).rows}
        return rows, error


def title(layer: Layer) -> str:
    """Return a layer in a few words: its torch name and what matters most, such as ``Conv2d 3×3, 64, stride 2``."""
    name = type(layer).__name__
    match layer:
        case Conv2d() | ConvTranspose2d():
            return f"{name} {_times(layer.kernel_size)}, {layer.out_channels}{_stride(layer.stride)}"
        case MaxPool2d() | AvgPool2d():
            return f"{name} {_times(layer.kernel_size)}{_stride(layer.stride or layer.kernel_size)}"
        case AdaptiveAvgPool2d() | AdaptiveMaxPool2d():
            return f"{name} {_times(layer.output_size)}"
        case Linear():
            return f"{name} {layer.out_features}"
        case Dropout() | Dropout2d():
            return f"{name} {layer.p:g}"
        case Upsample():
            return f"{name} {_times(layer.scale_factor)}"
        case _:
            return name


def kind(layer: Layer) -> str:
    """Return which of the diagram's colours a layer has."""
    match layer:
        case Conv2d() | ConvTranspose2d():
            return "convolution"
        case MaxPool2d() | AvgPool2d() | AdaptiveAvgPool2d() | AdaptiveMaxPool2d():
            return "pooling"
        case ReLU() | Sigmoid() | Tanh() | GELU() | Softmax() | LogSoftmax():
            return "activation"
        case BatchNorm1d() | BatchNorm2d():
            return "normalisation"
        case Linear():
            return "linear"
        case Dropout() | Dropout2d() | Flatten() | Identity() | Upsample():
            return "other"
        case _:
            assert_never(layer)


def _box(node: Node, path: str, name: str, shape: Shape, rows: Rows, problem: ShapeError | None) -> Box:
    match node:
        case Chain():
            return _chain(node, path, name, shape, rows, problem)
        case Branches():
            return _branches(node, path, name, shape, rows, problem)
        case _:
            row = rows[path]
            return Box(
                path, "layer", title(node), row.input_shape, row.output_shape, row.params, row.macs,
                kind(node), details=_details(node, row),
            )  # fmt: skip


def _chain(node: Chain, path: str, name: str, shape: Shape, rows: Rows, problem: ShapeError | None) -> Box:
    parts: list[Box] = []
    at = shape
    for label, item in named(node.items):
        parts.append(_box(item, _join(path, label), label, at, rows, problem))
        at = parts[-1].output
        if not at:
            break  # nothing runs after branches that cannot be merged
    return Box(
        path, "chain", name, shape, at, sum(part.params for part in parts), sum(part.macs for part in parts),
        parts=tuple(parts), named=bool(node.name),
    )  # fmt: skip


def _branches(
    node: Branches, path: str, name: str, shape: Shape, rows: Rows, problem: ShapeError | None
) -> Box:
    parts = tuple(
        _box(item, _join(path, label), _path_name(label), shape, rows, problem)
        for label, item in named(node.paths)
    )
    output = rows[path].output_shape if path in rows else ()
    lines = (
        [(_("Channels"), _sum([part.output[0] for part in parts]))]
        if node.merge == "concat" and output
        else []
    )
    if path in rows:
        lines.append((_("Receptive field"), _field(rows[path])))
    return Box(
        path, "branches", name, shape, output, sum(part.params for part in parts), sum(part.macs for part in parts),
        parts=parts, merge=node.merge, details=tuple(lines), named=bool(node.name),
        problem=sentence(problem) if problem and problem.place == path else "",
    )  # fmt: skip


def _details(layer: Layer, row: Row) -> tuple[tuple[str, str], ...]:
    """Every line is arithmetic with its numbers put in."""
    lines: list[tuple[str, str]] = []
    axes = (_("Height"), _("Width")) if len(row.formulas) == 2 else (_("Height and width"),)
    if isinstance(layer, Flatten):
        axes = (_("Size"),)
    lines += zip(axes, row.formulas, strict=False)  # a layer that keeps the size has no formula
    if row.params_formula:
        lines.append((_("Parameters"), row.params_formula))
    if isinstance(layer, Conv2d):
        places = "*".join(map(str, row.output_shape[1:]))
        lines.append((_("Multiply-adds"), f"{_weights(row)}*{places} = {row.macs}"))
    elif isinstance(layer, Linear):
        places = "".join(f"*{size}" for size in row.output_shape[:-1])
        lines.append((_("Multiply-adds"), f"{_weights(row)}{places} = {row.macs}"))
    return (*lines, (_("Receptive field"), _field(row)), ("PyTorch", line(layer)))


def _weights(row: Row) -> str:
    """The arithmetic of the weights, without the bias: each weight works once at each place of the output."""
    return row.params_formula.partition(" ")[0]


def _field(row: Row) -> str:
    return _("{height}×{width} pixels of the input").format(
        height=row.receptive_field[0], width=row.receptive_field[1]
    )


def _path_name(label: str) -> str:
    return _("Path {number}").format(number=int(label) + 1) if label.isdigit() else label


def _sum(numbers: list[int]) -> str:
    return f"{' + '.join(map(str, numbers))} = {sum(numbers)}"


def _at(node: Node, steps: list[str]) -> Node | None:
    """The node at a path, or None."""
    for step in steps:
        if not isinstance(node, Chain | Branches):
            return None
        found = dict(named(node.items if isinstance(node, Chain) else node.paths)).get(step)
        if found is None:
            return None
        node = found
    return node


def _upto(node: Node, steps: list[str], number: int) -> Node:
    """The tree up to the end of one path of the branches at ``steps``; empty chains keep the names of what is left out."""
    if isinstance(node, Chain):
        position = [label for label, _item in named(node.items)].index(steps[0])
        return Chain(node.name, (*node.items[:position], _upto(node.items[position], steps[1:], number)))
    assert isinstance(node, Branches)
    position = [label for label, _path in named(node.paths)].index(steps[0]) if steps else number
    path = node.paths[position]
    inner = _upto(path, steps[1:], number) if steps else path
    return Chain(node.name, (*(Chain("", ()) for _left in range(position)), inner))


def _times(value: Pair) -> str:
    return "×".join(map(str, pair(value)))


def _stride(value: Pair) -> str:
    steps = pair(value)
    if steps == (1, 1):
        return ""
    return f", stride {steps[0]}" if steps[0] == steps[1] else f", stride {_times(steps)}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
