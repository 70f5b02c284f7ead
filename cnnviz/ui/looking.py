"""The Data page: a data set is chosen, looked at from five sides, and taken along to the training."""

from collections.abc import Callable
from dataclasses import fields as fields_of
from typing import Any

import streamlit as st

from cnnviz.data import catalog
from cnnviz.errors import CnnvizError
from cnnviz.shapes import say
from cnnviz.spec import Network
from cnnviz.train.config import TrainConfig, suggested
from cnnviz.ui import (
    data_choice,
    fields,
    looking_cache,
    looking_changes,
    looking_numbers,
    looking_samples,
    network,
    shell,
    state,
    training,
    warm,
)
from cnnviz.ui.field import Field
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _
from cnnviz.ui.looking_subject import Subject

STYLE = """<style>
@media (max-width: 640px) {
  .st-key-data_facts { column-gap: 1.25rem !important; }
  .st-key-data_facts [data-testid="stMetricValue"] { font-size: 1.25rem; }
  .st-key-widget-augment [role="toolbar"] { flex-wrap: wrap; }
}
</style>"""

VIEWS: dict[str, Callable[[Subject], None]] = {
    "samples": looking_samples.show,
    "classes": looking_numbers.classes,
    "pixels": looking_numbers.pixels,
    "augment": looking_changes.augmentation,
    "input": looking_changes.fitted,
}


def show() -> None:
    """Show the choices on the left, and what there is to see on the right."""
    st.html(STYLE)
    choices, view = st.columns([1, 2.4], gap="large")
    chosen: Network | None = None
    name = None
    with choices:
        with guard():
            name = data_choice.choose(_other, looking=True)
        with guard(), st.expander(_("Network"), icon=":material/account_tree:", key="widget:data_network"):
            chosen = network.choose(training.forget_suggestions)
        if chosen:
            st.caption(
                _("{network} takes in {want}.").format(network=chosen.name, want=say(chosen.input_shape))
            )
        if st.button(_("Train with these"), icon=":material/model_training:", key="widget:data_train", disabled=not (name and chosen), width="stretch"):  # fmt: skip
            st.switch_page(shell.page("train"))
    with view, guard():
        if name is None or chosen is None:
            st.info(
                _("Choose a data set that is on this machine: its pictures appear here."),
                icon=":material/database:",
            )
            return
        subject = _subject(name, chosen)
        _facts(subject)
        titles = {
            "samples": _("Samples"), "classes": _("Classes and split"), "pixels": _("Pixels"), "augment": _("Augmentation"),
            "input": _("Network's input"),
        }  # fmt: skip
        seen = st.segmented_control(
            _("Look at"), list(titles), format_func=titles.__getitem__, required=True, label_visibility="collapsed",
            **state.widget(fields.DATA_VIEW),
        )  # fmt: skip
        with st.spinner(_("Looking at the pictures…"), show_time=False):
            VIEWS[seen or "samples"](subject)


def _subject(name: str, chosen: Network) -> Subject:
    warm.wait()
    with st.spinner(_("Reading the pictures…")):
        key = looking_cache.known(name, chosen.input_shape)
        dataset = looking_cache.dataset(key)
    try:
        best = suggested(chosen, name)
    except CnnvizError:  # the network has another number of scores; the view of its input says so
        best = None

    def setting(field: Field[Any]) -> Any:
        value = state.get(field)
        return value if value is not None else getattr(best, field.key) if best else PLAIN[field.key]

    return Subject(
        name, key, dataset, chosen, tuple(_(each) for each in dataset.classes) if name in catalog.DATASETS else dataset.classes,
        float(setting(fields.VALIDATION)), int(setting(fields.SEED)), tuple(setting(fields.AUGMENT)),
    )  # fmt: skip


PLAIN = {entry.name: entry.default for entry in fields_of(TrainConfig)}


def _facts(subject: Subject) -> None:
    data = subject.dataset
    channels, height, width = data.shape
    sizes = looking_cache.sizes(subject.key)
    size = f"{height} × {width}"
    if sizes:
        (low, high) = sizes
        size = _said(low) if low == high else f"{_said(low)} – {_said(high)}"
    with st.container(horizontal=True, gap="large", key="data_facts"):
        st.metric(_("To train"), f"{len(data.train_y):,}", width="content")
        st.metric(_("To test"), f"{len(data.test_y):,}", width="content")
        st.metric(_("Classes"), len(data.classes), width="content")
        st.metric(
            _("Size"), size, width="content",
            help=_("Height × width of the pictures; of a folder the smallest and the largest of some."),
        )  # fmt: skip
        if sizes is None:
            st.metric(_("Channels"), _("1 (grey)") if channels == 1 else f"{channels}", width="content")
        else:
            st.metric(
                _("Read as"),
                say((channels, height, width)),
                width="content",
                help=_("What the network takes in."),
            )


def _said(size: tuple[int, int]) -> str:
    width, height = size
    return f"{height} × {width}"


def _other() -> None:
    """Another data set has other classes and asks for other numbers."""
    state.put(fields.DATA_CLASS, fields.DATA_CLASS.default)
    training.forget_suggestions()
