"""The live view of a run: what its folder says now, once a second while it runs."""

import time

import streamlit as st

from cnnviz.components import CurvesData, Series, curves
from cnnviz.errors import RunError
from cnnviz.language import N_
from cnnviz.train import runs
from cnnviz.train.events import Finished
from cnnviz.train.history import History, read, thin
from cnnviz.train.runs import Run
from cnnviz.ui import fields, labels, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, failure

ALIVE = {"starting", "running"}

STATES = {
    "starting": (N_("starting"), "blue", ":material/hourglass_top:"),
    "running": (N_("running"), "blue", ":material/play_arrow:"),
    "finished": (N_("finished"), "green", ":material/check:"),
    "stopped": (N_("stopped"), "gray", ":material/stop:"),
    "failed": (N_("failed"), "red", ":material/error:"),
}


def choose_run() -> Run | None:
    """Show the menu of runs and return the chosen one; the newest at first, None where there is none."""
    found = {run.name: run for run in runs.list_runs()}
    if not found:
        return None
    if state.get(fields.RUN) not in found:
        state.put(fields.RUN, next(iter(found)))
    chosen = st.selectbox(
        _("Run"), list(found), format_func=lambda name: _title(found[name]), **state.widget(fields.RUN)
    )
    return found[str(chosen)]


def table() -> None:
    """Show all runs with their states, the newest first."""
    found = runs.list_runs()
    ends = [run.end() for run in found]
    rows = {
        _("Run"): [run.name for run in found],
        _("State"): [_(STATES[run.state()][0]) for run in found],
        _("Network and data"): [_what(run) for run in found],
        _("Test accuracy"): [
            _percent(end.test_accuracy if isinstance(end, Finished) else None) for end in ends
        ],
    }
    st.dataframe(rows, hide_index=True, key="runs")


def show(run: Run) -> None:
    """Show a run, live while it lives."""
    every = 1.0 if run.state() in ALIVE else None
    st.fragment(_view, key="live", run_every=every)(run.name)


def _view(name: str) -> None:
    with guard():
        run = runs.find(name)
        now = run.state()
        was_alive = name == state.get(fields.WATCHED)
        state.put(fields.WATCHED, name if now in ALIVE else "")
        history = _history(run)
        _head(run, history, now)
        _facts(history, now)
        curves(_data(history, running=now in ALIVE), labels.curves(), key=f"curves_{name}")
        if was_alive and now not in ALIVE:
            st.rerun()  # the whole page: the menu shows the end, the polling stops


def _head(run: Run, history: History, now: str) -> None:
    title, colour, icon = STATES[now]
    with st.container(horizontal=True, vertical_alignment="center", key="run_head"):
        st.badge(_(title), color=colour, icon=icon)  # type: ignore[arg-type]
        st.markdown(_about(run, history))
        if now in ALIVE and st.button(_("Stop"), icon=":material/stop:", key="widget:stop", type="primary"):
            runs.stop(run)
            st.rerun()
    if failed := run.failure():
        st.error(failure(failed), icon=":material/error:")
        if failed.details:
            st.caption(_("The last lines of its log:"))
            st.code(failed.details, language=None)


def _facts(history: History, now: str) -> None:
    end = history.end
    if now in ALIVE and not history.started:
        st.progress(0.0, _("Starting: loading PyTorch and the data…"))
    elif now in ALIVE and history.started:
        left = (
            ""
            if history.seconds_left is None
            else _(", {time} left").format(time=labels.duration(history.seconds_left))
        )
        text = _("Epoch {epoch} of {epochs}, step {step:,} of {steps:,}").format(
            epoch=max(1, history.epoch),
            epochs=history.started.epochs,
            step=history.step,
            steps=history.total_steps or 0,
        )
        st.progress(history.progress, text + left)
    with st.container(horizontal=True, gap="large", key="run_facts"):
        if isinstance(end, Finished):
            _metric(
                _("Test accuracy"),
                _percent(end.test_accuracy),
                _("On pictures that were never trained with."),
            )
        _metric(_("Training loss"), f"{history.loss[-1]:.4f}" if history.loss else "–")
        _metric(_("Training accuracy"), _percent(history.accuracy[-1] if history.accuracy else None))
        _metric(
            _("Validation accuracy"), _percent(history.val_accuracy[-1] if history.val_accuracy else None)
        )
        speed = history.samples_per_second
        _metric(_("Samples per second"), f"{speed:,.0f}" if speed else "–")
        _metric(_("Time"), labels.duration(history.seconds))


def _metric(label: str, value: str, explained: str | None = None) -> None:
    st.metric(label, value, width="content", help=explained)


def _about(run: Run, history: History) -> str:
    try:
        config = run.config()
    except RunError:
        return f"`{run.name}`"
    device = history.started.device_name if history.started else config.device
    return f"**{config.network.name}** · {labels.dataset(config.dataset)} · {device}"


def _title(run: Run) -> str:
    """What a run is called; its state is not part of it, as an option's text must not change while it is chosen."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.created))
    return f"{when} · {_what(run)}"


def _what(run: Run) -> str:
    try:
        config = run.config()
    except RunError:
        return run.name
    return f"{config.network.name} · {labels.dataset(config.dataset)}"


def _history(run: Run) -> History:
    """Return the run's history, taking the one that this session has a little further."""
    kept = state.get(fields.HISTORY)
    known = kept[1] if kept and kept[0] == run.name else None
    history = read(run, known)
    state.put(fields.HISTORY, (run.name, history))
    return history


def _data(history: History, *, running: bool) -> CurvesData:
    steps, seen = history.steps, history.val_steps
    return CurvesData(
        Series(_thinned(steps, history.loss), _thinned(seen, history.val_loss)),
        Series(_thinned(steps, history.accuracy), _thinned(seen, history.val_accuracy)),
        running=running,
    )


def _thinned(steps: list[int], values: list[float]) -> list[tuple[float, float]]:
    return thin([(float(step), value) for step, value in zip(steps, values, strict=True)])


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"
