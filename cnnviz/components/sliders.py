"""Sliders that answer while they are dragged: ``st.slider`` sends its value only when it is let go."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypedDict

from cnnviz.components.mounting import remembered, renderer


@dataclass(frozen=True)
class Slider:
    """One slider with its number field.

    Attributes:
        name: what tells it from the others of its group.
        label: what it sets, translated.
        value: where it stands.
        least: its left end.
        most: its right end.
        step: distance between two values; on a logarithmic scale only whole or not matters.
        scale: ``"log"`` gives each power of ten the same length; the ends are positive then.
        help: a sentence below it, translated, or "".
    """

    name: str
    label: str
    value: float
    least: float
    most: float
    step: float = 1
    scale: Literal["linear", "log"] = "linear"
    help: str = ""


class SlidersLabels(TypedDict):
    """The group's visible texts besides the sliders' own, translated. The browser fills in names in braces."""

    number: str
    """{label}: type a number"""
    invalid_number: str
    """“{text}” is not a number, so {value} was kept."""


def sliders(
    group: Sequence[Slider],
    labels: SlidersLabels,
    key: str,
    on_change: Callable[[dict[str, float]], None] | None = None,
) -> None:
    """Show a group of sliders.

    The browser numbers its messages and is told the number of the latest one that arrived, so that an older answer
    never pulls a slider out of somebody's hand.

    Args:
        group: the sliders, from top to bottom.
        labels: visible texts.
        key: identity of the component; its state lives in the session under it.
        on_change: called before the next script run with the values that were moved, by their sliders' names, while
            they are moved; they are numbers, but not yet brought into any bounds.
    """

    def changed() -> None:
        values = received(remembered(key, "moved"))
        if values and on_change is not None:
            on_change(values)

    payload = {
        "sliders": [{k: v for k, v in asdict(each).items() if k not in {"label", "help"}} for each in group],
        "serial": _serial(remembered(key, "moved")),
        "labels": dict(labels)
        | {f"label:{each.name}": each.label for each in group}
        | {f"help:{each.name}": each.help for each in group if each.help},
    }
    renderer("sliders")(key=key, data=payload, default={"moved": None}, on_moved_change=changed)


def received(state: object) -> dict[str, float]:
    """Return the finite numbers that the browser sent, by their sliders' names."""
    values: Any = state.get("values") if isinstance(state, dict) else None
    if not isinstance(values, dict):
        return {}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }


def _serial(state: object) -> int:
    serial = state.get("serial") if isinstance(state, dict) else None
    return serial if isinstance(serial, int) else 0
