"""The choice of a device on the Train page."""

import streamlit as st

from cnnviz.train import devices
from cnnviz.ui import fields, state, tables, warm
from cnnviz.ui.i18n import _


def choose() -> str:
    """Show the devices with their free memory and return the chosen one's id."""
    warm.wait()
    titles = {"auto": _("Automatic: the fastest that is there")}
    for device in devices.available():
        free = _("{size} free").format(size=tables.size(device.memory_free)) if device.memory_free else ""
        cores = _("{count} cores").format(count=device.cores) if device.cores else ""
        titles[device.id] = ", ".join(filter(None, [f"{device.id}: {device.name}", cores, free]))
    state.keep_among(fields.DEVICE, list(titles))
    return str(
        st.selectbox(_("Device"), list(titles), format_func=titles.__getitem__, **state.widget(fields.DEVICE))
    )


