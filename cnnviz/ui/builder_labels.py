"""The visible texts of the builder's panel and of its findings, in the language of this session."""

from cnnviz.components import BuilderLabels, FindingsLabels
from cnnviz.spec import Branches, Node
from cnnviz.ui.i18n import _


def panel() -> BuilderLabels:
    """Return the texts of the side panel, besides those of the chosen node."""
    return {
        "undo": _("Undo"),
        "redo": _("Redo"),
        "undo_step": _("Undo: {step}"),
        "redo_step": _("Redo: {step}"),
        "insert": _("Insert"),
        "where": _("Where the new layer goes"),
        "network": _("Network"),
        "around": _("The blocks around this layer"),
        "do_up": _("Move up (Alt and arrow up)"),
        "do_down": _("Move down (Alt and arrow down)"),
        "do_enter_up": _("Move into the block above"),
        "do_enter_down": _("Move into the block below"),
        "do_duplicate": _("Duplicate"),
        "do_remove": _("Delete (Delete key)"),
        "wrap": _("Wrap in"),
        "do_residual": _("residual"),
        "do_branches": _("branches"),
        "do_block": _("block"),
        "do_dissolve": _("Dissolve this block"),
        "do_add_path": _("Add a path"),
        "height": _("{name}: height"),
        "width": _("{name}: width"),
        "apart": _("{name}: height and width apart"),
        "number": _("number"),
        "more": _("{name}: more"),
        "less": _("{name}: less"),
        "fit": _("Fit what follows by itself"),
        "fit_help": _(
            "After each change, in_channels, in_features and num_features of the layers that follow become what reaches them."
        ),
        "broken": _("{name} does not fit"),
        "fixes": _("Mend it:"),
        "keys": _("Ctrl+Z undoes, Ctrl+Shift+Z does it again; Delete removes the chosen layer."),
    }


def findings() -> FindingsLabels:
    """Return the texts of the figures and problems, besides their own."""
    return {"fixes": _("Mend it:"), "go": _("Choose {name}")}


def where(name: str, node: Node, *, whole: bool) -> str:
    """Return what a place beside or in a node is called; ``whole`` for the network itself."""
    match name, node:
        case "before", _:
            return _("Before")
        case "after", _:
            return _("After")
        case "inside", Branches():
            return _("New path")
        case "first", _:
            return _("At the start") if whole else _("Inside, first")
        case _:
            return _("At the end") if whole else _("Inside, last")
