"""Arrays become panels: the numbers of a layer, ready for ``cnnviz.components.panels``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components import Grid, Panel

Array = NDArray[np.float64]


def grid(values: Array) -> Grid:
    """Return a matrix, or a vector as one column, as a grid; rounded where a float's own noise begins."""
    table = values.reshape(-1, 1) if values.ndim == 1 else values
    rows, cols = table.shape
    return Grid(rows, cols, np.round(table, 10).ravel().tolist())


def panel(name: str, title: str, values: Array, **more: Any) -> Panel:
    """Return one matrix or vector as a panel."""
    return Panel(name, title, grid(values), **more)


def stack(name: str, title: str, x: Array, slot: int, **more: Any) -> list[Panel]:
    """Return a picture (C, H, W) as one slot of panels, called ``name0``, ``name1``, ...

    What is given besides as an array of the picture's shape is dealt out channel by channel.
    """
    dealt = more.pop("numbers", {})
    return [
        Panel(
            f"{name}{c}", title, grid(channel), slot=slot, channel=c, **more,
            numbers={key: each[c].ravel().tolist() if isinstance(each, np.ndarray) else each for key, each in dealt.items()},
        )
        for c, channel in enumerate(x)
    ]  # fmt: skip
