"""Tables of layers, and the sizes in them."""

import streamlit as st

from cnnviz.shapes import Trace, say
from cnnviz.spec import Network
from cnnviz.ui import fields, state
from cnnviz.ui.i18n import _


def layers(traced: Trace) -> None:
    """Show one row a layer: shapes, costs, receptive field, and the arithmetic of each."""
    rows = {
        _("Layer"): [row.path for row in traced.rows],
        _("Kind"): [row.layer for row in traced.rows],
        _("Input"): [say(row.input_shape) for row in traced.rows],
        _("Output"): [say(row.output_shape) for row in traced.rows],
        _("Parameters"): [row.params for row in traced.rows],
        _("Multiply-adds"): [row.macs for row in traced.rows],
        _("Receptive field"): [say(row.receptive_field) for row in traced.rows],
        _("Why this size"): [" ; ".join(row.formulas) for row in traced.rows],
        _("Why so many parameters"): [row.params_formula for row in traced.rows],
    }
    longest = max((len(row.path) for row in traced.rows), default=0)
    st.dataframe(
        rows, hide_index=True, key="layers", height=38 + 35 * min(len(traced.rows), 20),
        column_config={
            _("Layer"): st.column_config.TextColumn(width=min(24 + 7 * longest, 300)),  # the widest may be far below
            _("Parameters"): st.column_config.NumberColumn(format="localized"),
            _("Why this size"): st.column_config.TextColumn(width="large"),
            _("Multiply-adds"): st.column_config.NumberColumn(format="localized"),
            _("Receptive field"): st.column_config.TextColumn(
                help=_("How many pixels of the input, height x width, one value of this layer sees.")
            ),
        },
    )  # fmt: skip


def choose_input(network: Network) -> Network:
    """Let the user feed another picture size and return the network with it."""
    channels, height, width = network.input_shape
    side = st.number_input(
        _("Side of the input picture (0: the network's own, {height}x{width})").format(height=height, width=width),
        0, 1024, step=1, **state.widget(fields.INPUT_SIDE),
    )  # fmt: skip
    return network.with_input((channels, side, side)) if side else network


def size(count: float) -> str:
    """Return a number of bytes as people write it."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.3g} {unit}"
