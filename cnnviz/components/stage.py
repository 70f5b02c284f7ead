"""The sliding-window stage: input, kernel and output side by side, each number explained by its window.

One stage for all layers that look through windows: convolution and transposed convolution, pooling, interpolation.
Where the windows lie comes as one table for each axis (``cnnviz.ops.windows.Axis``); what is done with a window is
its ``operation``.
"""

from __future__ import annotations

import base64
import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, Protocol

from cnnviz.components.mounting import finite, remembered, renderer
from cnnviz.components.saving import SavingLabels

LARGE = 4096
"""More numbers than this travel as 32-bit floats in base64: a quarter of the bytes, parsed at once."""


class Axis(Protocol):
    """The windows along one axis, as ``cnnviz.ops.windows.Axis`` has them."""

    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def source(self) -> Sequence[int]: ...  # noqa: D102
    @property
    def before(self) -> int: ...  # noqa: D102
    @property
    def taps(self) -> Sequence[Sequence[tuple[int, int]]]: ...  # noqa: D102
    @property
    def weights(self) -> Sequence[Sequence[float]] | None: ...  # noqa: D102


@dataclass(frozen=True)
class Grid:
    """A rectangle of numbers, row by row.

    Attributes:
        rows: height in cells.
        cols: width in cells.
        values: ``rows * cols`` numbers.
    """

    rows: int
    cols: int
    values: Sequence[float]

    def __post_init__(self) -> None:
        if self.rows * self.cols != len(self.values):
            raise ValueError(
                f"`values` (length {len(self.values)}) must hold {self.rows} x {self.cols} numbers"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the grid as the browser reads it."""
        return {"rows": self.rows, "cols": self.cols} | packed(self.values)


@dataclass(frozen=True)
class Tensor:
    """Numbers with a shape, the last axis fastest, as torch lays them out.

    Attributes:
        shape: such as (C, H, W).
        values: as many numbers as the shape says.
    """

    shape: tuple[int, ...]
    values: Sequence[float]

    def __post_init__(self) -> None:
        if prod(self.shape) != len(self.values):
            raise ValueError(f"`values` (length {len(self.values)}) must fill the shape {self.shape}")

    def to_json(self) -> dict[str, Any]:
        """Return the tensor as the browser reads it."""
        return {"shape": list(self.shape)} | packed(self.values)


@dataclass(frozen=True)
class StageData:
    """One layer with all its numbers; nothing is computed again unless a cell is edited.

    Attributes:
        input: (C, H, W), without padding.
        output: (O, H', W'), bias included.
        rows: windows along the height.
        cols: windows along the width.
        operation: what is done with a window. ``"sum"``: times the kernel, summed over the channels of a group
            (convolution); ``"max"``, ``"mean"``, ``"norm"``: within one channel (pooling); ``"blend"``: with the
            weights of the axes (interpolation).
        kernel: (O, C / groups, kh, kw), up to 11 x 11; only for ``"sum"``.
        bias: one number an output channel, or none.
        groups: as in torch.
        divisors: (H', W'), what the sum of each window is divided by; only for ``"mean"``.
        power: of ``"norm"``.
        input_style: ``"grey"`` shows a picture in shades of grey, ``"diverging"`` any numbers around zero,
            ``"wave"`` a single row as bars.
        empty: what stands in padding without a source: 0, or minus infinity for max pooling.
        row_titles: names of the input's rows, or none.
        col_titles: names of the input's columns, such as words, or none.
        editable: whether the input's cells can be edited; the kernel always can.
        shown: the input and the output channel that are seen first.
        pinned: the cell that is pinned at first: "input", "kernel" or "output", row, column; None for none.
    """

    input: Tensor
    output: Tensor
    rows: Axis
    cols: Axis
    operation: Literal["sum", "max", "mean", "norm", "blend"] = "sum"
    kernel: Tensor | None = None
    bias: Sequence[float] = ()
    groups: int = 1
    divisors: Tensor | None = None
    power: float = 2
    input_style: Literal["diverging", "grey", "wave"] = "diverging"
    empty: float = 0.0
    row_titles: Sequence[str] = ()
    col_titles: Sequence[str] = ()
    editable: bool = True
    shown: tuple[int, int] = (0, 0)
    pinned: tuple[str, int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the data as the browser reads it."""
        return {
            "input": self.input.to_json(),
            "kernel": self.kernel and self.kernel.to_json(),
            "output": self.output.to_json(),
            "rows": _axis(self.rows),
            "cols": _axis(self.cols),
            "operation": self.operation,
            "bias": list(self.bias),
            "groups": self.groups,
            "divisors": self.divisors and self.divisors.to_json(),
            "power": self.power,
            "input_style": self.input_style,
            "lowest": self.empty == -math.inf,
            "row_titles": list(self.row_titles),
            "col_titles": list(self.col_titles),
            "editable": self.editable,
            "shown": list(self.shown),
            "pinned": self.pinned and list(self.pinned),
        }


class StageLabels(SavingLabels):
    """The stage's visible texts, translated. Names in braces are filled in by the browser."""

    input: str
    """Input"""
    kernel: str
    """Kernel"""
    output: str
    """Output"""
    choose_channel: str
    """{grid}: show channel {number}"""
    input_help: str
    """Input. Arrow keys choose a cell, Enter pins it, typing a number edits it."""
    output_help: str
    """Output. Arrow keys choose a cell, Enter pins it."""
    kernel_cell: str
    """Kernel value, row {row}, column {column}"""
    invalid_number: str
    """“{text}” is not a number, so {value} was kept."""
    of_output: str
    """Output {place}"""
    of_input: str
    """Input {place}"""
    of_kernel: str
    """Kernel {place}"""
    of_padding: str
    """Padding {place}"""
    place: str
    """row {row}, column {column}"""
    channel_place: str
    """channel {channel}, row {row}, column {column}"""
    bias: str
    """bias {value}"""
    so_far: str
    """{value} so far, {done} of {count} terms"""
    reaches: str
    """{value} goes into {count} outputs:"""
    meets: str
    """{value} meets {count} inputs; to each output it adds itself times one of them."""
    unread: str
    """No window reads this cell."""
    new_value: str
    """New value"""
    pinned: str
    """Pinned: click again or press Escape to release"""
    window: str
    """The neighbourhood in the input"""
    around: str
    """The neighbourhood in the output"""
    padding: str
    """padding"""
    padding_lowest: str
    """padding, minus infinity"""
    unused: str
    """not reached by any window"""
    help: str
    """Point at any cell to see what it is made of or where it goes; click to pin. ..."""
    walk: str
    """Walk over the output"""
    previous: str
    """Previous"""
    next: str
    """Next"""
    play: str
    """Play"""
    pause: str
    """Pause"""
    scrub: str
    """Place in the walk"""
    speed: str
    """Speed"""
    terms: str
    """Term by term"""


Place = tuple[int, ...]
"""(channel, row, column) of an input cell; (output, input channel, row, column) of a kernel cell."""


@dataclass(frozen=True)
class Edit:
    """A number that somebody typed into the picture.

    Attributes:
        grid: "input" or "kernel".
        place: which cell.
        value: what it is now.
    """

    grid: Literal["input", "kernel"]
    place: Place
    value: float


@dataclass(frozen=True)
class View:
    """What somebody looks at: the channels (input, output), and the pinned cell (grid, row, column) or None."""

    shown: tuple[int, int]
    pinned: tuple[str, int, int] | None


def stage(
    data: StageData,
    labels: StageLabels,
    key: str,
    on_edit: Callable[[list[Edit]], None] | None = None,
    on_view: Callable[[View], None] | None = None,
) -> None:
    """Show a layer at work.

    Args:
        data: the layer.
        labels: visible texts.
        key: identity of the component; its state lives in the session under it.
        on_edit: called before the next script run with the edits that the browser has made; store them and pass the
            changed numbers back in ``data``. An edit may come twice.
        on_view: called when somebody chose a channel, or pinned or released a cell.
    """

    def edited() -> None:
        if on_edit is not None and (edits := read_edits(remembered(key, "edits"), data)):
            on_edit(edits)

    def viewed() -> None:
        if on_view is not None and (view := read_view(remembered(key, "view"), data)):
            on_view(view)

    state = remembered(key, "edits")
    serial = state.get("serial", 0) if isinstance(state, Mapping) else 0
    renderer("stage")(
        key=key, data=data.to_json() | {"labels": dict(labels), "serial": serial},
        default={"edits": None, "view": None}, on_edits_change=edited, on_view_change=viewed,
    )  # fmt: skip


def read_edits(state: object, data: StageData) -> list[Edit]:
    """Return the edits that the browser sent, without those that are none or lie outside the data."""
    found = []
    for edit in state.get("list") or [] if isinstance(state, Mapping) else []:
        shapes = {"input": data.input.shape, "kernel": data.kernel.shape if data.kernel else ()}
        match edit:
            case {"grid": "input" | "kernel" as grid, "place": [*place], "value": int() | float() as value}:
                if math.isfinite(value) and _inside(place, shapes[grid]):
                    found.append(Edit(grid, tuple(place), float(value)))
    return found


def read_view(state: object, data: StageData) -> View | None:
    """Return what the browser says that is looked at, or None if the data has no such place."""
    match state:
        case {"shown": [int() as i, int() as o], "pinned": pinned} if _inside(
            [i, o], (data.input.shape[0], data.output.shape[0])
        ):
            match pinned:
                case None:
                    return View((i, o), None)
                case [str() as grid, int() as row, int() as col] if min(row, col) >= 0:
                    return View((i, o), (grid, row, col))
    return None


def packed(values: Sequence[float]) -> dict[str, Any]:
    """Return numbers for the browser: few as they are, many as 32-bit floats in base64."""
    if len(values) > LARGE:
        return {"f32": base64.b64encode(array("f", values).tobytes()).decode("ascii")}
    return {"values": [finite(float(v)) for v in values]}


def _axis(axis: Axis) -> dict[str, Any]:
    taps = [[list(tap) for tap in cell] for cell in axis.taps]
    return {
        "size": axis.size, "before": axis.before, "source": list(axis.source), "taps": taps,
        "weights": axis.weights and [list(each) for each in axis.weights],
    }  # fmt: skip


def _inside(place: list[Any], shape: tuple[int, ...]) -> bool:
    return len(place) == len(shape) and all(
        isinstance(at, int) and not isinstance(at, bool) and 0 <= at < size
        for at, size in zip(place, shape, strict=True)
    )
