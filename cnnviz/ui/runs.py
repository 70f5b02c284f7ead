"""The list of all runs: filtered, sorted, chosen; what was deleted comes back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from cnnviz.errors import RunError
from cnnviz.store import upkeep
from cnnviz.store.overview import Record
from cnnviz.train.run import ALIVE
from cnnviz.ui import fields, runs_words, state, tables
from cnnviz.ui.field import Field
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _
from cnnviz.ui.runs_words import plain

EVERY = 2.0
"""Seconds after which the list looks again while a run lives."""

MOST_ROWS = 12
"""A longer list scrolls."""

FILTERS = (fields.RUNS_TEXT, fields.RUNS_STATE, fields.RUNS_NETWORK, fields.RUNS_DATASET, fields.RUNS_TAG)


def show() -> list[Record]:
    """Show the bar of what was deleted, the filters, the list and the trash; return the chosen runs' rows.

    The list is a fragment of its own: it looks again while a run lives, and what stands below it stays.
    """
    rows = upkeep.records()
    _take_over(rows)
    state.put(fields.RUNS_SHOWN, _shown(rows))
    alive = any(row.state in ALIVE for row in rows)
    st.fragment(_list, key="runs_list", run_every=EVERY if alive else None)()
    known = {row.name: row for row in rows}
    return [known[name] for name in state.get(fields.RUNS_CHOSEN) if name in known]


def choose(*names: str) -> None:
    """Choose runs from elsewhere than the table, which then shows the choice."""
    state.put(fields.RUNS_CHOSEN, names)
    state.put(fields.RUN, names[0] if len(names) == 1 else "")
    state.put(fields.RUNS_TURN, state.get(fields.RUNS_TURN) + 1)


def delete(rows: Sequence[Record]) -> None:
    """Throw runs away, all that can be; the bar above the list takes them back."""
    gone, refused = [], []
    for row in rows:
        try:
            gone.append(upkeep.delete(row.run).name)
        except RunError as error:
            refused.append(error)
    state.put(fields.RUNS_DELETED, tuple(gone))
    choose(*(row.name for row in rows if row.name not in gone))
    if refused:
        raise refused[0]


def _take_over(rows: Sequence[Record]) -> None:
    """Bring the choice in line with what is there; the run of another page is chosen where no other is."""
    known = [row.name for row in rows]
    chosen = state.get(fields.RUNS_CHOSEN) or tuple(filter(None, [state.get(fields.RUN)]))
    kept = tuple(name for name in chosen if name in known)
    if kept != state.get(fields.RUNS_CHOSEN):
        choose(*kept)
    if missing := [name for name in chosen if name not in known]:
        st.warning(_("These runs are not here (any more): {runs}").format(runs=plain(", ".join(missing))))


def _list() -> None:
    rows = upkeep.records()
    if _shown(rows) != state.get(fields.RUNS_SHOWN):
        st.rerun(scope="app")  # the table was clicked, or a run began or ended: what stands below follows
    state.publish("runs")
    with guard():
        _undo_bar()
        if rows:
            _filters(rows)
            found = [row for row in rows if _fits(row)]
            _table(found, len(rows))
        else:
            _nothing_yet()
        _trash()


def _shown(rows: Sequence[Record]) -> tuple[Any, ...]:
    """Return what the page below the list depends on: the choice, and the states of what lives or is chosen."""
    chosen = state.get(fields.RUNS_CHOSEN)
    return chosen, tuple((row.name, row.state) for row in rows if row.name in chosen or row.state in ALIVE)


def _nothing_yet() -> None:
    from cnnviz.ui import shell  # noqa: PLC0415

    st.info(
        _("There are no runs yet. Train a network: each training is kept here with its config, curves and weights."),
        icon=":material/model_training:",
    )  # fmt: skip
    st.page_link(shell.page("train"), icon=":material/play_arrow:")


def _filters(rows: Sequence[Record]) -> None:
    names: dict[str, str] = {name: _(said[0]) for name, said in runs_words.STATES.items()}
    there = {row.state for row in rows}
    datasets = sorted({row.dataset for row in rows if row.dataset})
    with st.container(horizontal=True, key="runs_filters"):
        st.text_input(
            _("Find"), placeholder=_("Name, tag, note, network, seed…"), icon=":material/search:", max_chars=200,
            width="stretch", **state.widget(fields.RUNS_TEXT),
        )  # fmt: skip
        _pick(_("State"), fields.RUNS_STATE, [name for name in names if name in there], names.__getitem__)
        _pick(_("Network"), fields.RUNS_NETWORK, sorted({row.network for row in rows if row.network}))
        _pick(_("Data set"), fields.RUNS_DATASET, datasets, runs_words.dataset)
        _pick(_("Tag"), fields.RUNS_TAG, sorted({tag for row in rows for tag in row.tags}))


def _pick(title: str, field: Field[str], choices: list[str], say: Callable[[str], str] = str) -> None:
    options = ["", *choices]
    if state.get(field) not in options:  # of a link, or of a run that is gone
        options.append(state.get(field))

    def told(name: str) -> str:
        return (say(name) if name in choices else name) or _("All")

    st.selectbox(title, options, format_func=told, width=168, **state.widget(field))


def _fits(row: Record) -> bool:
    wanted = [
        (fields.RUNS_STATE, (row.state,)),
        (fields.RUNS_NETWORK, (row.network,)),
        (fields.RUNS_DATASET, (row.dataset,)),
        (fields.RUNS_TAG, row.tags),
    ]
    if any(state.get(field) and state.get(field) not in has for field, has in wanted):
        return False
    said = (row.name, row.title, row.about.note, *row.tags, row.network, row.dataset, row.search, row.device)
    text = " ".join(filter(None, said)).casefold() + f" {row.seed}"
    return all(word in text for word in state.get(fields.RUNS_TEXT).casefold().split())


def _table(found: Sequence[Record], count: int) -> None:
    names = [row.name for row in found]
    chosen = state.get(fields.RUNS_CHOSEN)
    hidden = tuple(name for name in chosen if name not in names)
    with st.container(horizontal=True, vertical_alignment="center", key="runs_count"):
        shown = _("{shown} of {count} runs").format(shown=len(found), count=count)
        st.caption(shown if len(found) < count else _("{count} runs").format(count=count), width="content")
        if hidden:
            st.caption(_("{count} of the chosen are hidden by the filter").format(count=len(hidden)), width="content")  # fmt: skip
        if any(state.get(field) for field in FILTERS):
            st.button(_("Show all"), icon=":material/filter_alt_off:", key="runs_all", type="tertiary", on_click=_show_all)  # fmt: skip
        if chosen:
            st.button(_("Choose none"), icon=":material/deselect:", key="runs_none", type="tertiary", on_click=choose)  # fmt: skip
    if not found:
        st.info(_("No run fits this filter."), icon=":material/filter_alt:")
        return
    key = f"runs_table_{state.get(fields.RUNS_TURN)}_{hash(tuple(names))}"

    def follow() -> None:
        at = st.session_state[key]["selection"]["rows"]
        picked = [names[number] for number in at if number < len(names)]
        kept = [name for name in chosen if name in picked or name in hidden]  # in the order of choosing
        state.put(fields.RUNS_CHOSEN, (*kept, *(name for name in picked if name not in kept)))
        now = state.get(fields.RUNS_CHOSEN)
        state.put(fields.RUN, now[0] if len(now) == 1 else "")

    st.dataframe(
        _columns(found), hide_index=True, key=key, on_select=follow, selection_mode="multi-row",
        selection_default={"selection": {"rows": [names.index(name) for name in chosen if name in names]}},
        height=min(len(found), MOST_ROWS) * 35 + 38, column_config=_kinds(), placeholder="–",
        alt=_("All runs; tick one to open it, several to compare them"),
    )  # fmt: skip


def _columns(found: Sequence[Record]) -> dict[str, list[Any]]:
    def share(value: float | None) -> float | None:
        return None if value is None else 100 * value

    columns: dict[str, list[Any]] = {
        _("Run"): [row.title for row in found],
        _("State"): [runs_words.state(row.state) for row in found],
        _("Test accuracy"): [share(row.test_accuracy) for row in found],
        _("Best validation"): [share(row.val_accuracy) for row in found],
        _("Learning rate"): [row.config.learning_rate if row.config else None for row in found],
        _("Network"): [row.network for row in found],
        _("Data set"): [runs_words.dataset(row.dataset) for row in found],
        _("Tags"): [list(row.tags) for row in found],
        _("Epochs"): [f"{row.epochs} / {row.epochs_ahead}" if row.config else None for row in found],
        _("Time"): [row.seconds for row in found],
        _("Parameters"): [row.parameters for row in found],
        _("Seed"): [row.seed for row in found],
        _("Search"): [row.search or None for row in found],
        _("Made"): [datetime.fromtimestamp(row.created) for row in found],
        _("Folder"): [row.name for row in found],
    }
    optional = {_("Tags"), _("Search")}
    return {name: values for name, values in columns.items() if name not in optional or any(values)}


def _kinds() -> dict[str, Any]:
    kind = st.column_config
    return {
        _("Run"): kind.TextColumn(width="medium"),
        _("Network"): kind.TextColumn(width=132),  # of itself it looks at the first rows only, and clips the others
        _("Test accuracy"): kind.NumberColumn(format="%.2f %%", help=_("Of the best weights on the test pictures, asked once at the end.")),
        _("Best validation"): kind.NumberColumn(format="%.2f %%", help=_("The highest accuracy on the validation pictures after an epoch.")),
        _("Learning rate"): kind.NumberColumn(format="%.3g", help=_("The largest rate of the schedule, as the config says it.")),
        _("Tags"): kind.ListColumn(),
        _("Time"): kind.NumberColumn(format="%.1f s"),
        _("Parameters"): kind.NumberColumn(format="localized"),
        _("Seed"): kind.NumberColumn(format="%d"),
        _("Made"): kind.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
    }  # fmt: skip


def _show_all() -> None:
    for field in FILTERS:
        state.put(field, field.default)


def _undo_bar() -> None:
    """Say what was deleted, with the way back, until it is used or waved away."""
    there = {entry.name: entry.run for entry in upkeep.trash()} if state.get(fields.RUNS_DELETED) else {}
    gone = tuple(name for name in state.get(fields.RUNS_DELETED) if name in there)
    if not gone:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="runs_undo"):
        said = _("{run} was deleted.") if len(gone) == 1 else _("{count} runs were deleted.")
        called = upkeep.about(there[gone[0]]).name or gone[0]
        st.markdown(
            ":material/delete: " + said.format(run=f"**{plain(called)}**", count=len(gone)), width="stretch"
        )
        if st.button(_("Undo"), icon=":material/undo:", key="runs_undo_press", type="primary"):
            for name in gone:
                upkeep.undo(name)
            state.put(fields.RUNS_DELETED, ())
            choose(*gone)
            st.rerun(scope="app")
        if st.button(_("Leave it in the trash"), key="runs_undo_close", type="tertiary"):
            state.put(fields.RUNS_DELETED, ())
            st.rerun(scope="app")


def _trash() -> None:
    entries = upkeep.trash()
    if not entries:
        return
    size = tables.size(sum(entry.size for entry in entries))
    with st.expander(
        _("Trash: {count}, {size}").format(count=len(entries), size=size), icon=":material/delete:"
    ):
        for number, entry in enumerate(entries[:50]):
            with st.container(horizontal=True, vertical_alignment="center", key=f"runs_trash_{number}"):
                name = upkeep.about(entry.run).name or entry.name
                when = runs_words.moment(entry.time)
                st.markdown(
                    f"{plain(name)} :small[:gray[{when} · {tables.size(entry.size)}]]", width="stretch"
                )
                if st.button(_("Take back"), icon=":material/undo:", key=f"runs_back_{entry.run.name}"):
                    choose(upkeep.undo(entry.run.name).name)
                    st.rerun(scope="app")
        with st.popover(_("Empty the trash"), icon=":material/delete_forever:", key="runs_empty"):
            st.markdown(
                _("This deletes {count} runs with their weights for good.").format(count=len(entries))
            )
            if st.button(_("Delete for good"), type="primary", key="runs_empty_press"):
                upkeep.empty(entries)
                state.put(fields.RUNS_DELETED, ())
                st.rerun(scope="app")
