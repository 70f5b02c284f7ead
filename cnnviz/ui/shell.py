"""The frame of every page: title, language switch, navigation, link."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.language import LANGUAGES, N_
from cnnviz.ui import state, warm
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, current

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

ROOT = Path(__file__).resolve().parents[2]
ICON = ROOT / "cnnviz" / "content" / "icon.png"

HEADLINE = N_("See a convolutional network think")

# Streamlit leaves six rem above a page and large figures in a metric; on a phone both cost a screenful.
STYLE = """<style>
.stMainBlockContainer { padding-top: 4.25rem; padding-bottom: 3rem; }
[data-testid="stMetricValue"] { font-size: 1.6rem; }
[class*="_facts"] { row-gap: 0.5rem !important; }
@media (max-width: 640px) { .st-key-header h1 { font-size: 1.9rem; } }
</style>"""

PAGES = {
    "home": (N_("Home"), ":material/home:"),
    "convolution": (N_("Convolution"), ":material/grid_on:"),
    "networks": (N_("Networks"), ":material/account_tree:"),
    "train": (N_("Train"), ":material/model_training:"),
    "draw": (N_("Draw"), ":material/draw:"),
}


def page(name: str) -> "StreamlitPage":
    """Return a page by name, its title in the language of this session."""
    title, icon = PAGES[name]
    return st.Page(
        ROOT / "pages" / f"{name}.py", title=_(title), icon=icon, url_path=name, default=name == "home"
    )


def run() -> None:
    """Run one session's page; once the first one stands, the heavy modules are imported."""
    state.restore()
    st.set_page_config(page_title="cnnviz", page_icon=ICON, layout="wide")
    chosen = st.navigation([page(name) for name in PAGES], position="top")
    name = chosen.url_path or "home"
    state.publish(name)
    _header(HEADLINE if name == "home" else PAGES[name][0])
    if names := state.refused():
        st.warning(
            _("This link has settings that cannot be; they are at their defaults: {names}").format(
                names=", ".join(names)
            )
        )
    with guard():
        chosen.run()
    warm.start()


def _header(title: str) -> None:
    state.put(state.LANGUAGE, current())
    st.html(STYLE)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="header"
    ):
        st.title(_(title), width="stretch", anchor=False)
        st.segmented_control(
            _("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, required=True, width="content",
            label_visibility="collapsed", **state.widget(state.LANGUAGE),
        )  # fmt: skip
