"""What is seen after training: confusion matrix, classes, calibration, mistakes, and the epochs."""

import streamlit as st

from cnnviz.components import confusion
from cnnviz.explain import epochs
from cnnviz.explain.evaluation import Answers
from cnnviz.ui import (
    fields,
    results_asking,
    results_epochs,
    results_labels,
    results_measures,
    results_pictures,
    results_subject,
    runs_words,
    shell,
    state,
)
from cnnviz.ui.i18n import _, failure
from cnnviz.ui.results_subject import Subject

MOST_CLASSES = 100
"""Classes that a matrix can show; of more, those with the most mistakes."""

WIDE = 25
"""From so many classes on the matrix has the whole width."""


def show() -> None:
    """Show a run's results, or what to do where there are none."""
    subject = results_subject.choose()
    if subject is None:
        st.info(
            _("No run has finished an epoch yet. Train a network: its answers are shown here as soon as the first epoch has ended."),
            icon=":material/fact_check:",
        )  # fmt: skip
        st.page_link(shell.page("train"), label=_("Go to Train"), icon=":material/model_training:")
        return
    _head(subject)
    if subject.alive:
        st.fragment(_wait, run_every=2.0)(subject)
    if chosen := _choose_answers(subject):
        part, answers = chosen
        _answers(subject, part, answers)
    results_epochs.show(subject)


def _head(subject: Subject) -> None:
    row = subject.row
    title, colour, icon = runs_words.STATES[row.state]
    with st.container(horizontal=True, vertical_alignment="center", key="results_head"):
        st.badge(_(title), color=colour, icon=icon)  # type: ignore[arg-type]
        st.markdown(
            f"**{runs_words.plain(row.title)}** · {runs_words.plain(runs_words.dataset(row.dataset))}"
        )
        drawable = subject.run.checkpoint() and row.state in {"finished", "stopped"}
        if st.button(
            _("Its training"), icon=":material/monitoring:", key="widget:results_train", type="tertiary"
        ):
            st.switch_page(shell.page("train"))
        draw = _("Draw with this network")
        if drawable and st.button(draw, icon=":material/draw:", key="widget:results_draw", type="tertiary"):
            state.put(fields.CHECKPOINT, row.name)
            st.switch_page(shell.page("draw"))
    if failed := subject.run.failure():
        st.warning(failure(failed), icon=":material/error:")
    tested, best = subject.tested, row.best_epoch
    accuracy = row.test_accuracy if row.test_accuracy is not None else tested.accuracy if tested else None
    loss = row.test_loss if row.test_loss is not None else tested.loss if tested else None
    with st.container(horizontal=True, gap="large", key="results_facts"):
        _metric(
            _("Test accuracy"), runs_words.percent(accuracy), _("On pictures that were never trained with.")
        )
        _metric(_("Test loss"), _number(loss))
        _metric(_("Validation accuracy"), runs_words.percent(row.val_accuracy), _("Of the best epoch."))
        _metric(_("Validation loss"), _number(row.val_loss), _("Of the best epoch."))
        _metric(
            _("Best epoch"), f"{best or '–'}",
            _("The one with the highest validation accuracy; its weights are kept and asked the test pictures."),
        )  # fmt: skip
        _metric(_("Epochs"), f"{row.epochs} / {max(row.epochs, row.epochs_ahead)}")


def _choose_answers(subject: Subject) -> tuple[str, Answers] | None:
    """Show which pictures' answers there are and return the chosen ones; None where there are none."""
    part = state.get(fields.RESULTS_SET) or ("validation" if subject.kept and not subject.tested else "test")
    state.put(fields.RESULTS_SET, part)
    names = {"test": _("Test pictures"), "validation": _("Validation pictures")}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="results_choice"):
        st.segmented_control(
            _("Whose answers"), list(names), format_func=names.__getitem__, required=True, width="content",
            **state.widget(fields.RESULTS_SET, _other_pictures),
        )  # fmt: skip
        if part == "validation" and subject.kept and subject.files:
            state.keep_among(fields.RESULTS_EPOCH, [0, *subject.files])
            st.selectbox(
                _("Epoch"), [0, *subject.files], format_func=lambda n: _epoch_name(subject, n), width=220,
                **state.widget(fields.RESULTS_EPOCH, _other_pictures),
            )  # fmt: skip
    return _tested(subject) if part == "test" else _validated(subject)


