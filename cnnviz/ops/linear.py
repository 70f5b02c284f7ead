"""Flatten and Linear: a picture becomes a row of numbers, and each output is a weighted sum of all of them."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def flatten(x: Array) -> Array:
    """Return a picture (C, H, W) as one row, channel by channel and row by row: ``index = c*H*W + h*W + w``."""
    return x.reshape(-1)


def places(shape: tuple[int, int, int]) -> Array:
    """Return for each value of the flattened row where it came from: (C*H*W, 3) with c, h, w."""
    return np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1).astype(np.float64)


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Return ``W x + b``, what ``F.linear`` makes of x.

    Args:
        x: (..., in): torch lets any axes stand before the last.
        weight: (out, in), torch's order.
        bias: (out,) or None.

    Returns:
        (..., out).
    """
    out = x @ weight.T
    return out if bias is None else out + bias


def parameters(inputs: int, outputs: int, *, bias: bool = True) -> int:
    """Return how many numbers a Linear layer learns: ``out * in`` weights and ``out`` biases."""
    return outputs * inputs + (outputs if bias else 0)
