"""What the Search page asks: the training that is common to all trials, what varies and within what, how long."""

from typing import Any

import streamlit as st

from cnnviz import zoo
from cnnviz.errors import SpecError
from cnnviz.search import searches
from cnnviz.search.space import (
    MOST_PARALLEL,
    MOST_TRIALS,
    PRUNERS,
    SAMPLERS,
    Choice,
    Range,
    SearchConfig,
    proposed,
    read_space,
    text_of,
    variables,
)
from cnnviz.shapes import trace
from cnnviz.train.config import TrainConfig
from cnnviz.ui import data_choice, devices, fields, network, searching_words, state, training
from cnnviz.ui.i18n import _

BATCH_SIZES = tuple(2**power for power in range(1, 13))

FIRST = ("learning_rate", "optimizer")
"""What the page proposes to vary at first."""

GRIDS_ALL = 1000
"""A grid has no number of trials to choose: it ends by itself."""


def choose() -> SearchConfig | None:
    """Show the whole form and return the search that it describes; None while it describes none.

    Raises:
        CnnvizError: if network, data and what varies do not fit together.
    """
    base = _base()
    if base is None:
        return None
    name = state.get(fields.NETWORK) if state.get(fields.NETWORK) in zoo.ZOO else ""
    options = {
        option: value
        for option, field in fields.OPTIONS.items()
        if name and option in zoo.ZOO[name].options and (value := state.get(field)) is not None
    }
    _propose(base, name, options)
    space = _choose_space(base, name, options)
    _choose_length(base)
    with st.expander(_("How it searches"), icon=":material/tune:", key="search_how"):
        _choose_how()
    if not space:
        st.info(_("Choose at least one thing that varies."), icon=":material/tune:")
        return None
    grid = state.get(fields.SEARCH_SAMPLER) == "grid"
    config = SearchConfig(
        base, space, name, options, state.get(fields.SEARCH_SAMPLER), state.get(fields.SEARCH_PRUNER),
        GRIDS_ALL if grid else state.get(fields.SEARCH_TRIALS), 60.0 * state.get(fields.SEARCH_MINUTES),
        state.get(fields.SEARCH_PARALLEL), base.seed,
    )  # fmt: skip
    count = config.combinations
    if count == 1:
        st.info(
            _("There is only one combination, so each trial would be the same training: choose a second value."), icon=":material/tune:"
        )  # fmt: skip
        return None
    if not grid and count is not None and count < config.trials:
        st.caption(
            _("There are only {count} combinations: some of the {trials} trials would be the same training. A grid tries each once.").format(count=count, trials=config.trials)
        )  # fmt: skip
    if grid:
        st.caption(_("This grid has {count} combinations.").format(count=config.most_trials))
    return config


def start(config: SearchConfig) -> None:
    """Start a search and show it."""
    found = searches.start(config, state.get(fields.SEARCH_NAME).strip())
    state.put(fields.SEARCH, found.name)
    state.put(fields.SEARCH_TRIAL, 0)
    state.put(fields.SEARCH_NAME, "")


def _base() -> TrainConfig | None:
    """Show network, data set and device; the other numbers are those of the Train page."""
    with st.expander(_("What is trained"), icon=":material/account_tree:", expanded=True, key="search_base"):
        chosen = network.choose(training.forget_suggestions)
        trace(chosen)
        dataset = data_choice.choose(training.forget_suggestions)
        device = devices.choose()
        if dataset is None or training.offer_classes(chosen, dataset):
            return None
        base = training.config_of_fields(chosen, dataset, device)
        st.caption(
            _("Whatever is not varied is as on the Train page: {settings}.").format(settings=_settings(base))
        )
    return base


def _settings(base: TrainConfig) -> str:
    words = [
        searching_words.said("optimizer", base.optimizer),
        searching_words.said("schedule", base.schedule),
    ]
    words += [_("rate {rate}").format(rate=f"{base.learning_rate:g}"), _("batch {batch}").format(batch=base.batch_size)]  # fmt: skip
    return ", ".join(words)


def _propose(base: TrainConfig, name: str, options: dict[str, Any]) -> None:
    """Propose something to vary where nobody has chosen yet, and forget what this network cannot have."""
    known = variables(name)
    for variable, field in fields.SEARCH_SPACE.items():
        if state.get(field) and (variable not in known or _read(variable, state.get(field), name) is None):
            state.put(field, "")
    if not state.get(fields.SEARCH_BEGUN) and not any(map(state.get, fields.SEARCH_SPACE.values())):
        for variable in FIRST:
            state.put(fields.SEARCH_SPACE[variable], text_of(proposed(base, variable, name, options)))
    state.put(fields.SEARCH_BEGUN, True)


