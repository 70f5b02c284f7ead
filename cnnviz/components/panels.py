"""Panels: a row of linked grids of numbers that tells how one layer makes its output."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cnnviz.components.mounting import finite, remembered, renderer
from cnnviz.components.saving import SavingLabels
from cnnviz.components.stage import Grid

Sign = Literal["", "times", "plus", "minus", "equals", "arrow"]


@dataclass(frozen=True)
class Panel:
    """One grid of numbers.

    Attributes:
        name: its name among the panels; tests find it as ``panel-NAME``.
        title: what stands above it, translated.
        grid: its numbers.
        sign: what stands before it; of panels in one slot, the first one's counts.
        slot: panels with the same number stand below each other, such as the channels of a picture, and share one
            scale of colours; ``None`` for a slot of its own.
        channel: which channel of a picture this is; its cells are then called ``title [channel, row, column]``.
        scale: panels with the same name here share one scale of colours too, such as input and output.
        style: ``"grey"`` shows a picture in shades of grey; ``"diverging"`` any numbers around zero.
        row_labels: what stands beside the rows; empty, or one for each.
        column_labels: what stands above the columns; empty, or one for each.
        caption: what stands below it, translated.
        hatched: cells, row by row, that are hatched: dropped, padded, not used.
        sentence: the formula of one cell with its numbers in braces, such as ``"w·x + b = {terms} + {b} = {value}"``.
            ``{value}`` is the cell; ``{terms}`` its weighted taps as products, ``{sum}`` and ``{list}`` its other taps
            with plus signs or commas between them. Negative numbers but ``{value}`` stand in parentheses.
        numbers: the sentence's other numbers, by name: one for each cell, or one for all.
    """

    name: str
    title: str
    grid: Grid
    sign: Sign = ""
    slot: int | None = None
    channel: int | None = None
    scale: str = ""
    style: Literal["diverging", "grey"] = "diverging"
    row_labels: Sequence[str] = ()
    column_labels: Sequence[str] = ()
    caption: str = ""
    hatched: Sequence[int] = ()
    sentence: str = ""
    numbers: Mapping[str, float | Sequence[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes = {name: len(each) for name, each in self.numbers.items() if not isinstance(each, int | float)}
        wanted = dict.fromkeys(sizes, len(self.grid.values))
        for name, labels, count in (
            ("row_labels", self.row_labels, self.grid.rows),
            ("column_labels", self.column_labels, self.grid.cols),
        ):
            if labels:
                sizes[name], wanted[name] = len(labels), count
        for name, size in sizes.items():
            if size != wanted[name]:
                raise ValueError(f"`{name}` of {self.name} (length {size}) must have {wanted[name]}")

    def to_json(self) -> dict[str, Any]:
        """Return the panel as the browser reads it."""
        return {
            "name": self.name, "title": self.title, "grid": self.grid.to_json() | self._infinite(), "sign": self.sign,
            "slot": self.slot, "channel": self.channel, "scale": self.scale, "style": self.style,
            "row_labels": list(self.row_labels), "column_labels": list(self.column_labels),
            "caption": self.caption, "hatched": list(self.hatched), "sentence": self.sentence,
            "numbers": {
                name: _sent(values) if isinstance(values, int | float) else [_sent(v) for v in values]
                for name, values in self.numbers.items()
            },
        }  # fmt: skip

    def _infinite(self) -> dict[str, Any]:
        """Return the grid's values once more if some are infinite: a grid sends these as no numbers."""
        values = self.grid.values
        return {"values": [_sent(v) for v in values]} if any(map(math.isinf, values)) else {}


def _sent(value: float) -> float | str | None:
    """Return a number as the browser reads it; JSON knows neither infinity nor NaN."""
    return str(float(value)) if math.isinf(value) else finite(float(value))


