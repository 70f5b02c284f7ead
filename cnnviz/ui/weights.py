"""Somebody's weights: taken in from a file, matched against the chosen network, and what of them fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.errors import CnnvizError, RunError
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.spec import Network, Shape
from cnnviz.ui import fields, state, tables, weights_versions
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, paragraph

if TYPE_CHECKING:
    from cnnviz.nets.foreign import Weights
    from cnnviz.nets.matching import Match

MOST_MEGABYTES = 250
"""Of an upload: torchvision's AlexNet and ResNet-152 are a little smaller. As the server's own limit."""

LETTER, NARROWEST, WIDEST = 8, 140, 420
"""Of a column of names, in pixels: a letter of it, and how wide it may be. Names such as ours are long."""

BY = {"name": N_("its name"), "order": N_("its place in the order"), "shape": N_("its shape")}

CONVERSIONS = {"torch": ".pt, .pth, .bin", "numpy": ".npz", "keras": ".h5, .keras"}


@dataclass(frozen=True, slots=True, eq=False)
class Upload:
    """A file that was taken in.

    Attributes:
        name: as its owner calls it.
        size: in bytes.
        mark: of this upload, no other has it.
        weights: what it holds.
    """

    name: str
    size: int
    mark: str
    weights: "Weights"


def take_in() -> Upload | None:
    """Show the place for a file and return the one that was put there; None while there is none to use."""
    st.file_uploader(
        _("Weights (a safetensors file)"), key="widget:weights_upload", on_change=_read, max_upload_size=MOST_MEGABYTES,
        help=_("For larger files there is the command `python -m cnnviz match`."),
    )  # fmt: skip
    if problem := state.get(fields.WEIGHTS_PROBLEM):
        with guard():
            raise _on_a_page(problem)
    upload: Upload | None = state.get(fields.WEIGHTS_FILE)
    if upload is None and problem is None:
        st.info(
            _(
                "Nothing is loaded yet. Take the weights of a network that you trained elsewhere; a run of this "
                "laboratory keeps such a file, too: `best.safetensors` in its folder."
            ),
            icon=":material/upload_file:",
        )
    return upload


def convert() -> None:
    """Show the lines that turn other kinds of files into safetensors."""
    from cnnviz.nets.foreign import OtherKindError, conversion  # noqa: PLC0415  (imports torch)

    problem = state.get(fields.WEIGHTS_PROBLEM)
    kind, file = (problem.kind, problem.file) if isinstance(problem, OtherKindError) else ("torch", "")
    st.markdown(
        _(
            "Files of torch are pickles: programs that run when they are opened. This app opens none, and it never "
            "runs a model's source. Convert such a file yourself, where you trust it:"
        )
    )
    first = {kind: CONVERSIONS[kind], **CONVERSIONS}  # the refused file's kind, whose tab is open then
    for tab, name in zip(
        st.tabs(list(first.values()), key=f"weights_conversions_{kind}"), first, strict=True
    ):
        with tab:
            st.code(conversion(name, file if name == kind else ""), language="python")


def compare(network: Network, upload: Upload) -> "Match":
    """Show what of a file fits into a network: counts, a sentence, then every tensor; return it.

    Raises:
        ShapeError: if the network's layers do not fit together.
    """

    def fit(network: Network) -> "Match":
        return _match(network, upload.mark, upload.weights.tensors)

    match = fit(network)
    better = weights_versions.better(match, fit)
    loaded = sum(prod(fit.shape) for fit in match.fits)
    wanted = loaded + sum(prod(lone.shape) for lone in match.fresh)
    with st.container(horizontal=True, gap="large", key="weights_facts"):
        st.metric(_("Tensors that fit"), f"{len(match.fits)} / {match.wanted}", width="content")
        st.metric(_("Numbers loaded"), f"{loaded:,} / {wanted:,}", width="content")
        st.metric(_("In the file"), tables.size(upload.size), width="content", help=upload.name)
    _judge(match, known=better is not None)
    if better:
        weights_versions.offer(better)
    _list(match)
    return match


def _read() -> None:
    from cnnviz.nets.foreign import parse  # noqa: PLC0415  (imports torch)

    file = st.session_state["widget:weights_upload"]
    for field in (fields.WEIGHTS_FILE, fields.WEIGHTS_PROBLEM):
        state.put(field, None)
    state.put(fields.WEIGHTS_KEPT, "")
    if file is None:
        return
    try:
        weights = parse(file.getvalue(), file.name)
    except CnnvizError as error:
        state.put(fields.WEIGHTS_PROBLEM, error)
        return
    state.put(fields.WEIGHTS_FILE, Upload(file.name[:100], file.size, file.file_id, weights))


def _on_a_page(problem: CnnvizError) -> CnnvizError:
    """Return why a file is refused; on a page the lines that convert it have their own place."""
    if "lines" not in problem.values:
        return problem
    return RunError(
        "`{file}` is {kind}; only safetensors files are read. Convert it as shown beside (below, on a phone), where you trust it.",
        **problem.values,
    )


@st.cache_resource(show_spinner=False, max_entries=32)
def _match(network: Network, mark: str, _tensors: Mapping[str, object]) -> "Match":
    from cnnviz.nets.matching import match  # noqa: PLC0415  (imports torch)

    return match(network, _tensors)  # type: ignore[arg-type]  # tensors; torch is not imported here


def _judge(match: "Match", *, known: bool) -> None:
    """Say in sentences how well it fits.

    Args:
        match: what fits.
        known: whether another version of the network is known to fit better.
    """
    lines = []
    if not match.fits and known:
        lines.append(_("Nothing in this file fits the network with these options."))
    elif not match.fits:
        lines.append(_("Nothing in this file fits: it belongs to another network."))
    elif len(match.fits) == match.wanted:
        lines.append(_("All {count} tensors fit.").format(count=match.wanted))
    else:
        lines.append(_("{fits} of {wanted} tensors fit.").format(fits=len(match.fits), wanted=match.wanted))
    lines += [
        _("`{name}` differs: the file has {theirs}, the network wants {ours}.").format(
            name=misfit.ours, theirs=_shape(misfit.their_shape), ours=_shape(misfit.our_shape)
        )
        for misfit in match.misfits[:2]
        if match.fits or not known
    ]
    if match.broken:
        lines.append(
            _("Left out because of numbers that are not finite: {count}.").format(count=len(match.broken))
        )
    if match.fits and len(match.fits) < match.wanted:
        lines.append(_("What is not loaded keeps fresh random numbers, so it still has to be trained."))
    if guessed := sum(fit.by != "name" for fit in match.fits):
        lines.append(
            _("Found by the order and shape of their layers, since their names differ: {count}. Look at the list.").format(count=guessed)
        )  # fmt: skip
    lines += [
        _("Brought from {kind} to float32: {count}.").format(count=count, kind=kind)
        for kind, count in match.converted.items()
    ]
    show = st.success if len(match.fits) == match.wanted else st.warning
    show(paragraph(lines), icon=":material/check:" if show == st.success else ":material/rule:")


def _list(match: "Match") -> None:
    """Show every tensor of both sides, in tabs by what became of it."""
    parts = {
        _("Loaded"): {
            _("In the network"): [fit.ours for fit in match.fits],
            _("In the file"): [fit.theirs for fit in match.fits],
            _("Shape"): [_shape(fit.shape) for fit in match.fits],
            _("Found by"): [_(BY[fit.by]) for fit in match.fits],
        },
        _("Another shape"): {
            _("In the network"): [misfit.ours for misfit in match.misfits],
            _("In the file"): [misfit.theirs for misfit in match.misfits],
            _("The network wants"): [_shape(misfit.our_shape) for misfit in match.misfits],
            _("The file has"): [_shape(misfit.their_shape) for misfit in match.misfits],
        },
        _("Not finite"): {
            _("In the network"): [fit.ours for fit in match.broken],
            _("In the file"): [fit.theirs for fit in match.broken],
        },
        _("Missing in the file"): {
            _("In the network"): [lone.name for lone in match.missing],
            _("The network wants"): [_shape(lone.shape) for lone in match.missing],
        },
        _("Not used"): {
            _("In the file"): [lone.name for lone in match.unused],
            _("The file has"): [_shape(lone.shape) for lone in match.unused],
        },
    }
    counts = {title: len(next(iter(rows.values()))) for title, rows in parts.items()}
    there = [title for title in parts if counts[title]]
    if not there:
        return
    for number, (tab, title) in enumerate(zip(st.tabs([f"{title} ({counts[title]})" for title in there]), there, strict=True)):  # fmt: skip
        with tab:
            height = 38 + 35 * min(counts[title], 10)
            first, names = next(iter(parts[title].items()))
            width = min(max(NARROWEST, LETTER * max(map(len, names))), WIDEST)
            st.dataframe(
                parts[title], hide_index=True, height=height, key=f"weights_list_{number}",
                column_config={first: st.column_config.TextColumn(width=width)},
            )  # fmt: skip


def _shape(shape: Shape) -> str:
    return say(shape) or _("one number")
