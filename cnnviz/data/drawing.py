"""From a drawing or a photograph of a digit to the 28x28 picture that a network was trained on.

MNIST was made by one recipe (LeCun, Cortes, Burges): fit the digit into 20x20 with its proportions kept, then put
it into 28x28 so that its centre of mass lies in the middle. A network trained on MNIST expects just that, so every
drawing goes this way, from the canvas, from a file and from the command line alike.
"""

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError

Picture = NDArray[np.float32]

SIDE, INNER = 28, 20
FAINT = 0.15
"""Ink below this share of the darkest ink is paper: shadow, noise, JPEG blocks."""


def prepare(picture: NDArray[np.floating | np.integer]) -> Picture:
    """Return a drawing as MNIST would hold it.

    Args:
        picture: grey values (H, W), any size; dark on light and light on dark are both understood.

    Returns:
        (28, 28) float32 from 0 (paper) to 1 (ink).

    Raises:
        DataError: if nothing is drawn.
    """
    ink = find_ink(np.asarray(picture, dtype=np.float32))
    rows, cols = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        raise DataError("there is nothing drawn: the picture is one flat colour")
    digit = ink[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    scale = INNER / max(digit.shape)
    small = resize(digit, max(1, round(digit.shape[0] * scale)), max(1, round(digit.shape[1] * scale)))
    return centre(small / max(float(small.max()), 1e-6))


def find_ink(picture: Picture) -> Picture:
    """Return (H, W) from 0 to 1 where 1 is the strongest ink: the paper's colour is that of the border."""
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    ink = picture - np.median(border)
    ink = ink if abs(ink.max()) >= abs(ink.min()) else -ink
    ink = np.clip(ink, 0, None)
    strongest = float(ink.max())
    if strongest <= 0 or strongest < 0.02 * max(1.0, float(np.abs(picture).max())):
        return np.zeros_like(ink)
    ink = ink / strongest
    return np.where(ink < FAINT, 0, ink).astype(np.float32)


def centre(digit: Picture) -> Picture:
    """Return a digit of at most 20x20 in 28x28, its centre of mass as near to the middle as it can be."""
    height, width = digit.shape
    total = float(digit.sum())
    middle = (SIDE - 1) / 2
    y = float((digit.sum(axis=1) * np.arange(height)).sum()) / total
    x = float((digit.sum(axis=0) * np.arange(width)).sum()) / total
    top = min(max(round(middle - y), 0), SIDE - height)
    left = min(max(round(middle - x), 0), SIDE - width)
    out = np.zeros((SIDE, SIDE), dtype=np.float32)
    out[top : top + height, left : left + width] = digit
    return out


def resize(picture: Picture, height: int, width: int) -> Picture:
    """Return a picture at another size: the mean over the area that each new pixel covers.

    Enlarging repeats values smoothly in the same way: each new pixel is the mean over a part of an old one.
    """
    return (_cover(picture.shape[0], height) @ picture @ _cover(picture.shape[1], width).T).astype(np.float32)


def _cover(old: int, new: int) -> Picture:
    """Return (new, old): which share of each new pixel is covered by which old one; rows sum to 1."""
    edges = np.arange(new + 1) * (old / new)
    start, end = edges[:-1, None], edges[1:, None]
    cells = np.arange(old)[None, :]
    share = np.clip(np.minimum(end, cells + 1) - np.maximum(start, cells), 0, None)
    return np.asarray(share / share.sum(axis=1, keepdims=True), dtype=np.float32)
