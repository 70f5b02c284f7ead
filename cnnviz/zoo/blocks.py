"""Parts that several networks share: ordinary functions that return layers."""

from typing import Literal

from cnnviz.spec import AvgPool2d, Layer, MaxPool2d, ReLU, Sigmoid, Tanh

Activation = Literal["relu", "sigmoid", "tanh"]
Pooling = Literal["max", "avg"]


def activation(kind: Activation, name: str) -> Layer:
    """Return the activation of that kind."""
    kinds: dict[str, type[ReLU | Sigmoid | Tanh]] = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}
    return kinds[kind](name=name)


def pooling(kind: Pooling, kernel_size: int, name: str) -> Layer:
    """Return a pooling of that kind whose windows do not overlap."""
    kinds: dict[str, type[MaxPool2d | AvgPool2d]] = {"max": MaxPool2d, "avg": AvgPool2d}
    return kinds[kind](kernel_size, name=name)
