"""Arrays become panels: the numbers of a layer, ready for ``cnnviz.components.panels``."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components import Grid, Link, Panel, panels
from cnnviz.ui import fields, labels, state

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


def show_panels(
    row: Sequence[Panel], links: Sequence[Link], key: str, *, hatched: str = "", start: str = ""
) -> None:
    """Show a row of panels whose pinned cell stands in the link of its page.

    Args:
        row: the panels.
        links: which cells belong together.
        key: identity of the row; small letters and underscores.
        hatched: what hatched cells are.
        start: the panel whose first cell is explained at first.
    """
    place, name, cell = (state.get(fields.PANELS_PINNED) or "..").split(".")

    def pin(at: tuple[str, int] | None) -> None:
        state.put(fields.PANELS_PINNED, f"{key}.{at[0]}.{at[1]}" if at else "")

    panels(
        row, links, labels.panels(), key, hatched=hatched, start=start,
        pinned=(name, int(cell)) if place == key else None, on_pin=pin,
    )  # fmt: skip
