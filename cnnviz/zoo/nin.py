"""Network in Network: 1x1 convolutions inside, global average pooling at the end, no linear layer at all."""

from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, Chain, Flatten, Network
from cnnviz.zoo.blocks import nin_block
from cnnviz.zoo.options import scaled
from cnnviz.zoo.registry import register
from cnnviz.zoo.sizes import side_after
from cnnviz.zoo.style import Style, dropping


@register(
    "nin",
    "NiN",
    about=N_(
        "AlexNet's convolutions with 1x1 ones after each, and no linear layer: 23 times fewer parameters."
    ),
    source="Lin, Chen, Yan 2013; as in Dive into Deep Learning 8.3",
)
def nin(
    *, channels: int = 1, size: int = 224, classes: int = 10, width: float = 1, activation: str = "relu",
    pooling: str = "max", dropout: float = 0.5, batch_norm: bool = False,
) -> Network:  # fmt: skip
    """Return NiN: four blocks; the last gives one channel a class, and its mean is the score."""
    style = Style(activation, pooling, batch_norm)
    c1, c2, c3 = (scaled(count, width) for count in (96, 256, 384))
    features = (
        nin_block(channels, c1, kernel_size=11, stride=4, padding=0, name="block1", style=style),
        style.pool(3, "pool1", stride=2),
        nin_block(c1, c2, kernel_size=5, stride=1, padding=2, name="block2", style=style),
        style.pool(3, "pool2", stride=2),
        nin_block(c2, c3, kernel_size=3, stride=1, padding=1, name="block3", style=style),
        style.pool(3, "pool3", stride=2),
        *dropping(dropout, "dropout"),
        nin_block(c3, classes, kernel_size=3, stride=1, padding=1, name="block4", style=style),
        AdaptiveAvgPool2d(1, name="gap"),
    )
    side_after(size, features, "NiN")
    return Network("NiN", (channels, size, size), Chain("", (*features, Flatten(name="flatten"))))
