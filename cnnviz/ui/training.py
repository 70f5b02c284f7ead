"""The Train page's form: the numbers of a training, each as suggested until somebody changes it.

The config does not depend on which widgets are open: ``config_of_fields`` makes it from the session's fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz import zoo
from cnnviz.data import catalog
from cnnviz.shapes import trace
from cnnviz.spec import Network
from cnnviz.train.config import (
    AUGMENTS,
    INITIALISATIONS,
    MODES,
    OPTIMIZERS,
    SCHEDULES,
    TrainConfig,
    check_classes,
    suggested,
)
from cnnviz.ui import fields, labels, settings, state
from cnnviz.ui.field import Field
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

FORM: dict[str, Field[Any]] = {
    field.key: field
    for field in (
        fields.OPTIMIZER, fields.LEARNING_RATE, fields.MOMENTUM, fields.NESTEROV, fields.BETA1, fields.BETA2,
        fields.WEIGHT_DECAY, fields.SCHEDULE, fields.STEP_EPOCHS, fields.STEP_FACTOR, fields.WARM_UP, fields.BATCH_SIZE,
        fields.EPOCHS, fields.SEED, fields.VALIDATION, fields.AUGMENT, fields.LABEL_SMOOTHING, fields.CLIP_NORM,
        fields.PATIENCE, fields.INITIALISATION, fields.MODE, fields.COMPILED,
    )
}  # fmt: skip
"""The fields of the form, by the names of ``TrainConfig``."""


FIRST = """<style>
@media (max-width: 640px) { [data-testid="stColumn"]:has(.st-key-train_run) { order: -1; } }
</style>"""
"""On a phone the run stands above the long form while it is what was just started, or was seen to live."""

SCROLL = """<style>.st-key-train_run { scroll-margin-top: 4.5rem; }</style><script>
{
  const run = document.querySelector(".st-key-train_run");
  const top = run ? run.getBoundingClientRect().top : 0;
  if (run && (top < 0 || top > innerHeight / 2)) run.scrollIntoView({ block: "start" });
}
</script>"""
"""Start is often pressed where the run is out of sight."""


def bring_into_view(run: str, *, alive: bool) -> None:
    """Show where the run is that is watched: above the form on a phone, and in sight once Start has been pressed."""
    if alive:
        state.put(fields.STARTED, run)  # and when it ends it stays where it was looked at
    if run == state.get(fields.STARTED):
        st.html(FIRST)
    if state.get(fields.SCROLL):
        state.put(fields.SCROLL, False)
        st.html(SCROLL, unsafe_allow_javascript=True)


def config_of_fields(network: Network, dataset: str, device: str) -> TrainConfig:
    """Return the whole config that the form stands for.

    Raises:
        CnnvizError: if network and data set do not fit.
    """
    check_classes(network, len(catalog.lookup(dataset).classes), dataset)
    best = suggested(network, dataset)
    return replace(best, device=device, **_chosen(best))


def choose_config(network: Network, dataset: str, device: str) -> tuple[TrainConfig | None, TrainConfig]:
    """Return the config, None with a sentence on the page where it cannot be, and one whose numbers the form shows."""
    config = None
    with guard():
        if not offer_classes(network, dataset):
            config = config_of_fields(network, dataset, device)
    if config:
        return config, config
    best = suggested(network, f"{catalog.FOLDER}.")  # a folder is not asked for its classes
    chosen = _chosen(best)
    if "batch_size" in chosen:  # one picture a step is too few for some networks
        chosen["batch_size"] = max(2, chosen["batch_size"])
    return None, replace(best, device=device, **chosen)


def refused(config: TrainConfig) -> list[str]:
    """Return what the shown numbers are called that were typed and cannot be: nothing is to be started with others."""
    return [settings.title(name) for name in _refused() if _matters(name, config)]


def _chosen(best: TrainConfig) -> dict[str, Any]:
    """Return what was changed in the form, less what another choice has made pointless: its widget is not shown."""
    chosen = {name: state.get(field) for name, field in FORM.items() if state.get(field) is not None}
    if chosen.get("optimizer", best.optimizer) != "sgd" or not chosen.get("momentum", best.momentum):
        chosen["nesterov"] = False
    if not chosen.get("validation_fraction", best.validation_fraction):
        chosen["patience"] = 0
    if chosen.get("mode", best.mode) != "fast":
        chosen["compiled"] = False
    return chosen


def _matters(name: str, config: TrainConfig) -> bool:
    """Return whether a number decides anything beside what else is chosen."""
    match name:
        case "momentum":
            return config.optimizer in {"sgd", "rmsprop"}
        case "beta1" | "beta2":
            return config.optimizer in {"adam", "adamw"}
        case "step_epochs" | "step_factor":
            return config.schedule == "step"
        case "warm_up":
            return config.schedule != "one_cycle"
        case "patience":
            return config.validation_fraction > 0
    return True


def offer_classes(network: Network, dataset: str) -> bool:
    """Say where a network tells another number of classes apart than the data have, and offer to give it theirs.

    Returns:
        Whether it does.
    """
    info, found = catalog.lookup(dataset), trace(network).output_shape
    classes = len(info.classes)
    title = info.title if catalog.is_folder(dataset) else labels.dataset(dataset)
    if len(found) != 1 or found == (classes,):
        return False
    st.error(
        _("{network} tells {found} classes apart, but {dataset} has {classes}.").format(
            network=network.name, found=found[0], dataset=title, classes=classes
        ),
        icon=":material/error:",
    )
    entry = zoo.ZOO.get(state.get(fields.NETWORK))
    if entry and "classes" in entry.options and classes >= entry.options["classes"].least:
        st.button(
            _("Give {network} {classes} classes").format(network=network.name, classes=classes), icon=":material/build:",
            key="widget:fit_classes", on_click=_give_classes, args=(classes,), width="stretch",
        )  # fmt: skip
    else:
        st.caption(_("Its last layer must give {classes} scores: change it on the Build page.").format(classes=classes))  # fmt: skip
    return True


def _give_classes(classes: int) -> None:
    state.put(fields.OPTIONS["classes"], classes)
    forget_suggestions()


def choose_numbers(config: TrainConfig) -> None:
    """Show the numbers that are asked for most: rate, batch, epochs, seed."""
    columns = st.columns(2)
    with columns[0]:
        _number(config, fields.LEARNING_RATE, fields.SMALLEST_RATE, fields.LARGEST_RATE, format="%g", step=0.001)  # fmt: skip
        _number(config, fields.EPOCHS, 1, 1000)
    with columns[1]:
        _number(config, fields.BATCH_SIZE, 1, 65536)
        _number(config, fields.SEED, 0, 2**31 - 1)


def choose_rest(config: TrainConfig) -> None:
    """Show what else decides how it learns, in three groups."""
    with st.expander(_("Optimiser and schedule"), icon=":material/speed:", key="widget:group_optimiser"):
        _optimiser(config)
    with st.expander(
        _("Against learning by heart"), icon=":material/shuffle:", key="widget:group_regularisation"
    ):
        _regularisation(config)
    with st.expander(_("Precision and first weights"), icon=":material/tune:", key="widget:group_precision"):
        _precision(config)
    changed = [name for name in FORM if state.get(FORM[name]) is not None or name in _refused()]
    if changed and st.button(
        _("Back to what is suggested"), icon=":material/restart_alt:", key="widget:suggested", type="tertiary",
        help=_("Changed: {names}").format(names=", ".join(map(settings.title, changed))), on_click=_forget_all,
    ):  # fmt: skip
        st.rerun()


def forget_suggestions() -> None:
    """Another network or data set asks for other numbers: suggest them anew."""
    for field in (fields.LEARNING_RATE, fields.BATCH_SIZE, fields.EPOCHS):
        state.put(field, None)


def _optimiser(config: TrainConfig) -> None:
    _pick(config, fields.OPTIMIZER, dict(zip(OPTIMIZERS, ("Adam", "AdamW", "SGD", "RMSprop"), strict=True)))  # fmt: skip
    if _matters("momentum", config):
        _number(config, fields.MOMENTUM, 0.0, 0.9999, step=0.05, format="%g")
    if config.optimizer == "sgd" and config.momentum:
        _flag(config, fields.NESTEROV, _("Looks one step ahead before it turns."))
    if _matters("beta1", config):
        columns = st.columns(2)
        with columns[0]:
            _number(
                config, fields.BETA1, 0.0, 0.99999, step=0.05, format="%g",
                help=_("Part of the mean gradient that each step keeps: 0.9 remembers some 10 steps."),
            )  # fmt: skip
        with columns[1]:
            _number(
                config, fields.BETA2, 0.0, 0.99999, step=0.01, format="%g",
                help=_("Part of the mean squared gradient that each step keeps: 0.999 remembers some 1,000 steps. A training of a few hundred steps learns better with 0.95."),
            )  # fmt: skip
    _number(
        config, fields.WEIGHT_DECAY, 0.0, 1.0, step=0.0005, format="%g",
        help=_("Pulls every weight a little towards 0 at each step."),
    )  # fmt: skip
    titles = (_("Constant"), _("Steps down"), _("Cosine: down to 0"), _("One cycle: up, then down to 0"))
    _pick(config, fields.SCHEDULE, dict(zip(SCHEDULES, titles, strict=True)))
    if _matters("step_factor", config):
        columns = st.columns(2)
        with columns[0]:
            _number(config, fields.STEP_EPOCHS, 1, 1000)
        with columns[1]:
            _number(config, fields.STEP_FACTOR, 1e-6, 1.0, step=0.1, format="%g")
    if _matters("warm_up", config):
        _number(
            config, fields.WARM_UP, 0.0, 1000.0, step=0.5, format="%g",
            help=_("The rate rises from 0 before the schedule begins."),
        )  # fmt: skip


def _regularisation(config: TrainConfig) -> None:
    st.multiselect(
        settings.title(fields.AUGMENT.key), AUGMENTS, format_func=labels.augments().__getitem__, placeholder=_("None"),
        help=_("Changes the training pictures at random, so that the network learns what does not matter. The Data page shows how."),
        **_shown(fields.AUGMENT, list(config.augment), tuple),
    )  # fmt: skip
    _number(
        config, fields.LABEL_SMOOTHING, 0.0, 0.9, step=0.05, format="%g",
        help=_("Part of the target that is spread over all classes."),
    )  # fmt: skip
    _number(
        config, fields.CLIP_NORM, 0.0, 1e6, step=0.5, format="%g", help=_("0 leaves them as they are."),
    )  # fmt: skip
    _number(
        config, fields.VALIDATION, 0.0, 0.9, step=0.05, format="%g",
        help=_("Part of the training pictures that is kept for validation; 0 keeps none."),
    )  # fmt: skip
    if _matters("patience", config):
        _number(
            config, fields.PATIENCE, 0, 1000,
            help=_("Ends after so many epochs without a better validation loss; 0 never does."),
        )  # fmt: skip


def _precision(config: TrainConfig) -> None:
    modes = (
        _("Exact: 32 bits, the same again with the same seed"),
        _("Fast: 16 bits (bfloat16) where it pays"),
    )
    _pick(config, fields.MODE, dict(zip(MODES, modes, strict=True)))
    if config.mode == "fast":
        _flag(
            config, fields.COMPILED,
            _("Takes a minute at the start; pays for small networks with large batches, and on a GPU."),
        )  # fmt: skip
    titles = (
        _("Automatic: Xavier for sigmoid and tanh, else PyTorch's"), _("PyTorch's own"), _("Xavier (Glorot), as in d2l"),
        _("Kaiming (He), for ReLU"),
    )  # fmt: skip
    _pick(config, fields.INITIALISATION, dict(zip(INITIALISATIONS, titles, strict=True)))


def _forget_all() -> None:
    state.put(fields.FORM_REFUSED, {})
    for field in FORM.values():
        state.put(field, None)


def take(config: TrainConfig, best: TrainConfig) -> None:
    """Set the form to a config; a number that is beyond the form is shown and refused, as if it had been typed.

    Args:
        config: what the form is to stand for.
        best: what is suggested for its network and data.
    """
    refused = {}
    for name, field in FORM.items():
        value = getattr(config, name)
        if value == getattr(best, name):
            value = None
        elif not _can_be(field, value):
            refused[name] = (value, None)
            value = None
        state.put(field, value)
    state.put(fields.FORM_REFUSED, refused)


def _can_be(field: Field[Any], value: Any) -> bool:
    """Return whether the form can show a value, and a link say it."""
    try:
        field.read(state.written(value))
    except ValueError:
        return False
    return True


def _refused() -> dict[str, Any]:
    """Return what was typed and cannot be; once something else has set the field, it is gone."""
    typed = state.get(fields.FORM_REFUSED)
    kept = {name: pair for name, pair in typed.items() if state.get(FORM[name]) == pair[1]}
    if kept != typed:
        state.put(fields.FORM_REFUSED, kept)
    return {name: value for name, (value, _before) in kept.items()}


def _number(config: TrainConfig, field: Field[Any], least: float, most: float, **more: Any) -> None:
    """Show a number. Streamlit would keep a number out of its bounds to itself, so it has none and they are checked here."""
    make = float if isinstance(least, float) else int
    typed, kept = _refused().get(field.key), state.get(field)
    key = f"widget:{field.key}"
    st.session_state[key] = make(
        next(each for each in (typed, kept, getattr(config, field.key)) if each is not None)
    )

    def follow() -> None:
        value = st.session_state[key]
        others = {name: pair for name, pair in state.get(fields.FORM_REFUSED).items() if name != field.key}
        if least <= value <= most:
            state.put(field, make(value))
        else:
            others[field.key] = (value, state.get(field))
        state.put(fields.FORM_REFUSED, others)

    st.number_input(settings.title(field.key), key=key, on_change=follow, **({"step": 1} | more))
    if typed is not None:
        sentence = (
            _("`{parameter}` (={value}) must be an integer from {least} to {most}") if make is int
            else _("`{parameter}` (={value}) must be a number from {least} to {most}")
        )  # fmt: skip
        said = [f"{number:.10g}" for number in (typed, least, most)]
        st.markdown(
            f":red[{sentence.format(parameter=field.key, value=said[0], least=said[1], most=said[2])}]"
        )


def _flag(config: TrainConfig, field: Field[Any], explained: str) -> None:
    st.toggle(settings.title(field.key), help=explained, **_shown(field, getattr(config, field.key), bool))


def _pick(config: TrainConfig, field: Field[Any], titles: Mapping[str, str]) -> None:
    st.selectbox(
        settings.title(field.key),
        list(titles),
        format_func=titles.__getitem__,
        **_shown(field, getattr(config, field.key), str),
    )


def _shown(field: Field[Any], now: Any, make: Callable[[Any], Any]) -> dict[str, Any]:
    """Return ``key`` and ``on_change`` of a widget that shows what holds now; the field says only what was changed."""
    key = f"widget:{field.key}"
    st.session_state[key] = now

    def follow() -> None:
        state.put(field, make(st.session_state[key]))

    return {"key": key, "on_change": follow}
