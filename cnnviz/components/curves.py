"""Live curves, drawn in place: any number of them, in plots that share their way to the right; the zoom stays.

    curves(
        [Plot("loss", _("Loss"), log=True), Plot("accuracy", _("Accuracy"), kind="share")],
        [Curve(run.name, "loss", [(1, 2.31), (2, 2.24)], clock=Clock(27, [(1, 0.1), (2, 0.2)]))],
        labels.curves(), key=f"compare_{names}",
    )

Curves of one name have one entry in the legend and one colour in all plots. Thin long curves before
(``cnnviz.train.history.thin``): whatever is given is sent each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnnviz.components.mounting import finite, renderer
from cnnviz.components.saving import SavingLabels

Points = Sequence[tuple[float, float]]
"""``[(step, value), ...]`` in order of the steps."""

Axis = Literal["step", "epoch", "time"]


@dataclass(frozen=True, slots=True)
class Clock:
    """What the steps of a run are in epochs and in seconds.

    Attributes:
        steps_per_epoch: 0 where it is not known: then there is no axis of epochs.
        seconds: ``[(step, seconds since the start), ...]`` in order of the steps, as many as one likes: between
            them time goes evenly. Empty where it is not known.
    """

    steps_per_epoch: int = 0
    seconds: Points = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of one plot.

    Attributes:
        name: what the legend calls it, translated; it has one colour in all plots.
        plot: name of the plot that it stands in.
        points: its values by step; NaN and infinity leave a gap.
        means: in place of ``points`` for smoothing, where those were thinned to their extremes.
        clock: the steps in epochs and seconds.
        dashed: drawn with a dashed line, such as validation.
        markers: a mark at each point, where they are few enough.
        smooth: whether it follows the slider "Smoothing".
        colour: number of a colour of the palette (0 blue, 1 orange, 2 green, 3 purple, ...); by default one that
            its name gives it.
        hidden: left out until somebody clicks it in the legend.
    """

    name: str
    plot: str
    points: Points
    means: Points = ()
    clock: Clock = Clock()
    dashed: bool = False
    markers: bool = False
    smooth: bool = True
    colour: int | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: its name for the curves, and what it is called, translated.

    Attributes:
        kind: "share" for values from 0 to 1, shown in percent.
        log: whether the switch "Log" changes it.
        wide: the plot has a row for itself; it may then be ``low``.
        low: half as high as the others.
    """

    name: str
    title: str
    kind: Literal["number", "share"] = "number"
    log: bool = False
    wide: bool = False
    low: bool = False


@dataclass(frozen=True, slots=True)
class CurveMark:
    """Something that happened at a step: an upright line with a few translated words; in all plots, or in one."""

    step: float
    text: str
    plot: str = ""
    clock: Clock = Clock()


class CurvesLabels(SavingLabels):
    """The visible texts besides those of the data, translated. Names in braces are filled in by the browser."""

    step: str
    """Step"""
    epoch: str
    """Epoch"""
    time: str
    """Time"""
    axis: str
    """Against"""
    at_step: str
    """step {value}"""
    at_epoch: str
    """epoch {value}"""
    log: str
    """Log scale"""
    smoothing: str
    """Smoothing"""
    reset: str
    """Show all"""
    empty: str
    """The curves appear as soon as the first steps are done."""
    toggle: str
    """Show or hide: {name}"""
    help: str
    """Point at a curve to read it. Drag to zoom, double-click to show all."""
    keys: str
    """Arrow keys read the curves, plus and minus zoom, Escape shows all."""


def curves(
    plots: Sequence[Plot],
    given: Sequence[Curve],
    labels: CurvesLabels,
    key: str,
    *,
    running: bool = False,
    marks: Sequence[CurveMark] = (),
    axis: Axis = "step",
    file: str = "curves",
) -> None:
    """Show some plots.

    Args:
        plots: in the order in which they stand.
        given: the curves; plots without any are left out.
        labels: visible texts.
        key: identity of the component; zoom and hidden curves stay as long as it does.
        running: whether more is to come.
        marks: what happened at some steps.
        axis: what goes to the right at first.
        file: what saved files are called, without their ending.
    """
    clocks: list[Clock] = []
    numbers: dict[int, int] = {}

    def number(clock: Clock) -> int:
        if id(clock) not in numbers:
            same = next((at for at, known in enumerate(clocks) if known == clock), None)
            numbers[id(clock)] = len(clocks) if same is None else same
            if same is None:
                clocks.append(clock)
        return numbers[id(clock)]

    payload: dict[str, Any] = {
        "plots": [
            {"name": each.name, "title": each.title, "kind": each.kind, "log": each.log, "wide": each.wide, "low": each.low}
            for each in plots
        ],
        "curves": [
            {
                "name": each.name, "plot": each.plot, "clock": number(each.clock), "dashed": each.dashed,
                "markers": each.markers, "smooth": each.smooth, "colour": each.colour, "hidden": each.hidden,
                "points": _plain(each.points), "means": _plain(each.means),
            }
            for each in given
        ],
        "marks": [
            {"step": each.step, "text": each.text, "plot": each.plot, "clock": number(each.clock)}
            for each in marks
        ],
        "running": running, "axis": axis, "file": file,
    }  # fmt: skip
    payload["clocks"] = [
        {"epoch": clock.steps_per_epoch, "seconds": _plain(clock.seconds)} for clock in clocks
    ]
    titles = [*(each.title for each in plots), *(each.name for each in given), *(each.text for each in marks)]
    payload["labels"] = dict(labels) | {f"data:{at}": text for at, text in enumerate(dict.fromkeys(titles))}
    renderer("curves")(key=key, data=payload)


def _plain(points: Points) -> list[float | None]:
    """Return the points as x, y, x, y, ... with as many digits as a screen can show; None leaves a gap."""
    flat: list[float | None] = []
    for x, y in points:
        flat += [float(f"{x:.8g}") if x % 1 else int(x), None if finite(y) is None else float(f"{y:.5g}")]
    return flat
