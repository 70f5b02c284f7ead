"""A search while it goes and afterwards: its trials, the best so far, what mattered, and what to do with the best."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.components.chart import ChartData, Series, chart
from cnnviz.errors import RunError
from cnnviz.figures import search as figures
from cnnviz.search import searches
from cnnviz.search.searches import Progress, Search, Trial
from cnnviz.search.space import Range, SearchConfig
from cnnviz.search.tasks import ALIVE
from cnnviz.shapes import trace
from cnnviz.train import runs
from cnnviz.train.run import Run
from cnnviz.ui import fields, labels, searching_words, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, failure

EVERY = 1.0
"""Seconds between two looks at a search that goes on."""

MOST_ROWS = 14
"""A longer table scrolls."""

AXIS = 118
"""CSS pixels that an axis needs, so that the names above do not touch; a narrow page scrolls."""

# Plotly draws these axes black, in the dark, too.
SCROLLED = """<style>
.st-key-search_lines { overflow-x: auto; }
.st-key-search_lines > * { min-width: WIDTHpx; }
.st-key-search_lines .axis :is(.domain, line) { stroke: currentColor; }
</style>"""

LONGER = 3
"""So many times the epochs of a trial are proposed for training the best."""


def show() -> None:
    """Show the chosen search, live while it lives; the newest at first."""
    _undo_bar()
    found = {search.name: search for search in searches.list_searches()}
    if not found:
        st.info(
            _("No search yet. Choose what varies, and press Start: each trial is a training like any other, and the test pictures are not touched."),
            icon=":material/travel_explore:",
        )  # fmt: skip
        return
    if state.get(fields.SEARCH) not in found:
        state.put(fields.SEARCH, next(iter(found)))
    name = str(st.selectbox(_("Search"), list(found), **state.widget(fields.SEARCH, _first_trial)))
    alive = found[name].state() in ALIVE
    st.fragment(_view, key="search_view", run_every=EVERY if alive else None)(name, alive)


def _first_trial() -> None:
    state.put(fields.SEARCH_TRIAL, 0)


def _view(name: str, was_alive: bool) -> None:
    with guard():
        search = searches.find(name)
        now = search.state()
        progress = _progress(search)
        try:
            config = search.config()
        except RunError:
            _offer_deletion(search)  # there is nothing else to be done with it
            raise
        _head(search, config, progress, now)
        if progress.trials:
            _facts(config, progress, now)
            _tries(progress)
            _table(config, progress)
            _pictures(config, progress)
            _chosen(search, config, progress)
        if was_alive and now not in ALIVE:
            st.rerun()  # the whole page: the polling ends


def _head(search: Search, config: SearchConfig, progress: Progress, now: str) -> None:
    title, colour, icon = searching_words.STATES[now]
    with st.container(horizontal=True, vertical_alignment="center", key="search_head"):
        st.badge(_(title), color=colour, icon=icon)  # type: ignore[arg-type]
        st.markdown(f"**{config.base.network.name}** · {labels.dataset(config.base.dataset)}")
        if now in ALIVE:
            if st.button(_("Stop"), icon=":material/stop:", key="widget:search_stop", type="primary"):
                searches.stop(search)
                st.rerun()
            return
        open_ = progress.of("stopped")
        more = len(progress.trials) < config.most_trials or open_
        if more and st.button(
            _("Resume"), icon=":material/play_arrow:", key="widget:search_resume", type="primary"
        ):
            searches.resume(search)
            st.rerun()
        if config.sampler != "grid" and not more:
            with st.popover(_("More trials"), icon=":material/add:"):
                count = st.number_input(_("More trials"), 1, 500, 10, key="widget:search_more")
                if st.button(_("Go on"), icon=":material/play_arrow:", key="widget:search_go_on"):
                    searches.resume(search, trials=config.trials + int(count))
                    st.rerun()
        _offer_deletion(search)
    if now in ALIVE and not progress.trials:
        st.progress(0.0, _("Starting…"))
    if failed := search.failure():
        st.error(failure(failed), icon=":material/error:")
        if going := searches.still_going(list(progress.trials.values())):
            st.caption(
                _("Still training: {runs}. Resume takes them up.").format(
                    runs=", ".join(run.name for run in going)
                )
            )


def _offer_deletion(search: Search) -> None:
    if st.button(_("Delete"), icon=":material/delete:", key="widget:search_delete", help=_("Its runs stay among the runs.")):  # fmt: skip
        state.put(fields.SEARCH_DELETED, str(searches.delete(search)))
        state.put(fields.SEARCH, "")
        st.rerun()


def _facts(config: SearchConfig, progress: Progress, now: str) -> None:
    done = len(progress.of("finished", "pruned", "failed"))
    if now in ALIVE:
        st.progress(
            min(1.0, done / config.most_trials),
            _("{done} of {count} trials").format(done=done, count=config.most_trials),
        )
    best = progress.best()
    with st.container(horizontal=True, gap="large", key="search_facts"):
        st.metric(
            _("Best validation accuracy"), searching_words.percent(best.accuracy if best else None), width="content",
            help=_("Of the finished trials. It is a little too good: the best of many was chosen by it."),
        )  # fmt: skip
        st.metric(_("Finished"), len(progress.of("finished")), width="content")
        st.metric(
            _("Pruned"), len(progress.of("pruned")), width="content", help=_("Ended early, as they were worse than others.")
        )  # fmt: skip
        if failed := len(progress.of("failed")):
            st.metric(_("Failed"), failed, width="content")
        st.metric(_("Time"), labels.duration(progress.seconds), width="content")
    if _none_learned(config, progress):
        st.warning(
            _("No finished trial is clearly better than guessing, so none is marked as the best: their order is chance. Give the trials more epochs, or vary other rates."),
            icon=":material/help:",
        )  # fmt: skip
    if progress.of("failed") and not progress.of("finished", "pruned", "running", "stopped"):
        first = progress.of("failed")[0]
        st.error(
            _("All trials failed so far. The first one said: {reason}").format(
                reason=failure(first.failure) if first.failure else "–"
            ),
            icon=":material/error:",
        )


def _none_learned(config: SearchConfig, progress: Progress) -> bool:
    return progress.none_learned(trace(config.base.network).output_shape[-1])


def _tries(progress: Progress) -> None:
    """Draw each ended trial's accuracy where it ended, and the best so far as steps."""
    ended = sorted(progress.of("finished", "pruned"), key=lambda trial: trial.seconds)
    ended = [trial for trial in ended if trial.accuracy is not None]
    if not ended:
        return
    series = []
    for name, state_, colour in ((_("Finished"), "finished", 0), (_("Pruned"), "pruned", 3)):
        part = [trial for trial in ended if trial.state == state_]
        if part:
            points = [100 * (trial.accuracy or 0.0) for trial in part]
            series.append(Series(name, [trial.seconds for trial in part], points, "points", colour=colour))
    best: list[float] = []
    finished = [trial for trial in ended if trial.state == "finished"]
    for trial in finished:
        best.append(max([100 * (trial.accuracy or 0.0), *best[-1:]]))
    if finished:
        times = [trial.seconds for trial in finished] + [progress.seconds]
        series.append(Series(_("Best so far"), times, [*best, best[-1]], "step", colour=1))
    chart(
        ChartData(series, _("Seconds of the search"), _("Validation accuracy (%)"), (0.0, max(1.0, progress.seconds))),
        labels.chart(), key="search_tries", height=260,
    )  # fmt: skip


