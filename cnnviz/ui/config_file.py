"""The Train page's config as a file: what a download holds, an upload sets, and ``python -m cnnviz train`` takes."""

import streamlit as st

from cnnviz import zoo
from cnnviz.data import catalog
from cnnviz.errors import CnnvizError
from cnnviz.spec import to_link
from cnnviz.train.config import TrainConfig, suggested
from cnnviz.ui import fields, network, state, training
from cnnviz.ui.data_choice import FOLDER
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

KEY = "widget:config_file"


def show(config: TrainConfig | None) -> None:
    """Offer the config as a file, and take one in.

    Args:
        config: what the form stands for; None where it is no config yet.
    """
    with st.expander(_("Config file"), icon=":material/description:", key="widget:group_config"):
        if config is not None:
            st.download_button(
                _("Save these settings (JSON)"), config.to_json(), f"{config.network.name}.train.json", "application/json",
                icon=":material/download:", key="widget:save_config", on_click="ignore", width="stretch",
            )  # fmt: skip
            st.caption(_("The same on the command line: {command}").format(command="`python -m cnnviz train --config FILE`"))  # fmt: skip
        st.file_uploader(
            _("Open settings (JSON)"), type=["json"], key=KEY, on_change=_take_in, max_upload_size=5
        )
        if refused := state.get(fields.CONFIG_PROBLEM):
            with guard():
                raise refused


def apply(config: TrainConfig) -> None:
    """Set every field of the Train page to what a config says."""
    state.put(fields.DEVICE, config.device)
    if config.dataset.startswith(catalog.FOLDER):
        state.put(fields.DATASET, FOLDER)
        state.put(fields.FOLDER, config.dataset.removeprefix(catalog.FOLDER))
    else:
        state.put(fields.DATASET, config.dataset)
    documented = next((name for name in zoo.ZOO if zoo.get(name) == config.network), None)
    if documented:
        state.put(fields.NETWORK, documented)
        for option in fields.OPTIONS.values():
            state.put(option, option.default)
    else:
        state.put(fields.OWN_NETWORK, to_link(config.network))
        state.put(fields.NETWORK, network.OWN)
    training.take(config, suggested(config.network, config.dataset))


def _take_in() -> None:
    file = st.session_state[KEY]
    state.put(fields.CONFIG_PROBLEM, None)
    if file is None:
        return
    try:
        apply(TrainConfig.from_json(file.getvalue().decode("utf-8", errors="replace")))
    except CnnvizError as error:
        state.put(fields.CONFIG_PROBLEM, error.at(file.name))
