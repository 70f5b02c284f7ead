"""Pooling: what the largest, the mean or the power mean of each window is.

Axes say where the windows lie; they are clipped as torch clips them.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.ops.windows import Axis

Array = NDArray[np.float64]
Cells = NDArray[np.int64]


@lru_cache(maxsize=256)
def pooling_axis(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, *, ceil_mode: bool = False
) -> Axis:
    """Return the windows of ``nn.MaxPool2d``, ``nn.AvgPool2d`` or ``nn.LPPool2d`` along one axis.

    Whether the window fits, ``cnnviz.shapes.apply`` tells beforehand.

    Args:
        size: input cells.
        kernel: cells in a window.
        stride: cells between the starts of two windows.
        padding: cells before and after, which hold no value.
        dilation: cells between neighbours in a window.
        ceil_mode: also keep the last window that hangs over the padded edge; it has the cells that exist. One that
            would begin behind the last input cell is not kept.
    """
    padded = size + 2 * padding
    free = padded - dilation * (kernel - 1) - 1
    count = (-(-free // stride) if ceil_mode else free // stride) + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    reached = (tuple((o * stride + k * dilation, k) for k in range(kernel)) for o in range(count))
    taps = tuple(tuple(tap for tap in window if tap[0] < padded) for window in reached)
    source = tuple(i if 0 <= i < size else -1 for i in range(-padding, size + padding))
    return Axis(size, source, padding, taps)


@lru_cache(maxsize=256)
def adaptive_axis(size: int, output_size: int) -> Axis:
    """Return the windows of adaptive pooling along one axis: they cover the input, as evenly as whole cells can.

    Window ``o`` goes from ``floor(o*size/output_size)`` to ``ceil((o+1)*size/output_size)``; neighbours overlap where
    that is no whole number.
    """
    bounds = ((o * size // output_size, -(-(o + 1) * size // output_size)) for o in range(output_size))
    taps = tuple(tuple((cell, cell - first) for cell in range(first, end)) for first, end in bounds)
    return Axis(size, tuple(range(size)), 0, taps)


def max_pool(x: Array, rows: Axis, cols: Axis) -> tuple[Array, Cells]:
    """Return the largest value of each window, and which input cell it is; padding is below every number.

    Of equal values the first wins, in reading order. First the best of each row's window, then the best of those.

    Args:
        x: finite numbers (C, H, W).
        rows: the windows along H.
        cols: the windows along W.

    Returns:
        Values (C, H', W'), and the winners (C, H', W') as ``row * W + column``, like torch's ``return_indices``. A
        window with padding alone has minus infinity and winner -1.
    """
    across, col = _first_maximum(x, cols)
    down, row = _first_maximum(across.swapaxes(1, 2), rows)
    values, row = down.swapaxes(1, 2), row.swapaxes(1, 2)
    col = np.take_along_axis(col, np.maximum(row, 0), axis=1)
    return values, np.where((row < 0) | (col < 0), -1, row * x.shape[2] + col)


def avg_pool(
    x: Array, rows: Axis, cols: Axis, *, count_include_pad: bool = True, divisor_override: int | None = None
) -> tuple[Array, Array]:
    """Return the mean of each window, and what its sum was divided by.

    Args:
        x: finite numbers (C, H, W).
        rows: the windows along H.
        cols: the windows along W.
        count_include_pad: whether cells of the padding count among those that the sum is divided by; what hangs over
            the padded edge (``ceil_mode``) never counts.
        divisor_override: divides each sum, whatever the window has.

    Returns:
        Values (C, H', W') and divisors (H', W').
    """
    divisors = np.outer(*(_counts(axis, padding=count_include_pad) for axis in (rows, cols)))
    if divisor_override is not None:
        divisors = np.full_like(divisors, divisor_override)
    return window_sums(x, rows, cols) / divisors, divisors


def lp_pool(x: Array, rows: Axis, cols: Axis, norm_type: float, kernel_size: tuple[int, int]) -> Array:
    """Return the ``norm_type``-th root of each window's sum of powers: 1 gives the sum, larger ones near the maximum.

    torch takes the mean times ``kernel_size``, so the sum of a window that hangs over the edge (``ceil_mode``) grows
    as if the window were whole. A root of a negative sum is not a number, as in torch.

    Args:
        x: finite numbers (C, H, W); for a ``norm_type`` that is no whole number not negative.
        rows: the windows along H, without padding.
        cols: the windows along W, without padding.
        norm_type: the power p, not 0.
        kernel_size: cells of a whole window, (down, across).

    Returns:
        (C, H', W').
    """
    means, _divisors = avg_pool(np.power(x, norm_type), rows, cols)
    with np.errstate(invalid="ignore"):
        roots: Array = np.power(means * kernel_size[0] * kernel_size[1], 1 / norm_type)
    return roots


def window_sums(x: Array, rows: Axis, cols: Axis) -> Array:
    """Return the sum of each window (C, H', W') of a picture (C, H, W), each tap times its weight if it has one."""
    sums: Array = _matrix(rows) @ x @ _matrix(cols).T
    return sums


def _matrix(axis: Axis) -> Array:
    """Return how often (or with which weight) each output cell takes each input cell, (outputs, size)."""
    matrix = np.zeros((axis.outputs, axis.size))
    for output, taps in enumerate(axis.taps):
        weights = axis.weights[output] if axis.weights else (1.0,) * len(taps)
        for (place, _), weight in zip(taps, weights, strict=True):
            if axis.source[place] >= 0:
                matrix[output, axis.source[place]] += weight
    return matrix


def _counts(axis: Axis, *, padding: bool) -> Array:
    """Return how many cells each window has, with those of the padding or without."""
    return np.array(
        [sum(padding or axis.source[place] >= 0 for place, _ in taps) for taps in axis.taps], dtype=np.float64
    )


def _first_maximum(x: Array, axis: Axis) -> tuple[Array, Cells]:
    """Return the largest value of each window along the last dimension, and its place there (-1: padding)."""
    longest = max(map(len, axis.taps))
    cells = np.full((axis.outputs, longest), -1)
    for output, taps in enumerate(axis.taps):
        cells[output, : len(taps)] = [axis.source[place] for place, _ in taps]
    candidates = np.where(cells >= 0, x[..., cells], -np.inf)
    best = candidates.argmax(axis=-1)
    values = np.take_along_axis(candidates, best[..., None], axis=-1)[..., 0]
    return values, cells[np.arange(axis.outputs), best]
