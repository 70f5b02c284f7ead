"""Blocks: VGG, NiN, Inception, residual, dense, transition; choose their numbers, see branches, shapes and costs."""

import streamlit as st

from cnnviz.components import diagram
from cnnviz.shapes import reached, say
from cnnviz.ui import blocks, cache, comparisons, examples, labels, shell, warm
from cnnviz.ui import diagram as drawn
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Deep networks are built of blocks, not of single layers. Paths that run side by side end in a merge: **add** sums their values, **concat** joins their channels."
    )
)


@shell.live("blocks")
def stage() -> None:
    """Show the chosen block."""
    examples.show("blocks")
    kind = blocks.choose()
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        st.markdown(_(blocks.BLOCKS[kind].about))
        network = blocks.choose_numbers(kind)
    with picture:
        whole, problem = drawn.boxes(network), reached(network).error
        if problem:
            blocks.explain(network, problem, kind)
        if any(box.form == "layer" and box.state == "wrong" for box in whole.walk()):
            diagram(whole, labels.diagram(), key="block_diagram", open_depth=32)
            return  # there is nothing to compare; of paths that cannot be merged there is
        with st.container(horizontal=True, gap="large", key="block_facts"):
            st.metric(_("Input"), say(whole.input), width="content")
            st.metric(_("Output"), say(whole.output) if whole.output else "–", width="content")
            st.metric(_("Parameters"), f"{whole.params:,}", width="content")
            st.metric(_("Multiply-adds"), f"{whole.macs:,}", width="content", help=_("For one picture, convolution and linear layers; the bias is not counted."))  # fmt: skip
        st.latex(blocks.BLOCKS[kind].formula)
        diagram(whole, labels.diagram(), key="block_diagram", open_depth=32)
        comparisons.branches(whole)
        comparisons.merges(whole)
        if not problem:
            comparisons.saving(kind, network)
            warm.wait()
            st.code(cache.source(network).text, language="python", height=460)


stage()
