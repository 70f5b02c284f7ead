"""Train: network, data, device and numbers on the left; the run, live, on the right."""

import streamlit as st

from cnnviz.shapes import trace
from cnnviz.train import runs
from cnnviz.ui import config_file, data_choice, devices, fields, live, network, rate_finder, state, training
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

choices, view = st.columns([1, 1.9], gap="large")

with choices:
    config = None
    with guard():
        chosen = network.choose(training.forget_suggestions)
        trace(chosen)
        dataset = data_choice.choose(training.forget_suggestions)
        device = devices.choose()
        if dataset:
            config = training.config_of_fields(chosen, dataset, device)
            training.choose_numbers(config)
            devices.show_estimate(config)
    if st.button(_("Start"), icon=":material/play_arrow:", type="primary", disabled=config is None, key="widget:start", width="stretch"):  # fmt: skip
        with guard():
            assert config is not None
            state.put(fields.RUN, runs.start(config).name)
            st.rerun()
    if config:
        training.choose_rest(config)
        rate_finder.show(config)
    config_file.show(config)

with view:
    run = live.choose_run()
    if run is None:
        st.info(
            _(
                "No run yet. Press Start: a small network such as LeNet learns the built-in digits within a minute, and nothing is downloaded."
            ),
            icon=":material/model_training:",
        )
    else:
        live.show(run)
