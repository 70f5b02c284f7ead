"""The notes' examples of a page: buttons that set it, and what is to be seen."""

from urllib.parse import parse_qsl

import streamlit as st

from cnnviz.content import examples
from cnnviz.ui import state
from cnnviz.ui.i18n import _

# On a phone a dozen buttons would fill the screen: there they stand in one row that scrolls.
PHONE = """<style>
@media (max-width: 640px) {
  [class*="st-key-"][class*="_examples"] { flex-wrap: nowrap !important; overflow-x: auto; padding: 4px 4px 8px; margin: 0 -4px; }
  [class*="st-key-"][class*="_examples"] > * { flex: none !important; }
}
</style>"""


def show(page: str) -> None:
    """Show a button for each example of a page; while its settings stand, what is to be seen and any correction."""
    if not examples.of(page):
        return
    st.html(PHONE)
    st.caption(_("From the notes"))
    shown = None
    settings = state.settings(page, looks=False)  # where somebody looks in an example is no part of it
    with st.container(horizontal=True, gap="small", key=f"{page}_examples"):
        for number, example in enumerate(examples.of(page)):
            stands = settings == dict(parse_qsl(example.query, keep_blank_values=True))
            shown = example if stands else shown
            st.button(
                _(example.title), key=f"widget:{page}_example_{number}", type="primary" if stands else "secondary",
                on_click=state.apply, args=(page, example.query),
            )  # fmt: skip
    # A container of its own, also while it is empty: else all that follows would move by one place when the text comes
    # or goes, and Streamlit would mount it anew, under the hand that drags a slider.
    with st.container(key=f"{page}_example_text"):
        if shown:
            st.markdown(_(shown.text))
            if shown.correction:
                st.info(_(shown.correction), icon=":material/edit_note:")
