"""What the Results page is about: a run, and what its folder has to say after (or during) the training."""

import contextlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.data import catalog
from cnnviz.errors import CnnvizError
from cnnviz.explain import epochs
from cnnviz.explain.epochs import Epoch, Validation
from cnnviz.explain.evaluation import Answers, Evaluation
from cnnviz.store import overview
from cnnviz.store.overview import Record
from cnnviz.train.events import Started, from_line
from cnnviz.train.history import EVENTS
from cnnviz.train.run import ALIVE, Run
from cnnviz.ui import cache, fields, runs_words, state
from cnnviz.ui.field import Field
from cnnviz.ui.i18n import _

BEGINNING = 1_000_000
"""Bytes of the event file in which its start is looked for."""


@dataclass(frozen=True)
class Subject:
    """One run and its answers.

    Attributes:
        row: its numbers. classes: the names of its classes, not translated.
        files: the files of its epochs. kept: its validation pictures.
        tested: its answers to the test pictures.
    """

    row: Record
    classes: tuple[str, ...]
    files: dict[int, Path]
    kept: Validation | None
    tested: Evaluation | None

    @property
    def run(self) -> Run:
        """The run itself."""
        return self.row.run

    @property
    def alive(self) -> bool:
        """Whether it still trains."""
        return self.row.state in ALIVE

    @cached_property
    def names(self) -> list[str]:
        """The names of the classes in the language of this session."""
        return [_(name) for name in self.classes]

    @property
    def best(self) -> int | None:
        """The number of the best epoch, where its answers are known."""
        best = self.row.best_epoch
        return best if best in self.files else None

    def epoch(self, number: int) -> Epoch | None:
        """Return what is known of an epoch."""
        return cache.epoch(self.files[number]) if number in self.files else None

    def answers(self, number: int) -> Answers | None:
        """Return the answers on the validation pictures after an epoch."""
        epoch = self.epoch(number)
        return epoch.answers(self.kept.labels, self.classes) if epoch and self.kept else None


def choose() -> Subject | None:
    """Show the menu of runs and return the chosen one; None where there is nothing to choose."""
    wanted = state.get(fields.RUN)
    rows = {row.name: row for row in overview.records() if row.epochs or row.name == wanted}
    if not rows:
        return None
    if wanted not in rows:
        if wanted:  # another run's numbers would be taken for those of the link
            st.warning(_("These runs are not here (any more): {runs}").format(runs=runs_words.plain(wanted)))
        state.put(fields.RUN, next(iter(rows)))
    titles = _titles(rows)
    st.selectbox(_("Run"), list(rows), format_func=titles.__getitem__, **state.widget(fields.RUN, forget))
    return of(rows[state.get(fields.RUN)])


def of(row: Record) -> Subject:
    """Return a run with what its folder says."""
    path = row.run.path
    files, kept = epochs.files(path), epochs.validation(path)
    classes = _classes(row)
    return Subject(row, classes, files, kept, _tested(path, classes))


def row_of(subject: Subject) -> Record:
    """Return the run's numbers as they are now."""
    return overview.record(subject.run)


def forget() -> None:
    """Another run has other pictures and epochs."""
    chosen: list[Field[Any]] = [
        fields.RESULTS_EPOCH, fields.RESULTS_CELL, fields.RESULTS_PICTURE, fields.RESULTS_FOLLOWED,
    ]  # fmt: skip
    for field in chosen:
        state.put(field, field.default)
    if state.get(fields.RESULTS_SET) == "test":  # it may have no answers to them yet
        state.put(fields.RESULTS_SET, "")


def _classes(row: Record) -> tuple[str, ...]:
    """Return the names of the classes; where the data set is gone, as the run wrote them down."""
    try:
        if row.config:
            return catalog.lookup(row.config.dataset).classes
    except CnnvizError:
        pass
    try:
        with (row.run.path / EVENTS).open("rb") as file:
            lines = file.read(BEGINNING).splitlines()
    except OSError:
        return ()
    for line in lines:
        with contextlib.suppress(ValueError):
            match from_line(line):
                case Started(classes=names):
                    return names
    return ()


def _tested(path: Path, classes: tuple[str, ...]) -> Evaluation | None:
    try:
        version = (path / epochs.TEST).stat().st_mtime_ns
    except OSError:
        return None
    return cache.tested(path, classes, version)


def _titles(rows: dict[str, Record]) -> dict[str, str]:
    """Return what each run is called in the menu; two that would be called the same keep their folders' names."""
    titles = {
        name: f"{runs_words.moment(row.created)} · {runs_words.title(row)}" for name, row in rows.items()
    }
    often = Counter(titles.values())
    return {name: title if often[title] == 1 else f"{title} · {name}" for name, title in titles.items()}
