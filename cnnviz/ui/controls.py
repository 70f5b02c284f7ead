"""Live sliders for fields: what is dragged is seen at once, not only when it is let go."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnnviz.components import Slider
from cnnviz.components import sliders as show
from cnnviz.ui import labels, state
from cnnviz.ui.field import Field


@dataclass(frozen=True, slots=True)
class Control:
    """One slider for one field.

    Attributes:
        field: what it sets, an int or a float.
        label: what it says, translated.
        least: the smallest value.
        most: the largest value.
        step: distance between values; if it and ``least`` are ints, so is the field.
        scale: ``"log"`` where powers of ten matter, such as learning rates; the bounds are positive then.
        help: a sentence below it, translated, or "".
    """

    field: Field[Any]
    label: str
    least: float
    most: float
    step: float = 1
    scale: Literal["linear", "log"] = "linear"
    help: str = ""

    def __post_init__(self) -> None:
        if self.most < self.least:
            raise ValueError(f"`most` (={self.most}) must be at least `least` (={self.least})")
        if self.scale == "log" and self.least <= 0:
            raise ValueError(f"`least` (={self.least}) must be positive on a logarithmic scale")

    def fitted(self, value: float) -> int | float:
        """Return the nearest value that the slider can have; between the steps of a float all values count."""
        value = min(max(value, self.least), self.most)
        if not (isinstance(self.least, int) and isinstance(self.step, int)):
            return float(value)
        steps = math.floor((value - self.least) / self.step + 0.5)
        return int(self.least + min(steps, (self.most - self.least) // self.step) * self.step)


def sliders(key: str, controls: Sequence[Control]) -> None:
    """Show live sliders; read their fields afterwards with ``state.get``.

    A field that a link or another choice left outside the bounds is brought inside before it is shown.

    Args:
        key: identity of the group on its page.
        controls: the sliders, from top to bottom.
    """
    named = {control.field.key: control for control in controls}
    for control in controls:
        state.put(control.field, control.fitted(state.get(control.field)))

    def take(values: dict[str, float]) -> None:
        for name, value in values.items():
            if name in named:
                state.put(named[name].field, named[name].fitted(value))

    group = [
        Slider(
            name, each.label, state.get(each.field), each.least, each.most, each.step, each.scale, each.help
        )
        for name, each in named.items()
    ]
    show(group, labels.sliders(), key=f"sliders:{key}", on_change=take)
