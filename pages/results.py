"""Results: what a network has learned, where it is wrong, and how it came to that."""

import streamlit as st

from cnnviz.ui import results, shell
from cnnviz.ui.i18n import _

st.markdown(
    _("Where the network is right, where it is wrong, and how sure it is: click into the matrix to see the pictures themselves, and scrub through the epochs to see how it came to that.")
)  # fmt: skip


@shell.live("results")
def answers() -> None:
    """Everything below the first sentence."""
    results.show()


answers()
