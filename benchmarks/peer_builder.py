"""The peer of ``builder.py``: the same network as a page of ready-made Streamlit parts, a graph, a table and its code."""

import sys
from dataclasses import replace
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cnnviz.nets.source import source
from cnnviz.shapes import say, trace
from cnnviz.spec import ReLU, from_link, tree
from cnnviz.ui.builder_fitting import fitted
from cnnviz.ui.diagram import title

st.set_page_config(layout="wide")
if "network" not in st.session_state:
    st.session_state.network = from_link(st.query_params["own"])
    st.session_state.past = []


def take(network):
    """Keep a changed network, and the one before for undo."""
    st.session_state.past.append(st.session_state.network)
    st.session_state.network = network


def undo():
    """Go one step back."""
    st.session_state.network = st.session_state.past.pop()


def widen(network, chosen, channels):
    """Give a convolution other channels, and the layers behind it what they then get."""
    take(fitted(tree.replace(network, chosen, replace(tree.node_at(network, chosen), out_channels=channels))))


@st.fragment
def stage():
    """Everything that follows from the network, drawn anew at each change."""
    network, chosen = st.session_state.network, st.query_params["layer"]
    traced = trace(network)
    seen, side = st.columns([1.5, 1])
    with side:
        layer = tree.node_at(network, chosen)
        # A key of its own for each value, so that undo shows; what was typed comes with the change.
        key = f"out_channels{len(st.session_state.past)}"
        st.number_input(
            "out_channels",
            1,
            None,
            layer.out_channels,
            key=key,
            on_change=lambda: widen(network, chosen, st.session_state[key]),
        )
        st.button(
            "ReLU",
            on_click=lambda: take(
                tree.insert(network, "", tree.place(network, chosen)[1] + 1, ReLU(name="relu1"))[0]
            ),
        )
        st.button("Undo", on_click=undo)
        st.metric("Parameters", f"{traced.params:,}")
    with seen:
        lines = ["digraph {", "node [shape=box]"]
        for row in traced.rows:
            lines.append(
                f'"{row.path}" [label="{title(tree.node_at(network, row.path))}\\n{row.params:,}\\n{say(row.output_shape)}"]'
            )
        lines += [
            f'"{one.path}" -> "{two.path}"' for one, two in zip(traced.rows, traced.rows[1:], strict=False)
        ]
        st.graphviz_chart("\n".join([*lines, "}"]))
    st.dataframe(
        [
            {"Layer": row.path, "Output": say(row.output_shape), "Parameters": row.params}
            for row in traced.rows
        ]
    )
    st.code(source(network), language="python")


stage()
