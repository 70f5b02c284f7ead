"""AlexNet: the network that won ImageNet 2012 and made everybody else try convolutions."""

from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, Chain, Network, Node
from cnnviz.zoo.blocks import classifier
from cnnviz.zoo.options import scaled
from cnnviz.zoo.registry import IMAGENET, Source, register
from cnnviz.zoo.sizes import side_after
from cnnviz.zoo.style import Style

CHANNELS = {"d2l": (96, 256, 384, 384, 256), "torchvision": (64, 192, 384, 256, 256)}


@register(
    "alexnet",
    "AlexNet",
    about=N_("LeNet made large, with ReLU and dropout; nine tenths of its weights lie in linear layers."),
    source={
        "d2l": Source(
            "Krizhevsky, Sutskever, Hinton 2012; one channel, 10 classes and sizes as in Dive into Deep Learning 8.1"
        ),
        "torchvision": Source(
            "torchvision.models.alexnet, after Krizhevsky 2014 (arXiv:1404.5997): fewer channels, an adaptive pooling to"
            " 6x6, dropout before each hidden linear layer",
            IMAGENET,
        ),
    },
)
def alexnet(
    *, follow: str = "d2l", channels: int = 1, size: int = 224, classes: int = 10, width: float = 1,
    activation: str = "relu", pooling: str = "max", dropout: float = 0.5, batch_norm: bool = False,
) -> Network:  # fmt: skip
    """Return AlexNet: five convolutions, three of them with an overlapping pooling, and three linear layers."""
    style = Style(activation, pooling, batch_norm)
    c1, c2, c3, c4, c5 = (scaled(count, width) for count in CHANNELS[follow])
    features: list[Node] = [
        *style.convolve(channels, c1, 11, stride=4, padding=1 if follow == "d2l" else 2, number=1),
        style.pool(3, "pool1", stride=2),
        *style.convolve(c1, c2, 5, padding=2, number=2),
        style.pool(3, "pool2", stride=2),
        *style.convolve(c2, c3, 3, padding=1, number=3),
        *style.convolve(c3, c4, 3, padding=1, number=4),
        *style.convolve(c4, c5, 3, padding=1, number=5),
        style.pool(3, "pool3", stride=2),
    ]
    if follow == "torchvision":
        features.append(AdaptiveAvgPool2d(6, name="adapt"))
    side = side_after(size, features, "AlexNet")
    head = classifier(
        c5 * side * side, classes=classes, dropout=dropout, style=style, dropout_first=follow == "torchvision"
    )
    return Network("AlexNet", (channels, size, size), Chain("", (*features, head)))