def _tested(subject: Subject) -> tuple[str, Answers] | None:
    if answers := subject.tested:
        said = _("The {count} official test pictures, asked with the weights of the best epoch. Nothing was chosen by them, no epoch and no learning rate, so they tell what the network is worth on pictures that it never met. Whoever looks here and then trains differently does choose by them: that is what the validation pictures are for.")  # fmt: skip
        times = epochs.times_asked(subject.run.path)
        often = {0: "", 1: _("This run asked them once.")}.get(times, _("This run asked them {times} times."))
        st.caption(f"{said.format(count=f'{len(answers):,}')} {often.format(times=times)}")
        return "test", answers
    if subject.alive:
        st.info(
            _("The test pictures are asked once, at the end. Until then there are the validation pictures."),
            icon=":material/hourglass_top:",
        )
        return None
    st.info(
        _("There are no answers of this run to the test pictures: it ended before, it is a trial of a search, or it is from an older version. Asking them once is fine; choosing by what they say is not."),
        icon=":material/fact_check:",
    )  # fmt: skip
    results_asking.offer(subject)
    return None


def _validated(subject: Subject) -> tuple[str, Answers] | None:
    number = state.get(fields.RESULTS_EPOCH) or subject.best or max(subject.files, default=0)
    answers = subject.answers(number)
    if answers is None:
        said = (
            _("What it wrote down of epoch {epoch} is damaged.").format(epoch=number)
            if number and subject.kept
            else _(
                "This run has no answers to validation pictures: it kept none, or it is from an older version."
            )
        )
        st.info(said, icon=":material/info:")
        return None
    st.caption(
        _("{count} pictures that were set aside from the training pictures and asked after epoch {epoch}. The best epoch was chosen by them, so they flatter it a little.").format(count=f"{len(answers):,}", epoch=number)
    )  # fmt: skip
    return "validation", answers


def _answers(subject: Subject, part: str, answers: Answers) -> None:
    wide = len(subject.classes) > WIDE
    if wide:
        _matrix(subject, answers)
        results_pictures.show(subject, answers, part)
    else:
        left, right = st.columns([1.1, 1], gap="large")
        with left:
            _matrix(subject, answers)
        with right:
            results_pictures.show(subject, answers, part)
    left, right = st.columns([1.1, 1], gap="large")
    with left:
        results_measures.per_class(subject.names, answers.per_class())
    with right:
        results_measures.calibration(answers.calibration(10))


def _matrix(subject: Subject, answers: Answers) -> None:
    st.markdown(f"**{_('Confusion matrix')}**")
    counts, shown = answers.confusion(), list(range(len(subject.classes)))
    if len(shown) > MOST_CLASSES:
        shown = answers.hardest(MOST_CLASSES)
        st.caption(
            _("The {count} of {whole} classes with the most mistakes.").format(
                count=MOST_CLASSES, whole=len(subject.classes)
            )
        )
    cell = state.get(fields.RESULTS_CELL)
    inside = cell and cell[0] in shown and cell[1] in shown

    def choose(chosen: tuple[int, int] | None) -> None:
        state.put(fields.RESULTS_CELL, (shown[chosen[0]], shown[chosen[1]]) if chosen else ())
        state.put(fields.RESULTS_PICTURE, -1)

    confusion(
        counts[shown][:, shown].tolist(), [subject.names[number] for number in shown], results_labels.confusion(),
        key="results", chosen=(shown.index(cell[0]), shown.index(cell[1])) if inside else None, on_choose=choose,
    )  # fmt: skip


def _wait(subject: Subject) -> None:
    """Show the whole page anew when a living run has written down one more epoch, or has ended."""
    now = results_subject.of(results_subject.row_of(subject))
    if now.row.state != subject.row.state or len(now.files) != len(subject.files):
        st.rerun()


def _epoch_name(subject: Subject, number: int) -> str:
    return _("Epoch {number}").format(number=number) if number else _("The best")


def _other_pictures() -> None:
    state.put(fields.RESULTS_PICTURE, -1)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _metric(label: str, value: str, explained: str | None = None) -> None:
    st.metric(label, value, width="content", help=explained)
