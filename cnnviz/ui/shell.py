"""The frame of every page: title, language switch, navigation, link."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.language import LANGUAGES, N_
from cnnviz.ui import fields, state, warm
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, current

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

ROOT = Path(__file__).resolve().parents[2]
ICON = ROOT / "cnnviz" / "content" / "icon.png"

HEADLINE = N_("See a convolutional network think")

# Streamlit leaves six rem above a page and large figures in a metric; on a phone both cost a screenful.
# What is said of a living run keeps its rows, however wide its figures grow: the curves below must not jump.
# Where a coding agent is installed Streamlit advertises its "skills" over the page, in English: not before a class.
STYLE = """<style>
.stSkillsNudge { display: none; }
.stMainBlockContainer { padding-top: 4.25rem; padding-bottom: 3rem; }
[data-testid="stMetricValue"] { font-size: 1.6rem; }
[class*="_facts"] { row-gap: 0.5rem !important; }
.st-key-run_facts { display: grid !important; grid-template-columns: repeat(3, auto); justify-content: start; }
@media (min-width: 1400px) { .st-key-run_facts { grid-template-columns: repeat(5, auto) minmax(8.5rem, auto); } }
@media (max-width: 640px) {
  .st-key-header h1 { font-size: 1.9rem; }
  .st-key-run_facts { grid-template-columns: repeat(2, 9.5rem); }
  .st-key-train_run [data-testid="stProgress"] p { min-height: 3.2em; }
}
</style>"""

LAYERS, NETWORKS, TRAINING = N_("Layers"), N_("Networks"), N_("Train and draw")

PAGES = {
    "home": (N_("Home"), ":material/home:", ""),
    "convolution": (N_("Convolution"), ":material/grid_on:", LAYERS),
    "pooling": (N_("Pooling"), ":material/compress:", LAYERS),
    "activations": (N_("Activations"), ":material/show_chart:", LAYERS),
    "batchnorm": (N_("Batch normalisation"), ":material/equalizer:", LAYERS),
    "dropout": (N_("Dropout"), ":material/blur_on:", LAYERS),
    "linear": (N_("Flatten and Linear"), ":material/view_week:", LAYERS),
    "softmax": (N_("Softmax and loss"), ":material/percent:", LAYERS),
    "interpolation": (N_("Interpolation"), ":material/zoom_out_map:", LAYERS),
    "dense": (N_("Linear or convolution?"), ":material/balance:", LAYERS),
    "learn": (N_("Learn a kernel"), ":material/school:", LAYERS),
    "blocks": (N_("Blocks"), ":material/dashboard:", NETWORKS),
    "networks": (N_("Networks"), ":material/account_tree:", NETWORKS),
    "build": (N_("Build"), ":material/construction:", NETWORKS),
    "compare": (N_("Compare"), ":material/compare_arrows:", NETWORKS),
    "weights": (N_("Load weights"), ":material/upload_file:", NETWORKS),
    "data": (N_("Data"), ":material/database:", TRAINING),
    "train": (N_("Train"), ":material/model_training:", TRAINING),
    "runs": (N_("Runs"), ":material/list:", TRAINING),
    "results": (N_("Results"), ":material/fact_check:", TRAINING),
    "search": (N_("Search"), ":material/travel_explore:", TRAINING),
    "draw": (N_("Draw"), ":material/draw:", TRAINING),
}
"""Name -> (title, icon, section of the navigation; "" for none)."""


def page(name: str) -> "StreamlitPage":
    """Return a page by name, its title in the language of this session."""
    title, icon, _section = PAGES[name]
    return st.Page(
        ROOT / "pages" / f"{name}.py", title=_(title), icon=icon, url_path=name, default=name == "home"
    )


def run() -> None:
    """Run one session's page; once the first one stands, the heavy modules are imported."""
    state.restore()
    st.set_page_config(page_title="cnnviz", page_icon=ICON, layout="wide")
    sections: dict[str, list[StreamlitPage]] = {}
    for name, (_title, _icon, section) in PAGES.items():
        sections.setdefault(_(section), []).append(page(name))
    chosen = st.navigation(sections, position="top")
    name = chosen.url_path or "home"
    state.restore(name)
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


def live(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Return the decorator for the living part of a page: its widgets run it alone, and its link follows."""

    def decorate(part: Callable[[], None]) -> Callable[[], None]:
        @st.fragment
        def run() -> None:
            state.publish(name)
            with guard():
                part()

        return run

    return decorate


def _header(title: str) -> None:
    state.put(fields.LANGUAGE, current())
    st.html(STYLE)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="header"
    ):
        st.title(_(title), width="stretch", anchor=False)
        st.segmented_control(
            _("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, required=True, width="content",
            label_visibility="collapsed", **state.widget(fields.LANGUAGE),
        )  # fmt: skip
