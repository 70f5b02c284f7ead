"""ResNet: convolutions learn what to add to their input, so a block can always do nothing."""

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
    ReLU,
)
from cnnviz.zoo.blocks import residual
from cnnviz.zoo.registry import register


@register(
    "resnet18",
    "ResNet-18",
    about=N_("Eight residual blocks: each adds its result to its input, so that more depth does no harm."),
    source="He, Zhang, Ren, Sun 2015; as in Dive into Deep Learning 8.6: biases kept, shortcuts without batch norm",
)
def resnet18() -> Network:
    """Return ResNet-18: a stem, four modules of two residual blocks, and one linear layer."""
    stem = (
        Conv2d(1, 64, 7, stride=2, padding=3, name="conv"),
        BatchNorm2d(64, name="bn"),
        ReLU(name="relu"),
        MaxPool2d(3, stride=2, padding=1, name="pool"),
    )
    return Network(
        "ResNet-18",
        (1, 224, 224),
        Chain(
            "",
            (
                Chain("b1", stem),
                Chain("b2", (residual(64, 64, name="block1"), residual(64, 64, name="block2"))),
                _halving("b3", 64, 128),
                _halving("b4", 128, 256),
                _halving("b5", 256, 512),
                AdaptiveAvgPool2d(1, name="gap"),
                Flatten(name="flatten"),
                Linear(512, 10, name="fc"),
            ),
        ),
    )


def _halving(name: str, in_channels: int, channels: int) -> Chain:
    """Return two residual blocks; the first halves the size and changes the channels."""
    first = residual(in_channels, channels, use_1x1conv=True, strides=2, name="block1")
    return Chain(name, (first, residual(channels, channels, name="block2")))
