"""Learn a kernel: gradient descent finds [1, -1] from a picture and its edges, or leaps away."""

import streamlit as st

from cnnviz.ui import examples, learning, shell, warm
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Nobody has to write kernels. Given a picture and its edges, gradient descent finds the kernel that turns one "
        "into the other, from a random beginning."
    )
)


@shell.live("learn")
def stage() -> None:
    """Everything that follows the controls."""
    warm.wait()
    examples.show("learn")
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        learning.choose()
    descent = learning.learn()
    with picture:
        learning.verdict(descent)
        st.code(learning.code(), language="python")
        loss, way = st.columns(2, gap="medium")
        with loss:
            learning.loss_curve(descent)
        with way:
            learning.way(descent)
        learning.why(descent)
        learning.picture(descent)


stage()
