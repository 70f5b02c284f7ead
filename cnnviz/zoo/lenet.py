"""LeNet: the first convolutional network in daily use, reading digits on cheques; also with batch normalisation."""

from cnnviz.language import N_
from cnnviz.spec import BatchNorm1d, BatchNorm2d, Chain, Conv2d, Flatten, Linear, Network, Node
from cnnviz.zoo.options import scaled
from cnnviz.zoo.registry import register
from cnnviz.zoo.sizes import side_after
from cnnviz.zoo.style import activation as activate
from cnnviz.zoo.style import dropping
from cnnviz.zoo.style import pooling as pool


@register(
    "lenet",
    "LeNet",
    about=N_(
        "Two convolutions, two poolings, three linear layers: the network that read digits on cheques in 1998."
    ),
    source="LeCun, Bottou, Bengio, Haffner 1998; sizes and padding as in Dive into Deep Learning 7.6",
)
def lenet(
    *, channels: int = 1, size: int = 28, classes: int = 10, width: float = 1, activation: str = "sigmoid",
    pooling: str = "avg", dropout: float = 0, batch_norm: bool = False,
) -> Network:  # fmt: skip
    """Return LeNet as Dive into Deep Learning gives it; it was published with sigmoids and average pooling."""
    return _lenet(
        "LeNet", channels, size, classes, width, activation, pooling, dropout,
        padding=2, conv_norm=batch_norm, linear_norm=False,
    )  # fmt: skip


@register(
    "lenet_bn",
    "BatchNorm-LeNet",
    about=N_(
        "LeNet with batch normalisation before every sigmoid, which keeps its input where the slope is."
    ),
    source="Ioffe, Szegedy 2015; Dive into Deep Learning 8.5, whose first convolution has no padding",
)
def lenet_bn(
    *, channels: int = 1, size: int = 28, classes: int = 10, width: float = 1, activation: str = "sigmoid",
    pooling: str = "avg", dropout: float = 0, batch_norm: bool = True,
) -> Network:  # fmt: skip
    """Return LeNet with batch normalisation after every convolution and hidden linear layer, before the sigmoid."""
    return _lenet(
        "BatchNorm-LeNet", channels, size, classes, width, activation, pooling, dropout,
        padding=0, conv_norm=batch_norm, linear_norm=batch_norm,
    )  # fmt: skip


def _lenet(
    title: str, channels: int, size: int, classes: int, width: float, activation: str, pooling: str,
    dropout: float, *, padding: int, conv_norm: bool, linear_norm: bool,
) -> Network:  # fmt: skip
    c1, c2 = scaled(6, width), scaled(16, width)
    features = (
        Conv2d(channels, c1, 5, padding=padding, name="conv1"),
        *((BatchNorm2d(c1, name="bn1"),) if conv_norm else ()),
        activate(activation, "act1"),
        pool(pooling, 2, "pool1"),
        Conv2d(c1, c2, 5, name="conv2"),
        *((BatchNorm2d(c2, name="bn2"),) if conv_norm else ()),
        activate(activation, "act2"),
        pool(pooling, 2, "pool2"),
    )
    side = side_after(size, features, title)
    hidden: list[Node] = []
    before = c2 * side * side
    for number, after in enumerate((120, 84), start=1):
        hidden += (
            Linear(before, after, name=f"fc{number}"),
            *((BatchNorm1d(after, name=f"bn{number + 2}"),) if linear_norm else ()),
            activate(activation, f"act{number + 2}"),
            *dropping(dropout, f"dropout{number}"),
        )
        before = after
    head = (Flatten(name="flatten"), *hidden, Linear(before, classes, name="fc3"))
    return Network(title, (channels, size, size), Chain("", (*features, *head)))
