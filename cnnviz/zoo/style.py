"""What a student varies inside the blocks of a network: activation, pooling, batch normalisation."""

from dataclasses import dataclass
from typing import Any

from cnnviz.spec import (
    GELU,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Layer,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from cnnviz.spec.checks import one_of

ACTIVATIONS: dict[str, type[ReLU | Sigmoid | Tanh | GELU]] = {
    "relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh, "gelu": GELU,
}  # fmt: skip
POOLINGS: dict[str, type[MaxPool2d | AvgPool2d]] = {"max": MaxPool2d, "avg": AvgPool2d}


@dataclass(frozen=True, slots=True)
class Style:
    """How the layers of a block are made.

    Attributes:
        activation: relu, sigmoid, tanh or gelu.
        pooling: max or avg.
        batch_norm: whether convolutions have a batch normalisation.
        biased: whether they keep their bias beside it, where it has no use: the normalisation takes it out again.
        eps: of the batch normalisation.
    """

    activation: str = "relu"
    pooling: str = "max"
    batch_norm: bool = False
    biased: bool = True
    eps: float = 1e-5

    def convolve(
        self, in_channels: int, out_channels: int, kernel_size: int, *, stride: int = 1, padding: int = 0,
        number: int | str = "", name: str = "",
    ) -> tuple[Layer, ...]:  # fmt: skip
        """Return a convolution, its batch normalisation if there is one, and the activation.

        Args:
            in_channels: of the input.
            out_channels: of the output.
            kernel_size: height and width of the window.
            stride: of the window.
            padding: on each side.
            number: stands behind the names of the three.
            name: of the convolution, where it is not ``conv`` and the number.
        """
        conv = self.convolution(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=padding,
            name=name or f"conv{number}",
        )
        return (conv, *self.normalise(out_channels, f"bn{number}"), self.activate(number))

    def convolution(
        self, in_channels: int, out_channels: int, kernel_size: int, *, stride: int = 1, padding: int = 0,
        name: str,
    ) -> Conv2d:  # fmt: skip
        """Return a convolution, without its bias where a batch normalisation stands in for it."""
        bias = self.biased or not self.batch_norm
        return Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=bias, name=name)

    def normalise(self, channels: int, name: str) -> tuple[Layer, ...]:
        """Return the batch normalisation of that many channels, or nothing."""
        return (BatchNorm2d(channels, eps=self.eps, name=name),) if self.batch_norm else ()

    def activate(self, number: int | str = "") -> Layer:
        """Return the activation, named as what it is: ``relu1``."""
        return activation(self.activation, f"{self.activation}{number}")

    def pool(self, kernel_size: int, name: str = "pool", **how: Any) -> Layer:
        """Return a pooling; stride, padding and ceil_mode as torch has them."""
        return pooling(self.pooling, kernel_size, name, **how)


PLAIN = Style()
NORMALISED = Style(batch_norm=True)


def activation(kind: str, name: str) -> Layer:
    """Return the activation of that kind.

    Raises:
        SpecError: for an unknown kind.
    """
    one_of("activation", kind, ACTIVATIONS)
    return ACTIVATIONS[kind](name=name)


def pooling(kind: str, kernel_size: int, name: str = "pool", **how: Any) -> Layer:
    """Return a pooling of that kind; stride, padding and ceil_mode as torch has them.

    Raises:
        SpecError: for an unknown kind.
    """
    one_of("pooling", kind, POOLINGS)
    return POOLINGS[kind](kernel_size, name=name, **how)


def dropping(p: float, name: str) -> tuple[Layer, ...]:
    """Return a dropout, or nothing where its probability is 0."""
    return (Dropout(p, name=name),) if p else ()
