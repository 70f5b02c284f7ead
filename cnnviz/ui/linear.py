"""The choices of the page on Flatten and Linear, and the panels that follow from them."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components import Link, Panel, cell_by_cell
from cnnviz.ops import linear
from cnnviz.ui import fields, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.i18n import _
from cnnviz.ui.panels import panel, show_panels, stack

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """A picture and a Linear layer.

    Attributes:
        x: input (C, H, W).
        weight: (out, C*H*W).
        bias: (out,) or None.
    """

    x: Array
    weight: Array
    bias: Array | None

    @property
    def output(self) -> Array:
        """What the layer gives, (out,)."""
        return linear.linear(linear.flatten(self.x), self.weight, self.bias)


def choose() -> Setting:
    """Show the choices and return what was chosen; the numbers are random, with few digits, so that one can count along."""
    sliders(
        "linear",
        [
            Control(fields.LINEAR_CHANNELS, _("Channels"), 1, 3),
            Control(fields.LINEAR_HEIGHT, _("Height"), 1, 4),
            Control(fields.LINEAR_WIDTH, _("Width"), 1, 4),
            Control(fields.LINEAR_OUT, _("Outputs"), 1, 10),
            Control(fields.LINEAR_SEED, _("Seed: other numbers"), 0, 99),
        ],
    )
    with_bias = st.toggle(_("Bias"), **state.widget(fields.LINEAR_BIAS))
    random = np.random.default_rng(state.get(fields.LINEAR_SEED))
    shape = tuple(
        state.get(each) for each in (fields.LINEAR_CHANNELS, fields.LINEAR_HEIGHT, fields.LINEAR_WIDTH)
    )
    x = random.integers(0, 10, shape) / 10
    outputs = state.get(fields.LINEAR_OUT)
    weight = random.normal(size=(outputs, x.size)).round(1)
    bias = random.normal(size=outputs).round(1)
    return Setting(x, weight, bias if with_bias else None)


def facts(setting: Setting) -> None:
    """Show the shapes, the parameters and the largest output."""
    outputs, inputs = setting.weight.shape
    with st.container(horizontal=True, gap="large", key="linear_facts"):
        st.metric(_("Input"), "x".join(map(str, setting.x.shape)), width="content")
        st.metric(_("Flattened"), str(inputs), width="content")
        st.metric(_("Output"), str(outputs), width="content")
        count = linear.parameters(inputs, outputs, bias=setting.bias is not None)
        said = f"{outputs} · {inputs}" + (f" + {outputs}" if setting.bias is not None else "")
        st.metric(_("Parameters"), f"{said} = {count:,}", width="content")
        st.metric(_("Largest: argmax(y)"), str(int(setting.output.argmax())), width="content")


def show(setting: Setting) -> None:
    """Show the picture, its flattened row above the weights that meet it, the bias and the output."""
    show_panels(_row(setting), _links(setting), key="linear")


def _row(setting: Setting) -> list[Panel]:
    channels, height, width = setting.x.shape
    outputs, inputs = setting.weight.shape
    places = linear.places((channels, height, width))
    said = "index = c·H·W + h·W + w = {c}·{size} + {h}·{width} + {w} = {index}"
    numbers = {"c": places[:, 0], "h": places[:, 1], "w": places[:, 2], "index": np.arange(inputs)}
    fixed = {"size": height * width, "width": width}
    shaped = {name: each.reshape(setting.x.shape) for name, each in numbers.items()}
    listed = {name: each.tolist() for name, each in numbers.items()}
    flat = panel(
        "flat", _("Flattened x"), linear.flatten(setting.x)[None], sign="arrow", slot=1, scale="x", sentence=said,
        column_labels=[str(i) for i in range(inputs)], numbers=listed | fixed,
    )  # fmt: skip
    rows = [str(o) for o in range(outputs)]
    weight = panel("W", _("Weights W"), setting.weight, slot=1, scale="W", row_labels=rows)
    y = panel(
        "y", _("Output y"), setting.output, sign="equals", row_labels=rows,
        caption=f"argmax = {int(setting.output.argmax())}",
        sentence="y = W[{row}] · x = {terms} = {value}",
    )  # fmt: skip
    picture = stack("x", _("Input x"), setting.x, 0, scale="x", sentence=said, numbers=shaped | fixed)
    if setting.bias is None:
        return [*picture, flat, weight, y]
    bias = panel("b", _("Bias b"), setting.bias, sign="plus", row_labels=rows)
    y = panel(
        "y", _("Output y"), setting.output, sign="equals", row_labels=rows, caption=y.caption,
        sentence="y = W[{row}] · x + b = {terms} + {b} = {value}", numbers={"b": setting.bias.tolist()},
    )  # fmt: skip
    return [*picture, flat, weight, bias, y]


def _links(setting: Setting) -> list[Link]:
    channels, height, width = setting.x.shape
    outputs, inputs = setting.weight.shape
    size = height * width
    links = [
        Link("flat", f"x{c}", [[i - c * size] if i // size == c else [] for i in range(inputs)])
        for c in range(channels)
    ]
    links.append(Link("y", "flat", [range(inputs)] * outputs, setting.weight.tolist()))
    links.append(Link("y", "W", [range(o * inputs, (o + 1) * inputs) for o in range(outputs)]))
    return links if setting.bias is None else [*links, cell_by_cell("y", "b", outputs)]


def code(setting: Setting) -> str:
    """Return the PyTorch lines that do this."""
    outputs, inputs = setting.weight.shape
    said = "" if setting.bias is not None else ", bias=False"
    channels, height, width = setting.x.shape
    return (
        f"x = nn.Flatten()(x)  # (1, {channels}, {height}, {width}) -> (1, {inputs})\n"
        f"y = nn.Linear({inputs}, {outputs}{said})(x)  # (1, {inputs}) -> (1, {outputs})"
    )


def count() -> None:
    """Show what a hidden layer between features and classes costs, and what a direct one would."""
    st.subheader(_("What Linear layers cost"), anchor=False)
    given, told = st.columns([1, 1.6], gap="large")
    with given:
        sliders(
            "linear_count",
            [
                Control(fields.LINEAR_FEATURES, _("Flattened features"), 1, 100_000, scale="log"),
                Control(fields.LINEAR_HIDDEN, _("Hidden units"), 1, 4096, scale="log"),
                Control(fields.LINEAR_CLASSES, _("Classes"), 1, 1000, scale="log"),
            ],
        )
    features, hidden, classes = (
        state.get(each) for each in (fields.LINEAR_FEATURES, fields.LINEAR_HIDDEN, fields.LINEAR_CLASSES)
    )
    first, second = linear.parameters(features, hidden), linear.parameters(hidden, classes)
    direct = linear.parameters(features, classes)
    with told:
        st.dataframe(
            {
                _("Layer"): [f"Linear({features}, {hidden})", f"Linear({hidden}, {classes})", f"Linear({features}, {classes})"],
                _("Weight"): [f"({hidden}, {features})", f"({classes}, {hidden})", f"({classes}, {features})"],
                _("Parameters"): [f"{each:,}" for each in (first, second, direct)],
            },
            hide_index=True, key="linear_table",
        )  # fmt: skip
        st.markdown(
            _("With a hidden layer: {first} + {second} = **{both}**. Direct: **{direct}**.").format(
                first=f"{first:,}", second=f"{second:,}", both=f"{first + second:,}", direct=f"{direct:,}"
            )
        )
