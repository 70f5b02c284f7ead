"""The learning-rate finder on the Train page: one button, a live curve, and the rate that it speaks for."""

from dataclasses import replace

import streamlit as st

from cnnviz.components.chart import ChartData, Mark, Series, chart
from cnnviz.search import finding
from cnnviz.search.finding import Curve, Suggestion
from cnnviz.search.tasks import ALIVE, Task
from cnnviz.train.config import TrainConfig
from cnnviz.ui import fields, labels, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, failure

EVERY = 0.5
"""Seconds between two looks at a range test that runs."""

AIR = 1.25
"""How far above its first losses the picture of the curve reaches: where it explodes nothing is to be seen."""


def show(config: TrainConfig) -> None:
    """Show the finder for a config; taking its rate sets the form's learning rate and nothing else."""
    with st.expander(_("Find a learning rate"), icon=":material/query_stats:", key="rate_finder"):
        st.caption(
            _(
                "A fresh network is trained for {steps} steps with a rate that grows from step to step, until the loss explodes. Where the loss falls fastest is a good rate. No run is touched."
            ).format(steps=finding.STEPS)
        )
        task = finding.find(state.get(fields.RATE_FINDING))
        alive = task is not None and task.state() in ALIVE
        title = _("Find it anew") if task and not alive else _("Find a learning rate")
        if not alive and st.button(title, icon=":material/search:", key="widget:find_rate", width="stretch"):
            with guard():
                state.put(fields.RATE_FINDING, finding.start(config).name)
                st.rerun()
        if task:
            st.fragment(_view, key="rate_view", run_every=EVERY if alive else None)(task.name, config, alive)


def _view(name: str, config: TrainConfig, was_alive: bool) -> None:
    task = finding.find(name)
    if task is None:
        return
    now = task.state()
    curve = _curve(task)
    if now in ALIVE:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, len(curve.points) / (curve.total or finding.STEPS)), _how_far(curve))
            if st.button(_("Stop"), icon=":material/stop:", key="widget:stop_finding"):
                with guard():
                    finding.stop(task)
                    st.rerun()
    if curve.points:
        chart(_chart(curve), labels.chart(), key="rate_curve", height=240)
    if now not in ALIVE:
        _result(task, curve, config)
        if was_alive:
            st.rerun()  # the whole page: the button comes back, the polling ends


def _how_far(curve: Curve) -> str:
    if curve.waiting is not None:
        return _("Waiting for the device: {count} before this one").format(count=curve.waiting)
    if not curve.points:
        return _("Starting: loading PyTorch and the data…")
    return _("Step {step} of at most {steps}").format(step=len(curve.points), steps=curve.total)


def _result(task: Task, curve: Curve, config: TrainConfig) -> None:
    if failed := task.failure():
        st.error(failure(failed), icon=":material/error:")
        return
    found = curve.suggestion
    if found is None and task.state() == "finished":
        st.info(
            _(
                "The loss hardly fell at any rate: within these steps the network learns too little for this test, as networks with sigmoids do. Keep the suggested rate, or search."
            ),
            icon=":material/help:",
        )
    if found is None:
        return
    st.markdown(_said(found))
    if found.apart:
        st.caption(_("The two lie far apart: the curve is not clear. Try each for an epoch, or search."))
    with st.container(horizontal=True, gap="small"):
        taken = state.get(fields.LEARNING_RATE)
        for value, key, kind in (
            (short(found.steepest), "take_rate", "primary"), (short(found.tenth), "take_tenth", "secondary"),
        ):  # fmt: skip
            if key == "take_tenth" and value == short(found.steepest):
                continue  # both rules say the same
            if st.button(
                _("Take {rate}").format(rate=f"{value:g}"), icon=":material/check:", key=f"widget:{key}",
                type=kind, disabled=taken == value,  # type: ignore[arg-type]
            ):  # fmt: skip
                state.put(fields.LEARNING_RATE, min(max(value, fields.SMALLEST_RATE), fields.LARGEST_RATE))
                st.rerun()  # the whole page: the form shows it
    tried = finding.config_of(task)
    if tried is None or _what_matters(tried) != _what_matters(config):
        st.caption(_("Found for other settings than those that are chosen now."))


def _said(found: Suggestion) -> str:
    return _(
        "It falls fastest at **{steepest}**. A tenth of the rate where it is lowest is **{tenth}**."
    ).format(steepest=f"{short(found.steepest):g}", tenth=f"{short(found.tenth):g}")


def _chart(curve: Curve) -> ChartData:
    """Return the loss against the rate: each batch as a point, their mean as a line, the suggestion marked."""
    points = curve.points
    top = AIR * max(point.smooth for point in points[: max(3, len(points) // 3)])
    rates = [float(f"{point.rate:.3g}") for point in points]
    inside = next((number for number, point in enumerate(points) if point.smooth > top), len(points))
    series = [
        Series(_("Loss of a batch"), rates, [point.loss if point.loss <= top else float("nan") for point in points], "points", colour=3),
        Series(_("Smoothed"), rates[:inside], [point.smooth for point in points[:inside]], colour=0),
    ]  # fmt: skip
    marks = []
    if curve.suggestion:
        marks = [Mark(x=curve.suggestion.steepest, text=_("steepest: {rate}").format(rate=f"{short(curve.suggestion.steepest):g}"))]  # fmt: skip
    return ChartData(series, _("Learning rate"), _("Loss"), x_log=True, marks=marks)


def _curve(task: Task) -> Curve:
    """Return the curve, taking the one that this session has a little further."""
    kept = state.get(fields.RATE_CURVE)
    curve = finding.read(task, kept[1] if kept and kept[0] == task.name else None)
    state.put(fields.RATE_CURVE, (task.name, curve))
    return curve


def short(rate: float) -> float:
    """Return a rate with two digits: more would pretend to know it better."""
    return float(f"{rate:.2g}")


def _what_matters(config: TrainConfig) -> TrainConfig:
    """Return the config without what changes nothing in a range test."""
    return replace(config, learning_rate=1.0, epochs=1, schedule="constant", warm_up=0.0, patience=0)
