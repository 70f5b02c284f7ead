"""Interpolation: a picture made smaller or larger, each new value a weighted sum of old ones near its place."""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.ops.pooling import adaptive_axis, window_sums
from cnnviz.ops.windows import Axis

Array = NDArray[np.float64]
Mode = Literal["nearest", "bilinear", "bicubic", "area"]

CUBIC = -0.75
"""How far bicubic weights go below zero (Keys 1981, parameter a); torch's and OpenCV's choice."""


@lru_cache(maxsize=256)
def interpolation_axis(
    size: int,
    output_size: int | None = None,
    *,
    scale_factor: float | None = None,
    mode: Mode = "nearest",
    align_corners: bool = False,
) -> Axis:
    """Return for each output cell of ``F.interpolate`` along one axis its input cells and their weights.

    Near the border torch takes the outermost cell again where a neighbour is missing: it then stands in the taps
    several times.

    Args:
        size: input cells.
        output_size: output cells; or else
        scale_factor: output cells for each input cell; ``floor(size * scale_factor)`` of them.
        mode: ``nearest`` copies one cell; ``bilinear`` mixes 2 along the axis, ``bicubic`` 4; ``area`` is the mean of
            the cells that the output cell covers (adaptive average pooling).
        align_corners: bilinear and bicubic only. True: the centres of the outermost cells stay where they are. False:
            the outer edges do.

    Raises:
        ValueError: if not exactly one of ``output_size`` and ``scale_factor`` is given.
    """
    if (output_size is None) == (scale_factor is None):
        raise ValueError("give either `output_size` or `scale_factor`")
    if output_size is None:
        output_size = int(size * (scale_factor or 0))
    step = size / output_size
    # A factor such as 2.25 makes 4 cells from 2; torch keeps to the factor but for these round sizes.
    rounded = {"nearest": (size, 2 * size), "bilinear": (size,)}.get(mode, ())
    if scale_factor and output_size not in rounded:
        step = 1 / scale_factor
    if align_corners:
        step = (size - 1) / (output_size - 1) if output_size > 1 else 0.0
    match mode:
        case "area":
            axis = adaptive_axis(size, output_size)
            means = tuple((1 / len(taps),) * len(taps) for taps in axis.taps)
            return Axis(size, axis.source, 0, axis.taps, means)
        case "nearest":
            made = [_nearest(output, step, size) for output in range(output_size)]
        case "bilinear":
            made = [_linear(_place(output, step, align_corners), size) for output in range(output_size)]
        case "bicubic":
            made = [_cubic(_place(output, step, align_corners), size) for output in range(output_size)]
    taps = tuple(tuple((cell, k) for k, (cell, _weight) in enumerate(cells)) for cells in made)
    weights = tuple(tuple(weight for _cell, weight in cells) for cells in made)
    return Axis(size, tuple(range(size)), 0, taps, weights)


def interpolate(x: Array, rows: Axis, cols: Axis) -> Array:
    """Return the picture (C, H, W) in its new size (C, H', W')."""
    return window_sums(x, rows, cols)


def _place(output: int, step: float, align_corners: bool) -> float:
    """Return where an output cell's centre lies among the input cells' centres."""
    return output * step if align_corners else (output + 0.5) * step - 0.5


def _nearest(output: int, step: float, size: int) -> list[tuple[int, float]]:
    # torch counts this in 32-bit floats, and so in a few sizes takes another cell than exact arithmetic would.
    return [(min(int(np.float32(output) * np.float32(step)), size - 1), 1.0)]


def _linear(place: float, size: int) -> list[tuple[int, float]]:
    place = max(place, 0.0)
    first = min(int(place), size - 1)
    share = min(place - first, 1.0)
    return [(first, 1 - share), (min(first + 1, size - 1), share)]


def _cubic(place: float, size: int) -> list[tuple[int, float]]:
    first = min(int(np.floor(place)), size - 1)
    share = min(max(place - first, 0.0), 1.0)
    distances = (1 + share, share, 1 - share, 2 - share)
    return [
        (min(max(first + k, 0), size - 1), _keys(distance))
        for k, distance in zip((-1, 0, 1, 2), distances, strict=True)
    ]


def _keys(distance: float) -> float:
    """Return the weight of a cell at a distance below 2: Keys's cubic convolution."""
    a, d = CUBIC, distance
    if d <= 1:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a
