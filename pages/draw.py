"""Draw: a digit on a canvas, and what a trained network sees in it."""

import streamlit as st

from cnnviz.ui import sheet
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

with guard():
    checkpoint = sheet.choose_checkpoint()
    sheet.card(checkpoint)
    sheet.show(checkpoint)
    st.markdown(
        _(
            "Your drawing is fitted into 20×20 pixels and its centre of mass is put into the middle of 28×28, "
            "the way MNIST was made. The network sees nothing but that small picture."
        )
    )
