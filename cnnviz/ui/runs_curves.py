"""Curves of runs: of one, training beside validation; of several, each run in a colour, laid over each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from cnnviz.components import Clock, Curve, Plot, curves
from cnnviz.store.overview import Record
from cnnviz.train.history import EVENTS, Point, read, thin
from cnnviz.train.run import ALIVE
from cnnviz.ui import labels
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

EVERY = 2.0
"""Seconds after which the curves look again while a run lives."""

MEASURES = (("train", "loss"), ("val", "loss"), ("train", "accuracy"), ("val", "accuracy"))


@dataclass(frozen=True, slots=True)
class Lines:
    """A run's curves, thin enough to be drawn: "train loss" and so on -> points by step, and the clock."""

    points: dict[str, list[Point]]
    clock: Clock


def show(rows: Sequence[Record], key: str) -> None:
    """Show the loss and accuracy of runs; they grow while one of them lives."""
    alive = any(row.state in ALIVE for row in rows)

    def draw() -> None:
        with guard():
            # A run that ended a moment ago is shown to its end: the list runs the page again then.
            single = len(rows) == 1
            given = list(_single(rows[0]) if single else _several(rows))
            curves(
                _plots(single), given, labels.curves(), key=key, running=alive, axis="step" if single else "epoch",
                file=rows[0].name if single else "runs",
            )  # fmt: skip

    st.fragment(draw, key=f"{key}:fragment", run_every=EVERY if alive else None)()


def _plots(single: bool) -> list[Plot]:
    if single:
        return [Plot("loss", _("Loss"), log=True), Plot("accuracy", _("Accuracy"), kind="share")]
    return [
        Plot("train loss", _("Training loss"), log=True),
        Plot("val loss", _("Validation loss"), log=True),
        Plot("train accuracy", _("Training accuracy"), kind="share"),
        Plot("val accuracy", _("Validation accuracy"), kind="share"),
    ]


def _single(row: Record) -> Iterator[Curve]:
    lines = _lines(row)
    for part, name in MEASURES:
        seen = part == "val"
        yield Curve(
            _("Validation") if seen else _("Training"), name, lines.points[f"{part} {name}"], clock=lines.clock,
            colour=int(seen), dashed=seen, markers=seen, smooth=not seen,
        )  # fmt: skip


def _several(rows: Sequence[Record]) -> Iterator[Curve]:
    for number, row in enumerate(rows, 1):
        lines = _lines(row)
        for part, name in MEASURES:
            yield Curve(
                f"{number} {row.title}", f"{part} {name}", lines.points[f"{part} {name}"], clock=lines.clock,
                colour=number - 1, markers=part == "val", smooth=part == "train",
            )  # fmt: skip


def _lines(row: Record) -> Lines:
    try:
        found = (row.run.path / EVENTS).stat()
    except OSError:
        return _read(str(row.run.path), 0, 0)
    return _read(str(row.run.path), found.st_mtime_ns, found.st_size)


@st.cache_data(show_spinner=False, max_entries=100)
def _read(path: str, time: int, size: int) -> Lines:
    history = read(Path(path))
    clock = Clock(
        history.started.steps_per_epoch if history.started else 0, _thin(history.steps, history.seconds_at)
    )
    points = {
        "train loss": _thin(history.steps, history.loss),
        "train accuracy": _thin(history.steps, history.accuracy),
        "val loss": _thin(history.val_steps, history.val_loss),
        "val accuracy": _thin(history.val_steps, history.val_accuracy),
    }
    return Lines(points, clock)


def _thin(steps: Sequence[int], values: Sequence[float]) -> list[Point]:
    return thin([(float(step), value) for step, value in zip(steps, values, strict=False)])
