"""Choosing a network: one of the zoo with its options, or an own one from a file. Shared by the pages."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from cnnviz import zoo
from cnnviz.errors import SpecError
from cnnviz.shapes import say
from cnnviz.spec import Network, from_json, from_link, to_link
from cnnviz.ui import fields, network_options, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

OWN = "own"


class Choice(NamedTuple):
    """A network of the menu, or the nearest one where it cannot be.

    Attributes:
        network: the chosen one; where its pictures are too small, the same network made for larger ones.
        refused: why the chosen one cannot be: too small a picture; None where it can.
    """

    network: Network
    refused: SpecError | None


def choose(after: Callable[[], None] | None = None) -> Network:
    """Show the menu of networks with their options and return the chosen one.

    Args:
        after: called when the choice changes.

    Raises:
        SpecError: if the chosen options give no network, such as too small a picture; they are kept.
    """
    found = offer(after)
    if found.refused:
        raise found.refused
    return found.network


def offer(after: Callable[[], None] | None = None) -> Choice:
    """Show the menu of networks with their options and return the chosen one, too small a picture or not.

    Args:
        after: called when the choice changes.

    Raises:
        SpecError: if the chosen options give no network of any size; they are kept.
    """

    def switch() -> None:
        if state.get(fields.NETWORK) in zoo.ZOO:
            network_options.keep_fitting(zoo.ZOO[state.get(fields.NETWORK)])
        if after:
            after()

    own = _own()
    names = [*zoo.ZOO, *([OWN] if own else [])]
    state.keep_among(fields.NETWORK, names)
    with st.container(horizontal=True, vertical_alignment="bottom", key="network_choice"):
        name = st.selectbox(
            _("Network"), names, format_func=lambda name: _title(name, own),
            **state.widget(fields.NETWORK, switch),
        )  # fmt: skip
        if name == OWN and own:
            return Choice(own, None)
        entry = zoo.ZOO[name]
        options = network_options.choose(entry, after)
        found = _built(entry, options)
        network_options.ways_back(options, found if isinstance(found, SpecError) else None, after)
    _describe(entry, options)
    if isinstance(found, SpecError):
        return Choice(_larger(entry, options, found), found)
    return Choice(found, None)


def upload() -> None:
    """Take in an own network from a JSON file, and offer none that is damaged."""
    file = st.file_uploader(
        _("An own network (JSON)"), type=["json"], key="widget:own_network_file", on_change=_take_in, max_upload_size=5,
    )  # fmt: skip
    if file is None:
        st.caption(_("Save one of the networks as JSON, change it in any editor, and open it here."))
    if refused := state.get(fields.OWN_NETWORK_ERROR):
        with guard():
            raise refused


def _built(entry: zoo.Entry, options: dict[str, Any]) -> Network | SpecError:
    try:
        return zoo.get(entry.name, **options)
    except SpecError as error:
        return error


def _larger(entry: zoo.Entry, options: dict[str, Any], refused: SpecError) -> Network:
    """Return the network made for pictures of the documented side, or of the least that it can take if that is more."""
    if refused.template != zoo.TOO_SMALL:
        raise refused
    side = max(int(entry.defaults(options)["size"]), refused.values["least"])
    return zoo.get(entry.name, **(options | {"size": side}))


def _describe(entry: zoo.Entry, options: dict[str, Any]) -> None:
    """Say in a sentence what the network is, whom it follows, and what is not as documented there."""
    lines = [_(entry.about), _("Source: {source}").format(source=entry.source_of(options))]
    changed = [
        f"{network_options.title(option)} {network_options.said(option, value)}"
        for option, value in options.items()
        if option != "follow"
    ]
    if changed:
        lines.append(_("Changed: {options}").format(options=" · ".join(changed)))
    st.caption("  \n".join(lines))


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
        return _("{name} (own, input {shape})").format(name=own.name, shape=say(own.input_shape))
    return zoo.ZOO[name].title
