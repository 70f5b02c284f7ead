"""Convolution: choose input, kernel, padding, stride and dilation; see shape and picture follow."""

import streamlit as st

from cnnviz.components import stage
from cnnviz.errors import ShapeError
from cnnviz.shapes import apply, say
from cnnviz.ui import convolution, labels
from cnnviz.ui.i18n import _, sentence

controls, picture = st.columns([1, 2.6], gap="large")

with controls:
    x = convolution.choose_input()
    layer = convolution.choose_layer(x.shape)
    kernel = convolution.choose_kernel(layer)

with picture:
    try:
        result = apply(layer, (1, *x.shape))
    except ShapeError as error:
        st.warning(sentence(error), icon=":material/error:")
        st.markdown(
            _(
                "There is no place for the window: make the kernel or the dilation smaller, or the padding larger."
            )
        )
        st.stop()
    with st.container(horizontal=True, gap="large", key="conv_facts"):
        st.metric(_("Input"), say(x.shape), width="content")
        st.metric(_("Kernel"), say(kernel.shape), width="content")
        st.metric(_("Output"), say(result.shape[1:]), width="content")
    sides = (_("Height and width"),) if len(result.formulas) == 1 else (_("Height"), _("Width"))
    for side, formula in zip(sides, result.formulas, strict=True):
        st.markdown(f"{side}: `{formula}`")
    grey = x.shape[0] > 8
    stage(
        convolution.stage_data(x, kernel, layer, grey=grey), labels.stage(), key="stage",
        on_kernel_change=convolution.edited,
    )  # fmt: skip
    st.code(convolution.code(layer), language="python")
