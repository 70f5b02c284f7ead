"""What the batch normalisation page shows of a trial: the formula, the histograms, the running statistics, the layer."""

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components import ChartData, Grid, Mark, Panel, cell_by_cell, chart
from cnnviz.components.chart import Series
from cnnviz.shapes import say
from cnnviz.ui import labels, warm
from cnnviz.ui.i18n import _
from cnnviz.ui.normalisation import Outcome, Trial, applied
from cnnviz.ui.numbers import factor, said
from cnnviz.ui.panels import show_panels

Array = NDArray[np.float64]

ROWS = 8
"""So many samples of features are shown at once."""

LEAST = 8
"""Fewer values make no histogram."""

FEW = 4
"""Up to so many channels have a colour of their own."""


def facts(trial: Trial) -> None:
    """Show shape, parameters and how many values each channel has."""
    shape, result = trial.shape, applied(trial)
    with st.container(horizontal=True, gap="large", key="batchnorm_facts"):
        st.metric(_("Input"), say(shape), width="content")
        st.metric(_("Output"), say(shape), width="content")
        st.metric(_("Parameters"), f"2·{shape[1]} = {result.params}", width="content", help=_("γ and β: one of each a channel."))  # fmt: skip
        st.metric(_("Values per channel"), f"{trial.batches[-1][:, 0].size:,}", width="content")


def formula(trial: Trial, outcome: Outcome) -> None:
    """Show the formula with the numbers of the chosen channel put in, and where they come from."""
    c = trial.channel
    st.latex(
        r"\begin{aligned} y &= \gamma\cdot\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta \\[0.8em] "
        rf"&= {_tex(trial.gamma)}\cdot\frac{{x - {_tex(outcome.mean[c])}}}"
        rf"{{\sqrt{{{_tex(outcome.var[c])} + {_tex(trial.eps)}}}}} + {_tex(trial.beta)} \end{{aligned}}"
    )
    if trial.training:
        source = _("Channel {channel} in training: μ and σ² are mean and variance of this batch, over all {count} values of the channel.").format(channel=c + 1, count=outcome.seen[-1].count)  # fmt: skip
    else:
        source = _("Channel {channel} in evaluation: μ and σ² are the running statistics after {steps} training steps; this batch has no say.").format(channel=c + 1, steps=outcome.history[-1].batches)  # fmt: skip
    st.caption(source)


def cells(trial: Trial, outcome: Outcome) -> None:
    """Show numbers before and after, each explained: of pictures one channel of one, else the first samples."""
    x = trial.batches[-1]
    part: tuple[int | slice, ...] = (slice(0, ROWS),)
    channels = np.broadcast_to(np.arange(trial.shape[1]), (len(x[:ROWS]), trial.shape[1]))
    rows, columns = [str(n + 1) for n in range(len(channels))], [str(n + 1) for n in range(trial.shape[1])]
    caption = _("rows: samples, columns: channels")
    if len(trial.shape) == 4:
        part = (trial.sample, trial.channel)
        channels = np.full(x[part].shape, trial.channel)
        rows, columns = [], []
        caption = _("picture {sample}, channel {channel}").format(sample=trial.sample + 1, channel=trial.channel + 1)  # fmt: skip

    def grid(values: Array) -> Grid:
        return Grid(values.shape[0], values.shape[1], values.ravel().tolist())

    numbers = {"m": outcome.mean[channels].ravel().tolist(), "v": outcome.var[channels].ravel().tolist()}
    shown = [
        Panel("x", _("Before"), grid(x[part]), row_labels=rows, column_labels=columns, caption=caption),
        Panel(
            "y", _("After"), grid(outcome.y[part]), "arrow", row_labels=rows, column_labels=columns, caption=caption,
            sentence="γ·(x − μ) / √(σ² + ε) + β = {g}·({x} − {m}) / √({v} + {e}) + {b} = {value}",
            numbers={
                "g": trial.gamma, "b": trial.beta, "e": trial.eps, "x": x[part].ravel().tolist(), **numbers,
            },
        ),
    ]  # fmt: skip
    show_panels(shown, [cell_by_cell("y", "x", channels.size)], key="batchnorm_cells")


def histograms(trial: Trial, outcome: Outcome) -> None:
    """Show mean and variance before and after and, if they are more than a few, how the values are spread."""
    x, y, c = trial.batches[-1], outcome.y, trial.channel
    both = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    before, after = st.columns(2)
    for column, key, title, values in ((before, "before", _("Before"), x), (after, "after", _("After"), y)):
        with column:
            st.markdown(f"**{title}** · {_described(values[:, c])}")
            if values[:, c].size < LEAST:
                continue
            data = ChartData(_histogram(values, c), _("value"), _("how many"), x_range=_widened(*both))
            chart(data, labels.chart(), key=f"batchnorm_{key}", height=230)


def running(trial: Trial, outcome: Outcome) -> None:
    """Show the running statistics of the chosen channel over the steps, and how the last step made them."""
    c = trial.channel
    steps = np.arange(len(outcome.history))
    shown = (
        ("running_mean", [each.mean[c] for each in outcome.history], [each.mean[c] for each in outcome.seen], trial.truth[0][c]),
        ("running_var", [each.var[c] for each in outcome.history], [each.unbiased[c] for each in outcome.seen], trial.truth[1][c]),
    )  # fmt: skip
    for column, (name, kept, batches, truth) in zip(st.columns(2), shown, strict=True):
        with column:
            series = [
                Series(_("a batch"), steps[1:].tolist(), batches, "points"),
                Series(name, steps.tolist(), kept, "line"),
            ]
            marks = [Mark(y=float(truth), text=_("all data"))]
            chart(ChartData(series, _("Training step"), name, marks=marks), labels.chart(), key=f"batchnorm_{name}", height=230)  # fmt: skip
    if outcome.seen:
        st.markdown(_last_step(trial, outcome))
    if trial.training:
        st.caption(
            _(
                "torch's momentum {momentum:g} is the share of the new batch; the notes' momentum is the share of the past, {past:g}."
            ).format(momentum=trial.momentum, past=round(1 - trial.momentum, 6))
        )
    else:
        st.caption(_("In evaluation the running statistics stay as they are."))


