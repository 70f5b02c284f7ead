"""Where a network goes from its page: into files, into the builder, into training."""

import streamlit as st

from cnnviz.spec import Network, to_json, to_link
from cnnviz.ui import cache, fields, network_view, shell, state, warm
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _


def go_on(network: Network, fits: bool) -> None:
    """Offer to change the network in the builder, and to train it where its layers fit together."""
    if st.button(_("Change it in the builder"), icon=":material/construction:", key="widget:to_builder"):
        state.put(fields.OWN_NETWORK, to_link(network))
        st.switch_page(shell.page("build"))
    if st.button(
        _("Train it"), icon=":material/model_training:", key="widget:to_training", disabled=not fits
    ):
        if state.get(fields.INPUT_SIDE):  # the menu of the training page has no such network
            network_view.make_own(network)
        st.switch_page(shell.page("train"))


def save(network: Network, fits: bool) -> None:
    """Offer the network as JSON; as Python and ONNX too where its layers fit together."""
    st.download_button(
        _("Network (JSON)"), to_json(network, indent=1), f"{network.name}.json", "application/json",
        icon=":material/data_object:", key="widget:save_network", on_click="ignore",
    )  # fmt: skip
    if not fits:
        return
    warm.wait()
    st.download_button(
        _("PyTorch code"), cache.source(network).text, f"{network.name}.py", "text/x-python",
        icon=":material/code:", key="widget:save_source", on_click="ignore",
    )  # fmt: skip
    if st.button(_("Make an ONNX file"), icon=":material/deployed_code:", key="widget:make_onnx"):
        with guard(), st.spinner(_("Writing the ONNX file…")):
            content = cache.onnx(network)
            st.download_button(
                _("Save the ONNX file"), content, f"{network.name}.onnx", "application/octet-stream",
                icon=":material/download:", key="widget:save_onnx", on_click="ignore", type="primary",
            )  # fmt: skip
            st.caption(_("Freshly initialised weights; Netron shows the file, onnxruntime runs it."))
