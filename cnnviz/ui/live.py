"""The right half of the Train page: one run, read anew a little more than once a second while it lives."""

import time
from statistics import fmean

import streamlit as st

from cnnviz.components import Said
from cnnviz.errors import RunError
from cnnviz.train import queue, runs
from cnnviz.train.events import Failed, Finished
from cnnviz.train.run import ALIVE, STATES, Run, State
from cnnviz.ui import fields, labels, live_controls, live_curves, live_watching, runs_words, state, tables
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, failure
from cnnviz.ui.live_reading import Reading, reading

EVERY = 0.7
"""Seconds from one look at a living run to the next: with what the way to the screen takes, less than one."""

MEAN = 50
"""Steps that the training accuracy and loss are a mean over, at most: a single batch jumps."""

LARGE = 10_000
"""From here on a loss is written short."""


def choose_run() -> Run | None:
    """Show the menu of runs and return the chosen one; the newest at first, None where there is none."""
    found = {run.name: run for run in runs.list_runs()}
    if not found:
        return None
    linked = state.get(fields.RUN)
    if linked not in found:
        if linked:
            st.info(
                _("There is no run `{run}`. The newest is shown.").format(run=linked.replace("`", "")),
                icon=":material/info:",
            )
        state.put(fields.RUN, next(iter(found)))
    chosen = st.selectbox(
        _("Run"), list(found), format_func=_titles(found).__getitem__, label_visibility="collapsed",
        **state.widget(fields.RUN),
    )  # fmt: skip
    return found[str(chosen)]


def show(run: Run) -> None:
    """Show a run, live while it lives; what comes and goes stands below what stays."""
    alive = run.state() in ALIVE
    state.put(fields.WATCHED, run.name if alive else "")
    every = EVERY if alive else None
    st.fragment(_view, key="live", run_every=every)(run.name)


def _view(name: str) -> None:
    with guard():
        try:
            run = runs.find(name)
        except RunError:
            if name == state.get(fields.WATCHED):  # deleted while it was looked at
                state.put(fields.WATCHED, "")
                st.rerun()  # the whole page: it says so, and shows another one
            raise
        live_controls.take_effect(run)
        now = run.state()
        was_alive = name == state.get(fields.WATCHED)
        state.put(fields.WATCHED, name if now in ALIVE else "")
        failed = run.failure() if now == "failed" else None
        known = reading(run)
        with known.lock:
            known.update()
            _head(known, now)
            live_controls.show(run, known, now)
            _progress(known, now)
            _facts(known)
            live_watching.doctor(known, _why(run, failed) if failed else None)
            live_curves.show(known, running=now in ALIVE)
            live_watching.show(known)
        _log(failed)
        if was_alive != (now in ALIVE):
            st.rerun()  # the whole page: the polling begins or ends


def _why(run: Run, failed: Failed) -> Said:
    """Return why a run failed; where it was killed, also that nothing is lost."""
    saved = any((run.path / name).is_file() for name in STATES)
    kept = run.end() is None and run.can_resume() and saved
    return Said("error", failure(failed), (_("Resume goes on from the last saved step."),) if kept else ())


def _head(known: Reading, now: State) -> None:
    title, colour, icon = runs_words.STATES[now]
    with st.container(horizontal=True, vertical_alignment="center", key="run_head"):
        st.badge(_(title), color=colour, icon=icon)  # type: ignore[arg-type]
        st.markdown(_about(known))


def _about(known: Reading) -> str:
    config, started = known.config(), known.history.started
    if config is None:
        return f"`{known.run.name}`"
    parts = [
        f"**{runs_words.plain(config.network.name)}**",
        runs_words.plain(labels.dataset(config.dataset)),
    ]
    if started:
        parts.append(runs_words.plain(started.device_name))
        parts.append(_("{count} parameters").format(count=f"{started.parameters:,}"))
    elif config.device != "auto":  # which one that is the worker says
        parts.append(runs_words.plain(config.device))
    return " · ".join(parts)


