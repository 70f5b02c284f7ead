"""GoogLeNet: nine Inception blocks, each looking at its input in four ways at once."""

from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, Chain, Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU
from cnnviz.zoo.blocks import inception
from cnnviz.zoo.registry import register


@register(
    "googlenet",
    "GoogLeNet",
    about=N_("Nine Inception blocks: each looks at its input through windows of 1, 3 and 5 pixels at once."),
    source="Szegedy and others 2014, without the auxiliary classifiers; as in Dive into Deep Learning 8.4",
)
def googlenet() -> Network:
    """Return GoogLeNet for 96x96 pictures; every size from 1x1 on fits, as its end is a global average."""
    stem = (
        Conv2d(1, 64, 7, stride=2, padding=3, name="conv"),
        ReLU(name="relu"),
        _halve(),
    )
    second = (
        Conv2d(64, 64, 1, name="conv1"),
        ReLU(name="relu1"),
        Conv2d(64, 192, 3, padding=1, name="conv2"),
        ReLU(name="relu2"),
        _halve(),
    )
    third = (
        inception(192, 64, (96, 128), (16, 32), 32, name="inception1"),
        inception(256, 128, (128, 192), (32, 96), 64, name="inception2"),
        _halve(),
    )
    fourth = (
        inception(480, 192, (96, 208), (16, 48), 64, name="inception1"),
        inception(512, 160, (112, 224), (24, 64), 64, name="inception2"),
        inception(512, 128, (128, 256), (24, 64), 64, name="inception3"),
        inception(512, 112, (144, 288), (32, 64), 64, name="inception4"),
        inception(528, 256, (160, 320), (32, 128), 128, name="inception5"),
        _halve(),
    )
    fifth = (
        inception(832, 256, (160, 320), (32, 128), 128, name="inception1"),
        inception(832, 384, (192, 384), (48, 128), 128, name="inception2"),
        AdaptiveAvgPool2d(1, name="gap"),
        Flatten(name="flatten"),
    )
    modules = (Chain(f"b{i}", items) for i, items in enumerate((stem, second, third, fourth, fifth), start=1))
    return Network("GoogLeNet", (1, 96, 96), Chain("", (*modules, Linear(1024, 10, name="fc"))))


def _halve() -> MaxPool2d:
    return MaxPool2d(3, stride=2, padding=1, name="pool")
