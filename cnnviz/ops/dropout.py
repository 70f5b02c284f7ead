"""Dropout: some values become zero at random, the others grow so that the mean stays."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def keep_mask(shape: tuple[int, int, int], p: float, seed: int, *, whole_channels: bool) -> Array:
    """Return 1 for what is kept and 0 for what is dropped, each dropped with probability p.

    A seed draws the same numbers for every p, so that with a growing p dropped values stay dropped. They are numpy's:
    torch draws others.

    Args:
        shape: (C, H, W).
        p: probability of dropping, 0 to 1.
        seed: of the random numbers.
        whole_channels: whether a channel is kept or dropped as a whole, as ``nn.Dropout2d`` does; else each value is.

    Returns:
        (C, H, W) of zeros and ones.
    """
    mask: Array = _drawn(np.random.default_rng(seed), 1, shape, p, whole_channels)[0]
    return mask


def drop(x: Array, mask: Array, p: float) -> Array:
    """Return ``x * mask / (1 - p)``: what ``nn.Dropout`` makes of x while it trains, given its mask.

    With p = 1 everything is zero, as in torch.
    """
    return np.zeros_like(x) if p == 1 else x * mask / (1 - p)


def kept(shape: tuple[int, int, int], p: float, seed: int, draws: int, *, whole_channels: bool) -> Array:
    """Return in how many of so many draws each value was kept, (C, H, W); the first draw is that of ``keep_mask``."""
    counts: Array = _drawn(np.random.default_rng(seed), draws, shape, p, whole_channels).sum(axis=0)
    return counts


def _drawn(
    random: np.random.Generator, draws: int, shape: tuple[int, int, int], p: float, whole_channels: bool
) -> Array:
    places = (shape[0], 1, 1) if whole_channels else shape
    masks = (random.random((draws, *places)) >= p).astype(np.float64)
    return np.broadcast_to(masks, (draws, *shape)).copy()