@dataclass(frozen=True)
class Link:
    """What the cells of one panel are made of in another.

    Pointing at a cell of ``of`` shows its taps in ``source``; pointing at a cell of ``source`` shows every cell of
    ``of`` that it reaches.

    Attributes:
        of: name of the panel that is made.
        source: name of the panel that it is made of.
        taps: for each cell of ``of`` the cells of ``source``, counted row by row from 0.
        weights: for each of these what it is multiplied with; empty where nothing is.
    """

    of: str
    source: str
    taps: Sequence[Sequence[int]]
    weights: Sequence[Sequence[float]] = ()

    def __post_init__(self) -> None:
        if self.weights and [len(part) for part in self.weights] != [len(part) for part in self.taps]:
            raise ValueError(f"`weights` of {self.of} from {self.source} must be as many as `taps`")

    def to_json(self) -> dict[str, Any]:
        """Return the link as the browser reads it: where each cell's taps start, and all taps in one row."""
        starts = [0]
        for part in self.taps:
            starts.append(starts[-1] + len(part))
        return {
            "of": self.of,
            "source": self.source,
            "starts": starts,
            "cells": [cell for part in self.taps for cell in part],
            "weights": [float(weight) for part in self.weights for weight in part] if self.weights else None,
        }


def cell_by_cell(of: str, source: str, count: int) -> Link:
    """Return the link of two panels of one shape whose cells belong together one by one."""
    return Link(of, source, [[cell] for cell in range(count)])


def from_all(of: str, source: str, count: int, source_count: int) -> Link:
    """Return the link of ``count`` cells that are each made of all ``source_count`` cells, such as a mean."""
    return Link(of, source, [range(source_count)] * count)


class PanelsLabels(SavingLabels):
    """The panels' visible texts, translated. Names in braces are filled in by the browser."""

    help: str
    """Point at a number to see what it is made of and what it reaches; click to pin it."""
    keys: str
    """{title}. Arrow keys choose a number, Enter pins it."""
    pinned: str
    """Pinned: click again or press Escape to release"""
    more: str
    """{count} more"""


def panels(
    row: Sequence[Panel],
    links: Sequence[Link],
    labels: PanelsLabels,
    key: str,
    *,
    hatched: str = "",
    start: str = "",
    pinned: tuple[str, int] | None = None,
    on_pin: Callable[[tuple[str, int] | None], None] | None = None,
) -> None:
    """Show panels from left to right; where the page is narrow they wrap.

    Args:
        row: the panels.
        links: which cells belong together.
        labels: visible texts, from ``cnnviz.ui.labels.panels()``.
        key: identity of the component; the chosen cell stays as long as it does.
        hatched: what hatched cells are, translated, for the key below the panels.
        start: name of the panel whose first cell is explained at first; the last one with a sentence if "".
        pinned: the cell that is pinned at first: its panel's name, and which it is, counted row by row; None for none.
        on_pin: called when somebody pinned a cell or released it.

    Raises:
        ValueError: if a link names a panel or a cell that is not there.
    """  # fmt: skip
    cells = {panel.name: len(panel.grid.values) for panel in row}
    if len(cells) != len(row):
        raise ValueError("each panel needs a name of its own")
    for link in links:
        if link.of not in cells or link.source not in cells:
            raise ValueError(f"no panels are called {link.of} and {link.source}")
        if len(link.taps) != cells[link.of]:
            raise ValueError(f"{link.of} has {cells[link.of]} cells, not {len(link.taps)}")
        if any(not 0 <= cell < cells[link.source] for part in link.taps for cell in part):
            raise ValueError(f"{link.source} has {cells[link.source]} cells: not all taps are among them")

    def changed() -> None:
        at: tuple[str, int] | None = None
        match remembered(f"panels:{key}", "pinned"):
            case {"at": [str() as name, int() as cell]} if 0 <= cell < cells.get(name, 0):
                at = (name, cell)
        if on_pin is not None:
            on_pin(at)

    inside = pinned is not None and 0 <= pinned[1] < cells.get(pinned[0], 0)
    payload = {
        "pinned": list(pinned) if pinned and inside else None,
        "panels": [panel.to_json() for panel in row],
        "links": [link.to_json() for link in links],
        "labels": dict(labels),
        "hatched": hatched,
        "name": key,
        "start": start,
    }
    # A field of the session may have the same name.
    renderer("panels")(key=f"panels:{key}", data=payload, default={"pinned": None}, on_pinned_change=changed)
