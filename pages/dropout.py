"""Dropout: before, mask, after; whole channels or single values; training and evaluation."""

import streamlit as st

from cnnviz.ui import dropout, examples, shell
from cnnviz.ui.i18n import _

st.markdown(
    _("While a network trains, dropout sets random values to zero, so that no unit can rely on another one alone. Dropout drops single values, Dropout2d whole channels.")
)  # fmt: skip


@shell.live("dropout")
def stage() -> None:
    """What depends on the choices."""
    examples.show("dropout")
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        setting = dropout.choose()
    with picture:
        dropout.facts(setting)
        st.latex(
            r"\begin{gathered} y = \frac{m \cdot x}{1 - p} \\ P(m = 0) = p, \quad P(m = 1) = 1 - p \end{gathered}"
        )
        st.code(dropout.code(setting), language="python")
        dropout.show(setting)
        st.caption(
            _("The mask is random: numpy drew this one from the seed, PyTorch would draw another. With the same mask PyTorch gives the same numbers.")
            if setting.training
            else _("In evaluation the layer gives its input unchanged, as PyTorch does.")
        )  # fmt: skip
        if setting.training:
            dropout.average(setting)


stage()