def _choose_space(base: TrainConfig, name: str, options: dict[str, Any]) -> dict[str, Range | Choice]:
    """Show what varies, each with its bounds; return the space."""
    known = variables(name)
    key = "widget:search_varies"
    st.session_state[key] = [each for each in known if state.get(fields.SEARCH_SPACE[each])]

    def follow() -> None:
        for each in known:
            field = fields.SEARCH_SPACE[each]
            if each not in st.session_state[key]:
                state.put(field, "")
            elif not state.get(field):
                state.put(field, text_of(proposed(base, each, name, options)))

    st.multiselect(
        _("What varies"), list(known), format_func=searching_words.title, key=key, on_change=follow,
        placeholder=_("Nothing yet"),
    )  # fmt: skip
    space = {}
    for each in known:
        found = _read(each, state.get(fields.SEARCH_SPACE[each]), name)
        if found is not None:
            space[each] = found
            _ask(each, found, known[each])
    return space


def _read(variable: str, text: str, name: str) -> Range | Choice | None:
    """Return the bounds that a text means; None where it means none for this network."""
    if not text:
        return None
    try:
        found = read_space([f"{variable}={text}"], name)[variable]
        widest = variables(name)[variable]
    except SpecError:
        return None
    if isinstance(found, Choice) and isinstance(widest, Choice):
        kept = tuple(value for value in found.values if value in widest.values)
        return Choice(kept) if kept else None
    if isinstance(found, Range) and isinstance(widest, Range):
        inside = widest.least <= found.least <= found.most <= widest.most
        return found if inside else None
    return found


def _ask(variable: str, now: Range | Choice, widest: Range | Choice) -> None:
    """Show the bounds or choices of a variable; its field keeps them as a text."""
    field, title = fields.SEARCH_SPACE[variable], searching_words.title(variable)
    key = f"widget:{field.key}"
    if isinstance(now, Range) and isinstance(widest, Range):
        bounds = st.columns(2)
        make = int if now.whole else float
        keys = (f"{key}:least", f"{key}:most")
        for at, value in zip(keys, (now.least, now.most), strict=True):
            st.session_state[at] = make(value)

        def follow_range() -> None:
            low, high = sorted(st.session_state[at] for at in keys)
            state.put(field, text_of(Range(low, high)))

        words = (_("{name}, from").format(name=title), _("to"))
        for column, at, label in zip(bounds, keys, words, strict=True):
            column.number_input(
                label, make(widest.least), make(widest.most), key=at, on_change=follow_range,
                step=1 if now.whole else _step(now), format="%d" if now.whole else "%g",
            )  # fmt: skip
        return
    choices = widest.values if isinstance(widest, Choice) else BATCH_SIZES
    assert isinstance(now, Choice)
    st.session_state[key] = list(now.values)

    def follow() -> None:
        if st.session_state[key]:
            state.put(field, text_of(Choice(tuple(sorted(st.session_state[key], key=_place(choices))))))
        else:
            state.put(field, "")

    st.multiselect(
        title, list(dict.fromkeys([*choices, *now.values])), key=key, on_change=follow,
        format_func=lambda value: searching_words.said(variable, value),
    )  # fmt: skip


def _place(choices: tuple[Any, ...]) -> Any:
    return lambda value: choices.index(value) if value in choices else len(choices)


def _step(now: Range) -> float:
    return float(now.least) if now.log else 0.05


def _choose_length(base: TrainConfig) -> None:
    columns = st.columns(3)
    if state.get(fields.SEARCH_SAMPLER) == "grid":
        columns[0].text_input(_("Trials"), _("all"), disabled=True, key="search_all_trials")
    else:
        columns[0].number_input(_("Trials"), 1, MOST_TRIALS, **state.widget(fields.SEARCH_TRIALS))
    key = f"widget:{fields.EPOCHS.key}"
    st.session_state[key] = base.epochs
    columns[1].number_input(
        _("Epochs each"), 1, 1000, key=key, on_change=lambda: state.put(fields.EPOCHS, st.session_state[key])
    )
    columns[2].number_input(
        _("Minutes"), 0, 100_000, help=_("After so long no new trial begins; 0 for no limit."), **state.widget(fields.SEARCH_MINUTES)
    )  # fmt: skip


def _choose_how() -> None:
    st.selectbox(
        _("Sampler"), SAMPLERS, format_func=lambda name: _(searching_words.SAMPLERS[name]),
        help=_("TPE looks at the trials so far: it tries values that the better ones had more often."),
        **state.widget(fields.SEARCH_SAMPLER),
    )  # fmt: skip
    st.selectbox(
        _("End trials early"), PRUNERS, format_func=lambda name: _(searching_words.PRUNERS[name]),
        help=_("After each epoch a trial that is worse than half of the earlier ones were then is ended."),
        **state.widget(fields.SEARCH_PRUNER),
    )  # fmt: skip
    columns = st.columns(2)
    columns[0].number_input(
        _("At the same time"), 1, MOST_PARALLEL, help=_("Trials share the devices' queue with everybody: more than there are places wait."),
        **state.widget(fields.SEARCH_PARALLEL),
    )  # fmt: skip
    columns[1].text_input(
        _("Name"), placeholder=_("the time"), max_chars=60, **state.widget(fields.SEARCH_NAME)
    )
