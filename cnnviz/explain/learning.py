"""Gradient descent learns a kernel from one picture and its edges: the notes' example, and why it may diverge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Array = NDArray[np.float64]
Reduction = Literal["sum", "mean"]

ANSWER = (1.0, -1.0)
"""The kernel that made the edges."""

HOPELESS = 1e12
"""A loss above this does not come back; nothing is computed beyond it."""

NEAR = 0.1
"""A kernel whose weights are both nearer than this to the answer has found it."""


@dataclass(frozen=True)
class Descent:
    """What happened while the kernel was learned.

    Attributes:
        kernels: (w1, w2) at first and after each step.
        losses: the loss of each of these kernels.
        asked: how many steps were asked for; fewer were made if the loss went beyond all bounds.
        rate: learning rate.
        valley: the loss over all kernels.
    """

    kernels: list[tuple[float, float]]
    losses: list[float]
    asked: int
    rate: float
    valley: Valley

    @property
    def made(self) -> int:
        """How many steps were made."""
        return len(self.kernels) - 1

    @property
    def diverges(self) -> bool:
        """Whether each step leads away from the answer, however many follow."""
        return self.rate > self.valley.largest_rate

    @property
    def found(self) -> bool:
        """Whether the last kernel is near the answer."""
        return max(abs(w - answer) for w, answer in zip(self.kernels[-1], ANSWER, strict=True)) < NEAR

    @property
    def output(self) -> Array:
        """What the last kernel makes of the picture, (6, 7)."""
        return _grid(_output(self.kernels[-1]))

    @property
    def wanted(self) -> Array:
        """What it should make of it: the edges, (6, 7)."""
        return _grid(edges())


@dataclass(frozen=True)
class Valley:
    """The loss over all kernels: quadratic, so its second derivatives are the same everywhere.

    Attributes:
        answer: the kernel at its bottom, where the loss is 0.
        hessian: the second derivatives, (2, 2).
    """

    answer: tuple[float, float]
    hessian: Array

    @property
    def bends(self) -> tuple[float, float]:
        """The Hessian's eigenvalues: how strongly the loss bends where it is flattest and where it is steepest."""
        flat, steep = np.linalg.eigvalsh(self.hessian).tolist()
        return flat, steep

    @property
    def largest_rate(self) -> float:
        """The learning rate above which gradient descent diverges: 2 / the largest eigenvalue.

        Along that eigenvector each step multiplies the distance to the answer by ``1 - rate * eigenvalue``, which
        beyond this rate is below -1: the next kernel lies farther out on the other side.
        """
        return 2.0 / self.bends[1]

    def contour(self, level: float, points: int = 97) -> tuple[Array, Array]:
        """Return the kernels (w1, w2) whose loss is ``level``: an ellipse around the answer, ``points`` long."""
        bends, directions = np.linalg.eigh(self.hessian)
        angle = np.linspace(0, 2 * math.pi, points)
        around = np.sqrt(2 * level / bends)[:, None] * np.stack([np.cos(angle), np.sin(angle)])
        w1, w2 = directions @ around + np.array(self.answer)[:, None]
        return w1, w2


def picture() -> torch.Tensor:
    """Return the notes' picture (1, 1, 6, 8): white with a black stripe."""
    x = torch.ones(1, 1, 6, 8)
    x[..., 2:6] = 0
    return x


def edges() -> torch.Tensor:
    """Return the picture's edges (1, 1, 6, 7), as the kernel [1, -1] finds them."""
    return _output(ANSWER)


def valley(reduction: Reduction) -> Valley:
    """Return the loss over all kernels, with the 42 squared errors summed or their mean taken."""
    windows = nn.functional.unfold(picture(), (1, 2))[0].T.double()  # (42, 2): what the two weights meet
    second = 2 * windows.T @ windows
    return Valley(ANSWER, (second if reduction == "sum" else second / len(windows)).numpy())


def descend(seed: int, rate: float, steps: int, reduction: Reduction) -> Descent:
    """Learn the kernel by gradient descent with torch's autograd.

    Args:
        seed: for torch's own random kernel at the start.
        rate: learning rate.
        steps: how many steps.
        reduction: whether the 42 squared errors are summed or their mean is taken.

    Returns:
        Every kernel on the way; all numbers are finite.
    """
    x, y = picture(), edges()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layer = nn.Conv2d(1, 1, (1, 2), bias=False)
    kernels: list[tuple[float, float]] = []
    losses: list[float] = []
    for _ in range(steps + 1):
        squared = (layer(x) - y) ** 2
        loss = squared.sum() if reduction == "sum" else squared.mean()
        if not loss.item() < HOPELESS:
            break
        first, second = layer.weight.detach().flatten().tolist()
        kernels.append((first, second))
        losses.append(loss.item())
        layer.zero_grad()
        loss.backward()
        assert layer.weight.grad is not None
        with torch.no_grad():
            layer.weight -= rate * layer.weight.grad
    return Descent(kernels, losses, steps, rate, valley(reduction))


def _output(kernel: tuple[float, float]) -> torch.Tensor:
    return nn.functional.conv2d(picture(), torch.tensor(kernel).reshape(1, 1, 1, 2))


def _grid(x: torch.Tensor) -> Array:
    values: Array = x[0, 0].numpy().astype(np.float64)
    return values
