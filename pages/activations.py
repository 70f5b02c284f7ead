"""Activations: ReLU, Sigmoid, Tanh and GELU with their gradients, and why sigmoids let gradients vanish."""

import streamlit as st

from cnnviz.ui import activations, examples, shell
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Without an activation between them, two layers of sums are one layer of sums. "
        "Drag x and read f(x); its gradient f′(x) is what training goes back by."
    )
)


@shell.live("activations")
def stage() -> None:
    """Everything that follows the controls."""
    examples.show("activations")
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        name = activations.choose()
    with picture:
        activations.facts(name)
        activations.formula(name)
        activations.curves(name)
        st.subheader(_("Why sigmoids let gradients vanish"), anchor=False)
        st.markdown(
            _(
                "On its way back through a layer the gradient is multiplied by f′. A sigmoid's f′ is at most 0.25, so "
                "after n layers at most 0.25ⁿ is left, and where a sigmoid is flat, far less. ReLU's f′ is 1 wherever "
                "its input is positive: all of it is left. Here n layers stand one after the other, each with weight 1."
            )
        )
        activations.depth(name)


stage()
