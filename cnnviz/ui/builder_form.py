"""The parameters of a node as the builder's panel shows them: which control each has, its bounds, what it means."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any, get_args, get_type_hints

from cnnviz.components import Entry
from cnnviz.language import N_
from cnnviz.spec import Layer, Network, tree
from cnnviz.spec.layers import PADDING_MODES, UPSAMPLE_MODES
from cnnviz.ui import fields as session
from cnnviz.ui import labels, state
from cnnviz.ui.i18n import _

HELP = {
    "in_channels": N_("Channels that come in: as many as the layer before gives."),
    "out_channels": N_("Kernels that are learned: each gives one channel of the output."),
    "kernel_size": N_("Height and width of the window."),
    "stride": N_("Steps from one window to the next: 2 halves height and width."),
    "padding": N_("Cells that are put around the picture on each side."),
    "dilation": N_("Distance between the cells of a window: 2 leaves one out."),
    "groups": N_("Parts that the channels are split into; each is convolved by itself."),
    "bias": N_("Whether a learned number is added to each output."),
    "padding_mode": N_("What stands in the padding."),
    "output_padding": N_("Rows and columns that are added at one side of the output."),
    "ceil_mode": N_("Whether a last window that is not full counts."),
    "count_include_pad": N_("Whether the padding's zeros count in the mean."),
    "output_size": N_("Height and width of the output, whatever comes in; 1 leaves one number a channel."),
    "num_features": N_("Channels (or features) that come in."),
    "eps": N_("Added to the variance, so that nothing is divided by 0."),
    "momentum": N_("Share of the newest batch in the running mean and variance."),
    "affine": N_("Whether scale and shift are learned."),
    "dim": N_("Dimension that is normalised; 0 is the batch, 1 the classes."),
    "p": N_("Probability that a value is set to 0 while training."),
    "start_dim": N_("First dimension that is laid out in the row; 0 is the batch."),
    "end_dim": N_("Last one; -1 is the very last."),
    "in_features": N_("Numbers that come in: channels times height times width after Flatten."),
    "out_features": N_("Numbers that go out; of the last layer one score a class."),
    "scale_factor": N_("How many times as high and wide the output is."),
    "mode": N_("How the new values are found."),
    "align_corners": N_("Whether the corner cells keep their values."),
    "name": N_("Its name in PyTorch; empty is its number."),
    "merge": N_("add: value by value, the shapes must be equal. concat: the channels side by side."),
    "block": N_("What its paper calls it, as a class name such as VGGBlock; empty for none."),
}

LEAST = {"padding": 0, "output_padding": 0, "dim": -8, "start_dim": -8, "end_dim": -8}
STEPS = {"p": 0.05, "momentum": 0.01, "eps": 1e-5}
CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("Conv2d", "padding_mode"): PADDING_MODES,
    ("Upsample", "mode"): UPSAMPLE_MODES,
    ("Branches", "merge"): ("add", "concat"),
}


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def entries(network: Network, path: str, typed: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the controls of a node.

    Args:
        network: that the node is in.
        path: its place; "" is the network itself, with its input and the data set that it is for.
        typed: values that were typed and cannot be: they are shown instead of the node's own.
    """
    if not path:
        return tuple(
            replace(each, value=typed[each.name], wrong=True) if each.name in typed else each
            for each in _of_network(network)
        )
    node = tree.node_at(network, path)
    names = [entry.name for entry in fields(node) if entry.name not in {"items", "paths", "name"}]
    return tuple(
        _entry(type(node), name, typed.get(name, getattr(node, name)), wrong=name in typed)
        for name in ["name", *names]
    )


def described(layer: Layer, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return all arguments of a layer with what was typed instead of its own."""
    own = {entry.name: getattr(layer, entry.name) for entry in fields(layer)}
    return own | dict(typed)


def _entry(kind: type, name: str, value: Any, *, wrong: bool) -> Entry:
    hint = _hints(kind)[name]
    parts = get_args(hint)
    text = _(HELP[name])
    words: tuple[tuple[Any, str], ...] = tuple(
        (word, word) for word in CHOICES.get((kind.__name__, name), ())
    )
    least = LEAST.get(name, 1)
    if name in {"name", "block"}:
        label = _("Name") if name == "name" else _("Block")
        return Entry(name, "text", value, label, text, wrong=wrong)
    if words:
        return Entry(name, "choice", value, help=text, words=words, wrong=wrong)
    if hint is bool:
        return Entry(name, "flag", value, help=text, wrong=wrong)
    if bool in parts:
        options = ((None, "None"), (True, "True"), (False, "False"))
        return Entry(name, "choice", value, help=text, words=options, wrong=wrong)
    if hint is int:
        return Entry(name, "integer", value, help=text, least=least, wrong=wrong)
    if hint is float:
        return Entry(name, "number", value, help=text, least=0, most=1, step=STEPS[name], wrong=wrong)
    if type(None) in parts:
        words = ((None, "= kernel_size"),)
    elif name == "padding" and kind.__name__ == "Conv2d":
        words = (("same", '"same"'), ("valid", '"valid"'))
    return Entry(name, "pair", value, help=text, least=least, words=words, wrong=wrong)


def _of_network(network: Network) -> tuple[Entry, ...]:
    channels, height, width = network.input_shape
    titles = [(name, labels.dataset(name)) for name in session.BUILD_DATASETS[:-1]]
    chosen = state.get(session.BUILD_DATASET)
    about = (
        Entry("name", "text", network.name, _("Name")),
        Entry(
            "dataset", "choice", chosen, _("Made for"), _("Sets the input, and how many scores the last layer must give."),
            words=(*titles, ("own", _("Other pictures"))),
        ),
        Entry("channels", "integer", channels, _("Channels of the input"), _("1 for grey pictures, 3 for colour."), 1),
        Entry("height", "integer", height, _("Height of the input"), least=1),
        Entry("width", "integer", width, _("Width of the input"), least=1),
    )  # fmt: skip
    if chosen != "own":
        return about
    return (
        *about,
        Entry(
            "classes",
            "integer",
            state.get(session.BUILD_CLASSES),
            _("Classes"),
            _("Scores that the last layer must give."),
            1,
        ),
    )
