"""The choice of a data set, shared by the Data, the Train and the Search page.

What is missing is offered for download; a folder is named by its path; a zip file of pictures is taken in and becomes
a data set of its own.
"""

import time
from collections.abc import Callable

import streamlit as st

from cnnviz.data import catalog
from cnnviz.errors import DataError
from cnnviz.ui import fields, labels, state, tables, warm
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, paragraph, sentence

FOLDER, ZIP = "folder", "zip"

SHOWN = 5
"""Sentences about pictures that were left out; further ones are counted."""


def choose(after: Callable[[], None] | None = None, *, looking: bool = False) -> str | None:
    """Show the data sets and return the chosen one's name; None while it cannot be used.

    Args:
        after: called when the choice changes.
        looking: whether to say what exactly was left out of an upload; elsewhere its count is enough.

    Raises:
        DataError: if it cannot be used, with the reason.
    """
    uploads = catalog.uploads()
    names = [*catalog.DATASETS, *uploads, FOLDER, ZIP]
    wanted = state.get(fields.DATASET)
    state.keep_among(fields.DATASET, names)
    if wanted not in names:
        name = labels.dataset(wanted).replace("`", "")
        st.info(_("There is no data set `{name}` here. Choose another one.").format(name=name), icon=":material/info:")  # fmt: skip
    chosen: str = st.selectbox(
        _("Data set"), names, format_func=_data_title, **state.widget(fields.DATASET, after)
    )
    if chosen == ZIP:
        _take_in(after)
        return None
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
    elif chosen in uploads:
        _own_upload(chosen, after, looking=looking)
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
    match name:
        case "folder":
            return _("A folder of pictures")
        case "zip":
            return _("Upload pictures (zip file) …")
        case _ if name.startswith(catalog.UPLOAD):
            return _("{name} (uploaded)").format(name=labels.dataset(name))
        case _:
            return labels.dataset(name)


def _take_in(after: Callable[[], None] | None) -> None:
    """Ask for a zip file, unpack it, and choose what came out of it."""
    file = st.file_uploader(
        _("Pictures in a zip file"), type=["zip"], key="widget:zip_upload", on_change=_forget_problem,
        max_upload_size=int(st.get_option("server.maxUploadSize")),
        help=_("The administrator sets the largest upload: `maxUploadSize` in .streamlit/config.toml. Larger sets go into a folder on this machine."),
    )  # fmt: skip
    if problem := state.get(fields.UPLOAD_PROBLEM):
        with guard():
            raise problem
        return
    if file is None:
        st.caption(_("One folder a class, with its pictures in it; or train/ and test/ with such folders."))
        return
    from cnnviz.data.archive import unpack  # noqa: PLC0415  (imports PIL)

    bar = st.progress(0.0, _("Looking at every picture…"))
    shown = 0.0

    def show(done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - shown > 0.1:
            shown = time.monotonic()
            bar.progress(
                done / max(total, 1), _("Picture {done:,} of {total:,}").format(done=done, total=total)
            )

    try:
        found = unpack(file, file.name, show)
    except DataError as error:
        state.put(fields.UPLOAD_PROBLEM, error)
        raise
    finally:
        bar.empty()
    state.put(fields.UPLOADED, found)
    state.put(fields.DATASET, found.name)
    if after:
        after()
    st.rerun()


def _own_upload(name: str, after: Callable[[], None] | None, *, looking: bool) -> None:
    """Say what an upload holds and what was left out of it, and offer to remove it."""
    classes = catalog.lookup(name).classes
    some = ", ".join(classes[:SHOWN]) + (" …" if len(classes) > SHOWN else "")
    with st.container(horizontal=True, vertical_alignment="center", key="upload_facts"):
        st.caption(_("{count} classes: {names}").format(count=len(classes), names=some), width="stretch")
        with st.popover(_("Remove"), icon=":material/delete:", type="tertiary"):
            st.write(_("The pictures are deleted for everybody. Runs stay, but cannot go on with them."))
            if st.button(_("Delete the pictures"), type="primary", key="widget:upload_delete"):
                from cnnviz.data.archive import delete  # noqa: PLC0415

                delete(name)
                state.put(fields.DATASET, fields.DATASET.default)
                if after:
                    after()
                st.rerun()
    found = state.get(fields.UPLOADED)
    if found is None or found.name != name:
        return
    said = [_("{count:,} pictures were taken in.").format(count=found.pictures)]
    if found.left_out:
        said.append(_("Left out: {count:,}.").format(count=len(found.left_out)))
        said += [f"\n- {sentence(each)}" for each in found.left_out[:SHOWN]] if looking else []
    if not looking:
        st.caption(paragraph(said))
        return
    (st.warning if found.left_out else st.success)(
        paragraph(said), icon=":material/rule:" if found.left_out else ":material/check:"
    )


def _forget_problem() -> None:
    state.put(fields.UPLOAD_PROBLEM, None)


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
