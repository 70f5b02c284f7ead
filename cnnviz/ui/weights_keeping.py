"""Weights that fit are kept: beside the runs for the Draw page, or saved as a file under our names."""

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.data import catalog
from cnnviz.errors import SpecError
from cnnviz.explain import checkpoints
from cnnviz.language import N_
from cnnviz.shapes import say, trace
from cnnviz.spec import Network
from cnnviz.ui import fields, shell, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _
from cnnviz.ui.weights import Upload

if TYPE_CHECKING:
    from cnnviz.nets.matching import Match

Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """How pictures were brought to scale before a network saw them: (x - mean) / std, x from 0 to 1.

    Attributes:
        title: what people call it.
        mean, std: one number a channel, or one for all.
    """

    title: str
    mean: Numbers
    std: Numbers


SCALES = {
    "plain": Scale(N_("as they are, 0 to 1"), (0.0,), (1.0,)),
    "mnist": Scale("MNIST", (0.1307,), (0.3081,)),
    "fashion_mnist": Scale("Fashion-MNIST", (0.2860,), (0.3530,)),
    "cifar10": Scale("CIFAR-10", (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "imagenet": Scale("ImageNet", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "own": Scale(N_("own numbers"), (), ()),
}
"""In common use: mean and standard deviation of the training pictures; ImageNet's as torchvision's networks expect them."""


def keep(network: Network, upload: Upload, match: "Match") -> None:
    """Ask what no file of weights says, and keep network and weights for the Draw page."""
    output = trace(network).output_shape
    st.markdown("##### " + _("Keep these weights"))
    if len(output) == 1:
        _choose(network, upload)
    else:
        st.caption(
            _("The Draw page asks for one score a class, but this network ends in {shape}.").format(
                shape=say(output)
            )
        )
    pressed = False
    with st.container(horizontal=True, vertical_alignment="center", key="weights_ways"):
        if len(output) == 1:
            pressed = st.button(
                _("Keep them for drawing"), icon=":material/inventory_2:", key="widget:keep_weights", type="primary",
                disabled=not match.fits,
            )  # fmt: skip
        st.download_button(
            _("Save as safetensors"), lambda: _file(network, upload, match), f"{network.name}.safetensors",
            "application/octet-stream", icon=":material/download:", key="widget:save_weights", on_click="ignore",
            disabled=not match.fits, help=_("Under the names of our PyTorch code, so that it loads them."),
        )  # fmt: skip
        _warn(network, match)
    if pressed:
        with guard(), st.spinner(_("Keeping the weights…")):
            _keep(network, upload, match, output[0])
    if kept := state.get(fields.WEIGHTS_KEPT):
        st.success(_("Kept as {name}.").format(name=kept), icon=":material/check:")
        if st.button(_("Draw with it"), icon=":material/draw:", key="widget:draw_with_it"):
            st.switch_page(shell.page("draw"))


def kept() -> None:
    """List what was kept, each with a button that deletes it."""
    names = checkpoints.imported()
    if not names:
        return
    with st.expander(_("Kept weights ({count})").format(count=len(names)), icon=":material/inventory_2:"):
        for name in names:
            with st.container(horizontal=True, vertical_alignment="center", key=f"weights_row_{name}"):
                st.markdown(f"`{name}`", width="stretch")
                st.button(
                    _("Delete"), icon=":material/delete:", key=f"widget:forget_{name}", on_click=_forget, args=(name,)
                )  # fmt: skip


def _choose(network: Network, upload: Upload) -> None:
    channels = network.input_shape[0]
    fitting = [name for name, scale in SCALES.items() if len(scale.mean) in {0, 1, channels}]
    state.keep_among(fields.WEIGHTS_SCALE, fitting)
    name, scale, classes = st.columns(3)
    name.text_input(
        _("Name"), placeholder=_suggested(upload.name), max_chars=60, **state.widget(fields.WEIGHTS_NAME)
    )
    chosen = scale.selectbox(
        _("Its pictures were normalised"), fitting, format_func=lambda name: _(SCALES[name].title),
        help=_("(x − mean) / std, as in its training; with other numbers it sees badly."),
        **state.widget(fields.WEIGHTS_SCALE),
    )  # fmt: skip
    if chosen == "own":
        mean, std = scale.columns(2)
        mean.text_input(_("Mean"), max_chars=200, **state.widget(fields.WEIGHTS_MEAN))
        std.text_input(_("Standard deviation"), max_chars=200, **state.widget(fields.WEIGHTS_STD))
    classes.text_input(
        _("Names of the classes"), placeholder="0, 1, 2, …", max_chars=20_000,
        help=_("With commas between them; empty for numbers, or the data set's own."),
        **state.widget(fields.WEIGHTS_CLASSES),
    )  # fmt: skip


def _warn(network: Network, match: "Match") -> None:
    """Say beside the buttons what of the network is still untrained, or why there is nothing to press."""
    from cnnviz.nets.matching import ends  # noqa: PLC0415  (imports torch)

    if not match.fits:
        st.caption(_("Nothing of this file fits into the network, so there is nothing to keep."))
        return
    _first, last = ends(network)
    layers = {lone.name.rpartition(".")[0] for lone in match.fresh}
    if layers == {last}:
        st.caption(
            _("The last layer, `{name}`, is untrained: its numbers are random, so its answers are guesses.").format(name=last)
        )  # fmt: skip
    elif layers:
        st.caption(
            _("Untrained, with random numbers: {count} of {wanted} tensors.").format(
                count=len(match.fresh), wanted=match.wanted
            )
        )


def _keep(network: Network, upload: Upload, match: "Match", classes: int) -> None:
    from cnnviz.nets.checkpoint import Checkpoint  # noqa: PLC0415  (imports torch)
    from cnnviz.nets.matching import fill  # noqa: PLC0415

    name = state.get(fields.WEIGHTS_NAME).strip() or _suggested(upload.name)
    checkpoints.check_name(name)
    channels = network.input_shape[0]
    chosen = state.get(fields.WEIGHTS_SCALE)
    mean, std = SCALES[chosen].mean, SCALES[chosen].std
    if chosen == "own":
        mean, std = (
            _numbers(field.key, state.get(field), channels) for field in (fields.WEIGHTS_MEAN, fields.WEIGHTS_STD)
        )  # fmt: skip
        if min(std) <= 0:
            raise SpecError("the standard deviation must be larger than 0")
    checkpoint = Checkpoint(
        network, _classes(state.get(fields.WEIGHTS_CLASSES), chosen, classes),
        mean * (channels // len(mean)), std * (channels // len(std)), chosen, 0, 0,
        fill(network, upload.weights.tensors, match),
        {"imported": upload.name, "fresh": match.wanted - len(match.fits)},
    )  # fmt: skip
    checkpoints.keep(name, checkpoint)
    state.put(fields.WEIGHTS_KEPT, name)
    state.put(fields.CHECKPOINT, name)


def _file(network: Network, upload: Upload, match: "Match") -> bytes:
    from cnnviz.nets.matching import pack  # noqa: PLC0415  (imports torch)

    return pack(network, upload.weights.tensors, match)


def _forget(name: str) -> None:
    with guard():
        checkpoints.forget(name)
    if state.get(fields.WEIGHTS_KEPT) == name:
        state.put(fields.WEIGHTS_KEPT, "")


def _suggested(file: str) -> str:
    """Return the first of ``resnet18``, ``resnet18-2``, ... that is free."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", file.rpartition(".")[0] or file).strip("-_")[:50] or "weights"
    taken = {*checkpoints.shipped(), *checkpoints.imported()}
    return next(
        name for name in [stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))] if name not in taken
    )


def _numbers(name: str, text: str, channels: int) -> Numbers:
    try:
        found = tuple(float(part) for part in re.split(r"[,;\s]+", text.strip()))
    except ValueError:
        found = ()
    if len(found) not in {1, channels} or not all(map(math.isfinite, found)):
        raise SpecError(
            "`{name}` (={value}) must be one number, or one for each of {channels} channels with commas between them",
            name=name.removeprefix("weights_"), value=text[:60], channels=channels,
        )  # fmt: skip
    return found


def _classes(text: str, scale: str, count: int) -> tuple[str, ...]:
    """Return the classes' names: as typed, else the data set's where it has as many, else numbers."""
    if typed := tuple(part.strip()[:60] for part in text.split(",") if part.strip()):
        if len(typed) != count:
            raise SpecError(
                "these are the names of {found} classes, but the network tells {count} apart",
                found=len(typed),
                count=count,
            )
        return typed
    known = catalog.DATASETS[scale].classes if scale in catalog.DATASETS else ()
    return known if len(known) == count else tuple(map(str, range(count)))
