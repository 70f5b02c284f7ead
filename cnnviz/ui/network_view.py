"""A network on its page: its figures, what is wrong with it, and the diagram, table and code that follow one another."""

import re
from collections.abc import Sequence

import streamlit as st

from cnnviz import components, zoo
from cnnviz.errors import ShapeError, SpecError
from cnnviz.shapes import Row, say
from cnnviz.spec import Network, to_link, tree
from cnnviz.ui import cache, diagram, fields, labels, network_options, reasons, state, tables, warm
from cnnviz.ui.i18n import _, current
from cnnviz.ui.network import OWN

GROUP = "network"
"""Diagram, table and code of this page follow one another's choice."""

HEIGHT = 420
"""Of the table's and the code's frame, in pixels: both fit on a screen beside the diagram."""


def refuse_unknown() -> None:
    """Say so where a link names a network that is not there; another one is shown then."""
    name = state.get(fields.NETWORK)
    if name not in zoo.ZOO and not (name == OWN and state.get(fields.OWN_NETWORK)):
        plain = re.sub(r"[^\w -]", "", name)[:60]  # a link's text is no markdown
        st.warning(
            _("There is no network called “{name}”; {instead} is shown instead.").format(
                name=plain, instead=zoo.ZOO[fields.NETWORK.default].title
            ),
            icon=":material/search_off:",
        )


def choose_input(network: Network, refused: SpecError | None = None) -> Network:
    """Let the user feed another picture size and return the network with it.

    Args:
        network: with its own input.
        refused: too small a picture among the network's options; that is what it is fed then.
    """
    channels, height, width = network.input_shape
    if refused:
        side = refused.values["value"]
        return network.with_input((channels, side, side))
    side = st.number_input(
        _("Other input side (0: its own, {height}x{width})").format(height=height, width=width),
        0, 1024, step=1, help=_("The layers stay as they are: see which of them cannot take it."),
        **state.widget(fields.INPUT_SIDE),
    )  # fmt: skip
    return network.with_input((channels, side, side)) if side else network


def facts(network: Network, rows: Sequence[Row], output: tuple[int, ...]) -> None:
    """Show what goes in, what comes out (nothing where it breaks), and what the layers that run cost."""
    params, macs = sum(row.params for row in rows), sum(row.macs for row in rows)
    st.metric(_("Input"), say(network.input_shape), width="content")
    st.metric(_("Output"), say(output) if output else "–", width="content")
    st.metric(_("Parameters"), f"{params:,}", width="content")
    st.metric(_("Multiply-adds"), f"{macs:,}", width="content", help=_("For one picture, convolution and linear layers; the bias is not counted."))  # fmt: skip
    st.metric(_("Weights"), tables.size(params * tables.BYTES), width="content", help=_("Four bytes a parameter (float32)."))  # fmt: skip


def mend(chosen: Network, own: Network, error: ShapeError, refused: SpecError | None = None) -> None:
    """Say why a network does not fit together, and offer what mends it.

    Args:
        chosen: the network as it is shown.
        own: the same with its own input.
        error: what ``chosen`` breaks with.
        refused: too small a picture among the network's options, where that is the cause.
    """
    reason = reasons.reason(chosen, error).replace("*", r"\*")
    lines = [_("Figures, table and diagram go up to this layer; nothing runs after it.")]
    if refused:
        lines.insert(0, reason)
        reason = network_options.too_small(refused)
    st.error(reason, icon=":material/error:")
    st.caption("  \n".join(lines))
    fed = chosen != own
    with st.container(horizontal=True, key="network_fixes"):
        if fed and not refused:  # what mends the options stands beside them
            st.button(
                _("Use the network's own input"), icon=":material/undo:", key="widget:own_input", type="primary",
                on_click=state.put, args=(fields.INPUT_SIDE, 0),
            )  # fmt: skip
        for number, fix in enumerate(
            fix for fix in reasons.fixes(chosen) if not (fed and fix.network == own)
        ):
            st.button(
                fix.title.say(current()), icon=":material/build:", key=f"widget:network_fix_{number}",
                type="secondary" if number or fed else "primary", on_click=make_own, args=(fix.network,),
            )  # fmt: skip


def linked(network: Network, rows: Sequence[Row], error: ShapeError | None) -> None:
    """Show diagram, table and code side by side; a layer that is chosen in one is chosen in all."""
    selected = _selected(network)
    left, right = st.columns([1, 1.35], gap="large")
    with left:
        components.diagram(
            diagram.boxes(network), labels.diagram(), "network", group=GROUP, selected=selected, on_select=_select
        )  # fmt: skip
    with right:
        components.rows(
            tables.layers(network, rows), labels.rows(), "network", name=network.name, group=GROUP, selected=selected,
            on_select=_select, height=HEIGHT, problem=reasons.row(network, error) if error else None,
        )  # fmt: skip
        if error:
            st.info(_("The code appears as soon as all layers fit together."), icon=":material/code:")
            return
        warm.wait()
        written = cache.source(network)
        components.code(
            written.text, written.lines, labels.code(), "network", name=network.name, group=GROUP, selected=selected,
            on_select=_select, height=HEIGHT,
        )  # fmt: skip


def make_own(changed: Network) -> None:
    """Make a network the session's own one, and choose it."""
    state.put(fields.OWN_NETWORK, to_link(changed))
    state.put(fields.NETWORK, OWN)
    state.put(fields.INPUT_SIDE, 0)


def _select(path: str) -> None:
    state.put(fields.SELECTED, path)


def _selected(network: Network) -> str:
    """The chosen path; none if it is another network's."""
    path = state.get(fields.SELECTED)
    try:
        tree.node_at(network, path)
    except SpecError:
        state.put(fields.SELECTED, "")
        state.publish("networks")
        return ""
    return path
