"""Build: start empty or from any network; put in, move and change layers; see at once what follows and what is wrong."""

import streamlit as st

from cnnviz.ui import builder, builder_view, shell
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Choose a layer in the picture, change it at the side, put others beside it. Shapes, costs, problems and code follow at once; whatever you do can be undone."
    )
)
st.html(builder_view.STYLE)


@shell.live("build")
def stage() -> None:
    """Everything that follows from the network."""
    now = builder.history()
    builder_view.ways_in(now)
    seen, side = st.columns([1.5, 1], gap="medium")
    with seen:
        builder_view.found(now)
        builder_view.picture(now)
    with side, st.container(key="build_side"):
        builder_view.panel(now)
    builder_view.more(now)


stage()
