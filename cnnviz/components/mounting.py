"""How a component is registered, and numbers made fit for JSON."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


@cache
def renderer(name: str) -> ComponentRenderer:
    """Register the component ``name`` of ``browser/`` once and return what mounts it.

    Registered at its first use and not at import, so that importing the package needs no Streamlit runtime. What is
    mounted with a ``height`` has it until it is drawn, so that nothing below it jumps; then it is as tall as it is
    (``mount.js``).
    """
    return st.components.v2.component(f"cnnviz.{name}", js=f"{name}.js", css=f"{name}.css")


def finite(value: float) -> float | None:
    """Return the number, or ``None`` for NaN and infinity, which JSON does not know."""
    return value if math.isfinite(value) else None


def remembered(key: str, name: str) -> Any:
    """Return the state ``name`` that the component ``key`` sent last, or ``None``."""
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, dict) else None


def chosen(key: str, on_select: Callable[[str], None] | None) -> Callable[[], None]:
    """Return the callback for the state ``selected`` of the component ``key``: it hands on the path that was chosen."""

    def changed() -> None:
        match remembered(key, "selected"):
            case {"path": str() as path} if on_select is not None:
                on_select(path)

    return changed
