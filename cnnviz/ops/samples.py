"""Small grids to slide a window over; pictures are in ``cnnviz.data.images``."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def counting() -> Array:
    """Return the notes' 3x3 grid 0..8; with the kernel 0..3 it gives [[19, 25], [37, 43]]."""
    return np.arange(9, dtype=np.float64).reshape(3, 3)


def cross() -> Array:
    """Return a 7x7 grid with a diagonal cross: small enough to read every sum."""
    return np.maximum(np.eye(7), np.eye(7)[::-1])


def stripe() -> Array:
    """Return the notes' 6x8 picture with a dark stripe; ``[1, -1]`` finds its two edges."""
    picture = np.ones((6, 8))
    picture[:, 2:6] = 0
    return picture
