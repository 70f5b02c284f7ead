"""The choices of the page "Linear or convolution?", the count of weights and the moving pattern."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.components import Link
from cnnviz.ops import dense
from cnnviz.ui import fields, state, tables
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.i18n import _
from cnnviz.ui.numbers import said, times
from cnnviz.ui.panels import panel, show_panels

BYTES = 4
"""Of one weight in torch's float32."""


@dataclass(frozen=True)
class Layers:
    """A Linear layer and a convolution on the same picture."""

    side: int
    channels: int
    hidden: int
    kernel: int
    outputs: int


def choose() -> Layers:
    """Show the sizes and return them."""
    sliders(
        "compare",
        [
            Control(fields.COMPARE_SIDE, _("Height and width of the picture"), 1, 1000, scale="log"),
            Control(fields.COMPARE_CHANNELS, _("Channels"), 1, 64, scale="log"),
            Control(fields.COMPARE_HIDDEN, _("Linear: hidden units"), 1, 10_000, scale="log"),
            Control(fields.COMPARE_KERNEL, _("Convolution: kernel height and width"), 1, 11),
            Control(fields.COMPARE_OUT, _("Convolution: output channels"), 1, 1000, scale="log"),
        ],
    )
    names = (
        fields.COMPARE_SIDE, fields.COMPARE_CHANNELS, fields.COMPARE_HIDDEN, fields.COMPARE_KERNEL, fields.COMPARE_OUT,
    )  # fmt: skip
    return Layers(*(state.get(each) for each in names))


def count(layers: Layers) -> None:
    """Show the weights of both layers, their formulas, and these worked out."""
    side, channels, hidden, kernel, outputs = (
        layers.side, layers.channels, layers.hidden, layers.kernel, layers.outputs,
    )  # fmt: skip
    full = dense.linear_weights(side, channels, hidden)
    shared = dense.convolution_weights(kernel, channels, outputs)
    with st.container(horizontal=True, gap="large", key="dense_facts"):
        st.metric(_("Linear: weights"), f"{full:,}", width="content")
        st.metric(_("Convolution: weights"), f"{shared:,}", width="content")
        st.metric(_("Linear / convolution"), times(full / shared), width="content")
    st.latex(
        r"\begin{gathered} \mathrm{Linear}: H \cdot W \cdot C_{in} \cdot n \\ \mathrm{Conv}: k \cdot k \cdot C_{in} \cdot C_{out} \end{gathered}"
    )
    line = _("{layer}: `{formula}` weights, with bias {parameters}; {memory} as float32")
    for layer, formula, weights, biases in (
        (_("Linear"), f"{side}·{side}·{channels} · {hidden} = {full:,}", full, hidden),
        (_("Convolution"), f"{kernel}·{kernel}·{channels} · {outputs} = {shared:,}", shared, outputs),
    ):
        memory = tables.size((weights + biases) * BYTES)
        st.markdown(
            line.format(layer=layer, formula=formula, parameters=f"{weights + biases:,}", memory=memory)
        )


def code(layers: Layers) -> str:
    """Return the PyTorch lines of both layers."""
    return (
        f"nn.Linear({layers.side * layers.side * layers.channels}, {layers.hidden})\n"
        f"nn.Conv2d({layers.channels}, {layers.outputs}, kernel_size={layers.kernel})"
    )


def move() -> tuple[int, int]:
    """Show how far the pattern is moved and return it."""
    sliders(
        "compare_move",
        [
            Control(fields.COMPARE_DOWN, _("Pattern moved down"), -2, 7),
            Control(fields.COMPARE_RIGHT, _("Pattern moved right"), -2, 7),
        ],
    )
    return state.get(fields.COMPARE_DOWN), state.get(fields.COMPARE_RIGHT)


def show_unit(down: int, right: int) -> None:
    """Show a dense unit that learned the pattern at its first place."""
    x, weight = dense.picture(down, right), dense.picture()
    used = np.flatnonzero(weight)
    row = [
        panel("input", _("Input"), x),
        panel("weights", _("Weights of the unit"), weight, sign="times"),
        panel(
            "unit", _("Response"), np.array([dense.unit(x)]), sign="equals",
            sentence=_("Where the weights are not 0: {terms} = {value}"),
        ),
    ]  # fmt: skip
    links = [
        Link("unit", "input", [used.tolist()], [weight.ravel()[used].tolist()]),
        Link("unit", "weights", [used.tolist()]),
    ]
    show_panels(row, links, key="dense_unit")


def show_convolution(down: int, right: int) -> None:
    """Show a convolution with the pattern as kernel, and its largest response."""
    x = dense.picture(down, right)
    responses = dense.response(x)
    at = dense.strongest(responses)
    side = len(responses)
    windows = [
        [(r + i) * dense.SIDE + c + j for i in range(3) for j in range(3)]
        for r in range(side)
        for c in range(side)
    ]
    kernel = dense.PATTERN.ravel().tolist()
    row = [
        panel("input", _("Input"), x),
        panel("kernel", _("Kernel"), dense.PATTERN, sign="times"),
        panel("map", _("Response map"), responses, sign="equals", sentence="{terms} = {value}"),
        panel(
            "largest", _("Largest"), np.array([responses.max()]), sign="arrow", caption=f"[{at[0]}, {at[1]}]",
            sentence="max = {value}, argmax = [{r}, {c}]", numbers={"r": at[0], "c": at[1]},
        ),
    ]  # fmt: skip
    links = [
        Link("map", "input", windows, [kernel] * len(windows)),
        Link("map", "kernel", [range(9)] * len(windows)),
        Link("largest", "map", [[at[0] * side + at[1]]]),
    ]
    show_panels(row, links, key="dense_convolution")


def verdict(down: int, right: int) -> None:
    """Say what the move did to both."""
    x = dense.picture(down, right)
    at = dense.strongest(dense.response(x))
    first = dense.strongest(dense.response(dense.picture()))
    st.markdown(
        _("Moved by ({down}, {right}): the dense unit gives **{unit}** of {full}; the convolution's largest response stays **{largest}** and moves from [{r0}, {c0}] to **[{r}, {c}]**, just as the pattern did. This is translation equivariance.").format(
            down=said(down), right=said(right), unit=f"{dense.unit(x):g}", full=f"{dense.unit(dense.picture()):g}",
            largest=f"{dense.response(x).max():g}", r0=first[0], c0=first[1], r=at[0], c=at[1],
        )
    )  # fmt: skip
