"""The choices of the page on softmax and loss, and the panels that follow from them."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components import Link, Panel, cell_by_cell, from_all
from cnnviz.ops import softmax
from cnnviz.ui import fields, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.i18n import _
from cnnviz.ui.panels import panel, show_panels

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """The scores of one sample and the class that is right.

    Attributes:
        logits: (n,).
        target: 0 to n - 1.
        stable: whether the maximum is taken away before exp.
    """

    logits: Array
    target: int
    stable: bool


def choose() -> Setting:
    """Show the choices and return what was chosen."""
    sliders("softmax_classes", [Control(fields.SOFTMAX_CLASSES, _("Classes"), 3, 10)])
    classes = state.get(fields.SOFTMAX_CLASSES)
    sliders(
        "softmax",
        [
            Control(fields.SOFTMAX_TARGET, _("Target: the right class"), 0, classes - 1),
            *(
                Control(field, _("Logit z[{i}]").format(i=i), -20.0, 20.0, 0.1)
                for i, field in enumerate(fields.SOFTMAX_LOGITS[:classes])
            ),
            Control(
                fields.SOFTMAX_OFFSET, _("Added to every logit"), 0, 1000, 10, help=_("It changes no probability.")
            ),
        ],
    )  # fmt: skip
    stable = st.toggle(_("Stable form: subtract the maximum first"), **state.widget(fields.SOFTMAX_STABLE))
    logits = np.array([state.get(field) for field in fields.SOFTMAX_LOGITS[:classes]])
    return Setting(logits + state.get(fields.SOFTMAX_OFFSET), state.get(fields.SOFTMAX_TARGET), stable)


def facts(setting: Setting) -> None:
    """Show the loss both ways, the probability of the target and the predicted class: torch's, so in the stable form."""
    loss = softmax.cross_entropy(setting.logits, setting.target)
    way = softmax.softmax(setting.logits)
    with st.container(horizontal=True, gap="large", key="softmax_facts"):
        st.metric("nn.CrossEntropyLoss", f"{loss:.5f}", width="content")
        st.metric(
            "nn.LogSoftmax + nn.NLLLoss",
            f"{softmax.nll(way.log_softmax, setting.target):.5f}",
            width="content",
        )
        st.metric(_("Probability of the target"), f"{way.softmax[setting.target]:.4f}", width="content")
        st.metric(_("Predicted: argmax(z)"), str(int(setting.logits.argmax())), width="content")
        st.metric(_("Parameters"), "0", width="content")


def show(setting: Setting) -> None:
    """Show the way from the logits to the loss."""
    count = len(setting.logits)
    links = [
        cell_by_cell("exp", "moved" if setting.stable else "z", count),
        from_all("softmax", "exp", count, count),
        cell_by_cell("log_softmax", "softmax", count),
        Link("loss", "log_softmax", [[setting.target]]),
    ]
    if setting.stable:
        links.append(cell_by_cell("moved", "z", count))
    show_panels(_row(setting), links, key="softmax", start="softmax")


def _row(setting: Setting) -> list[Panel]:
    way = softmax.softmax(setting.logits, stable=setting.stable)
    total, largest = float(way.exps.sum()), float(setting.logits.max())
    rows = [str(i) for i in range(len(setting.logits))]
    moved, exps, shares = (each.tolist() for each in (way.moved, way.exps, way.softmax))
    first = panel("z", _("Logits z"), setting.logits, row_labels=rows)
    minus = panel(
        "moved", "z − max(z)", way.moved, sign="arrow",
        sentence="z − max(z) = {z} − {max} = {value}", numbers={"z": setting.logits.tolist(), "max": largest},
    )  # fmt: skip
    log_said, log_numbers = (
        (
            "z − max(z) − log Σ exp(z − max(z)) = {moved} − log({total}) = {value}",
            {"moved": moved, "total": total},
        )
        if setting.stable
        else ("log softmax(z) = log({share}) = {value}", {"share": shares})
    )
    return [
        first,
        *([minus] if setting.stable else []),
        panel(
            "exp", "exp(z − max(z))" if setting.stable else "exp(z)", way.exps, sign="arrow",
            caption=_sum(way.exps), sentence="exp({moved}) = {value}", numbers={"moved": moved},
        ),
        panel(
            "softmax", "softmax(z)", way.softmax, sign="arrow", caption=_sum(way.softmax),
            sentence="exp / Σ exp = {exp} / ({sum}) = {value}", numbers={"exp": exps},
        ),
        panel(
            "log_softmax", "log_softmax(z)", way.log_softmax, sign="arrow", sentence=log_said, numbers=log_numbers,
        ),
        panel(
            "loss", _("Loss"), np.array([softmax.nll(way.log_softmax, setting.target)]), sign="arrow",
            sentence="NLLLoss = −log_softmax(z)[{target}] = −{log} = {value}",
            numbers={"target": setting.target, "log": float(way.log_softmax[setting.target])},
        ),
    ]  # fmt: skip


def _sum(values: Array) -> str:
    """Return what stands below a column: its sum, also where it is infinite or no number."""
    return f"Σ = {values.sum():.5g}".replace("inf", "∞").replace("nan", "–")


def code(setting: Setting) -> str:
    """Return the PyTorch lines that do this, and what both give."""
    values = ", ".join(repr(float(f"{value:.10g}")) for value in setting.logits)
    loss = softmax.cross_entropy(setting.logits, setting.target)
    return (
        f"z = torch.tensor([[{values}]])\n"
        f"target = torch.tensor([{setting.target}])\n"
        f"nn.CrossEntropyLoss()(z, target)  # {loss:.5f}\n"
        f"nn.NLLLoss()(nn.LogSoftmax(dim=1)(z), target)  # {loss:.5f}"
    )
