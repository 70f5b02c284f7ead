"""Linear against convolution: how many weights each needs, and what each does when a pattern moves."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PATTERN = np.array([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]])
"""A small cross."""

SIDE, FIRST = 12, 2
"""The picture's side, and the row and column of the pattern's upper left corner at its first place."""


def linear_weights(side: int, channels: int, hidden: int) -> int:
    """Return the weights of a Linear layer from a whole picture to ``hidden`` units, biases not counted."""
    return side * side * channels * hidden


def convolution_weights(kernel: int, channels: int, outputs: int) -> int:
    """Return the weights of a Conv2d layer, biases not counted: the picture's size is not among them."""
    return kernel * kernel * channels * outputs


def picture(down: int = 0, right: int = 0) -> Array:
    """Return a (12, 12) picture of zeros with the pattern, moved from its first place.

    Raises:
        ValueError: if the pattern would leave the picture.
    """
    top, left = FIRST + down, FIRST + right
    if not (0 <= top <= SIDE - 3 and 0 <= left <= SIDE - 3):
        raise ValueError(f"`down` (={down}) and `right` (={right}) must keep the pattern inside")
    x = np.zeros((SIDE, SIDE))
    x[top : top + 3, left : left + 3] = PATTERN
    return x


def unit(x: Array) -> float:
    """Return what a dense unit gives whose weights are the picture with the pattern at its first place."""
    return float((x * picture()).sum())


def response(x: Array) -> Array:
    """Return the (10, 10) response map of a 3x3 convolution with the pattern as its kernel."""
    windows = np.lib.stride_tricks.sliding_window_view(x, PATTERN.shape)
    responses: Array = np.einsum("ijkl,kl->ij", windows, PATTERN)
    return responses


def strongest(responses: Array) -> tuple[int, int]:
    """Return row and column of the first largest response."""
    row, column = np.unravel_index(int(responses.argmax()), responses.shape)
    return int(row), int(column)
