"""The parts of the page on which a kernel is learned: the choices, the result, the valley, the picture."""

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components import ChartData, Grid, Link, Mark, Panel, chart
from cnnviz.components.chart import Series
from cnnviz.ops import samples
from cnnviz.ui import fields, labels, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.i18n import _
from cnnviz.ui.numbers import said, tex
from cnnviz.ui.panels import show_panels

if TYPE_CHECKING:
    from cnnviz.explain.learning import Descent, Reduction

WIDEST = 6.0
"""The picture of the valley shows at most this much on each side of the answer."""


def choose() -> None:
    """Show the choices."""
    titles = {"sum": _("Sum"), "mean": _("Mean")}
    st.segmented_control(
        _("Squared errors"), list(titles), format_func=titles.__getitem__, required=True,
        **state.widget(fields.LEARN_LOSS),
    )  # fmt: skip
    sliders(
        "learn",
        [
            Control(fields.LEARN_RATE, _("Learning rate"), 0.001, 10.0, scale="log"),
            Control(fields.LEARN_STEPS, _("Steps"), 1, 200),
            Control(fields.LEARN_SEED, _("Seed"), 0, 99, help=_("Which random kernel torch begins with.")),
        ],
    )


def learn() -> "Descent":
    """Return what happens with the chosen settings."""
    from cnnviz.explain.learning import descend  # noqa: PLC0415  (imports torch)

    reduction: Reduction = "sum" if state.get(fields.LEARN_LOSS) == "sum" else "mean"
    return descend(
        state.get(fields.LEARN_SEED), state.get(fields.LEARN_RATE), state.get(fields.LEARN_STEPS), reduction
    )


def verdict(descent: "Descent") -> None:
    """Say whether the kernel is found, and if not, why."""
    first, second = descent.kernels[-1]
    most, steepest = f"{descent.valley.largest_rate:.4g}", said(descent.valley.bends[1])
    after = _("after {steps} steps").format(steps=descent.made)
    with st.container(horizontal=True, gap="large", key="learn_facts"):
        st.metric(_("Kernel {when}").format(when=after), _vector(first, second), width="content")
        st.metric(_("Loss {when}").format(when=after), said(descent.losses[-1]), width="content")
        st.metric(_("Largest learning rate"), most, width="content", help=_("Above it gradient descent diverges."))  # fmt: skip
        st.metric(_("Parameters"), "2", width="content")
    if descent.diverges:
        told = _(
            "**It diverges.** The learning rate {rate} is above 2 / {steepest} = {most}: each step leaps over the valley "
            "and lands farther up on its other side."
        ).format(rate=said(descent.rate), most=most, steepest=steepest)
        if descent.made < descent.asked:
            told += " " + _("After step {made} the loss would pass 10¹², so it ends there.").format(made=descent.made)  # fmt: skip
        st.error(told, icon=":material/trending_up:")
    elif descent.found:
        st.success(_("**Found:** nearly [1, −1], the kernel that made the edges."), icon=":material/check:")
    else:
        told = _("**Not there yet:** the answer is [1, −1]. More steps help, or a larger learning rate, up to {most}.")  # fmt: skip
        st.info(told.format(most=most), icon=":material/hourglass_empty:")


def loss_curve(descent: "Descent") -> None:
    """Show the loss after each step."""
    steps = list(range(len(descent.losses)))
    chart(
        ChartData([Series("", steps, descent.losses)], _("Steps"), _("Loss"), y_log=True),
        labels.chart(), key="learn_loss", height=320,
    )  # fmt: skip


def way(descent: "Descent") -> None:
    """Show the kernel's way over the rings of equal loss."""
    valley = descent.valley
    (a1, a2), flat = valley.answer, valley.bends[0]
    away = max(max(abs(w1 - a1), abs(w2 - a2)) for w1, w2 in descent.kernels)
    half = min(max(away, 0.4), WIDEST) * 1.15
    series: list[Series] = []
    for ring in range(1, 9):
        # The ring's longer half axis is the square root of 2 * level / flat.
        w1, w2 = valley.contour(flat / 2 * (half * ring / 5) ** 2)
        series.append(Series("", w1.tolist(), w2.tolist(), quiet=True))
    xs, ys = ([kernel[i] for kernel in descent.kernels] for i in (0, 1))
    series.append(Series(_("The kernel's way"), xs, ys, "path"))
    chart(
        ChartData(
            series, "w₁", "w₂", (a1 - half, a1 + half), (a2 - half, a2 + half), equal=True,
            marks=[Mark(a1, a2, "[1, −1]"), Mark(xs[0], ys[0], _("Start"))],
        ),
        labels.chart(), key="learn_way", height=320,
    )  # fmt: skip


def why(descent: "Descent") -> None:
    """Show the two factors that decide, with their numbers."""
    flat, steep = descent.valley.bends
    st.markdown(
        _(
            "The loss is a valley over the two weights; grey rings are kernels of equal loss. It bends by {steep} where "
            "it is steepest and by {flat} where it is flattest (the eigenvalues of its second derivatives). Along these "
            "two directions each step multiplies the distance to the answer by"
        ).format(steep=said(steep), flat=said(flat))
    )
    lines = r" \\ ".join(
        rf"1 - {tex(descent.rate)} \cdot {tex(bend)} &= {tex(1 - descent.rate * bend)}"
        for bend in (steep, flat)
    )
    st.latex(rf"\begin{{aligned}} {lines} \end{{aligned}}")
    st.markdown(_("A factor between −1 and 1 leads nearer with each step; one below −1 leads away."))


def picture(descent: "Descent") -> None:
    """Show what the learned kernel makes of the picture, beside what was wanted."""
    white, weights, wanted = samples.stripe(), list(descent.kernels[-1]), descent.wanted
    rows, cols = wanted.shape
    taps = [
        [row * (cols + 1) + col, row * (cols + 1) + col + 1] for row in range(rows) for col in range(cols)
    ]
    show_panels(
        [
            Panel("input", _("Picture X"), Grid(rows, cols + 1, white.ravel().tolist()), style="grey"),
            Panel("kernel", _("Learned kernel"), Grid(1, 2, weights), "times"),
            Panel(
                "output", _("Output"), Grid(rows, cols, descent.output.ravel().tolist()), "equals",
                slot=2, scale="edges", sentence="{terms} = {value}",
            ),
            Panel("wanted", _("Wanted: edges Y"), Grid(rows, cols, wanted.ravel().tolist()), slot=2, scale="edges"),
        ],
        [
            Link("output", "input", taps, [weights] * len(taps)),
            Link("output", "kernel", [[0, 1]] * len(taps)),
            Link("output", "wanted", [[cell] for cell in range(len(taps))]),
        ], key="learn_panels", start="output",
    )  # fmt: skip


def code() -> str:
    """Return the PyTorch lines that do this."""
    return (
        f"torch.manual_seed({state.get(fields.LEARN_SEED)})\n"
        "conv2d = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)\n"
        f"for step in range({state.get(fields.LEARN_STEPS)}):\n"
        f"    loss = ((conv2d(X) - Y) ** 2).{state.get(fields.LEARN_LOSS)}()\n"
        "    conv2d.zero_grad()\n"
        "    loss.backward()\n"
        f"    conv2d.weight.data -= {state.get(fields.LEARN_RATE):.6g} * conv2d.weight.grad"
    )


def _vector(first: float, second: float) -> str:
    return f"[{said(first)}, {said(second)}]"
