"""The sliding window: what every value of a convolution's output is made of."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def cross_correlate(
    x: Array,
    kernel: Array,
    *,
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
    bias: float = 0.0,
) -> Array:
    """Return what ``torch.nn.functional.conv2d`` makes of one channel: window times kernel, summed, at each place.

    Walks over the kernel's weights, not over the places: each weight meets the input shifted by its own offset.

    Args:
        x: input (H, W).
        kernel: weights (kh, kw).
        stride: steps down and right between windows.
        padding: rows and columns of zeros on each side.
        dilation: distance between the kernel's weights.
        bias: added to every output.

    Returns:
        (H', W') with ``H' = floor((H + 2*padding - dilation*(kh-1) - 1) / stride) + 1``; at least 1x1. Whether the
        kernel fits, ``cnnviz.shapes.apply`` tells beforehand.
    """
    padded = np.pad(x, [(padding[0], padding[0]), (padding[1], padding[1])])
    rows = (padded.shape[0] - dilation[0] * (kernel.shape[0] - 1) - 1) // stride[0] + 1
    cols = (padded.shape[1] - dilation[1] * (kernel.shape[1] - 1) - 1) // stride[1] + 1
    out = np.full((rows, cols), bias, dtype=np.float64)
    for (i, j), weight in np.ndenumerate(kernel):
        top, left = i * dilation[0], j * dilation[1]
        out += weight * padded[top :: stride[0], left :: stride[1]][:rows, :cols]
    return out
