"""The pictures behind the answers: the mistakes that a network was surest of, or those of one cell."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.components import Pictures, Thumbnail, thumbnails
from cnnviz.errors import CnnvizError
from cnnviz.explain.evaluation import Answers, Evaluation
from cnnviz.ui import cache, fields, results_labels, runs_words, state, warm
from cnnviz.ui.i18n import _, sentence
from cnnviz.ui.results_subject import Subject

MOST = 60
"""Pictures that are shown of a cell, or of all mistakes."""

LIKELY = 5
"""Classes that are named for a picture that is shown large."""

LONGEST = 96
"""Pixels that a side of a picture may have on the way to the browser."""


def show(subject: Subject, answers: Answers, part: str) -> None:
    """Show the pictures of the chosen cell of the confusion matrix, or else the most confident mistakes."""
    cell = state.get(fields.RESULTS_CELL)
    if cell and max(cell) < len(subject.classes):
        truth, predicted = cell
        numbers = answers.cell(truth, predicted, MOST)
        count = int(answers.confusion()[truth, predicted])
        names = [runs_words.plain(subject.names[number]) for number in (truth, predicted)]
        text = (
            _("{truth}, recognised: {count}")
            if truth == predicted
            else _("{truth} taken for {prediction}: {count}")
        )
        title = text.format(truth=names[0], prediction=names[1], count=f"{count:,}")
    else:
        numbers, count = answers.mistakes(MOST), int((~answers.right).sum())
        title = _("The mistakes that it was surest of ({count} in all)").format(count=f"{count:,}")
    st.markdown(f"**{title}**")
    if cell:
        st.button(
            _("All mistakes"), icon=":material/arrow_back:", key="widget:results_all", on_click=_release
        )
    if not len(numbers):
        st.caption(_("No picture is here.") if cell else _("Every answer is right."))
        return
    shown, problem = pictures(subject, part, numbers.tolist())
    if problem:
        st.caption(problem)
    chosen = state.get(fields.RESULTS_PICTURE)
    thumbnails(
        [_thumbnail(answers, int(number)) for number in numbers], shown, subject.names, results_labels.thumbnails(),
        key="results", chosen=chosen if chosen in numbers else None,
        on_choose=lambda number: _chosen(part, number),
    )  # fmt: skip
    if count > len(numbers):
        st.caption(
            _("The {count} surest of {whole} are shown.").format(count=len(numbers), whole=f"{count:,}")
        )


def pictures(subject: Subject, part: str, numbers: Sequence[int]) -> tuple[Pictures | None, str]:
    """Return some pictures of a set, or None and the sentence that says why there are none.

    Args:
        subject: the run.
        part: "test" or "validation".
        numbers: their places in that set.
    """
    config = subject.row.config
    if config is None:
        return None, _("The run's config is damaged, so nobody knows its pictures.")
    warm.wait()
    try:
        with st.spinner(_("Loading the pictures…")):
            data = cache.dataset(config.dataset, config.network.input_shape)
    except CnnvizError as error:
        return None, _gone(error)
    from cnnviz.explain.pictures import pictures as read  # noqa: PLC0415  (torch)

    places: list[int] = list(numbers)
    truth: list[int] = []
    if part == "validation" and subject.kept:
        truth = subject.kept.labels[places].tolist()
        places = subject.kept.numbers[places].tolist()
    elif subject.tested:
        truth = subject.tested.labels[places].tolist()
    try:
        found = read(data, places, truth, test=part == "test", longest=LONGEST)
    except CnnvizError as error:
        return None, _gone(error)
    if found is None:
        return None, _("The data set has changed since this run: its pictures are not those that were asked.")
    _count, channels, height, width = found.shape
    return Pictures((channels, height, width), found.tobytes()), ""


def _gone(error: CnnvizError) -> str:
    return _("The pictures are gone, everything else is still here: {reason}").format(reason=sentence(error))


def _thumbnail(answers: Answers, number: int) -> Thumbnail:
    likely: list[tuple[int, float]] = []
    if isinstance(answers, Evaluation):
        row = answers.probabilities[number]
        likely = [(int(place), float(row[place])) for place in np.argsort(-row, kind="stable")[:LIKELY]]
    return Thumbnail(
        number, int(answers.labels[number]), int(answers.predicted[number]), float(answers.confidence[number]), likely
    )  # fmt: skip


def _chosen(part: str, number: int | None) -> None:
    """Remember the picture that is shown large; a validation picture is also followed through the epochs."""
    state.put(fields.RESULTS_PICTURE, -1 if number is None else number)
    if part == "validation" and number is not None:
        state.put(fields.RESULTS_FOLLOWED, number)


def _release() -> None:
    state.put(fields.RESULTS_CELL, ())
    state.put(fields.RESULTS_PICTURE, -1)
