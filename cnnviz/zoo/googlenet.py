"""GoogLeNet: nine Inception blocks, each looking at its input in four ways at once."""

from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, Branches, Chain, Flatten, Layer, Linear, Network
from cnnviz.zoo.blocks import inception
from cnnviz.zoo.options import scaled
from cnnviz.zoo.registry import IMAGENET, Source, register
from cnnviz.zoo.sizes import side_after
from cnnviz.zoo.style import Style, dropping

Row = tuple[int, tuple[int, int], tuple[int, int], int]

BLOCKS: dict[str, tuple[Row, ...]] = {
    "b3": (
        (64, (96, 128), (16, 32), 32),
        (128, (128, 192), (32, 96), 64),
    ),
    "b4": (
        (192, (96, 208), (16, 48), 64),
        (160, (112, 224), (24, 64), 64),
        (128, (128, 256), (24, 64), 64),
        (112, (144, 288), (32, 64), 64),
        (256, (160, 320), (32, 128), 128),
    ),
    "b5": (
        (256, (160, 320), (32, 128), 128),
        (384, (192, 384), (48, 128), 128),
    ),
}
"""The channels of each Inception block's four paths, as ``blocks.inception`` takes them."""


@register(
    "googlenet",
    "GoogLeNet",
    about=N_("Nine Inception blocks: each looks at its input through windows of 1, 3 and 5 pixels at once."),
    source={
        "d2l": Source(
            "Szegedy and others 2014, without the auxiliary classifiers; as in Dive into Deep Learning 8.4"
        ),
        "torchvision": Source(
            "torchvision.models.googlenet, without the auxiliary classifiers: batch normalisation, and 3x3 where the paper"
            " has 5x5 (a slip that is kept for the sake of its weights)",
            {**IMAGENET, "batch_norm": True, "dropout": 0.2},
        ),
    },
)
def googlenet(
    *, follow: str = "d2l", channels: int = 1, size: int = 96, classes: int = 10, width: float = 1,
    activation: str = "relu", pooling: str = "max", dropout: float = 0, batch_norm: bool = False,
) -> Network:  # fmt: skip
    """Return GoogLeNet: a stem, nine Inception blocks in three modules, a global average, and one linear layer."""
    theirs = follow == "torchvision"
    style = Style(activation, pooling, batch_norm, biased=not theirs, eps=1e-3 if theirs else 1e-5)
    first, before = scaled(64, width), scaled(192, width)
    modules = [
        Chain(
            "b1",
            (*style.convolve(channels, first, 7, stride=2, padding=3), _halve(style, theirs)),
            block="Stem",
        ),
        Chain(
            "b2",
            (
                *style.convolve(first, first, 1, number=1),
                *style.convolve(first, before, 3, padding=1, number=2),
                _halve(style, theirs),
            ),
        ),
    ]
    for name, rows in BLOCKS.items():
        blocks, before = _inceptions(rows, before, width, style, largest=3 if theirs else 5)
        end: tuple[Layer, ...] = (_halve(style, theirs, 2 if name == "b4" else 3),)
        if name == "b5":
            end = (AdaptiveAvgPool2d(1, name="gap"), Flatten(name="flatten"))
        modules.append(Chain(name, (*blocks, *end)))
    side_after(size, modules, "GoogLeNet")
    head = (*dropping(dropout, "dropout"), Linear(before, classes, name="fc"))
    return Network("GoogLeNet", (channels, size, size), Chain("", (*modules, *head)))


def _inceptions(
    rows: tuple[Row, ...], before: int, width: float, style: Style, *, largest: int
) -> tuple[list[Branches], int]:
    """Return Inception blocks one after the other, and how many channels the last one gives."""
    blocks = []
    for number, (c1, c2, c3, c4) in enumerate(rows, start=1):
        first, last = scaled(c1, width), scaled(c4, width)
        second, third = ((scaled(reduced, width), scaled(end, width)) for reduced, end in (c2, c3))
        blocks.append(
            inception(
                before, first, second, third, last, name=f"inception{number}", style=style, largest=largest
            )
        )
        before = first + second[1] + third[1] + last
    return blocks, before


def _halve(style: Style, theirs: bool, kernel_size: int = 3) -> Layer:
    """Return the pooling between modules; torchvision's rounds up instead of padding, and its last is 2x2."""
    if theirs:
        return style.pool(kernel_size, stride=2, ceil_mode=True)
    return style.pool(3, stride=2, padding=1)
