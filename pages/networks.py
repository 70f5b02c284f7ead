"""Networks: choose one; its diagram, table and code follow one another; what it costs; where it goes from here."""

import streamlit as st

from cnnviz.shapes import reached, trace
from cnnviz.ui import network, network_costs, network_files, network_view, shell
from cnnviz.ui.i18n import _


@shell.live("networks")
def stage() -> None:
    """Show the chosen network."""
    network_view.refuse_unknown()
    own, refused = network.offer()
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="network_head"
    ):
        figures = st.container(horizontal=True, gap="large", width="content", key="network_facts")
        ways = st.container(horizontal=True, gap="small", width="content", key="network_ways")
    with ways, st.popover(_("Input and own network"), icon=":material/upload_file:"):
        chosen = network_view.choose_input(own, refused)
        network.upload()
    found = reached(chosen)
    with figures:
        network_view.facts(chosen, found.rows, () if found.error else trace(chosen).output_shape)
    with ways:
        with st.popover(_("Save"), icon=":material/download:"):
            network_files.save(chosen, fits=found.error is None)
        network_files.go_on(chosen, fits=found.error is None)

    if found.error:
        network_view.mend(chosen, own, found.error, refused)
    network_view.linked(chosen, found.rows, found.error)
    if found.error:
        return

    memory, shares, info = st.tabs([_("Memory to train"), _("Where the cost is"), "torchinfo"], key="tabs")
    with memory:
        network_costs.training(chosen)
    with shares:
        network_costs.shares(trace(chosen))
    with info:
        network_costs.compared(chosen)


stage()
