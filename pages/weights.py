"""Load weights: what somebody else's network has learned, put into ours where it fits."""

import streamlit as st

from cnnviz.ui import network, shell, warm, weights, weights_keeping
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Weights that were trained elsewhere are put into a network of this laboratory where name, order and shape "
        "fit, and you see what did not."
    )
)


@shell.live("weights")
def stage() -> None:
    """Show the chosen network, the file, and what of it fits."""
    chosen = network.choose()
    warm.wait()
    left, right = st.columns([1, 2], gap="large")
    with left:
        upload = weights.take_in()
    with right:
        if upload is None:
            st.markdown("##### " + _("From other files to safetensors"))
            weights.convert()
            weights_keeping.kept()
            return
        match = weights.compare(chosen, upload)
    weights_keeping.keep(chosen, upload, match)
    weights_keeping.kept()
    with st.expander(_("From other files to safetensors"), icon=":material/swap_horiz:"):
        weights.convert()


stage()
