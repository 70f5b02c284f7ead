"""Convolution over several channels, in the few lines that say what it is; where its windows lie is in ``windows``."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.ops.windows import Axis, pad

Array = NDArray[np.float64]


def convolve(
    x: Array, weight: Array, rows: Axis, cols: Axis, bias: Array | None = None, groups: int = 1
) -> Array:
    """Return what ``F.conv2d`` makes of a picture: each window times the kernel, summed over its channels.

    Walks over the kernel's cells, not over the places: each meets the input shifted by its own offset.

    Args:
        x: input (C, H, W).
        weight: kernels (O, C / groups, kh, kw).
        rows: windows along the height.
        cols: windows along the width.
        bias: (O,), added to every sum; None for none.
        groups: the channels are cut into so many groups; each output channel sees one of them.

    Returns:
        (O, H', W').
    """
    each = weight.shape[0] // groups
    parts = [
        partial(x, weight[:, i], rows, cols, channels=_channels(weight, i, each))
        for i in range(weight.shape[1])
    ]
    out: Array = np.sum(parts, axis=0)
    return out if bias is None else out + bias[:, None, None]


def partial(x: Array, kernels: Array, rows: Axis, cols: Axis, channels: list[int]) -> Array:
    """Return one input channel's share in every output channel: kernels (O, kh, kw), its channel for each, (O, H', W')."""
    padded = pad(x, rows, cols)[channels]
    out = np.zeros((len(kernels), rows.outputs, cols.outputs))
    for i in range(kernels.shape[1]):
        for j in range(kernels.shape[2]):
            (to_row, from_row), (to_col, from_col) = _met(rows, i), _met(cols, j)
            out[:, to_row, to_col] += kernels[:, i, j, None, None] * padded[:, from_row, from_col]
    return out


def _channels(weight: Array, i: int, each: int) -> list[int]:
    """Return for each output channel its group's input channel number ``i``."""
    return [o // each * weight.shape[1] + i for o in range(len(weight))]


def _met(axis: Axis, k: int) -> tuple[slice, slice]:
    """Return the output cells to which kernel cell ``k`` adds, and the padded cells that it meets there.

    Both are evenly spaced, in convolution and transposed convolution alike.
    """
    pairs = [(o, p) for o, taps in enumerate(axis.taps) for p, kernel in taps if kernel == k]
    return _even([o for o, _ in pairs]), _even([p for _, p in pairs])


def _even(places: list[int]) -> slice:
    if not places:
        return slice(0, 0)
    step = places[1] - places[0] if len(places) > 1 else 1
    return slice(places[0], places[-1] + 1, step)
