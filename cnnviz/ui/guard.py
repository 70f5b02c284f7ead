"""The one place of the pages where our errors end: one sentence, nothing lost, never a traceback."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.ui.i18n import _, sentence

LOG = logging.getLogger("cnnviz")


@contextmanager
def guard() -> Iterator[None]:
    """Show our errors as a sentence where they happen; the rest of the page goes on."""
    try:
        yield
    except CnnvizError as error:
        st.error(sentence(error), icon=":material/error:")


def unexpected(error: Exception) -> bool:
    """Show any other error as a sentence and log it; the answer tells Streamlit that nothing more is to be shown."""
    LOG.error("a page failed", exc_info=error)
    st.error(
        _("Something went wrong on this page; your settings are kept. The server's log says what it was."),
        icon=":material/error:",
    )
    return True
