"""The drawing sheet: what is drawn, and what a trained network makes of it."""

import base64
import binascii

import streamlit as st

from cnnviz.components import Drawing, Prediction, drawing
from cnnviz.data import images
from cnnviz.errors import DataError, RunError
from cnnviz.explain import checkpoints
from cnnviz.store import upkeep
from cnnviz.train import runs
from cnnviz.ui import cache, fields, labels, runs_words, state, warm
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

MOST_CLASSES = 30
"""Bars that stand below one another and can still be read."""


def choose_checkpoint() -> str:
    """Show the trained networks that there are and return the chosen one's name.

    Raises:
        RunError: if there is none (a clone without its weights).
    """
    trained = sorted(checkpoints.of_runs(), key=_is_trial)  # a search's trials last
    names = [*checkpoints.shipped(), *checkpoints.imported(), *trained]
    if not names:
        raise RunError("there is no trained network yet: train one, then come back")
    state.keep_among(fields.CHECKPOINT, names)
    return str(
        st.selectbox(_("Trained network"), names, format_func=_title, **state.widget(fields.CHECKPOINT))
    )


@st.fragment
def show(checkpoint: str) -> None:
    """Show the sheet with the network's answer to what is drawn on it."""
    drawn: Drawing | None = state.get(fields.DRAWING)
    prediction, picture = None, None
    if drawn:
        with guard():
            prediction, picture = _ask(checkpoint, drawn)
    drawing(
        labels.drawing(), key="sheet", strokes=drawn.strokes if drawn else [], prediction=prediction, picture=picture,
        on_change=lambda new: state.put(fields.DRAWING, new),
    )  # fmt: skip


def card(checkpoint: str) -> None:
    """Show how a checkpoint was made and what it scores.

    Raises:
        RunError: if the sheet cannot show what it answers.
    """
    warm.wait()
    with st.spinner(_("Loading the network…")):
        known = cache.predictor(checkpoints.path_of(checkpoint)).checkpoint
    if len(known.classes) > MOST_CLASSES:
        raise RunError(
            "this network tells {count} classes apart; the drawing sheet has room for {most}",
            count=len(known.classes), most=MOST_CLASSES,
        )  # fmt: skip
    accuracy = known.card.get("test_accuracy")
    facts = [f"**{known.network.name}**"]
    if "imported" in known.card:
        facts.append(_("weights from {file}").format(file=known.card["imported"]))
        if fresh := known.card.get("fresh"):
            facts.append(_("{count} tensors still untrained").format(count=fresh))
    else:
        facts.append(_("trained on {dataset}").format(dataset=labels.dataset(known.dataset)))
    if isinstance(accuracy, float):
        facts.append(_("{percent} right on the test pictures").format(percent=f"{100 * accuracy:.2f} %"))
    st.caption(" · ".join(facts))


def _ask(checkpoint: str, drawn: Drawing) -> tuple[Prediction | None, list[float] | None]:
    warm.wait()
    predictor = cache.predictor(checkpoints.path_of(checkpoint))
    try:
        grey = images.decode(base64.b64decode(drawn.png, validate=True), "drawing.png")
        picture, answer = predictor.read(grey)
    except (DataError, binascii.Error):
        return None, None  # a dot too faint to be ink: as good as nothing drawn
    classes = [_(name) for name in predictor.checkpoint.classes]
    return Prediction(answer.digit, answer.probabilities, classes), picture.ravel().tolist()


def _title(name: str) -> str:
    if name in checkpoints.shipped():
        title = {"digit_recognizer": "DigitRecognizer", "lenet": "LeNet (ReLU, max pooling)"}.get(name, name)
        return _("{name}, shipped").format(name=title)
    if name in checkpoints.imported():
        return _("{name}, brought along").format(name=name)
    row = upkeep.record(runs.find(name))
    title = f"{row.about.name or row.network or name} · {runs_words.dataset(row.dataset)} · {name}"
    return _("{name} (trial of {search})").format(name=title, search=row.search) if row.search else title


def _is_trial(name: str) -> bool:
    return bool(upkeep.record(runs.find(name)).search)
