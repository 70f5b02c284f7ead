"""The convolution stage: input, kernel and output side by side, each output cell explained by its window."""

from __future__ import annotations

import base64
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from cnnviz.components.mounting import finite, remembered, renderer

LARGE = 4096
"""Grids with more cells travel as 32-bit floats in base64: a quarter of the bytes, parsed at once."""


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
        shape = {"rows": self.rows, "cols": self.cols}
        if len(self.values) > LARGE:
            return shape | {"f32": base64.b64encode(array("f", self.values).tobytes()).decode("ascii")}
        return shape | {"values": [finite(float(v)) for v in self.values]}


@dataclass(frozen=True)
class StageData:
    """One convolution with all its numbers; nothing is computed again unless the kernel is edited.

    Attributes:
        input: the input without its padding.
        kernel: the weights, up to 11 x 11.
        output: what the convolution gave, bias included.
        bias: added to every sum.
        stride: rows and columns that the window moves.
        padding: zeros added at top, bottom, left and right.
        dilation: distance between the cells under neighbouring weights, down and across.
        input_style: ``"grey"`` shows a picture in shades of grey; ``"diverging"`` any numbers around zero.
    """

    input: Grid
    kernel: Grid
    output: Grid
    bias: float = 0.0
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)
    input_style: Literal["diverging", "grey"] = "diverging"

    def to_json(self) -> dict[str, Any]:
        """Return the data as the browser reads it."""
        return {
            "input": self.input.to_json(),
            "kernel": self.kernel.to_json(),
            "output": self.output.to_json(),
            "bias": self.bias,
            "stride": list(self.stride),
            "padding": dict(zip(("top", "bottom", "left", "right"), self.padding, strict=True)),
            "dilation": list(self.dilation),
            "input_style": self.input_style,
        }


class StageLabels(TypedDict):
    """The stage's visible texts, translated. Names in braces are filled in by the browser."""

    input: str
    """Input"""
    kernel: str
    """Kernel"""
    output: str
    """Output"""
    output_help: str
    """Output. Arrow keys choose a cell, Enter pins it."""
    kernel_cell: str
    """Kernel value, row {row}, column {column}"""
    invalid_number: str
    """“{text}” is not a number, so {value} was kept."""
    sum: str
    """Output, row {row}, column {column}"""
    bias: str
    """bias {value}"""
    pinned: str
    """Pinned: click again or press Escape to release"""
    window: str
    """Window × kernel"""
    padding: str
    """padding, value 0"""
    unused: str
    """not reached by any window"""
    help: str
    """Point at an output cell to see its sum; click to pin it. Kernel values can be edited."""
    walk: str
    """Walk over the output"""
    previous: str
    """Previous cell"""
    next: str
    """Next cell"""
    play: str
    """Play"""
    pause: str
    """Pause"""


def stage(
    data: StageData,
    labels: StageLabels,
    key: str,
    on_kernel_change: Callable[[list[float]], None] | None = None,
) -> list[float] | None:
    """Show a convolution; its kernel can be edited in place.

    Args:
        data: the convolution.
        labels: visible texts.
        key: identity of the component; its state lives in the session under it.
        on_kernel_change: called with the new weights, row by row, before the next script run, each time
            that somebody edits the kernel; store them and pass them back in ``data``.

    Returns:
        The weights of the latest edit on this page if they fit the kernel's shape, else ``None``. They
        stay here after the kernel was replaced from elsewhere; prefer ``on_kernel_change``.
    """

    def changed() -> None:
        values = _edited(remembered(key, "kernel"), data.kernel)
        if values is not None and on_kernel_change is not None:
            on_kernel_change(values)

    state = remembered(key, "kernel")
    edit = state.get("edit", 0) if isinstance(state, dict) else 0
    payload = data.to_json() | {"labels": dict(labels), "edit": edit}
    renderer("stage")(key=key, data=payload, default={"kernel": None}, on_kernel_change=changed)
    return _edited(state, data.kernel)


def _edited(state: object, kernel: Grid) -> list[float] | None:
    """Return the weights that the browser sent, or ``None`` if they are none or fit another kernel."""
    if isinstance(state, dict):
        if (state.get("rows"), state.get("cols")) != (kernel.rows, kernel.cols):
            return None
        state = state.get("values")
    if not isinstance(state, list) or len(state) != kernel.rows * kernel.cols:
        return None
    values = [finite(float(v)) if isinstance(v, int | float) else None for v in state]
    return None if None in values else [v for v in values if v is not None]