def inside(trial: Trial) -> None:
    """Show ``vars(layer)`` of torch's own layer after these batches."""
    warm.wait()
    from cnnviz.explain import normalisation as torchs  # noqa: PLC0415  (imports torch)

    found = torchs.inside(
        trial.trained, trial.shape[1], pictures=len(trial.shape) == 4, training=trial.training, gamma=trial.gamma,
        beta=trial.beta, eps=trial.eps, momentum=trial.momentum,
    )  # fmt: skip
    st.markdown(_("What torch's layer now holds, `vars(layer)`:"))
    meanings = {
        "training": _("the mode: train() or eval()"),
        "num_features": _("channels C"),
        "_parameters['weight']": _("γ, learned"),
        "_parameters['bias']": _("β, learned"),
        "_buffers['running_mean']": _("kept for evaluation"),
        "_buffers['running_var']": _("kept for evaluation; divides by n − 1"),
        "_buffers['num_batches_tracked']": _("training steps so far"),
        "momentum": _("share of the new batch"),
    }
    names = sorted(found, key=lambda name: (name not in meanings, "hook" in name))
    rows = {
        _("Name"): names,
        _("Value"): [found[name] for name in names],
        _("Meaning"): [meanings.get(name, _("functions called on the way") if "hook" in name else "") for name in names],
    }  # fmt: skip
    st.dataframe(
        rows, hide_index=True, key="batchnorm_inside", height=38 + 35 * 8,
        column_config={_("Value"): st.column_config.TextColumn(width="large")},
    )  # fmt: skip


def from_scratch() -> None:
    """Show the notes' layer written from scratch, why it fails on pictures, and the mended one."""
    with st.expander(_("Written from scratch: the notes' layer, mended"), icon=":material/code:"):
        st.markdown(
            _(
                "For pictures the notes keep the dimensions of the mean, but not those of the variance, γ, β and the running statistics:"
            )
        )
        st.code(
            "mean = x.mean(dim=(0, 2, 3), keepdim=True)   # (1, C, 1, 1)\n"
            "var = x.var(dim=(0, 2, 3), keepdim=False)    # (C,)",
            language="python",
        )
        st.markdown(
            _(
                "torch lines shapes up from the right, so (C,) meets the width, not the channels. With (2, 3, 4, 4) that is 3 against 4: a RuntimeError, in training and in evaluation. Where C happens to equal the width nothing fails, and each column is divided by a channel's spread. Besides, this variance divides by n − 1, and the running statistics keep the history of every batch in memory. The mended layer gives what torch gives:"
            )
        )
        warm.wait()
        from cnnviz.explain import normalisation as torchs  # noqa: PLC0415  (imports torch)

        st.code(torchs.source(), language="python")


def _histogram(values: Array, channel: int) -> list[Series]:
    """Return the chosen channel as bars, the others as lines: in colour if they are few, else grey."""
    found, quiet = [], values.shape[1] > FEW
    bins = math.ceil(2 * math.cbrt(values[:, 0].size))  # Rice's rule
    # In colour in their own order, as the legend is read; but grey lines must not cross the bars.
    for c in sorted(range(values.shape[1]), key=lambda c: (quiet and c == channel, c)):
        counts, edges = np.histogram(values[:, c], bins, _widened(values[:, c].min(), values[:, c].max()))
        name = _("channel {channel}").format(channel=c + 1)
        if c == channel:
            found.append(Series(name, edges.tolist(), counts.tolist(), "bars", colour=0 if quiet else c))
        else:
            middles = [edges[0], *(edges[1:] + edges[:-1]) / 2, edges[-1]]
            outline = [0, *counts.tolist(), 0]
            found.append(Series("" if quiet else name, middles, outline, quiet=quiet, colour=c))
    return found


def _widened(least: float, most: float) -> tuple[float, float]:
    """Return a range that is not empty."""
    air = 0.5 if most - least < 1e-9 else 0.0
    return float(least) - air, float(most) + air


def _described(values: Array) -> str:
    return _("mean {mean}, variance {variance}").format(
        mean=_said(values.mean()), variance=_said(values.var())
    )


def _last_step(trial: Trial, outcome: Outcome) -> str:
    """Return the arithmetic of the latest update."""
    c, m, batch = trial.channel, trial.momentum, outcome.seen[-1]
    old, new = outcome.history[-2:]
    lines: Sequence[tuple[str, float, str, float]] = (
        ("running_mean", old.mean[c], _said(batch.mean[c], inner=True), new.mean[c]),
        ("running_var", old.var[c], f"{_said(batch.var[c])}·{batch.count}/{batch.count - 1}", new.var[c]),
    )
    return "  \n".join(
        f"`{name} = (1 − {m:g})·{_said(was, inner=True)} + {m:g}·{added} = {_said(now)}`"
        for name, was, added, now in lines
    )


def _said(value: float, *, inner: bool = False) -> str:
    """Return a number as text; inside a sum, negative ones in parentheses."""
    text = said(_clean(value))
    return f"({text})" if inner and value < 0 else text


def _tex(value: float) -> str:
    """Return a number as a formula writes it, negative ones in parentheses."""
    return factor(_clean(value))


def _clean(value: float) -> float:
    """A tiny rest of rounding is 0."""
    return 0.0 if abs(value) < 1e-12 else value
