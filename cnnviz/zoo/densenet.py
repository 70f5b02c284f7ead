"""DenseNet: nothing is thrown away; every convolution sees the results of all before it in its block."""

from cnnviz.language import N_
from cnnviz.spec import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Chain,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    Node,
    ReLU,
)
from cnnviz.zoo.blocks import dense_block, transition
from cnnviz.zoo.registry import register

STEM, GROWTH_RATE, CONVS = 64, 32, (4, 4, 4, 4)


@register(
    "densenet",
    "DenseNet",
    about=N_(
        "Four dense blocks of four convolutions: each result is kept beside all the others and used again."
    ),
    source="Huang, Liu, van der Maaten, Weinberger 2016; as in Dive into Deep Learning 8.7, without bottleneck",
)
def densenet() -> Network:
    """Return the notes' DenseNet: growth 32, between blocks a transition that halves channels and size."""
    channels = STEM
    items: list[Node] = [
        Chain(
            "stem",
            (
                Conv2d(1, STEM, 7, stride=2, padding=3, name="conv"),
                BatchNorm2d(STEM, name="bn"),
                ReLU(name="relu"),
                MaxPool2d(3, stride=2, padding=1, name="pool"),
            ),
        )
    ]
    for number, convs in enumerate(CONVS, start=1):
        items.append(dense_block(channels, convs, GROWTH_RATE, name=f"dense{number}"))
        channels += convs * GROWTH_RATE
        if number < len(CONVS):
            items.append(transition(channels, channels // 2, name=f"transition{number}"))
            channels //= 2
    items += [
        BatchNorm2d(channels, name="bn"),
        ReLU(name="relu"),
        AdaptiveAvgPool2d(1, name="gap"),
        Flatten(name="flatten"),
        Linear(channels, 10, name="fc"),
    ]
    return Network("DenseNet", (1, 96, 96), Chain("", tuple(items)))
