"""The choices of the batch normalisation page, and what follows from them."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ops.normalisation import Running, Statistics, draw, gather, normalise, statistics
from cnnviz.shapes import Result, apply
from cnnviz.spec import BatchNorm1d, BatchNorm2d
from cnnviz.ui import fields, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.i18n import _

Array = NDArray[np.float64]

SIDE = 7
"""Height and width of the pictures, as in the notes."""


@dataclass(frozen=True)
class Trial:
    """A layer, the batches that it is trained with, and one more that is looked at.

    Attributes:
        batches: (N, C) or (N, C, H, W) each; the last one is looked at.
        training: the layer's mode for the last batch; before it, the layer trains.
        gamma: every channel's weight.
        beta: every channel's bias.
        eps: as in torch.
        momentum: as in torch.
        truth: mean and variance of the data that the batches are drawn from, two of (C,).
        channel: the one that is looked at, from 0.
        sample: the one of a batch that is looked at, from 0.
    """

    batches: list[Array]
    training: bool
    gamma: float
    beta: float
    eps: float
    momentum: float
    truth: tuple[Array, Array]
    channel: int
    sample: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a batch."""
        return self.batches[-1].shape

    @property
    def trained(self) -> list[Array]:
        """The batches that the layer saw in training mode."""
        return self.batches if self.training else self.batches[:-1]


@dataclass(frozen=True)
class Outcome:
    """What a trial comes to.

    Attributes:
        y: the last batch, normalised.
        mean: what each channel was moved by (C,).
        var: what each channel was divided by the root of (C,), without eps.
        history: the running statistics before the first batch and after each that the layer trained with.
        seen: the statistics of those batches.
    """

    y: Array
    mean: Array
    var: Array
    history: list[Running]
    seen: list[Statistics]


def choose() -> Trial:
    """Show the choices and return the trial."""
    kinds = {
        "numbers": "1, 2, 3, 4",
        "features": _("Features"),
        "pictures": _("Pictures 7×7"),
    }
    kind = st.segmented_control(
        _("What comes in"), list(kinds), format_func=kinds.__getitem__, required=True, **state.widget(fields.BN_INPUT)
    )  # fmt: skip
    modes = {"train": _("Training"), "eval": _("Evaluation")}
    st.segmented_control(
        _("Mode of the layer"), list(modes), format_func=modes.__getitem__, required=True, **state.widget(fields.BN_MODE)
    )  # fmt: skip
    sliders(
        "batchnorm_layer",
        [
            Control(fields.BN_GAMMA, _("γ, the weight"), -3.0, 3.0, 0.05),
            Control(fields.BN_BETA, _("β, the bias"), -5.0, 5.0, 0.05),
            Control(fields.BN_EPS, _("ε, keeps the root from 0"), 1e-8, 0.5, 1e-8, "log"),
            Control(fields.BN_MOMENTUM, _("Momentum: share of the new batch"), 0.0, 1.0, 0.01),
            Control(fields.BN_STEPS, _("Training steps before this batch"), 0, 60),
        ],
    )
    batches, truth = _choose_batches(kind or "pictures", state.get(fields.BN_STEPS) + 1)
    _choose_view(*batches[-1].shape)
    return Trial(
        batches,
        state.get(fields.BN_MODE) == "train",
        state.get(fields.BN_GAMMA),
        state.get(fields.BN_BETA),
        state.get(fields.BN_EPS),
        state.get(fields.BN_MOMENTUM),
        truth,
        state.get(fields.BN_CHANNEL) - 1,
        state.get(fields.BN_SAMPLE) - 1,
    )


def run(trial: Trial) -> Outcome:
    """Return what a trial comes to.

    Raises:
        ShapeError: if a channel has one value only and the layer has to train with it.
    """
    x, channels = trial.batches[-1], trial.shape[1]
    seen = [statistics(batch) for batch in trial.trained]
    history = gather(seen, channels, trial.momentum)
    used = seen[-1] if trial.training else history[-1]
    gamma, beta = np.full(channels, trial.gamma), np.full(channels, trial.beta)
    return Outcome(
        normalise(x, used.mean, used.var, gamma, beta, trial.eps), used.mean, used.var, history, seen
    )


def applied(trial: Trial) -> Result:
    """Return the layer's shapes and parameters."""
    kind = BatchNorm2d if len(trial.shape) == 4 else BatchNorm1d
    return apply(kind(trial.shape[1], trial.eps, trial.momentum), trial.shape[1:])


def code(trial: Trial) -> str:
    """Return the PyTorch lines that do this."""
    kind = "BatchNorm2d" if len(trial.shape) == 4 else "BatchNorm1d"
    mode = "train" if trial.training else "eval"
    return (
        f"layer = nn.{kind}({trial.shape[1]}, eps={trial.eps:g}, momentum={trial.momentum:g}).{mode}()\n"
        f"y = layer(x)  # {tuple(trial.shape)} -> {tuple(trial.shape)}"
    )


def _choose_batches(kind: str, count: int) -> tuple[list[Array], tuple[Array, Array]]:
    """Show what describes the data and return that many batches, and the data's own mean and variance."""
    if kind == "numbers":
        st.caption(_("The notes' four numbers: one channel, the same batch at every step."))
        numbers = np.array([[1.0], [2.0], [3.0], [4.0]])
        all_data = statistics(numbers)
        return [numbers] * count, (all_data.mean, all_data.unbiased)
    with st.expander(_("The data"), icon=":material/tune:", expanded=True):
        sliders(
            "batchnorm_data",
            [
                Control(fields.BN_BATCH, _("Batch size N"), 1, 64),
                Control(fields.BN_CHANNELS, _("Channels C"), 1, 16),
                Control(fields.BN_MEAN, _("Mean of channel 1"), -10.0, 10.0, 0.1),
                Control(fields.BN_MEAN_STEP, _("Mean: more with each channel"), -5.0, 5.0, 0.1),
                Control(fields.BN_SPREAD, _("Spread of channel 1"), 0.0, 10.0, 0.1),
                Control(fields.BN_SPREAD_FACTOR, _("Spread: times with each channel"), 0.25, 2.0, 0.05),
                Control(fields.BN_SEED, _("Seed"), 0, 99),
            ],
        )
    places = np.arange(state.get(fields.BN_CHANNELS), dtype=np.float64)
    means = state.get(fields.BN_MEAN) + state.get(fields.BN_MEAN_STEP) * places
    spreads = state.get(fields.BN_SPREAD) * state.get(fields.BN_SPREAD_FACTOR) ** places
    side = (SIDE, SIDE) if kind == "pictures" else ()
    shape = (state.get(fields.BN_BATCH), len(places), *side)
    batches = draw(shape, means.tolist(), spreads.tolist(), count, state.get(fields.BN_SEED))
    return batches, (means, spreads**2)


def _choose_view(samples: int, channels: int, *side: int) -> None:
    """Show the choice of what is looked at, as far as there is one."""
    shown = [Control(fields.BN_CHANNEL, _("Channel to look at"), 1, channels)]
    shown += [Control(fields.BN_SAMPLE, _("Picture to look at"), 1, samples if side else 1)]
    for control in shown:
        state.keep_within(control.field, 1, int(control.most))
    if shown := [control for control in shown if control.most > 1]:
        sliders("batchnorm_view", shown)
