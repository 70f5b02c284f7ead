"""Networks: choose one, see what each layer makes of its input, what it costs, and its code."""

import streamlit as st

from cnnviz.errors import ShapeError
from cnnviz.figures.costs import costs
from cnnviz.shapes import say, trace
from cnnviz.ui import cache, fields, network, state, tables, warm
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, sentence

chosen = network.choose()
with st.expander(_("Change the input, save the network, or open an own one"), icon=":material/tune:"):
    chosen = tables.choose_input(chosen)
    network.download(chosen)
    network.upload()

try:
    traced = trace(chosen)
except ShapeError as error:
    st.error(sentence(error), icon=":material/error:")
    st.markdown(
        _("The layers before this one fit; go back to the network's own input, or change this layer.")
    )
    if state.get(fields.INPUT_SIDE):
        st.button(
            _("Use the network's own input"), icon=":material/undo:", key="widget:own_input",
            on_click=state.put, args=(fields.INPUT_SIDE, 0),
        )  # fmt: skip
    st.stop()

with st.container(horizontal=True, gap="large", key="network_facts"):
    st.metric(_("Input"), say(chosen.input_shape), width="content")
    st.metric(_("Output"), say(traced.output_shape), width="content")
    st.metric(_("Parameters"), f"{traced.params:,}", width="content")
    st.metric(_("Multiply-adds"), f"{traced.macs:,}", width="content", help=_("For one picture, convolution and linear layers; the bias is not counted."))  # fmt: skip
    st.metric(_("Weights"), tables.size(traced.params * 4), width="content", help=_("Four bytes a parameter (float32)."))  # fmt: skip

layers, shares, code, info = st.tabs(
    [_("Layers"), _("Where the cost is"), _("PyTorch code"), "torchinfo"], key="tabs"
)
with layers:
    tables.layers(traced)
with shares:
    st.plotly_chart(costs(traced, params=_("Parameters"), macs=_("Multiply-adds")), key="costs", config={"displayModeBar": False})  # fmt: skip
with code:
    warm.wait()
    st.caption(_("This file runs alone and loads the weights of any run of this network."))
    st.code(cache.source(chosen), language="python", line_numbers=True)
with info, guard():
    if st.toggle(_("Ask torchinfo"), key="widget:torchinfo"):
        warm.wait()
        st.caption(_("torchinfo counts the bias among the multiply-adds; we count as the papers do."))
        st.code(cache.summary(chosen), language=None)
