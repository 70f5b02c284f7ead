"""Kernel presets, each for any height and width; at 3x3 they are the textbook's."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cnnviz.language import N_

Array = NDArray[np.float64]


def identity(height: int, width: int) -> Array:
    """Return 1 in the centre: the output is the input."""
    kernel = np.zeros((height, width))
    kernel[(height - 1) // 2, (width - 1) // 2] = 1
    return kernel


def box(height: int, width: int) -> Array:
    """Return equal weights that sum to 1: the mean of the window."""
    return np.full((height, width), 1 / (height * width))


def gaussian(height: int, width: int) -> Array:
    """Return binomial weights that sum to 1: a soft blur."""
    kernel = np.outer(_binomial(height), _binomial(width))
    return kernel / float(kernel.sum())


def sharpen(height: int, width: int) -> Array:
    """Return the picture plus what sets each value apart from its row and column."""
    return identity(height, width) - laplacian(height, width)


def emboss(height: int, width: int) -> Array:
    """Return weights that fall from the lower right to the upper left: light from one corner."""
    rows, cols = np.arange(height) - (height - 1) // 2, np.arange(width) - (width - 1) // 2
    return np.add.outer(rows, cols).astype(np.float64) + identity(height, width)


def sobel_x(height: int, width: int) -> Array:
    """Return right minus left, smoothed along the height: answers to vertical edges."""
    return np.outer(_binomial(height), _ramp(width))


def sobel_y(height: int, width: int) -> Array:
    """Return below minus above, smoothed along the width: answers to horizontal edges."""
    return np.outer(_ramp(height), _binomial(width))


def laplacian(height: int, width: int) -> Array:
    """Return row and column minus the centre: answers to edges in every direction."""
    kernel = np.zeros((height, width))
    centre = (height - 1) // 2, (width - 1) // 2
    kernel[centre[0], :] = 1
    kernel[:, centre[1]] = 1
    kernel[centre] = -(kernel.sum() - 1)
    return kernel


def edge(height: int, width: int) -> Array:
    """Return the notes' ``[1, -1]``: each value minus its right neighbour; in a single column minus the one below."""
    kernel = identity(height, width)
    row, col = (height - 1) // 2, (width - 1) // 2
    if width > 1:
        kernel[row, col + 1] = -1
    elif height > 1:
        kernel[row + 1, col] = -1
    return kernel


def counting(height: int, width: int) -> Array:
    """Return 0, 1, 2, ...: the notes' first kernel."""
    return np.arange(height * width, dtype=np.float64).reshape(height, width)


def drawn(seed: int, shape: tuple[int, ...]) -> Array:
    """Return weights at random, as a network has them before it learns; one seed gives the same ones always."""
    return np.random.default_rng(seed).normal(size=shape).round(2)


def _binomial(size: int) -> Array:
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [1, 1])
    return row


def _ramp(size: int) -> Array:
    if size == 1:
        return np.ones(1)
    centred = np.arange(size, dtype=np.float64) - (size - 1) / 2
    return centred * (1 if size % 2 else 2)


PRESETS: dict[str, tuple[str, Callable[[int, int], Array]]] = {
    "counting": (N_("Counting 0, 1, 2, …"), counting),
    "identity": (N_("Identity"), identity),
    "edge": (N_("Edge [1, −1]"), edge),
    "box": (N_("Box blur"), box),
    "gaussian": (N_("Gaussian blur"), gaussian),
    "sharpen": (N_("Sharpen"), sharpen),
    "emboss": (N_("Emboss"), emboss),
    "sobel_x": (N_("Sobel x"), sobel_x),
    "sobel_y": (N_("Sobel y"), sobel_y),
    "laplacian": (N_("Laplacian"), laplacian),
}
"""Name -> (English message for the menu, function of height and width)."""