def _table(config: SearchConfig, progress: Progress) -> None:
    trials = sorted(progress.trials.values(), key=lambda trial: -trial.number)
    best = None if _none_learned(config, progress) else progress.best()
    rows: dict[str, list[Any]] = {  # numbers as numbers: a click on a column's head sorts them
        _("Trial"): [trial.number for trial in trials],
        _("State"): [f"{_stands(trial)} ★" if best and trial.number == best.number else _stands(trial) for trial in trials],
        _("Validation accuracy"): [None if trial.accuracy is None else 100 * trial.accuracy for trial in trials],
        _("Epochs"): [trial.epochs for trial in trials],
    }  # fmt: skip
    kinds = {_("Validation accuracy"): st.column_config.NumberColumn(format="%.2f %%")}
    for name, space in config.space.items():
        title, values = searching_words.title(name), [trial.values.get(name) for trial in trials]
        if isinstance(space, Range):
            rows[title] = values
            kinds[title] = st.column_config.NumberColumn(format="%d" if space.whole else "%.3g")
        else:
            rows[title] = [searching_words.said(name, value) for value in values]
    st.dataframe(
        rows, hide_index=True, key="search_table", height=35 * min(len(trials), MOST_ROWS) + 38, row_height=35,
        column_config=kinds, placeholder="–",
    )  # fmt: skip
    failed = [trial for trial in trials if trial.state == "failed" and trial.failure]
    for trial in failed[:3]:
        assert trial.failure is not None
        st.caption(_("Trial {number}: {reason}").format(number=trial.number, reason=failure(trial.failure)))


def _stands(trial: Trial) -> str:
    if trial.state == "pruned" and trial.epochs:
        return _("pruned after epoch {epoch}").format(epoch=trial.epochs)
    return searching_words.state(trial.state)


def _pictures(config: SearchConfig, progress: Progress) -> None:
    known = [trial for trial in progress.of("finished", "pruned") if trial.accuracy is not None]
    if len(known) < 2:
        return
    lines, mattered = st.tabs([_("All trials as lines"), _("What mattered")], key="search_tabs")
    with lines:
        figure = figures.parallel(
            config.space, known, title=searching_words.title, said=searching_words.said,
            accuracy=_("Accuracy (%)"),
        )  # fmt: skip
        with st.container(key="search_lines"):
            st.html(SCROLLED.replace("WIDTH", str(AXIS * (len(config.space) + 1))))
            st.plotly_chart(figure, key="search_coordinates", config={"displayModeBar": False})
        st.caption(_("Each line is a trial. Drag along an axis to keep only the lines that pass there; drag axes to sort them."))  # fmt: skip
    with mattered:
        shares = _importance(config, tuple(progress.of("finished")))
        if shares:
            st.plotly_chart(
                figures.importances(shares, title=searching_words.title), key="search_importance",
                config={"displayModeBar": False},
            )  # fmt: skip
            st.caption(
                _("How differently the best trials are spread over a variable than all are (PED-ANOVA). Few trials say little.")
            )  # fmt: skip
        else:
            st.info(
                _("What mattered can be estimated after 8 finished trials with different results."), icon=":material/query_stats:"
            )  # fmt: skip


