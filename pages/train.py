"""Train: network, data, device and numbers on the left; the run, live, on the right."""

import streamlit as st

from cnnviz.shapes import trace
from cnnviz.train import runs
from cnnviz.train.run import ALIVE
from cnnviz.ui import config_file, data_choice, devices, fields, live, network, rate_finder, state, training
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

choices, view = st.columns([1, 1.9], gap="large")

with choices:
    config = form = None
    with guard():
        chosen = network.choose(training.forget_suggestions)
        trace(chosen)
        dataset = data_choice.choose(training.forget_suggestions)
        device = devices.choose()
        if dataset:
            config, form = training.choose_config(chosen, dataset, device)
            training.choose_numbers(form)
            if config:
                devices.show_estimate(config)
    wrong = training.refused(form) if form else []
    ready = config is not None and not wrong
    pressed = st.button(_("Start"), icon=":material/play_arrow:", type="primary", disabled=not ready, key="widget:start", width="stretch")  # fmt: skip
    if wrong:
        st.caption(_("Correct this first, then Start: {names}").format(names=", ".join(wrong)))
    if pressed and config and ready:  # a number may have been typed and Start pressed in one go
        with guard():
            name = runs.start(config).name
            for field in (fields.RUN, fields.STARTED):
                state.put(field, name)
            state.put(fields.SCROLL, True)
            st.rerun()
    if form:
        training.choose_rest(form)
    if config:
        rate_finder.show(config)
    config_file.show(config)

with view, st.container(key="train_run"):
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
        training.bring_into_view(run.name, alive=run.state() in ALIVE)
