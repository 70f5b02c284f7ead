"""Several runs side by side: where their configs differ, what came of each, their curves over each other."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cnnviz.figures.scatter import Point, scatter
from cnnviz.store import export, upkeep
from cnnviz.store.differences import differences
from cnnviz.store.overview import Record
from cnnviz.train.run import ALIVE
from cnnviz.ui import fields, runs, runs_curves, runs_words, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _
from cnnviz.ui.runs_words import plain

Value = Callable[[Record], float | None]

SHORT, UNBROKEN, HYPHEN = 24, "\N{NO-BREAK SPACE}", "\N{NON-BREAKING HYPHEN}"

NARROW = 30
"""Times that the dearest run costs the cheapest, below which equal steps tell more than powers of ten."""

BEGINNING = frozenset({"network", "input", "dataset", "validation_fraction", "initialisation"})
"""Where one of these differs, the same seed gives other first weights, or another order and split."""

MOST_NAMES = 6
"""More names beside the points of a picture than these lie over each other: numbers stand there then."""


def show(rows: Sequence[Record]) -> None:
    """Show what was ticked in the list, side by side; the numbers before the runs are those of the curves."""
    with st.container(horizontal=True, vertical_alignment="center", key="runs_compare_head"):
        st.markdown("### " + _("{count} runs side by side").format(count=len(rows)), width="stretch")
        _actions(rows)
    _differences(rows)
    every = runs.EVERY if any(row.state in ALIVE for row in rows) else None
    st.fragment(_results, key="runs_results", run_every=every)(rows)
    runs_curves.show(rows, key="runs_compare_curves")
    _against(rows)


def _actions(rows: Sequence[Record]) -> None:
    st.download_button(
        _("Table (CSV)"), lambda: export.table(rows).encode(), "runs.csv", "text/csv", icon=":material/table:",
        key="runs_save_table", on_click="ignore",
    )  # fmt: skip
    done = [row for row in rows if row.state not in ALIVE]

    def delete() -> None:
        with guard():
            runs.delete(done)

    st.button(
        _("Delete {count}").format(count=len(done)), icon=":material/delete:", key="runs_delete_all", on_click=delete,
        disabled=not done, help=_("They go into the trash, and can be taken back."),
    )  # fmt: skip


def _differences(rows: Sequence[Record]) -> None:
    known = [row for row in rows if row.config]
    st.markdown("##### " + _("What differs"))
    if len(known) < len(rows):
        damaged = ", ".join(plain(row.title) for row in rows if not row.config)
        st.warning(_("The config of these cannot be read: {runs}").format(runs=damaged))
    if len(known) < 2:
        return
    changed = {change.name for row in known for change in row.changes}
    found = differences([row.config for row in known if row.config], changed)
    seeds = Counter(row.seed for row in known)
    if found.differing:
        columns: dict[str, list[str]] = {_("Run"): [_title(rows, row) for row in known]}
        for name, values in found.differing.items():
            cells = [
                _changed(row, name, _value(name, value)) for row, value in zip(known, values, strict=True)
            ]
            if name == "seed":
                same = _("same seed")
                cells = [f"{cell} :violet-badge[{same}]" if seeds[value] > 1 else cell for cell, value in zip(cells, values, strict=True)]  # fmt: skip
            columns[f"`{name}`"] = cells
        st.table(columns)
    else:
        st.markdown(_("Nothing: they were trained with the very same config."))
    if len(seeds) == 1:
        alike = BEGINNING.isdisjoint(name.partition(".")[0] for name in found.differing)
        said = _("All have the same seed, {seed}: the same first weights, order and split.") if alike else _("All have the same seed, {seed}.")  # fmt: skip
        st.caption(said.format(seed=known[0].seed))
    with st.expander(
        _("The same in all: {count} fields").format(count=len(found.same)), icon=":material/equal:"
    ):
        st.markdown(" · ".join(f"`{name}` {_value(name, value)}" for name, value in found.same.items()))


def _results(rows: Sequence[Record]) -> None:
    rows = [upkeep.record(row.run) for row in rows]  # newer than the list, where they live
    st.markdown("##### " + _("What came of it"))
    alike = len({row.dataset for row in rows}) == 1
    asked = rows if alike else []  # answers to other pictures are no better or worse
    through = [row for row in rows if row.state == "finished"]  # whoever fell at once was not fast
    measures: list[tuple[str, Value, Callable[[Any], str], bool, Sequence[Record]]] = [
        (_("Test accuracy"), lambda row: row.test_accuracy, runs_words.percent, True, asked),
        (_("Best validation"), lambda row: row.val_accuracy, runs_words.percent, True, asked),
        (_("Validation loss"), lambda row: row.val_loss, lambda loss: f"{loss:.4f}", False, asked),
        (_("Training accuracy"), lambda row: row.train_accuracy, runs_words.percent, True, asked),
        (_("Time"), lambda row: row.seconds, runs_words.lasted, False, through),
        (
            _("Samples per second"),
            lambda row: row.samples_per_second,
            lambda speed: f"{speed:,.0f}",
            True,
            rows,
        ),
        (_("Parameters"), lambda row: row.parameters, lambda count: f"{count:,}", False, rows),
    ]
    columns: dict[str, list[str]] = {
        _("Run"): [_title(rows, row) for row in rows],
        _("State"): [_badge(row) for row in rows],
        _("Epochs"): [_unbroken(f"{row.epochs} / {row.epochs_ahead}") for row in rows],
    }
    for name, value, say, high, compete in measures:
        values = [value(row) for row in rows]
        found = [each for each in map(value, compete) if each is not None and math.isfinite(each)]
        best = (max(found) if high else min(found)) if len(set(found)) > 1 else None
        said = [
            "–" if each is None else f"**{say(each)}** :green[★]" if each == best else say(each)
            for each in values
        ]
        columns[name] = list(map(_unbroken, said))
    st.table(columns)
    st.caption(
        _(
            "★ the best of its column: the highest accuracy and speed, the lowest loss and size, the shortest time of those that finished."
        )
    )
    if not alike:
        st.caption(
            _(
                "They were trained on different data sets: their accuracies and losses say nothing about which is better."
            )
        )


def _against(rows: Sequence[Record]) -> None:
    """Accuracy against what it cost: time, parameters or steps."""
    titles = {"seconds": _("Time (s)"), "parameters": _("Parameters"), "steps": _("Steps")}
    cost = str(
        st.segmented_control(
            _("Accuracy against"), list(titles), format_func=titles.__getitem__, required=True, **state.widget(fields.RUNS_COST)
        )
    )  # fmt: skip
    tested = all(row.test_accuracy is not None for row in rows)
    points = []
    for number, row in enumerate(rows, 1):
        share = row.test_accuracy if tested else row.val_accuracy
        paid = getattr(row, cost)
        if share is not None and paid:
            name = f"{number} {row.title}" if len(rows) <= MOST_NAMES else str(number)
            text = name.replace("&", "&amp;").replace("<", "&lt;")
            points.append(Point(text, row.network or "?", float(paid), share, share, share))
    if points:
        accuracy = _("Test accuracy") if tested else _("Best validation accuracy")
        figure = scatter(points, cost=titles[cost], accuracy=accuracy)
        paid = [point.cost for point in points]
        if max(paid) < NARROW * min(paid):  # a logarithmic axis would have one number on it
            figure.update_xaxes(type="linear", dtick=None, rangemode="tozero")
        st.plotly_chart(figure, key="runs_scatter", config={"displayModeBar": False})
    else:
        st.caption(_("The picture comes with the first validation."))


def _title(rows: Sequence[Record], row: Record) -> str:
    """The number and name of a run; a short name stays in one line, also on a phone."""
    name = plain(row.title)
    kept = _unbroken(name).replace(r"\-", HYPHEN) if len(row.title) <= SHORT else name
    number = [other.name for other in rows].index(row.name) + 1
    return f"**{number}**{UNBROKEN}{kept}"


def _unbroken(text: str) -> str:
    """Return a short text that stays in one line, also in the narrow columns of a phone."""
    return text.replace(" ", UNBROKEN)


def _badge(row: Record) -> str:
    name, colour, icon = runs_words.STATES[row.state]
    return f":{colour}-badge[{icon} {_(name)}]"


def _changed(row: Record, name: str, value: str) -> str:
    """Return a config's value with what somebody made of it while the run went on."""
    for change in row.changes:
        if change.name == name:
            value = _("{before}; {value} after step {step}").format(
                before=value, value=f"{change.value:g}", step=f"{change.step:,}"
            )
    return value


def _value(name: str, value: Any) -> str:
    """Return a config's value for a table in Markdown."""
    match value:
        case None:
            return "–"
        case True | False:
            return _("yes") if value else _("no")
        case float():
            return f"{value:g}"
        case tuple():
            return plain(", ".join(map(str, value))) or "–"
    return plain(runs_words.dataset(value) if name == "dataset" else str(value))
