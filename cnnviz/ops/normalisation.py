"""Batch normalisation: each channel is moved to mean 0 and spread 1, then to where the network wants it.

In training the batch at hand says what mean and spread are; afterwards the running statistics do, which were gathered
meanwhile (Ioffe and Szegedy 2015, arXiv:1502.03167).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import ShapeError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a batch says about its channels.

    Attributes:
        mean: (C,).
        var: (C,), the mean squared distance from the mean; the batch is normalised with it.
        count: values that each channel has, N*H*W.
    """

    mean: Array
    var: Array
    count: int

    @property
    def unbiased(self) -> Array:
        """The variance (C,) divided by count - 1 instead of count; torch puts it into ``running_var``."""
        corrected: Array = self.var * (self.count / (self.count - 1))
        return corrected


@dataclass(frozen=True, slots=True)
class Running:
    """What a layer remembers of the batches that it was trained with.

    Attributes:
        mean: ``running_mean`` (C,).
        var: ``running_var`` (C,).
        batches: ``num_batches_tracked``.
    """

    mean: Array
    var: Array
    batches: int = 0

    @classmethod
    def new(cls, channels: int) -> "Running":
        """Return what a layer starts with: mean 0 and variance 1."""
        return cls(np.zeros(channels), np.ones(channels))

    def after(self, batch: Statistics, momentum: float) -> "Running":
        """Return the running statistics after one more batch, which counts ``momentum`` (the past: 1 - momentum).

        The notes and d2l say how much of the past is kept: their 0.9 is torch's 0.1.
        """
        mean = (1 - momentum) * self.mean + momentum * batch.mean
        var = (1 - momentum) * self.var + momentum * batch.unbiased
        return Running(mean, var, self.batches + 1)


def statistics(x: Array) -> Statistics:
    """Return mean and variance of each channel of a batch (N, C) or (N, C, H, W), over all other dimensions.

    Raises:
        ShapeError: if a channel has one value only: it is its own mean, and nothing would be left of it.
    """
    count = x.shape[0] * prod(x.shape[2:])
    if count < 2:
        raise ShapeError(
            "one value per channel is its own mean: nothing would be left of it, so in training torch refuses the shape {shape}",
            shape=str(x.shape),
        )
    others = tuple(axis for axis in range(x.ndim) if axis != 1)
    return Statistics(x.mean(others), x.var(others), count)


def normalise(x: Array, mean: Array, var: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Return ``gamma * (x - mean) / sqrt(var + eps) + beta``, channel by channel.

    Args:
        x: (N, C) or (N, C, H, W).
        mean: (C,), of the batch in training, the running mean in evaluation.
        var: (C,), likewise.
        gamma: (C,), torch's ``weight``.
        beta: (C,), torch's ``bias``.
        eps: keeps the root from 0 where a channel is constant.
    """
    channels = (1, -1) + (1,) * (x.ndim - 2)
    mean, var, gamma, beta = (values.reshape(channels) for values in (mean, var, gamma, beta))
    y: Array = gamma * (x - mean) / np.sqrt(var + eps) + beta
    return y


def gather(batches: Iterable[Statistics], channels: int, momentum: float) -> list[Running]:
    """Return the running statistics before the first batch and after each."""
    return list(
        accumulate(
            batches, lambda running, batch: running.after(batch, momentum), initial=Running.new(channels)
        )
    )


def draw(
    shape: tuple[int, ...], means: Sequence[float], spreads: Sequence[float], count: int, seed: int
) -> list[Array]:
    """Return batches of normally distributed numbers, each channel around a mean of its own.

    Args:
        shape: of one batch, (N, C) or (N, C, H, W).
        means: one for each channel.
        spreads: standard deviations, one for each channel.
        count: batches; of two counts the shorter list is the beginning of the longer.
        seed: the same seed gives the same numbers.
    """
    channels = (1, -1) + (1,) * (len(shape) - 2)
    mean, spread = (np.reshape(values, channels) for values in (means, spreads))
    random = np.random.default_rng(seed)
    return [mean + spread * random.standard_normal(shape) for _ in range(count)]
