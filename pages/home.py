"""Home: what can be done here, and a first picture to touch."""

import streamlit as st

from cnnviz.components import stage
from cnnviz.ui import convolution, labels, shell
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Choose a kernel and watch the window slide. Take a network apart, layer by layer. Train it on this machine, "
        "draw a digit, and see that very network read it. Every number on the screen is the one that PyTorch computes."
    )
)

STEPS = {
    "convolution": _(
        "**Slide a window.** Kernel, padding, stride, dilation: point at any result to see its sum."
    ),
    "networks": _(
        "**Read a network.** Shapes, parameters, multiply-adds and the formula behind each, with its code."
    ),
    "train": _(
        "**Train it.** Pick data and device, press start, watch the curves grow. It survives a reload."
    ),
    "draw": _("**Draw a digit.** The network you trained tells what it sees, while you draw."),
}
for column, (name, text) in zip(st.columns(4), STEPS.items(), strict=True):
    with column.container(border=True, height="stretch", key=f"card_{name}"):
        st.markdown(text)
        st.page_link(shell.page(name))

st.subheader(_("Start here: one window, one sum"))
st.markdown(_("Point at a cell of the output. It is the window of the input times the kernel, summed."))
stage(convolution.first_example(), labels.stage(), key="home_stage")
