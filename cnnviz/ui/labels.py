"""The visible texts of our browser components, and the names of data sets, in the language of this session."""

from cnnviz.components import CurvesLabels, DrawingLabels, StageLabels
from cnnviz.data import catalog
from cnnviz.ui.i18n import _


def stage() -> StageLabels:
    """Return the texts of the convolution stage."""
    return {
        "input": _("Input"),
        "kernel": _("Kernel"),
        "output": _("Output"),
        "output_help": _("Output. Arrow keys choose a cell, Enter pins it."),
        "kernel_cell": _("Kernel value, row {row}, column {column}"),
        "invalid_number": _("“{text}” is not a number, so {value} was kept."),
        "sum": _("Output, row {row}, column {column}"),
        "bias": _("bias {value}"),
        "pinned": _("Pinned: click again or press Escape to release"),
        "window": _("Window × kernel"),
        "padding": _("padding, value 0"),
        "unused": _("not reached by any window"),
        "help": _("Point at an output cell to see its sum; click to pin it. Kernel values can be edited."),
        "walk": _("Walk over the output"),
        "previous": _("Previous cell"),
        "next": _("Next cell"),
        "play": _("Play"),
        "pause": _("Pause"),
    }


def drawing() -> DrawingLabels:
    """Return the texts of the drawing canvas."""
    return {
        "canvas": _("Drawing area. Arrow keys move the pen, Space puts it down and lifts it."),
        "brush": _("Brush"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "clear": _("Clear"),
        "help": _("Mouse, pen or finger. With the keyboard: arrow keys move, Space draws, Ctrl+Z undoes."),
        "prediction": _("Prediction"),
        "empty": _("Draw a digit from 0 to 9"),
        "waiting": _("Looking …"),
        "confidence": _("{percent} sure"),
        "input": _("What the network sees: 28×28 pixels, centred"),
        "pen_down": _("Pen down"),
        "pen_up": _("Pen up"),
    }


def curves() -> CurvesLabels:
    """Return the texts of the live curves."""
    return {
        "loss": _("Loss"),
        "accuracy": _("Accuracy"),
        "train": _("Training"),
        "val": _("Validation"),
        "x": _("Training step"),
        "step": _("step {step}"),
        "reset": _("Show all"),
        "running": _("live"),
        "empty": _("The curves appear as soon as the first steps are done."),
        "help": _("Point at a curve to read it. Drag to zoom, double-click to show all."),
    }


def dataset(name: str) -> str:
    """Return what a data set is called; a folder by its path."""
    known = catalog.DATASETS.get(name)
    return _(known.title) if known else name.removeprefix(catalog.FOLDER)
