"""VGG: depth by repeating one block of 3x3 convolutions."""

from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, Chain, Network, Node
from cnnviz.zoo.blocks import classifier, vgg_block
from cnnviz.zoo.options import read_blocks, scaled
from cnnviz.zoo.registry import IMAGENET, Builder, Source, register
from cnnviz.zoo.sizes import side_after
from cnnviz.zoo.style import Style


def _sources(name: str) -> dict[str, Source]:
    return {
        "d2l": Source(
            "Simonyan, Zisserman 2014; one channel and 10 classes as in Dive into Deep Learning 8.2"
        ),
        "torchvision": Source(
            f"torchvision.models.{name}, with batch normalisation {name}_bn: the paper's layers, and an adaptive pooling"
            " to 7x7 so that pictures of other sizes fit",
            IMAGENET,
        ),
    }


def _vgg(title: str, table: str) -> Builder:
    """Return the function that makes a VGG; ``table`` are its blocks as ``options.read_blocks`` reads them."""

    def build(
        *, follow: str = "d2l", blocks: str = table, channels: int = 1, size: int = 224, classes: int = 10,
        width: float = 1, activation: str = "relu", pooling: str = "max", dropout: float = 0.5,
        batch_norm: bool = False,
    ) -> Network:  # fmt: skip
        style = Style(activation, pooling, batch_norm)
        features: list[Node] = []
        before = channels
        for number, (convs, count) in enumerate(read_blocks(blocks), start=1):
            after = scaled(count, width)
            features.append(vgg_block(before, after, convs, name=f"block{number}", style=style))
            before = after
        if follow == "torchvision":
            features.append(AdaptiveAvgPool2d(7, name="adapt"))
        side = side_after(size, features, title)
        head = classifier(before * side * side, classes=classes, dropout=dropout, style=style)
        return Network(title, (channels, size, size), Chain("", (*features, head)))

    return build


register(
    "vgg11",
    "VGG-11",
    about=N_("Eight 3x3 convolutions in five blocks that each halve the picture, then three linear layers."),
    source=_sources("vgg11"),
)(_vgg("VGG-11", "1-64 1-128 2-256 2-512 2-512"))

register(
    "vgg11_small",
    "VGG-11 small",
    about=N_("VGG-11 with a quarter of the channels: what Dive into Deep Learning trains, 15 times cheaper."),
    source="Dive into Deep Learning 8.2, the network that it trains on Fashion-MNIST",
)(_vgg("VGG-11 small", "1-16 1-32 2-64 2-128 2-128"))

register(
    "vgg13",
    "VGG-13",
    about=N_("VGG-11 with a second convolution in each of the first two blocks."),
    source=_sources("vgg13"),
)(_vgg("VGG-13", "2-64 2-128 2-256 2-512 2-512"))

register(
    "vgg16",
    "VGG-16",
    about=N_("The best known VGG: thirteen 3x3 convolutions; three in a row see as far as one 7x7."),
    source=_sources("vgg16"),
)(_vgg("VGG-16", "2-64 2-128 3-256 3-512 3-512"))

register(
    "vgg19",
    "VGG-19",
    about=N_("The deepest VGG: sixteen convolutions and nearly 140 million parameters."),
    source=_sources("vgg19"),
)(_vgg("VGG-19", "2-64 2-128 4-256 4-512 4-512"))
