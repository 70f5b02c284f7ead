"""The texts of the menu "Save" that components with a picture have; the menu itself is ``browser/saving.js``."""

from typing import TypedDict


class SavingLabels(TypedDict):
    """What the menu says, translated; the labels of a component that has it extend this."""

    save: str
    """Save"""
    save_png: str
    """Picture (PNG)"""
    save_svg: str
    """Drawing (SVG)"""
    save_csv: str
    """Numbers (CSV)"""
