"""Compare: two or more networks side by side; what each costs, and what it has reached."""

import streamlit as st

from cnnviz.ui import comparing, comparing_view, fields, shell, state
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Which network is worth its cost? Parameters fill the memory, multiply-adds take the time; neither says alone how well a network sees."
    )
)


@shell.live("compare")
def stage() -> None:
    """Show the networks beside each other."""
    chosen = comparing.choose()
    for sentence in chosen.refused:
        st.warning(sentence, icon=":material/error:")
    if chosen.least:
        st.button(
            _("Use a side of {side}").format(side=chosen.least), icon=":material/build:", key="widget:compare_side",
            on_click=state.put, args=(fields.COMPARE_SIZE, chosen.least),
        )  # fmt: skip
    found = chosen.found
    if not found and not chosen.refused:
        st.info(_("Choose networks above: the documented ones, your own, or finished trainings."), icon=":material/compare_arrows:")  # fmt: skip
    if not found:
        return
    comparing_view.relations(found)
    comparing_view.table(found, state.get(fields.COMPARE_BATCH))
    pictures, accuracy = st.tabs([_("Diagrams"), _("Accuracy against cost")], key="compare_tabs")
    with pictures:
        comparing_view.diagrams(found)
    with accuracy:
        comparing_view.results(found)


stage()
