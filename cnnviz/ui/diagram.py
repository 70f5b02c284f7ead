"""From a network to the boxes of its diagram: the tree gives the nesting, the trace gives the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from cnnviz.components import Box
from cnnviz.components.diagram import State
from cnnviz.shapes import Row, reached
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
from cnnviz.spec.tree import join
from cnnviz.ui.i18n import _
from cnnviz.ui.reasons import reason


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a network: its rows by path, where it breaks and why."""

    rows: dict[str, Row]
    place: str | None
    problem: str

    def state(self, path: str) -> State:
        """Return whether what stands at a path does not fit, or is not reached; ``""`` for what runs."""
        return "" if path in self.rows else "wrong" if path == self.place else "unreached"

    def why(self, path: str) -> str:
        """Return the sentence of the problem if it is this one's."""
        return self.problem if path == self.place and path not in self.rows else ""


def boxes(network: Network) -> Box:
    """Return the whole network as nested boxes.

    Where a layer does not fit or branches cannot be merged, it says why there, and what would follow is marked.
    """
    found = reached(network)
    known = _Known(
        {row.path: row for row in found.rows},
        found.error.place if found.error else None,
        reason(network, found.error).replace("`", "") if found.error else "",
    )
    return _chain(network.body, "", network.name, network.input_shape, known)


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


def _box(node: Node, path: str, name: str, shape: Shape, known: _Known) -> Box:
    match node:
        case Chain():
            return _chain(node, path, name, shape, known)
        case Branches():
            return _branches(node, path, name, shape, known)
        case _:
            return _layer(node, path, shape, known)


def _layer(layer: Layer, path: str, shape: Shape, known: _Known) -> Box:
    if (row := known.rows.get(path)) is None:
        return Box(
            path, "layer", title(layer), shape, (), 0, 0, kind(layer), details=(("code", line(layer)),),
            named=bool(layer.name), state=known.state(path), problem=known.why(path),
        )  # fmt: skip
    return Box(
        path, "layer", title(layer), row.input_shape, row.output_shape, row.params, row.macs, kind(layer),
        details=_details(layer, row), named=bool(layer.name), field=row.receptive_field, sees=_sees(row),
        window=_window(layer, row),
    )  # fmt: skip


def _chain(node: Chain, path: str, name: str, shape: Shape, known: _Known) -> Box:
    parts: list[Box] = []
    at = shape
    for label, item in named(node.items):
        parts.append(_box(item, join(path, label), label, at, known))
        at = parts[-1].output
    return Box(
        path, "chain", name, shape, at, sum(part.params for part in parts), sum(part.macs for part in parts),
        parts=tuple(parts), named=bool(node.name), block=node.block,
        state=_missed(parts) if shape else "unreached",
    )  # fmt: skip


def _branches(node: Branches, path: str, name: str, shape: Shape, known: _Known) -> Box:
    parts = tuple(
        _box(item, join(path, label), _path_name(label), shape, known) for label, item in named(node.paths)
    )
    row = known.rows.get(path)
    channels = [part.output[0] for part in parts if part.output]
    return Box(
        path, "branches", name, shape, row.output_shape if row else (),
        sum(part.params for part in parts), sum(part.macs for part in parts),
        parts=parts, merge=node.merge, named=bool(node.name), block=node.block,
        details=(("channels", _sum(channels)),) if row and node.merge == "concat" else (),
        field=row.receptive_field if row else (), sees=_sees(row) if row else (),
        state="wrong" if known.why(path) else _missed(parts), problem=known.why(path),
    )  # fmt: skip


def _missed(parts: Sequence[Box]) -> State:
    """What a block is of which no part is reached."""
    return "unreached" if parts and all(part.state == "unreached" for part in parts) else ""


def _details(layer: Layer, row: Row) -> tuple[tuple[str, str], ...]:
    """Every line is arithmetic with its numbers put in, under the name of its label; the last is the code."""
    lines: list[tuple[str, str]] = []
    axes = (
        ("size",)
        if isinstance(layer, Flatten)
        else ("height", "width")
        if len(row.formulas) == 2
        else ("both",)
    )
    lines += zip(axes, row.formulas, strict=False)  # a layer that keeps the size has no formula
    if row.params_formula:
        lines.append(("params", row.params_formula))
    if isinstance(layer, Conv2d):
        places = "*".join(map(str, row.output_shape[1:]))
        lines.append(("macs", f"{_weights(row)}*{places} = {row.macs}"))
    elif isinstance(layer, Linear):
        places = "".join(f"*{size}" for size in row.output_shape[:-1])
        lines.append(("macs", f"{_weights(row)}{places} = {row.macs}"))
    return (*lines, ("code", line(layer)))


def _weights(row: Row) -> str:
    """The arithmetic of the weights, without the bias: each weight works once at each place of the output."""
    return row.params_formula.partition(" ")[0]


def _window(layer: Layer, row: Row) -> tuple[int, ...]:
    """How much of its input one output value looks at."""
    match layer:
        case Conv2d():
            spread, kernel = pair(layer.dilation), pair(layer.kernel_size)
            return spread[0] * (kernel[0] - 1) + 1, spread[1] * (kernel[1] - 1) + 1
        case MaxPool2d() | AvgPool2d():
            return pair(layer.kernel_size)
        case AdaptiveAvgPool2d() | AdaptiveMaxPool2d():
            (_, *before), (_, *after) = row.input_shape, row.output_shape
            return tuple(-(-size // count) for size, count in zip(before, after, strict=True))
        case _:
            return ()


def _sees(row: Row) -> tuple[int, ...]:
    """What the middle value of the output sees of the picture; of a vector any value, if all see the same."""
    middle = tuple(size // 2 for size in row.output_shape[1:]) if len(row.output_shape) == 3 else (0, 0)
    last = tuple(view.cells - 1 for view in row.views)
    if len(row.output_shape) != 3 and row.sees(0, 0) != row.sees(*last):
        return ()
    (top, left), (bottom, right) = row.sees(*middle)
    return (top, left, bottom, right) if top < bottom and left < right else ()


def _path_name(label: str) -> str:
    return _("Path {number}").format(number=int(label) + 1) if label.isdigit() else label


def _sum(numbers: list[int]) -> str:
    return f"{' + '.join(map(str, numbers))} = {sum(numbers)}"


def _times(value: Pair) -> str:
    return "×".join(map(str, pair(value)))


def _stride(value: Pair) -> str:
    steps = pair(value)
    if steps == (1, 1):
        return ""
    return f", stride {steps[0]}" if steps[0] == steps[1] else f", stride {_times(steps)}"
