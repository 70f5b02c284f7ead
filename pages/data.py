"""Data: look at a data set before training on it."""

import streamlit as st

from cnnviz.ui import looking, shell
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Look before you train: what is in the pictures, how many there are of each class, and what becomes of them on "
        "their way into the network."
    )
)


@shell.live("data")
def stage() -> None:
    """Show the choices and what there is to see."""
    looking.show()


stage()
