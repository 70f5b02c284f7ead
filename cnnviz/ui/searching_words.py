"""How the Search page says things: what varies, its values, how a trial stands."""

from typing import Any

from cnnviz.language import N_
from cnnviz.search.space import NO_AUGMENT, OPTION
from cnnviz.ui import network_options, settings
from cnnviz.ui.i18n import _

VALUES = {
    "adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop",
    "constant": N_("Constant"), "step": N_("Steps down"), "cosine": N_("Cosine"), "one_cycle": N_("One cycle"),
    NO_AUGMENT: N_("None"), "flip": N_("Mirror"), "crop": N_("Crop"), "shift": N_("Shift"), "rotate": N_("Turn"),
    "colour": N_("Colour"), "drawing": N_("For drawings"),
    "auto": N_("Automatic"), "torch": "PyTorch", "xavier": "Xavier", "kaiming": "Kaiming",
}  # fmt: skip

STATES = {
    "starting": (N_("starting"), "blue", ":material/hourglass_top:"),
    "running": (N_("running"), "blue", ":material/play_arrow:"),
    "finished": (N_("finished"), "green", ":material/check:"),
    "pruned": (N_("pruned"), "orange", ":material/content_cut:"),
    "stopped": (N_("stopped"), "gray", ":material/stop:"),
    "failed": (N_("failed"), "red", ":material/error:"),
}
"""State of a search or trial -> (what it is called, colour, icon)."""

SAMPLERS = {
    "tpe": N_("TPE: learns where good values are"),
    "random": N_("Random"),
    "grid": N_("Grid: all combinations"),
}
PRUNERS = {"median": N_("Those worse than the median"), "none": N_("None")}


def title(name: str) -> str:
    """Return what a variable is called."""
    if name.startswith(OPTION):
        return network_options.title(name.removeprefix(OPTION))
    return settings.title(name)


def said(name: str, value: Any) -> str:
    """Return a variable's value as people say it; a dash where it does not matter."""
    if value is None:
        return "–"
    if name.startswith(OPTION):
        return network_options.said(name.removeprefix(OPTION), value)
    if name == "augment":
        return " + ".join(_(VALUES.get(part, part)) for part in str(value).split("+"))
    if isinstance(value, float):
        return f"{value:.3g}"
    return _(VALUES[value]) if value in VALUES else str(value)


def percent(share: float | None) -> str:
    """Return a share from 0 to 1 in percent."""
    return "–" if share is None else f"{100 * share:.2f} %"


def state(name: str) -> str:
    """Return what a state is called."""
    return _(STATES[name][0])
