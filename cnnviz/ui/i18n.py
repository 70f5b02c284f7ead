"""The language of this session: its own choice, else the link, else the browser's."""

from collections.abc import Iterable

import streamlit as st

from cnnviz import language
from cnnviz.errors import CnnvizError
from cnnviz.train.events import Failed
from cnnviz.ui import fields, state


def current() -> str:
    """Return the language of this session."""
    return state.get(fields.LANGUAGE) or language.closest(st.context.locale)


def _(message: str) -> str:
    """Return a message in the language of this session."""
    return language.translate(message, current())


def sentence(error: CnnvizError) -> str:
    """Return an error's sentence in the language of this session."""
    said = language.sentence(error, current())
    return said if error.place else _begun(said)


def failure(failed: Failed) -> str:
    """Return why a run failed in the language of this session."""
    return _begun(language.render(failed.template, failed.values, current()))


def paragraph(sentences: Iterable[str]) -> str:
    """Return sentences one after the other; in Chinese the full stop is its own space."""
    return ("" if current() == "zh" else " ").join(sentences)


def _begun(text: str) -> str:
    """Return a sentence as a page begins it; on the command line it follows other words."""
    return text[:1].upper() + text[1:]
