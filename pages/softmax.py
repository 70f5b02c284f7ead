"""Softmax and loss: from scores to probabilities to cross-entropy, every number in its formula."""

import streamlit as st

from cnnviz.ui import examples, shell, softmax
from cnnviz.ui.i18n import _

st.markdown(
    _("A network for classes ends in one score for each, its logits. Softmax makes probabilities of them: all positive, together 1. The cross-entropy loss is small where the right class got a high probability.")
)  # fmt: skip


@shell.live("softmax")
def stage() -> None:
    """What depends on the choices."""
    examples.show("softmax")
    controls, picture = st.columns([1, 2.6], gap="large")
    with controls:
        setting = softmax.choose()
    with picture:
        softmax.facts(setting)
        st.latex(
            r"\begin{gathered} \mathrm{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}} \\ \mathrm{loss} = -\log \mathrm{softmax}(z)_{\mathrm{target}} \end{gathered}"
        )
        st.code(softmax.code(setting), language="python")
        softmax.show(setting)
        st.caption(
            _("Subtracting the maximum changes no probability, but keeps every exp at 1 or below, so that none is too large for the computer. PyTorch does it by itself.")
            if setting.stable
            else _("Without subtracting the maximum, exp of more than about 709 is too large even for 64 bits (88 for 32 bits): the probabilities are no numbers any more. Try it with a number added to every logit. The numbers at the top are PyTorch's, which always subtracts it.")
        )  # fmt: skip


stage()
