"""What a search has found: all trials as lines through their values, and which variable mattered."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from plotly import graph_objects as go

from cnnviz.search.searches import Trial
from cnnviz.search.space import Choice, Space

BLUE = "#3b7dd8"
SCALE = [[0.0, "#8494ab"], [0.5, "#5f9be6"], [0.85, "#e08a3c"], [1.0, "#c8371b"]]
"""From grey to red: what is good stands out on light and dark pages."""


def parallel(
    space: Space,
    trials: Sequence[Trial],
    *,
    title: Callable[[str], str],
    said: Callable[[str, Any], str],
    accuracy: str,
) -> Any:
    """Return one line a trial through the axes of its values to its validation accuracy in percent.

    A trial for which a variable does not matter (Adam's momentum) passes at the foot of that axis, which says so.

    Args:
        space: what was varied.
        trials: with an accuracy, at least one.
        title: what a variable is called.
        said: how a value of it is said.
        accuracy: the translated name of the last axis.
    """
    reached = [100 * (trial.accuracy or 0.0) for trial in trials]
    axes = [_axis(name, space[name], trials, title(name), said) for name in space]
    axes.append({"label": accuracy, "values": reached, "tickformat": ".4~g"})
    figure: Any = go.Figure(
        go.Parcoords(
            dimensions=axes, line={"color": reached, "colorscale": SCALE, "cmin": min(reached), "cmax": max(reached)},
            labelside="top", labelfont={"size": 13}, tickfont={"size": 11},
        )
    )  # fmt: skip
    figure.update_layout(height=340, margin={"l": 64, "r": 96, "t": 56, "b": 24})
    return figure


def importances(shares: Mapping[str, float], *, title: Callable[[str], str]) -> Any:
    """Return a bar for each variable's share of what made trials good, in percent.

    Args:
        shares: from 0 to 1, the largest first.
        title: what a variable is called.
    """
    figure: Any = go.Figure(
        go.Bar(
            y=[title(name) for name in shares], x=[100 * share for share in shares.values()], orientation="h",
            marker_color=BLUE, text=[f"{100 * share:.0f} %" for share in shares.values()], textposition="outside",
            cliponaxis=False, hovertemplate="%{y}: %{x:.1f} %<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(
        height=60 + 44 * len(shares), margin={"l": 0, "r": 48, "t": 8, "b": 8}, bargap=0.4,
        yaxis={"autorange": "reversed", "ticksuffix": "  "}, xaxis={"ticksuffix": " %", "rangemode": "tozero"},
    )  # fmt: skip
    return figure


def _axis(
    name: str, each: Any, trials: Sequence[Trial], title: str, said: Callable[[str, Any], str]
) -> dict[str, Any]:
    """Return an axis of the picture: numbers where they are, logarithmic ones by their powers, words one below another."""
    values = [trial.values.get(name) for trial in trials]
    if isinstance(each, Choice):
        words = [*each.values, *([None] if None in values else [])]
        return {
            "label": title, "values": [words.index(value) for value in values],
            "tickvals": list(range(len(words))), "ticktext": [said(name, word) for word in words],
            "range": [-0.2, max(len(words) - 1, 0) + 0.2],
        }  # fmt: skip
    lift: Callable[[float], float] = math.log10 if each.log else float
    low, high = lift(each.least), lift(each.most)
    foot = low - 0.12 * (high - low or 1)
    places = [foot if value is None else lift(float(value)) for value in values]
    ticks = [low + (high - low) * number / 4 for number in range(5)] if high > low else [low]
    texts = [said(name, _value(tick, each)) for tick in ticks]
    if None in values:
        ticks, texts = [foot, *ticks], [said(name, None), *texts]
    return {
        "label": title,
        "values": places,
        "tickvals": ticks,
        "ticktext": texts,
        "range": [min(ticks), high],
    }


def _value(tick: float, each: Any) -> float:
    value = 10**tick if each.log else tick
    return round(value) if each.whole else float(f"{value:.2g}")
