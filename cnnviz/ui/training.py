"""What the Train page asks before a start: data, device, optimiser and the rest."""

from typing import Any

import streamlit as st

from cnnviz.data import catalog
from cnnviz.spec import Network
from cnnviz.train import devices
from cnnviz.train.config import AUGMENTS, OPTIMIZERS, SCHEDULES, TrainConfig, check_classes, suggested
from cnnviz.ui import fields, labels, state, tables, warm
from cnnviz.ui.i18n import _

FOLDER = "folder"


def choose_data() -> str | None:
    """Show the data sets and return the chosen one's name; None while it cannot be used."""
    names = [*catalog.DATASETS, FOLDER]
    state.keep_among(fields.DATASET, names)
    chosen: str = st.selectbox(
        _("Data set"), names, format_func=_data_title, **state.widget(fields.DATASET, forget_suggestions)
    )
    if chosen == FOLDER:
        path = st.text_input(
            _("Folder of pictures"), placeholder="/home/ada/pictures",
            help=_("One subfolder a class; or train/ and test/, each with one subfolder a class."),
            **state.widget(fields.FOLDER, forget_suggestions),
        ).strip()  # fmt: skip
        if not path:
            st.caption(_("Type the path of a folder on this machine."))
            return None
        chosen = f"{catalog.FOLDER}{path}"
    else:
        info = catalog.lookup(chosen)
        st.caption(
            _("{about}. {train:,} to train, {test:,} to test. Licence: {licence}.").format(
                about=_(info.description),
                train=info.train_count,
                test=info.test_count,
                licence=_(info.licence),
            )
        )
    problem = catalog.status(chosen).problem
    if problem is None:
        return chosen
    if chosen in catalog.DATASETS and catalog.lookup(chosen).download_bytes:
        _offer_download(chosen)
        return None
    raise problem


def choose_device() -> str:
    """Show the devices with their free memory and return the chosen one's id."""
    warm.wait()
    titles = {"auto": _("Automatic: the fastest that is there")}
    for device in devices.available():
        free = _("{size} free").format(size=tables.size(device.memory_free)) if device.memory_free else ""
        cores = _("{count} cores").format(count=device.cores) if device.cores else ""
        titles[device.id] = ", ".join(filter(None, [f"{device.id}: {device.name}", cores, free]))
    state.keep_among(fields.DEVICE, list(titles))
    return str(
        st.selectbox(_("Device"), list(titles), format_func=titles.__getitem__, **state.widget(fields.DEVICE))
    )


def choose_config(network: Network, dataset: str, device: str) -> TrainConfig:
    """Show the numbers of the training, sensible at first, and return the whole config.

    Raises:
        CnnvizError: if network and data set do not fit.
    """
    check_classes(network, len(catalog.lookup(dataset).classes), dataset)
    best = suggested(network, dataset)
    suggestions: dict[fields.Field[Any], float] = {
        fields.LEARNING_RATE: best.learning_rate,
        fields.BATCH_SIZE: best.batch_size,
        fields.EPOCHS: best.epochs,
    }
    for field, value in suggestions.items():
        if not state.get(field):
            state.put(field, value)
    columns = st.columns(2)
    rate = columns[0].number_input(
        _("Learning rate"),
        fields.SMALLEST_RATE,
        fields.LARGEST_RATE,
        format="%g",
        step=0.001,
        **state.widget(fields.LEARNING_RATE),
    )
    batch = columns[1].number_input(_("Batch size"), 1, 65536, **state.widget(fields.BATCH_SIZE))
    epochs = columns[0].number_input(_("Epochs"), 1, 1000, **state.widget(fields.EPOCHS))
    seed = columns[1].number_input(_("Seed"), 0, 2**31 - 1, **state.widget(fields.SEED))
    with st.expander(_("Optimiser, schedule, augmentation")):
        optimizer = _pick(_("Optimiser"), fields.OPTIMIZER, dict(zip(OPTIMIZERS, ("Adam", "AdamW", "SGD", "RMSprop"), strict=True)))  # fmt: skip
        schedule = _pick(_("Learning-rate schedule"), fields.SCHEDULE, dict(zip(SCHEDULES, (_("Constant"), _("One cycle: up, then down to 0"), _("Cosine: down to 0")), strict=True)))  # fmt: skip
        augment = _pick(_("Augmentation"), fields.AUGMENT, dict(zip(AUGMENTS, (_("None"), _("Shift by up to 2 pixels"), _("For drawings: shift, turn, scale, thickness")), strict=True)))  # fmt: skip
    return TrainConfig(
        network, dataset, device, optimizer, float(rate), schedule=schedule, batch_size=int(batch),
        epochs=int(epochs), seed=int(seed), augment=augment,
    )  # fmt: skip


def forget_suggestions() -> None:
    """Another network or data set asks for other numbers: suggest them anew."""
    state.put(fields.LEARNING_RATE, fields.LEARNING_RATE.default)
    for field in (fields.BATCH_SIZE, fields.EPOCHS):
        state.put(field, field.default)


def _pick(title: str, field: fields.Field[str], titles: dict[str, str]) -> str:
    state.keep_among(field, list(titles))
    return str(st.selectbox(title, list(titles), format_func=titles.__getitem__, **state.widget(field)))


def _data_title(name: str) -> str:
    return _("A folder of pictures") if name == FOLDER else labels.dataset(name)


def _offer_download(name: str) -> None:
    info = catalog.lookup(name)
    problem = catalog.status(name).problem
    assert problem is not None
    st.info(
        _("{title} is not on this machine yet ({size} to download). It will be kept in {root}.").format(
            title=_(info.title), size=tables.size(info.download_bytes), root=catalog.data_root()
        ),
        icon=":material/database:",
    )
    if not st.button(_("Download"), icon=":material/download:", key="widget:download"):
        return
    warm.wait()
    from cnnviz.data.download import download  # noqa: PLC0415  (imports torch)

    bar = st.progress(0.0, _("Asking the server…"))

    def show(done: int, total: int) -> None:
        text = _("{done} of {total}").format(done=tables.size(done), total=tables.size(total))
        bar.progress(min(1.0, done / total) if total else 0.0, text)

    try:
        download(name, show)
    finally:
        bar.empty()
    st.rerun()
