"""The arithmetic of an output size, as every page of a layer shows it."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.ui.i18n import _


def sides(formulas: Sequence[str]) -> tuple[str, ...]:
    """Return what each formula is about: height and width apart, or both at once where they agree."""
    return (_("Height"), _("Width")) if len(formulas) > 1 else (_("Height and width"),)


def show(formulas: Sequence[str], names: Sequence[str] = ()) -> None:
    """Show each formula behind its name; without names they are of height and width. None shows nothing."""
    for name, formula in zip(names or sides(formulas), formulas, strict=False):
        st.markdown(f"{name}: `{formula}`")
