"""The parts of the activations page: the choice, the curves, the formula with its numbers, the depth."""

import numpy as np
import streamlit as st

from cnnviz.components import ChartData, Mark, chart
from cnnviz.components.chart import Series
from cnnviz.ops.activations import (
    ACTIVATIONS,
    STEEPEST,
    Activation,
    Array,
    backward_through,
    normal_density,
    normal_share,
)
from cnnviz.ui import fields, labels, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.i18n import _
from cnnviz.ui.numbers import factor, said, tex

RANGE = 6.0
"""The curves go from minus this to this."""

COLOURS = {name: number for number, name in enumerate(ACTIVATIONS)}


def choose() -> str:
    """Show the choices and return the chosen function's name."""
    name = st.segmented_control(
        _("Activation"), list(ACTIVATIONS), format_func=lambda name: ACTIVATIONS[name].name, required=True,
        **state.widget(fields.ACT_FUNCTION),
    )  # fmt: skip
    st.toggle(_("Compare with the others"), **state.widget(fields.ACT_COMPARE))
    sliders(
        "activations",
        [
            Control(fields.ACT_X, _("Input x"), -RANGE, RANGE, 0.1),
            Control(fields.ACT_DEPTH, _("Number of layers"), 1, 20, help=_("How many stand one after the other; see below.")),
        ],
    )  # fmt: skip
    return str(name)


def facts(name: str) -> None:
    """Show f and f' at the chosen x."""
    function, x = ACTIVATIONS[name], np.array(state.get(fields.ACT_X))
    with st.container(horizontal=True, gap="large", key="activations_facts"):
        st.metric("f(x)", said(function.value(x)), width="content")
        st.metric("f′(x)", said(function.gradient(x)), width="content")
        st.metric(
            _("Shape"), _("unchanged"), width="content", help=_("Each number for itself, whatever the shape.")
        )
        st.metric(_("Parameters"), "0", width="content")


def curves(name: str) -> None:
    """Show the curves of f and f', with the chosen x."""
    x = np.linspace(-RANGE, RANGE, 241).round(10)
    here = np.array(state.get(fields.ACT_X))
    compared = state.get(fields.ACT_COMPARE)
    series: list[Series] = []
    for each in ACTIVATIONS if compared else [name]:
        function, colour = ACTIVATIONS[each], COLOURS[each]
        series += [
            Series(function.name, x.tolist(), function.value(x).tolist(), colour=colour),
            Series(
                _gradient_of(function), x.tolist(), function.gradient(x).tolist(), dashed=True, colour=colour
            ),
        ]
    function = ACTIVATIONS[name]
    marks = [
        Mark(float(here), text=f"x = {said(here)}"),
        Mark(float(here), float(function.value(here))),
        Mark(float(here), float(function.gradient(here))),
    ]
    chart(
        ChartData(
            series, "x", "", (-RANGE, RANGE), (-1.25, 3.25) if compared else None, marks=marks
        ),
        labels.chart(), key="activations", height=320 if compared else 280,
    )  # fmt: skip


def formula(name: str) -> None:
    """Show the formulas of f and f' with the chosen x put in, and the PyTorch lines that compute both."""
    x = np.array(state.get(fields.ACT_X))
    function = ACTIVATIONS[name]
    forward, backward = st.columns(2)
    for column, sign, lines, result in (
        (forward, "f(x)", _value(name, x), function.value(x)),
        (backward, "f'(x)", _gradient(name, x), function.gradient(x)),
    ):
        steps = r" \\ &= ".join([*lines, tex(result)])
        column.latex(rf"\begin{{aligned}} {sign} &= {steps} \end{{aligned}}")
    st.code(
        f"x = torch.tensor({float(x)}, requires_grad=True)\n"
        f"y = nn.{function.name}()(x)  # {float(function.value(x)):.6g}\n"
        f"y.backward()  # x.grad = {float(function.gradient(x)):.6g}",
        language="python",
    )


def depth(name: str) -> None:
    """Show what is left of a gradient after many layers: for the sigmoid next to nothing."""
    x, count = state.get(fields.ACT_X), state.get(fields.ACT_DEPTH)
    layers = list(range(count + 1))
    bound = [STEEPEST["sigmoid"] ** n for n in layers]
    shown = list(dict.fromkeys(["sigmoid", "relu", name]))
    left = {each: backward_through(each, x, count) for each in shown}
    with st.container(horizontal=True, gap="large", key="depth_facts"):
        st.metric(_("Sigmoid at most: 0.25ⁿ"), said(bound[-1]), width="content")
        for each in shown:
            st.metric(
                _("{function} from x = {x}").format(function=ACTIVATIONS[each].name, x=said(x)),
                said(left[each][-1]), width="content",
            )  # fmt: skip
    series = [
        Series(_("Sigmoid at most: 0.25ⁿ"), layers, bound, dashed=True, colour=COLOURS["sigmoid"]),
        *(Series(ACTIVATIONS[each].name, layers, left[each], colour=COLOURS[each]) for each in shown),
    ]
    chart(
        ChartData(series, _("Number of layers"), _("What is left of the gradient"), y_log=True), labels.chart(), key="depth", height=280
    )  # fmt: skip
    if x <= 0:
        st.caption(
            _("ReLU passes nothing back where its input is 0 or less; such a unit is off for this input.")
        )


def _value(name: str, x: Array) -> tuple[str, str]:
    """Return the right side of f, with x and with its number."""
    match name:
        case "relu":
            return r"\max(0, x)", rf"\max(0, {tex(x)})"
        case "sigmoid":
            return r"\frac{1}{1 + e^{-x}}", rf"\frac{{1}}{{1 + e^{{-{factor(x)}}}}}"
        case "tanh":
            up, down = f"e^{{{tex(x)}}}", f"e^{{-{factor(x)}}}"
            return r"\frac{e^x - e^{-x}}{e^x + e^{-x}}", rf"\frac{{{up} - {down}}}{{{up} + {down}}}"
        case _:
            return r"x\,\Phi(x)", rf"{factor(x)} \cdot {tex(normal_share(x))}"


def _gradient(name: str, x: Array) -> tuple[str, ...]:
    """Return the right side of f', with x and with its numbers."""
    f = ACTIVATIONS[name].value(x)
    match name:
        case "relu":
            return (r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",)
        case "sigmoid":
            return r"f(x)\,(1 - f(x))", rf"{tex(f)} \cdot (1 - {tex(f)})"
        case "tanh":
            return "1 - f(x)^2", rf"1 - {factor(f)}^2"
        case _:
            return (
                r"\Phi(x) + x\,\varphi(x)",
                rf"{tex(normal_share(x))} + {factor(x)} \cdot {tex(normal_density(x))}",
            )


def _gradient_of(function: Activation) -> str:
    return _("{function}: gradient").format(function=function.name)
