"""The choice of a data set, shared by the Data and the Train page, with the offer to download what is missing."""

from collections.abc import Callable

import streamlit as st

from cnnviz.data import catalog
from cnnviz.ui import fields, labels, state, tables, warm
from cnnviz.ui.i18n import _

FOLDER = "folder"


def choose(after: Callable[[], None] | None = None) -> str | None:
    """Show the data sets and return the chosen one's name; None while it cannot be used."""
    names = [*catalog.DATASETS, FOLDER]
    state.keep_among(fields.DATASET, names)
    chosen: str = st.selectbox(
        _("Data set"), names, format_func=_data_title, **state.widget(fields.DATASET, after)
    )
    if chosen == FOLDER:
        path = st.text_input(
            _("Folder of pictures"), placeholder="/home/ada/pictures",
            help=_("One subfolder a class; or train/ and test/, each with one subfolder a class."),
            **state.widget(fields.FOLDER, after),
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
