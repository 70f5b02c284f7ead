"""One run, opened: what came of it, what people say of it, everything that its folder says, what can be taken along."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.store import export, report, upkeep
from cnnviz.store.overview import Record
from cnnviz.store.report_parts import flat
from cnnviz.train.about import MOST_NAME, MOST_NOTE, MOST_TAGS
from cnnviz.train.run import ALIVE, CONFIG
from cnnviz.ui import fields, runs, runs_curves, runs_words, state, tables
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, current, failure, paragraph, sentence
from cnnviz.ui.runs_words import plain

MOST_FILES = 500
LOG_LINES = 400

COMMA = re.compile("[,\N{FULLWIDTH COMMA}\N{IDEOGRAPHIC COMMA}]")
"""What people type between two tags."""


def show(row: Record) -> None:
    """Show a run whose row in the list was ticked."""
    _head(row)
    _failure(row)
    every = runs.EVERY if row.state in ALIVE else None
    st.fragment(_facts, key="runs_numbers", run_every=every)(row)
    curves, said = st.columns([2.1, 1], gap="large")
    with curves:
        runs_curves.show([row], key=f"runs_curves_{row.name}")
    with said:
        _say(row)
    _take_along(row)
    _folder(row)


def _head(row: Record) -> None:
    from cnnviz.ui import shell  # noqa: PLC0415  (the frame knows the pages, and its parts come first)

    name, colour, icon = runs_words.STATES[row.state]
    tags = "".join(f" :violet-badge[{plain(tag)}]" for tag in row.tags)
    st.markdown(f"### {plain(row.title)} :{colour}-badge[{icon} {_(name)}]{tags}")
    device = f" · {plain(row.device)}" if row.device else ""
    what = f"{plain(row.network or '?')} · {plain(runs_words.dataset(row.dataset))}"
    st.caption(f"{what}{device} · {runs_words.moment(row.created)} · `{row.name}`")
    if changed := runs_words.changes(row):
        st.caption(changed)
    with st.container(horizontal=True, key="runs_ways"):
        alive = row.state in ALIVE
        if st.button(
            _("Watch it") if alive else _("Train page"), icon=":material/model_training:", key="runs_to_train"
        ):
            state.put(fields.RUN, row.name)
            st.switch_page(shell.page("train"))
        if st.button(_("Results"), icon=":material/fact_check:", key="runs_to_results"):
            state.put(fields.RUN, row.name)
            st.switch_page(shell.page("results"))
        ready = row.run.checkpoint() is not None and not alive
        if st.button(_("Draw with it"), icon=":material/draw:", key="runs_to_draw", disabled=not ready):
            state.put(fields.CHECKPOINT, row.name)
            st.switch_page(shell.page("draw"))
        st.button(
            _("Delete"), icon=":material/delete:", key="runs_delete", disabled=alive, on_click=_delete, args=(row,),
            help=_("Stop it first") if alive else _("It goes into the trash, and can be taken back."),
        )  # fmt: skip


def _delete(row: Record) -> None:
    with guard():
        runs.delete([row])


def _failure(row: Record) -> None:
    if row.state == "failed" and (failed := row.run.failure()):
        st.error(plain(failure(failed)), icon=":material/error:")


def _facts(row: Record) -> None:
    row = upkeep.record(row.run)  # newer than the list, where it lives
    facts = {
        _("Test accuracy"): runs_words.percent(row.test_accuracy),
        _("Best validation"): runs_words.percent(row.val_accuracy),
        _("Epochs"): f"{row.epochs} / {row.epochs_ahead}",
        _("Time"): runs_words.lasted(row.seconds),
        _("Samples per second"): "–" if row.samples_per_second is None else f"{row.samples_per_second:,.0f}",
        _("Parameters"): "–" if row.parameters is None else f"{row.parameters:,}",
        _("Seed"): "–" if row.seed is None else str(row.seed),
    }
    best = "–" if row.best_epoch is None else _("After epoch {epoch}.").format(epoch=row.best_epoch)
    with st.container(horizontal=True, gap="large", key="runs_facts"):
        for name, value in facts.items():
            st.metric(name, value, width="content", help=best if name == _("Best validation") else None)


def _say(row: Record) -> None:
    """The name, tags and note of a run, kept as soon as they are typed; what is refused is said beside them."""
    name, tags, note, refused = (
        f"runs_{part}:{row.name}" for part in ("called", "tagged", "noted", "refused")
    )

    def keep(change: Callable[[], object]) -> None:
        try:
            change()
        except CnnvizError as error:
            st.session_state[refused] = sentence(error)

    def retag() -> None:
        wanted = [
            tag.strip() for typed in st.session_state[tags] for tag in COMMA.split(typed) if tag.strip()
        ]
        upkeep.tag(row.run, *wanted)
        upkeep.untag(row.run, *(tag for tag in row.tags if tag not in wanted))

    if said := st.session_state.pop(refused, ""):
        st.error(said, icon=":material/error:")
    st.text_input(
        _("Name"), row.about.name, placeholder=row.network or row.name, max_chars=MOST_NAME, key=name,
        on_change=lambda: keep(lambda: upkeep.rename(row.run, st.session_state[name])),
    )  # fmt: skip
    known = sorted({tag for other in upkeep.records() for tag in other.tags})
    # A refused one does not stay: it would have the next ones refused, too.
    st.session_state[tags] = list(row.tags)
    st.multiselect(
        _("Tags"), known, accept_new_options=True, max_selections=MOST_TAGS, key=tags, on_change=lambda: keep(retag),
        placeholder=_("Choose, or type a new one"),
    )  # fmt: skip
    st.text_area(
        _("Note"), row.about.note, max_chars=MOST_NOTE, height=150, key=note, placeholder=_("What was this run for? What did it show?"),
        on_change=lambda: keep(lambda: upkeep.note(row.run, st.session_state[note])),
    )  # fmt: skip
    if row.search:
        st.caption(_("A trial of the search {search}.").format(search=f"**{plain(row.search)}**"))


def _take_along(row: Record) -> None:
    run, language = row.run, current()
    st.markdown("##### " + _("Take it along"))
    with st.container(horizontal=True, key="runs_export"):
        _save(
            _("Report (HTML)"),
            ":material/article:",
            lambda: report.html(run, language).encode(),
            export.name_of(run, ".html"),
            "text/html",
            "report",
        )
        _save(
            _("Steps (CSV)"),
            ":material/table:",
            lambda: export.steps(run).encode(),
            export.name_of(run, "-steps.csv"),
            "text/csv",
            "steps",
        )
        _save(
            _("Epochs (CSV)"),
            ":material/table:",
            lambda: export.epochs(run).encode(),
            export.name_of(run, "-epochs.csv"),
            "text/csv",
            "epochs",
        )
        for which, title in (("best", _("Best weights")), ("last", _("Last weights"))):
            path = run.path / f"{which}.safetensors"
            if path.is_file():
                _save(
                    f"{title} ({tables.size(path.stat().st_size)})",
                    ":material/download:",
                    path.read_bytes,
                    export.name_of(run, f"-{which}.safetensors"),
                    "application/octet-stream",
                    which,
                )
        if row.config and (run.path / "best.safetensors").is_file():
            _save(
                _("PyTorch program (ZIP)"),
                ":material/code:",
                lambda: export.source(run),
                export.name_of(run, "-pytorch.zip"),
                "application/zip",
                "source",
            )
        _save(_("Whole folder (ZIP)"), ":material/folder_zip:", lambda: export.folder(run), export.name_of(run, ".zip"), "application/zip", "folder")  # fmt: skip


def _save(title: str, icon: str, make: Any, name: str, mime: str, key: str) -> None:
    """Offer a file that is only made when somebody asks for it."""
    st.download_button(title, make, name, mime, icon=icon, key=f"runs_save_{key}", on_click="ignore")


def _folder(row: Record) -> None:
    config, card, files, log = st.tabs([_("Config"), _("Card"), _("Files"), _("Log")])
    with config:
        _config(row)
    with card:
        _card(row)
    with files:
        _files(row)
    with log:
        text = row.run.log(LOG_LINES)
        if text:
            st.code(text, language=None, height=min(500, 60 + 22 * len(text.splitlines())))
        else:
            st.caption(_("The training printed nothing."))


def _config(row: Record) -> None:
    if row.config is None:
        with guard():
            row.run.config()
        return
    text = row.config.to_json()
    values = json.loads(text)
    network = values.pop("network")
    st.markdown(_("The same training again, on any machine with cnnviz:"))
    st.code("python -m cnnviz train --config config.json", language="bash")
    if changed := runs_words.changes(row):
        st.caption(paragraph((changed, _("The config does not say so."))))
    st.download_button(
        _("Config (JSON)"), text, CONFIG, "application/json", icon=":material/data_object:", key="runs_save_config",
        on_click="ignore",
    )  # fmt: skip
    left, right = st.columns([1, 1.4], gap="large")
    with left:
        _pairs({"network": row.network, **values}, "runs_config")
    with right, st.expander(_("The network as JSON"), icon=":material/data_object:"):
        st.code(json.dumps(network, ensure_ascii=False, indent=1), language="json", height=420)


def _card(row: Record) -> None:
    card = upkeep.card(row.run)
    if not card:
        st.caption(_("This run has no card: it has not begun yet, or is older than cards."))
        return
    st.caption(_("What the run says of itself: versions, machine, the fingerprint of the data that it saw."))
    _pairs(card, "runs_card")


def _pairs(values: Mapping[str, Any], key: str) -> None:
    shown = flat(values)
    st.dataframe(
        {_("Field"): list(shown), _("Value"): list(shown.values())}, hide_index=True, key=key,
        height=min(len(shown), 24) * 35 + 38,
    )  # fmt: skip


def _files(row: Record) -> None:
    try:
        paths = [path for path in sorted(row.run.path.rglob("*")) if path.is_file()][:MOST_FILES]
        sizes = [path.stat().st_size for path in paths]
    except OSError:
        paths, sizes = [], []
    st.caption(_("{path}, {size}").format(path=f"`{row.run.path}`", size=tables.size(sum(sizes))))
    st.dataframe(
        {
            _("File"): [str(path.relative_to(row.run.path)) for path in paths],
            _("Size"): [tables.size(size) for size in sizes],
            _("What it holds"): [_meaning(str(path.relative_to(row.run.path))) for path in paths],
        },
        hide_index=True, key="runs_files", height=min(max(len(paths), 1), 15) * 35 + 38,
    )  # fmt: skip


def _meaning(name: str) -> str:
    known = {
        "config.json": _("what is trained"),
        "events.jsonl": _("what happened, a line each"),
        "control.jsonl": _("what somebody asked for while it ran"),
        "about.json": _("name, tags, note"),
        "card.json": _("what the run says of itself"),
        "log.txt": _("what the training printed"),
        "lock": _("held by the training process while it lives"),
        "state.safetensors": _("everything that is needed to go on exactly"),
        "state.previous.safetensors": _("the same, of the save before"),
        "best.safetensors": _("the weights with the best validation"),
        "last.safetensors": _("the newest weights"),
        "test.npz": _("the answers to the test pictures"),
        "live.npz": _("the last look inside while it ran"),
    }
    if name.startswith("epochs/"):
        return _("the answers to the validation pictures, kernels")
    if name.startswith("tb/"):
        return _("curves for TensorBoard")
    return known.get(name, "")
