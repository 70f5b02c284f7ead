"""Search: which values make a network good? Many trainings, chosen by what the earlier ones taught."""

import streamlit as st

from cnnviz.ui import searching, searching_view
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Which learning rate, which optimiser, how wide a network? A search tries many values, one training each, and compares them on the validation pictures."
    )
)
choices, view = st.columns([1, 1.9], gap="large")

with choices:
    config = None
    with guard():
        config = searching.choose()
    if st.button(_("Start"), icon=":material/play_arrow:", type="primary", disabled=config is None, key="widget:search_start", width="stretch"):  # fmt: skip
        with guard():
            assert config is not None
            searching.start(config)
            st.rerun()

with view:
    searching_view.show()
