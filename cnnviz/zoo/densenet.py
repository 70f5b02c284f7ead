"""DenseNet: nothing is thrown away; every convolution sees the results of all before it in its block."""

from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, Chain, Flatten, Linear, Network, Node
from cnnviz.zoo.blocks import dense_block, stem, transition
from cnnviz.zoo.registry import IMAGENET, Source, register
from cnnviz.zoo.sizes import side_after
from cnnviz.zoo.style import Style

STEM = 64


@register(
    "densenet",
    "DenseNet",
    about=N_(
        "Four dense blocks of four convolutions: each result is kept beside all the others and used again."
    ),
    source="Huang, Liu, van der Maaten, Weinberger 2016; as in Dive into Deep Learning 8.7, without bottleneck",
)
def densenet(
    *, growth_rate: int = 32, channels: int = 1, size: int = 96, classes: int = 10, activation: str = "relu",
    dropout: float = 0, batch_norm: bool = True,
) -> Network:  # fmt: skip
    """Return the notes' DenseNet: growth 32, between blocks a transition that halves channels and size."""
    style = Style(activation, batch_norm=batch_norm)
    body = _body("DenseNet", (4, 4, 4, 4), channels, size, classes, growth_rate, dropout, style)
    return Network("DenseNet", (channels, size, size), body)


@register(
    "densenet121",
    "DenseNet-121",
    about=N_(
        "Four dense blocks of 6, 12, 24 and 16 layers, each with a 1x1 convolution that keeps the 3x3 cheap."
    ),
    source={
        "d2l": Source(
            "Huang, Liu, van der Maaten, Weinberger 2016, table 1; one channel and 10 classes as Dive into Deep Learning has"
            " in 8.7"
        ),
        "torchvision": Source("torchvision.models.densenet121, the network of the paper's table 1", IMAGENET),
    },
)
def densenet121(
    *, follow: str = "d2l", growth_rate: int = 32, channels: int = 1, size: int = 224, classes: int = 10,
    activation: str = "relu", dropout: float = 0, batch_norm: bool = True,
) -> Network:  # fmt: skip
    """Return DenseNet-121; the sources differ only in what it is for: channels, classes and size of the input."""
    style = Style(activation, batch_norm=batch_norm, biased=False)
    convs = (6, 12, 24, 16)
    body = _body("DenseNet-121", convs, channels, size, classes, growth_rate, dropout, style, narrowed=True)
    return Network("DenseNet-121", (channels, size, size), body)


def _body(
    title: str, convs: tuple[int, ...], channels: int, size: int, classes: int, growth_rate: int, dropout: float,
    style: Style, *, narrowed: bool = False,
) -> Chain:  # fmt: skip
    """Return a DenseNet: a stem, dense blocks of so many layers with transitions between, and one linear layer."""
    items: list[Node] = [stem(channels, STEM, style=style)]
    count = STEM
    for number, layers in enumerate(convs, start=1):
        items.append(
            dense_block(
                count,
                layers,
                growth_rate,
                name=f"dense{number}",
                style=style,
                narrowed=narrowed,
                dropout=dropout,
            )
        )
        count += layers * growth_rate
        if number < len(convs):
            items.append(transition(count, count // 2, name=f"transition{number}", style=style))
            count //= 2
    side_after(size, items, title)
    head = (
        *style.normalise(count, "bn"),
        style.activate(),
        AdaptiveAvgPool2d(1, name="gap"),
        Flatten(name="flatten"),
        Linear(count, classes, name="fc"),
    )
    return Chain("", (*items, *head))
