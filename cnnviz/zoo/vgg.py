"""VGG: depth by repeating one block of 3x3 convolutions."""

from cnnviz.language import N_
from cnnviz.spec import Chain, Network
from cnnviz.zoo.blocks import classifier, vgg_block
from cnnviz.zoo.registry import register

PAPER = "Simonyan, Zisserman 2014; one channel and 10 classes as in Dive into Deep Learning 8.2"


@register(
    "vgg11",
    "VGG-11",
    about=N_("Eight 3x3 convolutions in five blocks that each halve the picture, then three linear layers."),
    source=PAPER,
)
def vgg11() -> Network:
    """Return VGG-11, the paper's configuration A."""
    return _vgg("VGG-11", (1, 1, 2, 2, 2))


@register(
    "vgg11_small",
    "VGG-11 small",
    about=N_("VGG-11 with a quarter of the channels: what Dive into Deep Learning trains, 15 times cheaper."),
    source="Dive into Deep Learning 8.2, the network that it trains on Fashion-MNIST",
)
def vgg11_small() -> Network:
    """Return VGG-11 with 16 to 128 channels instead of 64 to 512."""
    return _vgg("VGG-11 small", (1, 1, 2, 2, 2), (16, 32, 64, 128, 128))


@register(
    "vgg13",
    "VGG-13",
    about=N_("VGG-11 with a second convolution in each of the first two blocks."),
    source=PAPER,
)
def vgg13() -> Network:
    """Return VGG-13, the paper's configuration B."""
    return _vgg("VGG-13", (2, 2, 2, 2, 2))


@register(
    "vgg16",
    "VGG-16",
    about=N_("The best known VGG: thirteen 3x3 convolutions; three in a row see as far as one 7x7."),
    source=PAPER,
)
def vgg16() -> Network:
    """Return VGG-16, the paper's configuration D."""
    return _vgg("VGG-16", (2, 2, 3, 3, 3))


@register(
    "vgg19",
    "VGG-19",
    about=N_("The deepest VGG: sixteen convolutions and nearly 140 million parameters."),
    source=PAPER,
)
def vgg19() -> Network:
    """Return VGG-19, the paper's configuration E."""
    return _vgg("VGG-19", (2, 2, 4, 4, 4))


def _vgg(name: str, convs: tuple[int, ...], channels: tuple[int, ...] = (64, 128, 256, 512, 512)) -> Network:
    """Return a VGG of five blocks: how many convolutions each has, and how many channels it gives."""
    before = (1, *channels)
    body = [vgg_block(before[i], channels[i], convs[i], name=f"block{i + 1}") for i in range(len(convs))]
    return Network(name, (1, 224, 224), Chain("", (*body, classifier(channels[-1] * 7 * 7))))
