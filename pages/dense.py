"""Linear or convolution: how many weights each needs, and what each does when a pattern moves."""

import streamlit as st

from cnnviz.ui import dense, examples, shell
from cnnviz.ui.i18n import _

st.markdown(
    _("A Linear layer gives every pixel a weight of its own for every unit. A convolution uses one small kernel everywhere: its weights do not depend on the picture's size, and what it has learned at one place it knows at all.")
)  # fmt: skip


@shell.live("dense")
def stage() -> None:
    """What depends on the choices."""
    examples.show("dense")
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        layers = dense.choose()
    with picture:
        dense.count(layers)
        st.code(dense.code(layers), language="python")
    st.subheader(_("The pattern moves"), anchor=False)
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        down, right = dense.move()
        dense.verdict(down, right)
    with picture:
        st.markdown(_("**A dense unit** whose weights are the pattern at its first place"))
        dense.show_unit(down, right)
        st.markdown(_("**A convolution** with the pattern as its kernel"))
        dense.show_convolution(down, right)


stage()
