"""Charts: lines, bars, points and paths that say their numbers where they are pointed at, and can be saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnnviz.components.mounting import finite, renderer
from cnnviz.components.saving import SavingLabels


@dataclass(frozen=True)
class Series:
    """One quantity of a chart.

    Attributes:
        name: what the legend calls it, translated; "" for not in the legend.
        x: where its values lie, ascending but for ``"path"``; for ``"bars"`` either the middles of the bars or, one
            more than values, their edges: then they join as in a histogram.
        y: its values; NaN and infinity leave a gap.
        kind: ``"step"`` keeps each value until the next x; ``"path"`` goes from point to point in the plane, and
            pointing reads its nearest point with its number, beginning at 0.
        dashed: drawn with a dashed line, such as a gradient beside its function.
        quiet: a grey line behind the others that pointing does not read, such as a contour.
        colour: which colour of the palette; by default the next one.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    kind: Literal["line", "bars", "points", "step", "path"] = "line"
    dashed: bool = False
    quiet: bool = False
    colour: int | None = None

    def __post_init__(self) -> None:
        more = len(self.x) - len(self.y)
        if more != 0 and not (more == 1 and self.kind == "bars"):
            raise ValueError(
                f"`x` (length {len(self.x)}) must be as long as `y` (length {len(self.y)}), or one longer for bars"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the series as the browser reads it."""
        return {
            "name": self.name, "x": _plain(self.x), "y": _plain(self.y), "kind": self.kind, "dashed": self.dashed,
            "quiet": self.quiet, "colour": self.colour,
        }  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """Something to notice: a point, or a line over the whole chart.

    Attributes:
        x: where; ``None`` for a line across at ``y``.
        y: where; ``None`` for a line upwards at ``x``.
        text: what it says, translated.
    """

    x: float | None = None
    y: float | None = None
    text: str = ""


@dataclass(frozen=True)
class ChartData:
    """One chart.

    Attributes:
        series: what it shows.
        x_title: what goes to the right, translated.
        y_title: what goes up, translated.
        x_range: left and right end; by default all of x.
        y_range: lower and upper end; by default all of y with some air.
        equal: one unit has the same length in both directions; the ranges grow to fit.
        marks: points and lines to notice.
        y_log: each power of ten gets the same height; values that are not positive leave a gap.
        x_log: each power of ten gets the same width; all of x must be positive.
        x_names: names for x = 0, 1, 2, ... instead of numbers.
    """

    series: Sequence[Series]
    x_title: str
    y_title: str
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    equal: bool = False
    marks: Sequence[Mark] = ()
    y_log: bool = False
    x_log: bool = False
    x_names: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the chart as the browser reads it."""
        return {
            "series": [each.to_json() for each in self.series],
            "x_title": self.x_title, "y_title": self.y_title, "x_range": self.x_range, "y_range": self.y_range,
            "equal": self.equal, "y_log": self.y_log, "x_log": self.x_log, "x_names": list(self.x_names),
            "marks": [{"x": mark.x, "y": mark.y, "text": mark.text} for mark in self.marks],
        }  # fmt: skip


class ChartLabels(SavingLabels):
    """The chart's visible texts besides those of its data, translated. The browser fills in names in braces."""

    step: str
    """step {step}"""
    between: str
    """{low} to {high}"""
    point: str
    """Point at the chart or use the arrow keys to read it."""


def chart(data: ChartData, labels: ChartLabels, key: str, height: int = 260) -> None:
    """Show a chart.

    Args:
        data: what it shows.
        labels: its own visible texts.
        key: identity of the component; saved files are named after it.
        height: CSS pixels, title, legend and axes included; a legend of several lines makes it higher.
    """
    texts = [
        data.x_title,
        data.y_title,
        *(s.name for s in data.series),
        *(m.text for m in data.marks),
        *data.x_names,
    ]
    payload = data.to_json() | {
        "key": key,
        "height": height,
        "labels": dict(labels) | {f"data:{number}": text for number, text in enumerate(texts) if text},
    }
    # A field of the session may have the same name.
    renderer("chart")(key=f"chart:{key}", data=payload)


def _plain(values: Sequence[float]) -> list[float | None]:
    """Return the numbers with as many digits as anybody reads."""
    return [None if finite(float(v)) is None else float(f"{v:.10g}") for v in values]
