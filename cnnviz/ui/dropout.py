"""The choices of the dropout page, and the panels that follow from them."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components import Link, Panel, cell_by_cell
from cnnviz.ops import dropout
from cnnviz.ui import fields, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.i18n import _
from cnnviz.ui.panels import show_panels, stack

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """A dropout layer and what goes into it.

    Attributes:
        kind: ``"Dropout"`` or ``"Dropout2d"``.
        training: whether the layer is in training mode.
        p: probability of dropping.
        seed: of the random numbers.
        x: input (C, H, W).
    """

    kind: str
    training: bool
    p: float
    seed: int
    x: Array

    @property
    def mask(self) -> Array:
        """What is kept, (C, H, W) of zeros and ones."""
        return dropout.keep_mask(self.shape, self.p, self.seed, whole_channels=self.kind == "Dropout2d")

    @property
    def output(self) -> Array:
        """What the layer gives; in evaluation its input."""
        return dropout.drop(self.x, self.mask, self.p) if self.training else self.x

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        channels, height, width = self.x.shape
        return channels, height, width


def choose() -> Setting:
    """Show the choices and return what was chosen."""
    kind = st.segmented_control(
        _("Layer"),
        ["Dropout", "Dropout2d"],
        format_func="nn.{}".format,
        required=True,
        **state.widget(fields.DROP_KIND),
    )
    modes = {"train": _("Training"), "eval": _("Evaluation")}
    mode = st.segmented_control(
        _("Mode"), list(modes), format_func=modes.__getitem__, required=True, **state.widget(fields.DROP_MODE)
    )
    inputs = {"counting": _("Counting 1, 2, 3, … (the notes)"), "random": _("Random numbers")}
    given = st.selectbox(
        _("Input"), list(inputs), format_func=inputs.__getitem__, **state.widget(fields.DROP_INPUT)
    )
    sliders(
        "dropout",
        [
            Control(fields.DROP_P, _("p: probability of dropping"), 0.0, 0.95, 0.05),
            Control(fields.DROP_SEED, _("Seed: another random mask"), 0, 99),
            Control(fields.DROP_CHANNELS, _("Channels"), 1, 4),
            Control(fields.DROP_SIDE, _("Height and width"), 1, 5),
        ],
    )
    channels, side, seed = (
        state.get(each) for each in (fields.DROP_CHANNELS, fields.DROP_SIDE, fields.DROP_SEED)
    )
    if given == "random":
        x = np.random.default_rng(1).normal(size=(channels, side, side)).round(2)
    else:
        x = np.arange(1.0, channels * side * side + 1).reshape(channels, side, side)
    return Setting(kind or "Dropout2d", mode != "eval", state.get(fields.DROP_P), seed, x)


def facts(setting: Setting) -> None:
    """Show shape, how many values are kept, the factor and the parameters."""
    said = "x".join(map(str, setting.shape))
    with st.container(horizontal=True, gap="large", key="dropout_facts"):
        st.metric(_("Input and output"), said, width="content")
        count = int(setting.mask.sum()) if setting.training else setting.x.size
        st.metric(_("Values kept"), f"{count} / {setting.x.size}", width="content")
        factor = 1 / (1 - setting.p) if setting.training else 1
        st.metric(_("Factor 1/(1 − p)"), f"{factor:.5g}", width="content")
        st.metric(_("Parameters"), "0", width="content")


def show(setting: Setting) -> None:
    """Show input, mask and output; in evaluation there is no mask."""
    row = _row(setting)
    links = []
    for c in range(len(setting.x)):
        count = setting.x[c].size
        links.append(cell_by_cell(f"y{c}", f"x{c}", count))
        if setting.training:
            links.append(cell_by_cell(f"y{c}", f"mask{c}", count))
    show_panels(
        row,
        links,
        key="dropout",
        start="y0",
        hatched=_("dropped") if setting.training else "",
    )


def _row(setting: Setting) -> list[Panel]:
    x = stack("x", _("Input"), setting.x, 0, scale="values")
    if not setting.training:
        return [
            *x,
            *stack("y", _("Output"), setting.x, 1, sign="arrow", scale="values", sentence="y = x = {value}"),
        ]
    mask = stack("mask", _("Mask"), setting.mask, 1, sign="times", style="grey")
    y = stack(
        "y", _("Output"), setting.output, 2, sign="arrow", scale="values",
        sentence="y = m · x / (1 − p) = {m} · {x} / (1 − {p}) = {value}",
        numbers={"m": setting.mask, "x": setting.x, "p": setting.p},
    )  # fmt: skip
    dropped = [np.flatnonzero(channel == 0).tolist() for channel in setting.mask]
    return [*x, *mask, *(replace(each, hatched=cells) for each, cells in zip(y, dropped, strict=True))]


def average(setting: Setting) -> None:
    """Show that the mean over many draws is the input: what the factor is for."""
    st.subheader(_("What the factor is for"), anchor=False)
    st.markdown(
        _("A value is kept with probability 1 − p and then multiplied by 1/(1 − p), so its mean stays what it was, and evaluation, which drops nothing, fits to what was trained. Draw many masks and see the mean settle at the input.")
    )  # fmt: skip
    sliders("dropout_draws", [Control(fields.DROP_DRAWS, _("Masks drawn"), 1, 5000, scale="log")])
    draws = state.get(fields.DROP_DRAWS)
    counts = dropout.kept(
        setting.shape, setting.p, setting.seed, draws, whole_channels=setting.kind == "Dropout2d"
    )
    mean = dropout.drop(setting.x, counts / draws, setting.p)
    numbers = {"x": setting.x, "kept": counts, "draws": draws, "p": setting.p}
    row = [
        *stack("input", _("Input"), setting.x, 0, scale="values"),
        *stack("kept", _("Times kept"), counts, 1, sign="times"),
        *stack(
            "mean", _("Mean output"), mean, 2, sign="arrow", scale="values",
            sentence="{x} · {kept} / ({draws} · (1 − {p})) = {value}", numbers=numbers,
        ),
    ]  # fmt: skip
    links: list[Link] = [
        cell_by_cell(f"mean{c}", f"{source}{c}", setting.x[c].size)
        for c in range(len(setting.x))
        for source in ("input", "kept")
    ]
    show_panels(row, links, key="dropout_mean", start="mean0")


def code(setting: Setting) -> str:
    """Return the PyTorch lines that do this."""
    channels, height, width = setting.shape
    return (
        f"drop = nn.{setting.kind}(p={setting.p:.10g})\n"
        f"drop.{'train' if setting.training else 'eval'}()\n"
        f"y = drop(x)  # (1, {channels}, {height}, {width}) -> (1, {channels}, {height}, {width})"
    )
