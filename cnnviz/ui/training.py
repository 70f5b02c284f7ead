"""The Train page's form: the numbers of a training, each as suggested until somebody changes it.

The config does not depend on which widgets are open: ``config_of_fields`` makes it from the session's fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.data import catalog
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
from cnnviz.ui import fields, state
from cnnviz.ui.field import Field
from cnnviz.ui.i18n import _

FORM: dict[str, Field[Any]] = {
    field.key: field
    for field in (
        fields.OPTIMIZER, fields.LEARNING_RATE, fields.MOMENTUM, fields.NESTEROV, fields.WEIGHT_DECAY, fields.SCHEDULE,
        fields.STEP_EPOCHS, fields.STEP_FACTOR, fields.WARM_UP, fields.BATCH_SIZE, fields.EPOCHS, fields.SEED,
        fields.VALIDATION, fields.AUGMENT, fields.LABEL_SMOOTHING, fields.CLIP_NORM, fields.PATIENCE,
        fields.INITIALISATION, fields.MODE, fields.COMPILED,
    )
}  # fmt: skip
"""The fields of the form, by the names of ``TrainConfig``."""


def config_of_fields(network: Network, dataset: str, device: str) -> TrainConfig:
    """Return the whole config that the form stands for.

    Raises:
        CnnvizError: if network and data set do not fit.
    """
    check_classes(network, len(catalog.lookup(dataset).classes), dataset)
    best = suggested(network, dataset)
    chosen = {name: state.get(field) for name, field in FORM.items() if state.get(field) is not None}
    # What another choice has made pointless is left out: its widget is not shown either.
    if chosen.get("optimizer", best.optimizer) != "sgd" or not chosen.get("momentum", best.momentum):
        chosen["nesterov"] = False
    if not chosen.get("validation_fraction", best.validation_fraction):
        chosen["patience"] = 0
    if chosen.get("mode", best.mode) != "fast":
        chosen["compiled"] = False
    return replace(best, device=device, **chosen)


def choose_numbers(config: TrainConfig) -> None:
    """Show the numbers that are asked for most: rate, batch, epochs, seed."""
    columns = st.columns(2)
    with columns[0]:
        _number(_("Learning rate"), config, fields.LEARNING_RATE, fields.SMALLEST_RATE, fields.LARGEST_RATE, format="%g", step=0.001)  # fmt: skip
        _number(_("Epochs"), config, fields.EPOCHS, 1, 1000)
    with columns[1]:
        _number(_("Batch size"), config, fields.BATCH_SIZE, 1, 65536)
        _number(_("Seed"), config, fields.SEED, 0, 2**31 - 1)


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
    changed = [name for name in FORM if state.get(FORM[name]) is not None]
    if changed and st.button(
        _("Back to what is suggested"), icon=":material/restart_alt:", key="widget:suggested", type="tertiary",
        help=_("Changed: {names}").format(names=", ".join(changed)), on_click=_forget_all,
    ):  # fmt: skip
        st.rerun()


def forget_suggestions() -> None:
    """Another network or data set asks for other numbers: suggest them anew."""
    for field in (fields.LEARNING_RATE, fields.BATCH_SIZE, fields.EPOCHS):
        state.put(field, None)


def _optimiser(config: TrainConfig) -> None:
    _pick(_("Optimiser"), config, fields.OPTIMIZER, dict(zip(OPTIMIZERS, ("Adam", "AdamW", "SGD", "RMSprop"), strict=True)))  # fmt: skip
    if config.optimizer in {"sgd", "rmsprop"}:
        _number(_("Momentum"), config, fields.MOMENTUM, 0.0, 0.9999, step=0.05, format="%g")
    if config.optimizer == "sgd" and config.momentum:
        _flag(_("Nesterov's momentum"), config, fields.NESTEROV, _("Looks one step ahead before it turns."))
    _number(
        _("Weight decay"), config, fields.WEIGHT_DECAY, 0.0, 1.0, step=0.0005, format="%g",
        help=_("Pulls every weight a little towards 0 at each step."),
    )  # fmt: skip
    titles = (_("Constant"), _("Steps down"), _("Cosine: down to 0"), _("One cycle: up, then down to 0"))
    _pick(_("Learning-rate schedule"), config, fields.SCHEDULE, dict(zip(SCHEDULES, titles, strict=True)))
    if config.schedule == "step":
        columns = st.columns(2)
        with columns[0]:
            _number(_("Step every … epochs"), config, fields.STEP_EPOCHS, 1, 1000)
        with columns[1]:
            _number(_("Times"), config, fields.STEP_FACTOR, 1e-6, 1.0, step=0.1, format="%g")
    if config.schedule != "one_cycle":
        _number(
            _("Warm-up (epochs)"), config, fields.WARM_UP, 0.0, 1000.0, step=0.5, format="%g",
            help=_("The rate rises from 0 before the schedule begins."),
        )  # fmt: skip


def _regularisation(config: TrainConfig) -> None:
    titles = {
        "flip": _("Mirror left and right"), "crop": _("Crop"), "shift": _("Shift by up to 2 pixels"), "rotate": _("Turn"),
        "colour": _("Brightness, contrast, colour"), "drawing": _("For drawings: shift, turn, scale, thickness"),
    }  # fmt: skip
    st.multiselect(
        _("Augmentation"), AUGMENTS, format_func=titles.__getitem__, placeholder=_("None"),
        help=_("Changes the training pictures at random, so that the network learns what does not matter. The Data page shows how."),
        **_shown(fields.AUGMENT, list(config.augment), tuple),
    )  # fmt: skip
    _number(
        _("Label smoothing"), config, fields.LABEL_SMOOTHING, 0.0, 0.9, step=0.05, format="%g",
        help=_("Part of the target that is spread over all classes."),
    )  # fmt: skip
    _number(
        _("Clip gradients at norm"), config, fields.CLIP_NORM, 0.0, 1e6, step=0.5, format="%g", help=_("0 leaves them as they are."),
    )  # fmt: skip
    _number(
        _("Validation part"), config, fields.VALIDATION, 0.0, 0.9, step=0.05, format="%g",
        help=_("Part of the training pictures that is kept for validation; 0 keeps none."),
    )  # fmt: skip
    if config.validation_fraction:
        _number(
            _("Early stopping: patience (epochs)"), config, fields.PATIENCE, 0, 1000,
            help=_("Ends after so many epochs without a better validation loss; 0 never does."),
        )  # fmt: skip


def _precision(config: TrainConfig) -> None:
    modes = (
        _("Exact: 32 bits, the same again with the same seed"),
        _("Fast: 16 bits (bfloat16) where it pays"),
    )
    _pick(_("Mode"), config, fields.MODE, dict(zip(MODES, modes, strict=True)))
    if config.mode == "fast":
        _flag(
            _("Compile first (torch.compile)"), config, fields.COMPILED,
            _("Takes a minute at the start; pays for small networks with large batches, and on a GPU."),
        )  # fmt: skip
    titles = (
        _("Automatic: Xavier for sigmoid and tanh, else PyTorch's"), _("PyTorch's own"), _("Xavier (Glorot), as in d2l"),
        _("Kaiming (He), for ReLU"),
    )  # fmt: skip
    _pick(_("First weights"), config, fields.INITIALISATION, dict(zip(INITIALISATIONS, titles, strict=True)))


def _forget_all() -> None:
    for field in FORM.values():
        state.put(field, None)


def _number(
    title: str, config: TrainConfig, field: Field[Any], least: float, most: float, **more: Any
) -> None:
    now = getattr(config, field.key)
    make = float if isinstance(least, float) else int
    st.number_input(title, least, most, **more, **_shown(field, min(max(make(now), least), most), make))


def _flag(title: str, config: TrainConfig, field: Field[Any], explained: str) -> None:
    st.toggle(title, help=explained, **_shown(field, getattr(config, field.key), bool))


def _pick(title: str, config: TrainConfig, field: Field[Any], titles: Mapping[str, str]) -> None:
    st.selectbox(
        title, list(titles), format_func=titles.__getitem__, **_shown(field, getattr(config, field.key), str)
    )


def _shown(field: Field[Any], now: Any, make: Callable[[Any], Any]) -> dict[str, Any]:
    """Return ``key`` and ``on_change`` of a widget that shows what holds now; the field says only what was changed."""
    key = f"widget:{field.key}"
    st.session_state[key] = now

    def follow() -> None:
        state.put(field, make(st.session_state[key]))

    return {"key": key, "on_change": follow}
