"""What can be asked of a run: pause, go on, single steps, stop, another rate, more epochs, and taking it up again."""

import time
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.errors import CnnvizError, RunError
from cnnviz.train import control, runs
from cnnviz.train.events import Finished
from cnnviz.train.run import ALIVE, Run, State
from cnnviz.ui import fields, state
from cnnviz.ui.i18n import _, sentence
from cnnviz.ui.live_reading import Reading

PATIENCE = 0.3
"""Seconds that a look waits for what was just asked: most workers answer within one batch."""


def show(run: Run, known: Reading, now: State) -> None:
    """Show the controls in one row; while the run lives each keeps its place."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="run_controls"):
        if now in ALIVE:
            _living(run, known, now)
        else:
            _at_rest(run, known)
    change = known.history.changes[-1] if known.history.changes else None
    if now == "paused" and change and change.name == "learning_rate" and change.step >= known.history.step:
        st.caption(_("Learning rate {rate} from the next step on.").format(rate=f"{change.value:.3g}"))
    problem = state.get(fields.ASKED_PROBLEM)
    if problem and problem[0] == run.name:
        st.warning(problem[1], icon=":material/info:")


def _living(run: Run, known: Reading, now: State) -> None:
    paused, steady = now == "paused", now in {"running", "paused"}

    def asks(request: control.Request) -> Callable[[], None]:
        return lambda: control.send(run, request)

    if paused:
        _button("continue", _("Continue"), "play_arrow", asks(control.Continue()), run, primary=True)
    else:
        _button("pause", _("Pause"), "pause", asks(control.Pause()), run, disabled=not steady)
    for count, text in ((1, _("1 step")), (10, _("10 steps"))):
        _button(
            f"step_{count}", text, "", asks(control.Step(count)), run, disabled=not paused,
            help=_("While paused: train with so many batches more, then wait again."),
        )  # fmt: skip
    _button("stop", _("Stop"), "stop", lambda: runs.stop(run), run)
    history = known.history
    rates = [*history.rates[-1:], *(each.value for each in history.changes if each.name == "learning_rate" and each.step >= history.step)]  # fmt: skip
    with st.form("rate_form", border=False, width="content", clear_on_submit=True), _row("rate_row"):
        st.text_input(
            _("Learning rate"), placeholder=_("rate {rate}").format(rate=f"{rates[-1]:.3g}" if rates else "–"),
            label_visibility="collapsed", width=130, disabled=not steady, key="widget:new_rate",
        )  # fmt: skip
        st.form_submit_button(
            _("Set rate"), disabled=not steady, key="widget:set_rate", on_click=_asking(run, lambda: _set_rate(run)),
            help=_("The learning rate from the next batch on; the whole schedule is scaled with it."),
        )  # fmt: skip
    with st.popover(_("More epochs"), icon=":material/add:", disabled=not steady, key="more_popover"):
        _more_epochs(run, _("Add"), primary=False)


def _at_rest(run: Run, known: Reading) -> None:
    if not run.can_resume():
        return
    finished = isinstance(known.history.end, Finished)
    if not finished:
        _button(
            "resume", _("Resume"), "resume", lambda: runs.resume(run), run, primary=True,
            help=_("Go on where it was, as if nothing had happened."),
        )  # fmt: skip
    _more_epochs(run, _("Train on"), primary=finished)


def _more_epochs(run: Run, text: str, *, primary: bool) -> None:
    with st.form("epochs_form", border=False, width="content"), _row("epochs_row"):
        st.number_input(
            _("More epochs"), value=state.get(fields.MORE_EPOCHS), min_value=1, max_value=1000, step=1, width=130,
            key="widget:more_epochs", help=_("They follow the planned ones; the schedule runs anew over them."),
        )  # fmt: skip
        st.form_submit_button(
            text, key="widget:add_epochs", type="primary" if primary else "secondary",
            on_click=_asking(run, lambda: _more(run)),
        )  # fmt: skip


def _row(key: str) -> DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small", width="content", key=key)


def _button(
    name: str, text: str, icon: str, do: Callable[[], object], run: Run, *, disabled: bool = False, primary: bool = False,
    help: str | None = None,  # noqa: A002  (Streamlit's own word)
) -> None:  # fmt: skip
    st.button(
        text, icon=f":material/{icon}:" if icon else None, key=f"widget:run_{name}", on_click=_asking(run, do), disabled=disabled,
        type="primary" if primary else "secondary", help=help,
    )  # fmt: skip


def _asking(run: Run, do: Callable[[], object]) -> Callable[[], None]:
    """Return a callback that asks, and keeps the reason where it cannot be."""

    def asked() -> None:
        state.put(fields.ASKED_PROBLEM, None)
        before = _size(run)
        try:
            do()
        except CnnvizError as error:
            state.put(fields.ASKED_PROBLEM, (run.name, sentence(error)))
        else:
            state.put(fields.ASKED, (run.name, before))

    return asked


def take_effect(run: Run) -> None:
    """Wait a moment for what was just asked, so that this very look shows it."""
    asked = state.get(fields.ASKED)
    state.put(fields.ASKED, None)
    if not asked or asked[0] != run.name:
        return
    until = time.monotonic() + PATIENCE
    while run.state() in ALIVE and time.monotonic() < until:
        if _answered(run, asked[1]):
            return
        time.sleep(0.02)


def _answered(run: Run, before: int) -> bool:
    """Return whether an answer to a request stands in the event file behind ``before`` bytes."""
    try:
        with (run.path / "events.jsonl").open("rb") as file:
            file.seek(before)
            new = file.read()
    except OSError:
        return False
    return any(f'"event": "{name}"'.encode() in new for name in ("Paused", "Continued", "Changed"))


def _size(run: Run) -> int:
    try:
        return (run.path / "events.jsonl").stat().st_size
    except OSError:
        return 0


def _set_rate(run: Run) -> None:
    text = st.session_state.get("widget:new_rate", "").strip().replace(",", ".")
    if not text:
        return
    try:
        control.send(run, control.Rate(float(text)))
    except ValueError:
        raise RunError(
            "`learning_rate` (={value}) must be a number from {least} to {most}",
            value=text[:40], least=f"{control.SMALLEST_RATE:g}", most=f"{control.LARGEST_RATE:g}",
        ) from None  # fmt: skip


def _more(run: Run) -> None:
    count = int(st.session_state["widget:more_epochs"])
    state.put(fields.MORE_EPOCHS, count)
    if run.state() in ALIVE:
        control.send(run, control.More(count))
    else:
        runs.resume(run, epochs=count)