def _progress(known: Reading, now: State) -> None:
    history = known.history
    if now == "queued":
        st.progress(0.0, _queued(known))
    elif not history.started:
        waits = (
            _("Starting: loading PyTorch and the data…")
            if now in ALIVE
            else _("It ended before its first step.")
        )
        st.progress(0.0, waits)
    else:
        parts = [
            _("Epoch {epoch} of {epochs}, step {step} of {steps}").format(
                epoch=max(1, history.epoch), epochs=history.epochs_ahead, step=f"{history.step:,}",
                steps=f"{history.total_steps or 0:,}",
            )
        ]  # fmt: skip
        if now == "running" and history.seconds_left is not None:
            parts.append(_("{time} left").format(time=labels.duration(history.seconds_left)))
        if history.watched and history.watched[-1].memory:
            parts.append(_("{size} of memory").format(size=tables.size(history.watched[-1].memory)))
        st.progress(history.progress, " · ".join(parts))


def _queued(known: Reading) -> str:
    """Return the place in the queue, and after whom."""
    waiting = known.history.waiting
    if waiting is None:
        return _("Waiting for a device.")
    root = known.run.path.parent
    try:
        line = queue.users(root).get(waiting.device, ())
    except OSError:
        line = ()
    names = line[: line.index(known.run.name)] if known.run.name in line else line
    if names:
        return _("Number {place} in line for {device}, after {runs}").format(
            place=waiting.ahead + 1, device=waiting.device,
            runs=", ".join(_in_line(Run(root / name)) for name in names[-2:]),
        )  # fmt: skip
    return _("Number {place} in line for {device}").format(place=waiting.ahead + 1, device=waiting.device)


def _in_line(run: Run) -> str:
    """Return a run's name; of a paused one, which keeps its device, also that somebody must let it go on."""
    return _("{run} (paused)").format(run=run.name) if run.state() == "paused" else run.name


def _facts(known: Reading) -> None:
    history = known.history
    end, val = history.end, history.val_accuracy
    test = end.test_accuracy if isinstance(end, Finished) else None
    with st.container(horizontal=True, gap="small", key="run_facts"):
        _metric(
            _("Test accuracy"),
            runs_words.percent(test),
            _("On pictures that were never trained with; they are asked once, at the end."),
        )
        _metric(_("Validation accuracy"), runs_words.percent(val[-1] if val else None))
        count = min(MEAN, len(history.loss), history.started.steps_per_epoch if history.started else MEAN)
        explained = _("Mean over the last {count} batches, as the network found them.").format(count=count)
        accuracy = fmean(history.accuracy[-count:]) if count else None
        _metric(_("Training accuracy"), runs_words.percent(accuracy), explained if count else None)
        loss = _loss(fmean(history.loss[-count:])) if count else "–"
        _metric(_("Training loss"), loss, explained if count else None)
        speed = history.samples_per_second
        _metric(_("Samples per second"), f"{speed:,.0f}" if speed else "–")
        _metric(_("Time"), labels.duration(history.seconds) if history.started else "–")


def _loss(value: float) -> str:
    """Return a loss with four decimals; of one that explodes only the size counts."""
    return f"{value:.4f}" if abs(value) < LARGE else f"{value:.3g}".replace("e+", "e")


def _metric(label: str, value: str, explained: str | None = None) -> None:
    st.metric(label, value, width="content", help=explained)


def _log(failed: Failed | None) -> None:
    """The end of a failed run's log, below everything else."""
    if failed and failed.details:
        with st.expander(_("The last lines of its log"), icon=":material/notes:"):
            st.code(failed.details, language=None)


def _titles(found: dict[str, Run]) -> dict[str, str]:
    """Return what runs are called, each otherwise: a menu knows its options by their texts.

    Of runs that would be called the same the first keeps its title, whatever else begins in its second.
    """
    titles: dict[str, str] = {}
    for name, run in reversed(found.items()):
        title = _title(run)
        longer = (title, f"{title} · {name.rpartition('-')[2]}", f"{title} · {name}")
        titles[name] = next(text for text in longer if text not in titles.values())
    return titles


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
