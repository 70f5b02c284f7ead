"""Samples of a data set with their labels: a row for each class, or many of one class."""

import streamlit as st

from cnnviz.data import catalog
from cnnviz.ui import fields, looking_cache, looking_grid, state
from cnnviz.ui.field import Field
from cnnviz.ui.i18n import _
from cnnviz.ui.looking_grid import Tile
from cnnviz.ui.looking_subject import Subject

MOST_ROWS = 20
"""Classes that are shown in a row each; of more, pictures of any class are shown."""

IN_A_ROW, IN_ALL = 10, 60


def show(subject: Subject) -> None:
    """Show the choice of a class and pictures of it, as they are in the data set."""
    every = [-1, *range(len(subject.classes))]
    state.keep_among(fields.DATA_CLASS, every)
    with st.container(horizontal=True, vertical_alignment="bottom", key="data_sampling"):
        label = st.selectbox(
            _("Class"), every, format_func=lambda n: _("All classes") if n < 0 else subject.classes[n],
            width=260, **state.widget(fields.DATA_CLASS),
        )  # fmt: skip
        another(_("Another handful"), fields.DATA_HANDFUL)
    seed = state.get(fields.DATA_HANDFUL)
    if label >= 0:
        _tiles(subject, handful(subject, IN_ALL, seed, label), caption=False)
    elif len(subject.classes) > MOST_ROWS:
        _tiles(subject, handful(subject, IN_ALL, seed), caption=True)
    else:
        _rows(subject, seed)
    st.caption(_("Training pictures only: the test pictures are touched once, at the end of a training."))


def another(title: str, field: Field[int]) -> None:
    """Show the button that draws anew."""

    def follow() -> None:
        state.put(field, (state.get(field) + 1) % 10_000)

    st.button(title, icon=":material/casino:", key=f"widget:{field.key}_next", on_click=follow)


def handful(subject: Subject, count: int, seed: int, label: int | None = None) -> tuple[int, ...]:
    """Return some training pictures' numbers, chosen at random."""
    from cnnviz.data import looking  # noqa: PLC0415  (imports torch)

    return tuple(looking.handful(subject.dataset.train_y, count, seed, label))


def text(subject: Subject, number: int) -> str:
    """Return what a picture is called where somebody points at it."""
    label = int(subject.dataset.train_y[number])
    return _("{label}, picture {number}").format(label=subject.classes[label], number=number)


def side(subject: Subject) -> int:
    """Return how wide a picture is shown, in CSS pixels: small ones enlarged by a whole number."""
    if catalog.is_folder(subject.name):
        return 112
    longest = max(subject.dataset.shape[1:])
    return max(56 // longest, 1) * longest if longest <= looking_grid.SMALL else 112


def _tiles(subject: Subject, numbers: tuple[int, ...], *, caption: bool) -> None:
    sources = looking_cache.pictures(subject.key, numbers, original=True)
    labels = subject.dataset.train_y
    looking_grid.tiles(
        [
            Tile(source, text(subject, number), subject.classes[int(labels[number])] if caption else "")
            for source, number in zip(sources, numbers, strict=True)
        ],
        side=side(subject),
    )


def _rows(subject: Subject, seed: int) -> None:
    chosen = [handful(subject, IN_A_ROW, seed, label) for label in range(len(subject.classes))]
    sources = iter(
        looking_cache.pictures(subject.key, tuple(n for row in chosen for n in row), original=True)
    )
    looking_grid.rows(
        [
            (name, [Tile(next(sources), text(subject, number)) for number in row])
            for name, row in zip(subject.classes, chosen, strict=True)
        ],
        side=side(subject),
        narrow=6,
    )
