"""Activation functions with their gradients, and what is left of a gradient after many of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def relu(x: Array) -> Array:
    """Return x where it is positive, else 0."""
    return np.maximum(x, 0.0)


def relu_gradient(x: Array) -> Array:
    """Return 1 where x is positive, else 0; at the corner itself torch says 0."""
    return (x > 0).astype(np.float64)


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e^-x): any number comes between 0 and 1."""
    small = np.exp(-np.abs(x))  # e^-x itself overflows where x is very negative
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def sigmoid_gradient(x: Array) -> Array:
    """Return s * (1 - s) with s = sigmoid(x): a quarter at 0, less everywhere else."""
    return sigmoid(x) * sigmoid(-x)  # 1 - s, without its rounding where s is nearly 1


def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent: any number comes between -1 and 1."""
    return np.tanh(x)


def tanh_gradient(x: Array) -> Array:
    """Return 1 - tanh(x)^2: one at 0, less everywhere else."""
    return 4.0 * sigmoid(2.0 * x) * sigmoid(-2.0 * x)


def normal_share(x: Array) -> Array:
    """Return the share of a standard normal distribution that lies below x."""
    share: Array = np.vectorize(lambda value: 0.5 * math.erfc(-value / math.sqrt(2.0)), otypes=[np.float64])(
        x
    )
    return share


def normal_density(x: Array) -> Array:
    """Return the density of the standard normal distribution at x."""
    return np.exp(-0.5 * np.square(x)) / math.sqrt(2.0 * math.pi)


def gelu(x: Array) -> Array:
    """Return x times the share of a standard normal distribution below x (Hendrycks and Gimpel, 2016)."""
    return x * normal_share(x)


def gelu_gradient(x: Array) -> Array:
    """Return the share below x plus x times the density at x; between -0.13 and 1.13."""
    return normal_share(x) + x * normal_density(x)


@dataclass(frozen=True, slots=True)
class Activation:
    """A function of one number and its gradient, each for whole arrays.

    Attributes:
        name: what torch.nn calls it.
        value: f(x).
        gradient: f'(x).
    """

    name: str
    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]


ACTIVATIONS = {
    "relu": Activation("ReLU", relu, relu_gradient),
    "sigmoid": Activation("Sigmoid", sigmoid, sigmoid_gradient),
    "tanh": Activation("Tanh", tanh, tanh_gradient),
    "gelu": Activation("GELU", gelu, gelu_gradient),
}

STEEPEST = {"relu": 1.0, "sigmoid": 0.25, "tanh": 1.0}
"""The largest gradient of those that never exceed 1."""


def backward_through(name: str, x: float, depth: int) -> list[float]:
    """Return what is left of a gradient of 1 after going back through 0, 1, ..., ``depth`` layers.

    The layers stand one after the other and are nothing but the activation (each weight is 1), so the second one
    gets f(x), the third f(f(x)); the gradients on the way are multiplied, as the chain rule says.

    Args:
        name: one of ``ACTIVATIONS``.
        x: what goes into the first layer.
        depth: how many layers.
    """
    function = ACTIVATIONS[name]
    left, here = [1.0], np.array(x)
    for _ in range(depth):
        left.append(left[-1] * float(function.gradient(here)))
        here = function.value(here)
    return left
