"""What is varied in a documented network: its options as widgets, kept in link and session."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.errors import SpecError
from cnnviz.language import N_
from cnnviz.ui import fields, state
from cnnviz.ui.i18n import _
from cnnviz.zoo import TOO_SMALL, Entry, Option

TELLING = ("follow", "blocks", "growth_rate", "activation", "pooling", "size")
"""The options that say most about a network, first those of few networks; some of them stand beside its name."""

BESIDE = 3

TITLES = {
    "follow": N_("As in"),
    "blocks": N_("Blocks"),
    "growth_rate": N_("Growth rate"),
    "activation": N_("Activation"),
    "pooling": N_("Pooling"),
    "size": N_("Input side"),
    "channels": N_("Input channels"),
    "classes": N_("Classes"),
    "width": N_("Channel width"),
    "dropout": N_("Dropout"),
    "batch_norm": N_("Batch normalisation"),
}
HELPS = {
    "follow": N_(
        "Where sources differ: whose version of the network it is. d2l.ai is the book Dive into Deep Learning."
    ),
    "blocks": N_("For each block: how many convolutions, a hyphen, how many channels."),
    "growth_rate": N_("Channels that each layer adds."),
    "size": N_("Height and width of the picture in pixels; the linear layers follow."),
    "width": N_("Times the channels of every convolution."),
    "dropout": N_("Probability; 0 for none."),
    "batch_norm": N_("At each convolution."),
}


def choose(entry: Entry, after: Callable[[], None] | None = None) -> dict[str, Any]:
    """Show a network's options and return those that are not as documented.

    Args:
        entry: the network.
        after: called when an option changes.
    """
    options = entry.options
    _drop_unknown(options)
    defaults = entry.defaults(_changed(options))
    if "follow" in options:
        defaults["follow"] = next(iter(entry.sources))
    for name, default in defaults.items():
        if state.get(fields.OPTIONS[name]) == default:
            state.put(fields.OPTIONS[name], None)
    beside = [name for name in TELLING if name in options][:BESIDE]
    for name in beside:
        _ask(options[name], defaults[name], after)
    with st.popover(_("More options"), icon=":material/tune:", key="network_options"):
        for name in options:
            if name not in beside:
                _ask(options[name], defaults[name], after)
    return _changed(options)


def ways_back(
    options: dict[str, Any], problem: SpecError | None, after: Callable[[], None] | None = None
) -> None:
    """Offer the documented network again where something is changed, and the least size where it is too small.

    Args:
        options: those that are not as documented.
        problem: why they give no network, if they do not.
        after: called when one of the buttons is pressed.
    """
    if problem and problem.template == TOO_SMALL:
        least = problem.values["least"]
        st.button(
            _("Use a side of {side}").format(side=least), icon=":material/build:", key="widget:least_size",
            type="primary", on_click=_put, args=({"size": least}, after),
        )  # fmt: skip
    if options:
        st.button(
            _("Back to the original"), icon=":material/undo:", key="widget:original",
            on_click=_put, args=(dict.fromkeys(options), after),
        )  # fmt: skip


def too_small(problem: SpecError) -> str:
    """Return the sentence about too small a picture, which calls the option what its widget is called."""
    return _(
        "{field} {value} is too small: the convolutions and poolings of {network} need pictures of at least {least}x{least}."
    ).format(field=title("size"), **problem.values)


def keep_fitting(entry: Entry) -> None:
    """Forget what another network's options were where this one does not have them or cannot have such a value."""
    options = entry.options
    for name, field in fields.OPTIONS.items():
        # A table of blocks is the whole network: another one has its own.
        if name not in options or name == "blocks" or not _can_be(options[name], state.get(field)):
            state.put(field, None)


def title(name: str) -> str:
    """Return what an option is called."""
    return _(TITLES[name])


def said(name: str, value: Any) -> str:
    """Return an option's value as people say it."""
    match name, value:
        case "width", _:
            return f"×{value:g}"
        case "batch_norm", bool():
            return _("on") if value else _("off")
        case "dropout", float() | int():
            return f"{value:g}"
    names = {
        "relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "GELU", "avg": _("Average"), "max": _("Maximum"),
        "d2l": "d2l.ai", "paper": _("Paper"),
    }  # fmt: skip
    return names.get(value, str(value))


def _ask(option: Option, default: Any, after: Callable[[], None] | None) -> None:
    """Show one option; the field keeps None as long as the value is the network's own."""
    name, field = option.name, fields.OPTIONS[option.name]
    key = f"widget:{field.key}"
    value = state.get(field)
    st.session_state[key] = default if value is None else value

    def follow() -> None:
        chosen = st.session_state[key]
        state.put(field, None if chosen == default else chosen)
        if after:
            after()

    label, note = title(name), _(HELPS[name]) if name in HELPS else None
    match option.kind:
        case "choice":
            st.selectbox(
                label, option.choices, format_func=lambda choice: said(name, choice), help=note,
                key=key, on_change=follow,
            )  # fmt: skip
        case "flag":
            st.toggle(label, help=note, key=key, on_change=follow)
        case "table":
            st.text_input(label, help=note, max_chars=200, key=key, on_change=follow)
        case "integer":
            least = 1 if name == "size" else int(option.least)  # how small it may be depends on the others
            st.number_input(label, least, int(option.most), step=1, help=note, key=key, on_change=follow)  # fmt: skip
        case "number":
            st.session_state[key] = float(st.session_state[key])  # all numbers of a widget are of one type
            st.number_input(
                label, float(option.least), float(option.most), step=option.step, help=note, key=key,
                on_change=follow,
            )  # fmt: skip


def _changed(options: dict[str, Option]) -> dict[str, Any]:
    """The options that are not as documented, and the source that is followed where it is another one."""
    return {name: value for name in options if (value := state.get(fields.OPTIONS[name])) is not None}


def _drop_unknown(options: dict[str, Option]) -> None:
    """A link may name an option or choice that this network does not have; any other mistake is said."""
    for name, field in fields.OPTIONS.items():
        known = name in options and (
            options[name].kind != "choice" or _can_be(options[name], state.get(field))
        )
        if not known:
            state.put(field, None)


def _can_be(option: Option, value: Any) -> bool:
    try:
        option.check(value)
    except SpecError:
        return value is None
    return True


def _put(values: dict[str, Any], after: Callable[[], None] | None) -> None:
    for name, value in values.items():
        state.put(fields.OPTIONS[name], value)
    if after:
        after()
