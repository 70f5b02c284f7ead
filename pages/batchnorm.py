"""Batch normalisation: what a channel's numbers become in training and evaluation, and what the layer remembers."""

import streamlit as st

from cnnviz.errors import ShapeError
from cnnviz.ui import examples, normalisation, normalisation_view, shell
from cnnviz.ui.i18n import _, sentence

st.markdown(
    _(
        "Batch normalisation moves each channel to mean 0 and variance 1, then lets the network choose its own: γ and β. In training it measures the batch; in evaluation it uses what it gathered while it trained."
    )
)


@shell.live("batchnorm")
def stage() -> None:
    """Show the choices and what follows from them."""
    examples.show("batchnorm")
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        trial = normalisation.choose()
    with picture:
        normalisation_view.facts(trial)
        try:
            outcome = normalisation.run(trial)
        except ShapeError as error:
            st.code(normalisation.code(trial), language="python")
            st.warning(sentence(error), icon=":material/error:")
            st.markdown(
                _(
                    "A second sample is enough, and so is one picture. In evaluation, with no training step before, a single sample is no problem: nothing is measured then."
                )
            )
            return
        normalisation_view.formula(trial, outcome)
        st.code(normalisation.code(trial), language="python")
        normalisation_view.cells(trial, outcome)
        normalisation_view.histograms(trial, outcome)
        normalisation_view.running(trial, outcome)
        normalisation_view.inside(trial)


stage()
normalisation_view.from_scratch()
