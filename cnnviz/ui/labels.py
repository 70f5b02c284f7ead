"""The visible texts of our browser components, and the names of data sets, in the language of this session."""

from cnnviz.components import (
    AdviceLabels,
    ChartLabels,
    CodeLabels,
    CurvesLabels,
    DiagramLabels,
    DrawingLabels,
    PanelsLabels,
    RowsLabels,
    SlidersLabels,
    StageLabels,
    WatchingLabels,
)
from cnnviz.components.saving import SavingLabels
from cnnviz.data import catalog
from cnnviz.ui.i18n import _


def duration(seconds: float) -> str:
    """Return how long something took, as people say it; below ten seconds with one decimal."""
    if seconds < 9.95:
        return _("{seconds} s").format(seconds=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    return _("{seconds} s").format(seconds=rest)


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
    """Return the texts of the live curves, besides those of their data."""
    return {
        **saving(),
        "step": _("Step"),
        "epoch": _("Epoch"),
        "time": _("Time"),
        "axis": _("Against"),
        "at_step": _("step {value}"),
        "at_epoch": _("epoch {value}"),
        "log": _("Log scale"),
        "smoothing": _("Smoothing"),
        "reset": _("Show all"),
        "empty": _("The curves appear as soon as the first steps are done."),
        "toggle": _("Show or hide: {name}"),
        "help": _("Point at a curve to read it. Drag to zoom, double-click to show all."),
        "keys": _("Arrow keys read the curves, plus and minus zoom, Escape shows all."),
    }


def watching() -> WatchingLabels:
    """Return the texts of a look inside a training, besides those of its data."""
    return {
        "answers": _("Watched pictures"),
        "answers_help": _("The same pictures all the time; none of them is learned from."),
        "right": _("{right} of {count} right"),
        "answer": _("{prediction}, {percent} sure"),
        "is_right": _("right"),
        "is_wrong": _("wrong, really {truth}"),
        "none": _("not asked yet"),
        "kernels": _("First layer: {shown} of {whole} kernels"),
        "kernels_help": _("Blue is negative, orange positive, up to {scale}."),
        "colours_help": _("Red, green and blue weights as colours; grey is zero, the ends are {scale}."),
        "kernel": _("kernel {kernel}, row {row}, column {column}: {value}"),
        "at_step": _("step {step}"),
        "cell": _("{layer}, step {step}: {value}"),
        "keys": _("{title}. Arrow keys read it."),
    }


def advice() -> AdviceLabels:
    """Return the texts of the doctor, besides what it says."""
    return {
        "doctor": _("Doctor"),
        "nothing": _("Nothing stands out so far."),
        "attempt": _("What to try"),
        "more": _("{count} more"),
        "error": _("Error"),
        "warning": _("Warning"),
        "advice": _("Advice"),
        "good": _("Good"),
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
    """Return the texts of the diagram, besides what stands in its boxes."""
    return {
        **saving(),
        "diagram": _("Diagram. Arrow keys go from box to box, Enter opens or closes a block."),
        "help": _(
            "Point at a box to see its arithmetic; click to choose it; click the head of a block to open or close it. Drag to move, Ctrl and the wheel to zoom."
        ),
        "input": _("Input"),
        "output": _("Output"),
        "params": _("Parameters"),
        "macs": _("Multiply-adds"),
        "path": _("Path"),
        "layer": _("Layer"),
        "few_layers": _("{count} layers"),
        "few_params": _("{count} parameters"),
        "few_macs": _("{count} multiply-adds"),
        "view": _("View"),
        "view_boxes": _("Boxes"),
        "view_perspective": _("Perspective"),
        "size_by": _("Size by"),
        "size_none": _("Nothing"),
        "size_channels": _("Channels"),
        "size_resolution": _("Resolution"),
        "rule_channels": _(
            "The width of a box grows with the square root of its output's channels; a vector has none."
        ),
        "rule_resolution": _(
            "The height of a box grows with the square root of its output's height or width, whichever is larger."
        ),
        "rule_params": _(
            "The area of a box grows with the square root of its parameters; the bar in it is its exact share of the whole."
        ),
        "rule_macs": _(
            "The area of a box grows with the square root of its multiply-adds; the bar in it is its exact share of the whole."
        ),
        "rule_floor": _("What would be narrower or lower than its words keeps their size."),
        "rule_perspective": _(
            "Height, width and depth of a slab grow with the square root of its output's height, width and channels; a vector is a bar."
        ),
        "few_channels": _("{count} channels"),
        "of_whole": _("{percent} of the whole"),
        "find": _("Find a layer"),
        "found": _("{number} of {count}"),
        "found_none": _("nothing found"),
        "find_next": _("Next match"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "zoom_fit": _("Fit"),
        "zoom_real": _("Real size"),
        "few_paths": _("{count} paths"),
        "not_reached": _("not reached"),
        "height": _("Height"),
        "width": _("Width"),
        "both": _("Height and width"),
        "size": _("Size"),
        "channels": _("Channels"),
        "code": "PyTorch",
        "field": _("Receptive field"),
        "field_size": _("{height}×{width} pixels of the input"),
        "field_middle": _(
            "The middle value of the output ({place}) sees rows {top} to {bottom} and columns {left} to {right}."
        ),
        "field_value": _(
            "Each value of the output sees rows {top} to {bottom} and columns {left} to {right}."
        ),
        "field_outside": _("Hatched: padding, outside the picture."),
        "share": _("Share"),
        "share_of": _("{what}: {percent} of the paths' sum"),
        "open_all": _("Open all"),
        "close_all": _("Close all"),
        "identity": _("unchanged"),
        "add": _("Add: value by value, so the shapes must be equal"),
        "concat": _("Concat: join along the channels, so the channels add up"),
        "convolution": _("Convolution"),
        "pooling": _("Pooling"),
        "activation": _("Activation"),
        "normalisation": _("Normalisation"),
        "linear": _("Linear"),
        "other": _("Other"),
    }


def rows() -> RowsLabels:
    """Return the texts of the table of layers."""
    return {
        **saving(),
        "rows": _("The layers in the order in which they run. Arrow keys choose one."),
        "filter": _("Filter the layers"),
        "reset": _("Reset"),
        "reset_help": _("All layers, in the order in which they run"),
        "all": _("{count} layers"),
        "some": _("{shown} of {count} layers"),
        "total": _("Total"),
        "share": _("{percent} of all: {what}"),
        "path": _("Layer"),
        "kind": _("Kind"),
        "input": _("Input"),
        "output": _("Output"),
        "params": _("Parameters"),
        "macs": _("Multiply-adds"),
        "memory": _("Output memory"),
        "memory_bytes": _("Output memory (bytes)"),
        "field": _("Receptive field"),
        "size_why": _("Why this size"),
        "params_why": _("Why so many parameters"),
        "macs_help": _("For one picture, convolution and linear layers; the bias is not counted."),
        "memory_help": _("The layer's output for one picture, four bytes a value (float32)."),
        "field_help": _("How many pixels of the input, height x width, one value of this layer sees."),
    }


def code() -> CodeLabels:
    """Return the texts of a source with numbered lines."""
    return {
        "code": _("PyTorch code. Arrow keys go from layer to layer."),
        "copy": _("Copy"),
        "copied": _("Copied"),
        "not_copied": _("The browser refused"),
        "download": _("Download"),
        "help": _("Click a line with an underlined number to choose the layer that it makes."),
        "line": _("Line {line}: {layers}"),
        "at": _("{path}: line {line}"),
        "one_of": _("{path}: line {line}, {which} of {count} that it makes; click again for the next"),
    }


def dataset(name: str) -> str:
    """Return what a data set is called; a folder by its path, an upload by its own name."""
    known = catalog.DATASETS.get(name)
    return _(known.title) if known else catalog.bare(name)


def augments() -> dict[str, str]:
    """Return what each kind of augmentation does, in the order of the form."""
    return {
        "flip": _("Mirror left and right"), "crop": _("Crop"), "shift": _("Shift by up to a sixteenth"), "rotate": _("Turn"),
        "colour": _("Brightness, contrast, colour"), "drawing": _("For drawings: shift, turn, scale, thickness"),
    }  # fmt: skip
