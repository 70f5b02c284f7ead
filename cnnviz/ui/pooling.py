"""The choices of the pooling page, and the pooling that follows from them."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components import Edit, StageData
from cnnviz.ops.pooling import adaptive_axis, avg_pool, lp_pool, max_pool, pooling_axis
from cnnviz.ops.windows import Axis
from cnnviz.shapes import Result, apply
from cnnviz.spec import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d
from cnnviz.spec.checks import Pair, pair, short
from cnnviz.spec.code import line
from cnnviz.ui import fields, pictures, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.convolution import tensor
from cnnviz.ui.i18n import _
from cnnviz.ui.pictures import Picture

Array = NDArray[np.float64]
Layer = MaxPool2d | AvgPool2d | AdaptiveMaxPool2d | AdaptiveAvgPool2d


@dataclass(frozen=True)
class Pooling:
    """A pooling with its numbers.

    Attributes:
        layer: what is done.
        power: the p of the power mean, for which an average pooling stands in as the layer; 0 for none.
    """

    layer: Layer
    power: int = 0

    def result(self, x: Array) -> Result:
        """Return what becomes of the shape of a picture (C, H, W).

        Raises:
            ShapeError: if there is no place for the window.
        """
        return apply(self.layer, x.shape)

    def axes(self, x: Array) -> tuple[Axis, Axis]:
        """Return the windows along height and width."""
        return self._axis(0, x.shape[1]), self._axis(1, x.shape[2])

    def output(self, x: Array) -> Array:
        """Return the output (C, H', W')."""
        rows, cols = self.axes(x)
        match self.layer:
            case MaxPool2d() | AdaptiveMaxPool2d():
                return max_pool(x, rows, cols)[0]
            case AvgPool2d(kernel_size=kernel) if self.power:
                return lp_pool(x, rows, cols, self.power, pair(kernel))
            case _:
                return avg_pool(x, rows, cols, count_include_pad=self._with_padding)[0]

    def stage(self, picture: Picture) -> StageData:
        """Return what the stage draws."""
        x = picture.values
        rows, cols = self.axes(x)
        out, largest = self.output(x), isinstance(self.layer, MaxPool2d | AdaptiveMaxPool2d)
        bounds = {"input": (len(rows.source), len(cols.source)), "output": out.shape[1:]}
        view = pictures.seen(fields.POOL, (x.shape[0], out.shape[0]), bounds)
        return StageData(
            tensor(x), tensor(out), rows, cols, "max" if largest else "norm" if self.power else "mean",
            divisors=None if largest or self.power else tensor(self._divisors(x)), power=self.power,
            input_style=picture.style, empty=-math.inf if largest else 0.0, shown=view.shown, pinned=view.pinned,
        )  # fmt: skip

    @property
    def code(self) -> str:
        """The line of PyTorch that does this."""
        made = line(self.layer)
        return made.replace("nn.AvgPool2d(", f"nn.LPPool2d({self.power}, ") if self.power else made

    def _divisors(self, x: Array) -> Array:
        """By what the sum of each window of an average is divided."""
        return avg_pool(x, *self.axes(x), count_include_pad=self._with_padding)[1]

    @property
    def _with_padding(self) -> bool:
        return not isinstance(self.layer, AvgPool2d) or self.layer.count_include_pad

    def _axis(self, axis: int, size: int) -> Axis:
        layer = self.layer
        if isinstance(layer, AdaptiveMaxPool2d | AdaptiveAvgPool2d):
            return adaptive_axis(size, pair(layer.output_size)[axis])
        kernel = pair(layer.kernel_size)
        stride = kernel if layer.stride is None else pair(layer.stride)
        dilation = pair(layer.dilation) if isinstance(layer, MaxPool2d) else (1, 1)
        return pooling_axis(
            size,
            kernel[axis],
            stride[axis],
            pair(layer.padding)[axis],
            dilation[axis],
            ceil_mode=layer.ceil_mode,
        )


def choose() -> tuple[Picture, Pooling]:
    """Show all choices and return the picture and the pooling."""
    picture = pictures.choose(
        "pooling", ("sixteen", "counting", "random", "digit", "photo", "upload"), fields.POOL
    )
    titles = {
        "max": _("Maximum"),
        "avg": _("Average"),
        "lp": _("Power mean (LP)"),
        "adaptive_max": _("Adaptive, maximum"),
        "adaptive_avg": _("Adaptive, average"),
        "global_max": _("Global, maximum"),
        "global_avg": _("Global, average"),
    }
    kind: str = st.selectbox(
        _("Pooling"), fields.POOL_KINDS, format_func=titles.__getitem__, **state.widget(fields.POOL_KIND)
    )
    match kind.split("_"):
        case ["global", how]:
            return picture, Pooling(_adaptive(how, 1))
        case ["adaptive", how]:
            _channels, height, width = picture.values.shape
            sliders("pooling_adaptive", [
                Control(fields.POOL_OUT_HEIGHT, _("Output height"), 1, min(16, height)),
                Control(fields.POOL_OUT_WIDTH, _("Output width"), 1, min(16, width)),
            ])  # fmt: skip
            return picture, Pooling(
                _adaptive(how, short(state.get(fields.POOL_OUT_HEIGHT), state.get(fields.POOL_OUT_WIDTH)))
            )
        case _:
            return picture, _choose_window(kind, picture)


def edited(edits: list[Edit]) -> None:
    """Keep the numbers that were typed into the stage."""
    pictures.keep(fields.POOL.cells, edits)


def bins(axis: Axis) -> str:
    """Return which cells each window of an adaptive pooling has, counted from 0: ``0-1, 1-2``."""
    return ", ".join(
        f"{taps[0][0]}-{taps[-1][0]}" if len(taps) > 1 else f"{taps[0][0]}" for taps in axis.taps
    )


def _adaptive(how: str, size: Pair) -> Layer:
    return AdaptiveMaxPool2d(size) if how == "max" else AdaptiveAvgPool2d(size)


def _choose_window(kind: str, picture: Picture) -> Pooling:
    _channels, height, width = picture.values.shape
    controls = [
        Control(fields.POOL_HEIGHT, _("Window height"), 1, min(11, height)),
        Control(fields.POOL_WIDTH, _("Window width"), 1, min(11, width)),
    ]
    # torch takes at most half the window as padding, and none in LP pooling
    least = min(state.get(fields.POOL_HEIGHT), height, state.get(fields.POOL_WIDTH), width)
    if kind == "lp":
        controls.append(Control(fields.POOL_POWER, _("Power p"), 1, 8))
    elif least > 1:
        controls.append(Control(fields.POOL_PADDING, _("Padding (each side)"), 0, least // 2))
    if kind == "max":
        controls.append(Control(fields.POOL_DILATION, _("Dilation"), 1, 6))
    sliders(f"pooling_{kind}", controls)
    stride = None
    if st.toggle(_("Own stride"), help=_("Without it the window moves by its own size: windows do not overlap."), **state.widget(fields.POOL_OWN_STRIDE)):  # fmt: skip
        sliders("pooling_stride", [Control(fields.POOL_STRIDE, _("Stride"), 1, 8)])
        stride = state.get(fields.POOL_STRIDE)
    kernel = short(state.get(fields.POOL_HEIGHT), state.get(fields.POOL_WIDTH))
    if kind == "lp":
        return Pooling(AvgPool2d(kernel, stride), state.get(fields.POOL_POWER))
    padding = state.get(fields.POOL_PADDING) if least > 1 else 0
    ceil = st.toggle("ceil_mode", help=_("Also keep the last window that hangs over the edge."), **state.widget(fields.POOL_CEIL))  # fmt: skip
    if kind == "max":
        return Pooling(MaxPool2d(kernel, stride, padding, state.get(fields.POOL_DILATION), ceil_mode=ceil))
    include = st.toggle("count_include_pad", help=_("Whether the zeros of the padding count in the mean."), **state.widget(fields.POOL_INCLUDE))  # fmt: skip
    return Pooling(AvgPool2d(kernel, stride, padding, ceil_mode=ceil, count_include_pad=include))
