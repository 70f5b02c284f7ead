"""Network in Network: 1x1 convolutions inside, global average pooling at the end, no linear layer at all."""

from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, Chain, Dropout, Flatten, MaxPool2d, Network
from cnnviz.zoo.blocks import nin_block
from cnnviz.zoo.registry import register


@register(
    "nin",
    "NiN",
    about=N_(
        "AlexNet's convolutions with 1x1 ones after each, and no linear layer: 23 times fewer parameters."
    ),
    source="Lin, Chen, Yan 2013; as in Dive into Deep Learning 8.3",
)
def nin() -> Network:
    """Return NiN: four blocks; the last gives one channel a class, and its mean is the score."""
    return Network(
        "NiN",
        (1, 224, 224),
        Chain(
            "",
            (
                nin_block(1, 96, kernel_size=11, stride=4, padding=0, name="block1"),
                MaxPool2d(3, stride=2, name="pool1"),
                nin_block(96, 256, kernel_size=5, stride=1, padding=2, name="block2"),
                MaxPool2d(3, stride=2, name="pool2"),
                nin_block(256, 384, kernel_size=3, stride=1, padding=1, name="block3"),
                MaxPool2d(3, stride=2, name="pool3"),
                Dropout(0.5, name="dropout"),
                nin_block(384, 10, kernel_size=3, stride=1, padding=1, name="block4"),
                AdaptiveAvgPool2d(1, name="gap"),
                Flatten(name="flatten"),
            ),
        ),
    )
