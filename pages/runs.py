"""Runs: every training that was kept; open one, or compare several."""

import streamlit as st

from cnnviz.ui import runs, runs_compare, runs_one
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Every training is kept: what was trained, how it went, the weights. Tick one to open it, several to compare them."
    )
)

with guard():
    chosen = runs.show()
    if len(chosen) == 1:
        runs_one.show(chosen[0])
    elif chosen:
        runs_compare.show(chosen)
