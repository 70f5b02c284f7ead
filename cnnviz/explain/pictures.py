"""The pictures behind answers: only those that are asked for, small enough to be sent, and surely the right ones."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.data.datasets import Dataset, fit


def pictures(
    dataset: Dataset, numbers: Sequence[int], truth: Sequence[int], *, test: bool, longest: int
) -> NDArray[np.uint8] | None:
    """Return some pictures of a data set; None where they do not show what they are said to show.

    Args:
        dataset: what they are taken from.
        numbers: their places in its test or training part.
        truth: the class of each, as it was when it was asked: a data set that has changed since gives itself away.
        test: whether the places are in the test part.
        longest: pixels that a side may have; larger pictures are made smaller.

    Returns:
        uint8 (N, C, H, W).

    Raises:
        DataError: if a picture cannot be read.
    """
    x, y = (dataset.test_x, dataset.test_y) if test else (dataset.train_x, dataset.train_y)
    places = torch.as_tensor(list(numbers), dtype=torch.int64)
    if not len(places) or not 0 <= int(places.min()) <= int(places.max()) < len(y):
        return None
    if y[places].tolist() != list(truth):
        return None
    found = x[places]
    channels, height, width = found.shape[1:]
    shrunk = min(1.0, longest / max(height, width))
    smaller = channels, max(1, round(height * shrunk)), max(1, round(width * shrunk))
    return np.ascontiguousarray(fit(found, smaller).numpy())
