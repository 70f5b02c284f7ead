"""Flatten and Linear: where each value of a picture goes, and what each output is made of."""

import streamlit as st

from cnnviz.ui import examples, linear, shell
from cnnviz.ui.i18n import _

st.markdown(
    _("Flatten lays the values of a picture into one row; Linear makes each output from all of them: every value times a weight of its own, summed, plus a bias.")
)  # fmt: skip


@shell.live("linear")
def stage() -> None:
    """What depends on the choices."""
    examples.show("linear")
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        setting = linear.choose()
    with picture:
        linear.facts(setting)
        st.latex(r"y = W x + b, \quad y_o = \sum_i W_{o,i} \, x_i + b_o")
        st.code(linear.code(setting), language="python")
        linear.show(setting)
        linear.count()


stage()
