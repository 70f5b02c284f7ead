"""LeNet: the first convolutional network in daily use, reading digits on cheques; also with batch normalisation."""

from typing import Literal

from cnnviz.language import N_
from cnnviz.spec import (
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Chain,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
)
from cnnviz.zoo.registry import register

Activation = Literal["relu", "sigmoid", "tanh"]
Pooling = Literal["max", "avg"]


@register(
    "lenet",
    "LeNet",
    about=N_(
        "Two convolutions, two poolings, three linear layers: the network that read digits on cheques in 1998."
    ),
    source="LeCun, Bottou, Bengio, Haffner 1998; sizes and padding as in Dive into Deep Learning 7.6",
)
def lenet(*, activation: Activation = "sigmoid", pooling: Pooling = "avg") -> Network:
    """Return LeNet as Dive into Deep Learning gives it; it was published with sigmoids and average pooling."""
    return Network(
        "LeNet",
        (1, 28, 28),
        Chain(
            "",
            (
                Conv2d(1, 6, 5, padding=2, name="conv1"),
                _activation(activation, "act1"),
                _pooling(pooling, 2, "pool1"),
                Conv2d(6, 16, 5, name="conv2"),
                _activation(activation, "act2"),
                _pooling(pooling, 2, "pool2"),
                Flatten(name="flatten"),
                Linear(16 * 5 * 5, 120, name="fc1"),
                _activation(activation, "act3"),
                Linear(120, 84, name="fc2"),
                _activation(activation, "act4"),
                Linear(84, 10, name="fc3"),
            ),
        ),
    )


@register(
    "lenet_bn",
    "BatchNorm-LeNet",
    about=N_(
        "LeNet with batch normalisation before every sigmoid, which keeps its input where the slope is."
    ),
    source="Ioffe, Szegedy 2015; Dive into Deep Learning 8.5, whose first convolution has no padding",
)
def lenet_bn() -> Network:
    """Return LeNet with batch normalisation after every convolution and hidden linear layer, before the sigmoid."""
    return Network(
        "BatchNorm-LeNet",
        (1, 28, 28),
        Chain(
            "",
            (
                Conv2d(1, 6, 5, name="conv1"),
                BatchNorm2d(6, name="bn1"),
                Sigmoid(name="act1"),
                AvgPool2d(2, name="pool1"),
                Conv2d(6, 16, 5, name="conv2"),
                BatchNorm2d(16, name="bn2"),
                Sigmoid(name="act2"),
                AvgPool2d(2, name="pool2"),
                Flatten(name="flatten"),
                Linear(16 * 4 * 4, 120, name="fc1"),
                BatchNorm1d(120, name="bn3"),
                Sigmoid(name="act3"),
                Linear(120, 84, name="fc2"),
                BatchNorm1d(84, name="bn4"),
                Sigmoid(name="act4"),
                Linear(84, 10, name="fc3"),
            ),
        ),
    )


def _activation(kind: Activation, name: str) -> Layer:
    """Return the activation of that kind."""
    kinds: dict[str, type[ReLU | Sigmoid | Tanh]] = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}
    return kinds[kind](name=name)


def _pooling(kind: Pooling, kernel_size: int, name: str) -> Layer:
    """Return a pooling of that kind whose windows do not overlap."""
    kinds: dict[str, type[MaxPool2d | AvgPool2d]] = {"max": MaxPool2d, "avg": AvgPool2d}
    return kinds[kind](kernel_size, name=name)
