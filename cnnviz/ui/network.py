"""Choosing a network: one of the zoo with its options, or an own one from a file. Shared by the pages."""

from collections.abc import Callable

import streamlit as st

from cnnviz import zoo
from cnnviz.errors import SpecError
from cnnviz.shapes import say
from cnnviz.spec import Network, from_json, from_link, to_json, to_link
from cnnviz.ui import fields, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

OWN = "own"

OPTIONS = {"activation": fields.ACTIVATION, "pooling": fields.POOLING}


def choose(after: Callable[[], None] | None = None) -> Network:
    """Show the menu of networks and return the chosen one; ``after`` is called when the choice changes."""
    own = _own()
    names = [*zoo.ZOO, *([OWN] if own else [])]
    state.keep_among(fields.NETWORK, names)
    with st.container(horizontal=True, vertical_alignment="bottom", key="network_choice"):
        name = st.selectbox(
            _("Network"),
            names,
            format_func=lambda name: _title(name, own),
            **state.widget(fields.NETWORK, after),
        )
        if name == OWN and own:
            return own
        entry = zoo.ZOO[name]
        chosen = {}
        for option, values in entry.options.items():
            field = OPTIONS[option]
            state.keep_among(field, list(values))
            chosen[option] = st.selectbox(
                _option_title(option), values, format_func=_value_title, **state.widget(field, after)
            )
    source = _("Source: {source}").format(source=entry.source)
    st.caption(f"{_(entry.about)}  \n{source}")
    return zoo.get(name, **chosen)


def upload() -> None:
    """Take in an own network from a JSON file, and offer none that is damaged."""
    file = st.file_uploader(
        _("An own network (JSON)"), type=["json"], key="widget:own_network_file", on_change=_take_in
    )
    if file is None:
        st.caption(_("Save one of the networks as JSON, change it in any editor, and open it here."))
    if refused := state.get(fields.OWN_NETWORK_ERROR):
        with guard():
            raise refused


def download(network: Network) -> None:
    """Offer the network as a JSON file."""
    st.download_button(
        _("Save as JSON"), to_json(network, indent=1), f"{network.name}.json", "application/json",
        icon=":material/download:", key="widget:save_network",
    )  # fmt: skip


def _take_in() -> None:
    file = st.session_state["widget:own_network_file"]
    state.put(fields.OWN_NETWORK_ERROR, None)
    if file is None:
        return
    try:
        network = from_json(file.getvalue().decode("utf-8", errors="replace"))
    except SpecError as error:
        state.put(fields.OWN_NETWORK_ERROR, error.at(file.name))
        return
    state.put(fields.OWN_NETWORK, to_link(network))
    state.put(fields.NETWORK, OWN)


def _own() -> Network | None:
    text = state.get(fields.OWN_NETWORK)
    return from_link(text) if text else None


def _title(name: str, own: Network | None) -> str:
    if name == OWN and own:
        return _("{name} (own file, input {shape})").format(name=own.name, shape=say(own.input_shape))
    return zoo.ZOO[name].title


def _option_title(option: str) -> str:
    return {"activation": _("Activation"), "pooling": _("Pooling")}[option]


def _value_title(value: str) -> str:
    return {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "avg": _("Average"), "max": _("Maximum")}[
        value
    ]
