"""What does accuracy cost? Networks as points: cost to the right, accuracy upwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from plotly import graph_objects as go

COLOURS = ("#3b7dd8", "#e08a3c", "#3fa66b", "#b65fcf", "#d1495b", "#5b8c85")

NEAR = 0.4
"""So many powers of ten are as wide as a name."""


@dataclass(frozen=True, slots=True)
class Point:
    """One network in the picture.

    Attributes:
        name: what stands beside it.
        series: which points belong together, translated.
        cost: parameters or multiply-adds, above 0.
        accuracy: from 0 to 1.
        low: of the worst of several runs; ``accuracy`` where there is one.
        high: of the best.
        strong: whether it stands out from the others.
    """

    name: str
    series: str
    cost: float
    accuracy: float
    low: float
    high: float
    strong: bool = True


def scatter(points: Sequence[Point], *, cost: str, accuracy: str) -> Any:
    """Return accuracy in percent against cost, which grows tenfold with each mark; ranges as bars.

    Args:
        points: at least one.
        cost: the translated name of what goes to the right.
        accuracy: the translated name of what goes up.
    """
    figure: Any = go.Figure()
    for number, series in enumerate(dict.fromkeys(point.series for point in points)):
        part = [point for point in points if point.series == series]
        figure.add_scatter(
            name=series, mode="markers+text", x=[point.cost for point in part],
            y=[100 * point.accuracy for point in part], text=[f"<b>{point.name}</b>" if point.strong else point.name for point in part],
            textposition=[_side(point, points) for point in part], cliponaxis=False,
            marker={"size": 11, "color": COLOURS[number % len(COLOURS)], "symbol": ("circle", "diamond")[number % 2],
                "opacity": [1.0 if point.strong else 0.35 for point in part]},
            error_y={
                "type": "data", "symmetric": False, "thickness": 1, "width": 3,
                "array": [100 * (point.high - point.accuracy) for point in part],
                "arrayminus": [100 * (point.accuracy - point.low) for point in part],
            },
            hovertemplate=f"%{{text}}<br>{cost}: %{{x:,}}<br>{accuracy}: %{{y:.2f}} %<extra>{series}</extra>",
        )  # fmt: skip
    figure.update_layout(
        height=420, margin={"l": 0, "r": 24, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.04, "yanchor": "bottom", "x": 0},
        xaxis={"type": "log", "title": cost, "exponentformat": "SI", "dtick": 1},
        yaxis={"title": accuracy, "ticksuffix": " %"},
    )  # fmt: skip
    return figure


def _side(point: Point, points: Sequence[Point]) -> str:
    """A name stands to the right of its point, where no other point is near; else to the left."""
    near = any(0 < log10(other.cost / point.cost) < NEAR for other in points)
    rightmost = point.cost == max(other.cost for other in points)
    return "middle left" if near or rightmost else "middle right"
