"""The visible texts of our browser components, and the names of data sets, in the language of this session."""

from cnnviz.components import (
    ChartLabels,
    CurvesLabels,
    DiagramLabels,
    DrawingLabels,
    PanelsLabels,
    SlidersLabels,
    StageLabels,
)
from cnnviz.components.saving import SavingLabels
from cnnviz.data import catalog
from cnnviz.ui.i18n import _


def stage() -> StageLabels:
    """Return the texts of the sliding-window stage."""
    return {
        "input": _("Input"),
        "kernel": _("Kernel"),
        "output": _("Output"),
        "choose_channel": _("{grid}: show channel {number}"),
        "input_help": _("Input. Arrow keys choose a cell, Enter pins it, typing a number changes it."),
        "output_help": _("Output. Arrow keys choose a cell, Enter pins it."),
        "kernel_cell": _("Kernel value, row {row}, column {column}"),
        "invalid_number": _("“{text}” is not a number, so {value} was kept."),
        "of_output": _("Output, {place}"),
        "of_input": _("Input, {place}"),
        "of_kernel": _("Kernel, {place}"),
        "of_padding": _("Padding, {place}"),
        "place": _("row {row}, column {column}"),
        "channel_place": _("channel {channel}, row {row}, column {column}"),
        "bias": _("bias {value}"),
        "so_far": _("= {value} so far, {done} of {count} terms"),
        "reaches": _("{value} goes into {count} outputs:"),
        "meets": _("{value} meets {count} inputs, one for each output that it adds to."),
        "unread": _("No window reads this cell."),
        "new_value": _("New value"),
        "pinned": _("Pinned: click again or press Escape to release"),
        "window": _("Around it in the input"),
        "around": _("Around it in the output"),
        "padding": _("padding"),
        "padding_lowest": _("padding, minus infinity"),
        "unused": _("not reached by any window"),
        "help": _("Point at any cell: what it is made of, or where it goes. Click to pin it."),
        "walk": _("Walk over the output"),
        "previous": _("One step back"),
        "next": _("One step on"),
        "play": _("Play"),
        "pause": _("Pause"),
        "scrub": _("Place in the walk"),
        "speed": _("Speed"),
        "terms": _("Term by term"),
        **saving(),
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


def sliders() -> SlidersLabels:
    """Return the texts of live sliders, besides their own."""
    return {
        "number": _("{label}: type a number"),
        "invalid_number": _("“{text}” is not a number, so {value} was kept."),
    }


def panels() -> PanelsLabels:
    """Return the texts of a row of panels, besides their own."""
    return {
        "help": _("Point at a number to see what it is made of and what it reaches; click to pin it."),
        "keys": _("{title}. Arrow keys choose a number, Enter pins it."),
        "pinned": _("Pinned: click again or press Escape to release"),
        "more": _("{count} more"),
        **saving(),
    }


def chart() -> ChartLabels:
    """Return the texts of a chart, besides those of its data."""
    return {
        **saving(),
        "step": _("step {step}"),
        "between": _("{low} to {high}"),
        "point": _("Point at the chart or use the arrow keys to read it."),
    }


def saving() -> SavingLabels:
    """Return the texts of the menu that saves a picture; part of the texts of the components that have it."""
    return {
        "save": _("Save"),
        "save_png": _("Picture (PNG)"),
        "save_svg": _("Drawing (SVG)"),
        "save_csv": _("Numbers (CSV)"),
    }


def diagram() -> DiagramLabels:
    """Return the texts of the diagram of nested boxes, besides what stands in its boxes."""
    return {
        **saving(),
        "diagram": _("Diagram. Arrow keys go from box to box, Enter opens or closes a block."),
        "help": _("Point at a box to see its arithmetic; click the head of a block to close or open it."),
        "input": _("Input"),
        "output": _("Output"),
        "params": _("Parameters"),
        "macs": _("Multiply-adds"),
        "path": _("Path"),
        "layer": _("Layer"),
        "few_layers": _("{count} layers"),
        "few_params": _("{count} parameters"),
        "few_macs": _("{count} multiply-adds"),
        "bars": _("Bars: share of"),
        "share": _("Share"),
        "share_of": _("{what}: {percent} of the paths' sum"),
        "open_all": _("Open all"),
        "close_all": _("Close all"),
        "identity": _("unchanged"),
        "whole": _("The whole block"),
        "add": _("Add: value by value, so the shapes must be equal"),
        "concat": _("Concat: join along the channels, so the channels add up"),
        "convolution": _("Convolution"),
        "pooling": _("Pooling"),
        "activation": _("Activation"),
        "normalisation": _("Normalisation"),
        "linear": _("Linear"),
        "other": _("Other"),
    }


def dataset(name: str) -> str:
    """Return what a data set is called; a folder by its path."""
    known = catalog.DATASETS.get(name)
    return _(known.title) if known else name.removeprefix(catalog.FOLDER)
