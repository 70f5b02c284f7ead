"""The visible texts of the Results page's components, in the language of this session."""

from cnnviz.components import ConfusionLabels, ScrubberLabels, ThumbnailsLabels
from cnnviz.ui import labels
from cnnviz.ui.i18n import _


def confusion() -> ConfusionLabels:
    """Return the texts of the confusion matrix."""
    return {
        **labels.saving(),
        "truth": _("Truth"),
        "prediction": _("Prediction"),
        "counts": _("Counts"),
        "shares": _("Share of the row"),
        "right": _("right"),
        "wrong": _("wrong"),
        "ask": _("Point at a cell to read it; click to see its pictures."),
        "hit": _("{truth}: {count} of {whole} recognised, {share}"),
        "miss": _("{truth} taken for {prediction}: {count} of {whole}, {share}"),
        "keys": _("Confusion matrix. Arrow keys choose a cell, Enter shows its pictures."),
    }


def thumbnails() -> ThumbnailsLabels:
    """Return the texts of a grid of pictures."""
    return {
        "truth": _("really {truth}"),
        "tile": _("{prediction}, {percent} sure; really {truth}"),
        "number": _("Picture {number}"),
        "more": _("Show all {count}"),
        "gone": _("no picture"),
        "close": _("Close"),
    }


def scrubber() -> ScrubberLabels:
    """Return the texts of the epoch scrubber."""
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "epoch": _("Epoch {epoch} of {epochs}"),
        "right": _("{percent} of the validation pictures right"),
        "best": _("the best"),
        "open": _("Show this epoch above"),
        "kernels": _("First layer: {shown} of {whole} kernels"),
        "kernel": _("kernel {kernel}, row {row}, column {column}: {value}"),
        "kernels_help": _("Blue is negative, orange positive; one scale for all epochs."),
        "colour_help": _(
            "Red, green and blue laid over one another, grey is zero; one scale for all epochs."
        ),
        "matrix": _("Confusion on the validation pictures"),
        "truth": _("Truth"),
        "prediction": _("Prediction"),
        "cell": _("{truth} taken for {prediction}: {count}"),
        "answer": _("{prediction}, {percent} sure"),
        "really": _("really {truth}"),
        "handful": _("Watched pictures"),
        "ask": _("Point at a cell to read it."),
    }
