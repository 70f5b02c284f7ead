"""Which input cells each output cell looks at: one axis for the height, one for the width; a window is their product.

Convolution, pooling and interpolation differ in what they do with a window. Where it lies is the same question, and
it is answered here, once for each axis.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
Taps = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """The windows along one axis.

    Attributes:
        size: input cells.
        source: for each cell of the padded axis the input cell whose value stands there; -1 for none (a zero, or
            minus infinity in max pooling).
        before: padding cells before the input; ``before + size + after == len(source)``.
        taps: for each output cell the pairs (padded cell, kernel cell) that make it.
        weights: for interpolation, the weight of each tap; else None.
    """

    size: int
    source: tuple[int, ...]
    before: int
    taps: Taps
    weights: tuple[tuple[float, ...], ...] | None = None

    @property
    def outputs(self) -> int:
        """How many output cells there are."""
        return len(self.taps)


@lru_cache(maxsize=256)
def convolution_axis(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: tuple[int, int] = (0, 0),
    dilation: int = 1,
    mode: PaddingMode = "zeros",
    *,
    flipped: bool = False,
) -> Axis:
    """Return the windows of ``nn.Conv2d`` along one axis.

    Args:
        size: input cells.
        kernel: weights.
        stride: cells between the starts of two windows.
        padding: cells before and after.
        dilation: cells between neighbouring weights.
        mode: what stands in the padding; torch's ``padding_mode``.
        flipped: true convolution: the last weight meets the first cell of the window.
    """
    source = _padded(size, padding, mode)
    count = (len(source) - dilation * (kernel - 1) - 1) // stride + 1
    taps = tuple(
        tuple((o * stride + k * dilation, kernel - 1 - k if flipped else k) for k in range(kernel))
        for o in range(max(count, 0))
    )
    return Axis(size, source, padding[0], taps)


@lru_cache(maxsize=256)
def transposed_axis(
    size: int, kernel: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> Axis:
    """Return the windows of ``nn.ConvTranspose2d`` along one axis: each input cell stamps the kernel, stride apart.

    Output cell ``o`` gets input ``i`` times weight ``k`` wherever ``o == i*stride - padding + k*dilation``; padding
    cuts off the rim, and no cell is added to the input.
    """
    count = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1
    made: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for i in range(size):
        for k in range(kernel):
            at = i * stride - padding + k * dilation
            if 0 <= at < count:
                made[at].append((i, k))
    return Axis(size, tuple(range(size)), 0, tuple(map(tuple, made)))


def pad(x: Array, rows: Axis, cols: Axis, empty: float = 0.0) -> Array:
    """Return the picture (C, H, W) with its padding; ``empty`` stands where no input cell is the source."""
    row, col = np.array(rows.source), np.array(cols.source)
    padded = x[:, row[:, None], col[None, :]]
    padded[:, (row[:, None] < 0) | (col[None, :] < 0)] = empty
    return padded


def shift(x: Array, down: int, right: int) -> Array:
    """Return the picture (C, H, W) moved by whole cells; zeros come in where it leaves."""
    _channels, height, width = x.shape
    moved = np.zeros_like(x)
    to_row, from_row = _overlap(height, down)
    to_col, from_col = _overlap(width, right)
    moved[:, to_row, to_col] = x[:, from_row, from_col]
    return moved


def _overlap(size: int, by: int) -> tuple[slice, slice]:
    return slice(max(by, 0), size + min(by, 0)), slice(max(-by, 0), size - max(by, 0))


def _padded(size: int, padding: tuple[int, int], mode: PaddingMode) -> tuple[int, ...]:
    places = range(-padding[0], size + padding[1])
    match mode:
        case "zeros":
            return tuple(i if 0 <= i < size else -1 for i in places)
        case "replicate":
            return tuple(min(max(i, 0), size - 1) for i in places)
        case "circular":
            return tuple(i % size for i in places)
        case "reflect":
            return tuple(size - 1 - abs(size - 1 - abs(i)) for i in places)