def _importance(config: SearchConfig, finished: tuple[Trial, ...]) -> dict[str, float]:
    """Return what mattered; asked again only when another trial has finished."""
    kept = st.session_state.get("search_importance_of")
    key = (config.to_json(), [trial.number for trial in finished])
    if not kept or kept[0] != key:
        from cnnviz.search.importance import importance  # noqa: PLC0415  (imports optuna)

        kept = (key, importance(config.space, finished))
        st.session_state["search_importance_of"] = kept
    shares: dict[str, float] = kept[1]
    return shares


def _chosen(search: Search, config: SearchConfig, progress: Progress) -> None:
    """Show one trial, the best at first, and the ways on from it."""
    numbers = [trial.number for _number, trial in sorted(progress.trials.items()) if trial.run]
    if not numbers:
        return
    best = None if _none_learned(config, progress) else progress.best()
    if state.get(fields.SEARCH_TRIAL) not in [0, *numbers]:
        state.put(fields.SEARCH_TRIAL, 0)
    number = state.get(fields.SEARCH_TRIAL) or (best.number if best else numbers[-1])
    key = "widget:search_trial"
    st.session_state[key] = number
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="search_one_trial"):
        st.selectbox(
            _("Trial"), numbers, key=key, width=140,
            format_func=lambda each: f"{each} ★" if best and each == best.number else str(each),
            on_change=lambda: state.put(fields.SEARCH_TRIAL, st.session_state[key]),
        )  # fmt: skip
        trial = progress.trials[number]
        run = Run(search.run_of(number))
        _open(run, _("Watch"), ":material/show_chart:", "train")
        if trial.state == "finished":
            _open(run, _("Results"), ":material/fact_check:", "results")
            if config.base.network.input_shape[0] == 1:
                _open(run, _("Draw with it"), ":material/draw:", "draw")
            _longer(run, search, trial)
    said = [
        f"{searching_words.title(name)} **{searching_words.said(name, value)}**"
        for name, value in trial.values.items()
    ]
    st.markdown(" · ".join(said))


def _open(run: Run, title: str, icon: str, page: str) -> None:
    from cnnviz.ui import shell  # noqa: PLC0415  (the frame knows the pages, and its parts come first)

    if st.button(title, icon=icon, key=f"widget:search_open_{page}", disabled=not run.path.is_dir()):
        state.put(fields.CHECKPOINT if page == "draw" else fields.RUN, run.name)
        st.switch_page(shell.page(page))


def _longer(run: Run, search: Search, trial: Trial) -> None:
    """Offer a longer training with the values of a trial, which asks the test pictures at its end."""
    from cnnviz.ui import shell  # noqa: PLC0415

    try:
        config = run.config()
    except RunError:
        return
    with st.popover(_("Train it longer"), icon=":material/model_training:"):
        st.caption(
            _("A new run with these values, from the beginning. At its end the test pictures are asked once, which no trial has done.")
        )  # fmt: skip
        epochs = st.number_input(
            _("Epochs"), 1, 1000, min(1000, LONGER * config.epochs), key="widget:search_longer"
        )
        if st.button(
            _("Start"), icon=":material/play_arrow:", type="primary", key="widget:search_longer_start"
        ):
            about = {"name": f"{search.name} · {trial.number}"}
            longer = runs.start(replace(config, epochs=int(epochs), test=True), about=about)
            state.put(fields.RUN, longer.name)
            st.switch_page(shell.page("train"))


def _undo_bar() -> None:
    deleted = state.get(fields.SEARCH_DELETED)
    if not deleted or not Path(deleted).is_dir():
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="search_undo"):
        name = Path(deleted).name.removeprefix(searches.DELETED)
        st.markdown(
            _("The search {search} was deleted; its runs are still there.").format(search=f"`{name}`")
        )
        if st.button(_("Undo"), icon=":material/undo:", key="widget:search_undo"):
            with guard():
                state.put(fields.SEARCH, searches.undo(Path(deleted)).name)
                state.put(fields.SEARCH_DELETED, "")
                st.rerun()


def _progress(search: Search) -> Progress:
    """Return the trials, taking those that this session has a little further."""
    kept = state.get(fields.SEARCH_PROGRESS)
    progress = searches.progress(search, kept[1] if kept and kept[0] == search.name else None)
    state.put(fields.SEARCH_PROGRESS, (search.name, progress))
    return progress
