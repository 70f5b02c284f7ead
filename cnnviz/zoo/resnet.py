"""ResNet: convolutions learn what to add to their input, so a block can always do nothing."""

from functools import partial

from cnnviz.language import N_
from cnnviz.spec import AdaptiveAvgPool2d, Chain, Flatten, Linear, Network, Node
from cnnviz.zoo.blocks import bottleneck, residual, stem
from cnnviz.zoo.options import scaled
from cnnviz.zoo.registry import IMAGENET, Builder, Source, register
from cnnviz.zoo.sizes import side_after
from cnnviz.zoo.style import Style, dropping


def _resnet(title: str, counts: tuple[int, ...], *, narrowed: bool = False) -> Builder:
    """Return the function that makes a ResNet.

    Args:
        title: what people call it.
        counts: blocks in each of its four modules.
        narrowed: whether they are bottlenecks.
    """

    def build(
        *, follow: str = "d2l", channels: int = 1, size: int = 224, classes: int = 10, width: float = 1,
        activation: str = "relu", pooling: str = "max", dropout: float = 0, batch_norm: bool = True,
    ) -> Network:  # fmt: skip
        style = Style(activation, pooling, batch_norm, biased=follow == "d2l")
        kind = partial(bottleneck, stride_first=follow == "paper") if narrowed else residual
        before = scaled(64, width)
        modules: list[Node] = [stem(channels, before, name="b1", style=style)]
        for number, count in enumerate(counts):
            after = scaled(64 * 2**number, width)
            given = 4 * after if narrowed else after
            blocks = []
            for position in range(1, count + 1):
                strides = 2 if number and position == 1 else 1
                fit = strides > 1 or before != given
                blocks.append(
                    kind(
                        before, after, fit, strides, name=f"block{position}", style=style,
                        shortcut_norm=follow != "d2l",
                    )
                )  # fmt: skip
                before = given
            modules.append(Chain(f"b{number + 2}", tuple(blocks), block="Stage"))
        side_after(size, modules, title)
        head = (
            AdaptiveAvgPool2d(1, name="gap"),
            Flatten(name="flatten"),
            *dropping(dropout, "dropout"),
            Linear(before, classes, name="fc"),
        )
        return Network(title, (channels, size, size), Chain("", (*modules, *head)))

    return build


register(
    "resnet18",
    "ResNet-18",
    about=N_("Eight residual blocks: each adds its result to its input, so that more depth does no harm."),
    source={
        "d2l": Source(
            "He, Zhang, Ren, Sun 2015; as in Dive into Deep Learning 8.6: biases kept, shortcuts without batch norm"
        ),
        "torchvision": Source(
            "torchvision.models.resnet18: no biases in convolutions, batch norm on shortcuts, as in the paper",
            IMAGENET,
        ),
    },
)(_resnet("ResNet-18", (2, 2, 2, 2)))

register(
    "resnet34",
    "ResNet-34",
    about=N_("Sixteen residual blocks: ResNet-18's plan, twice as deep."),
    source={
        "d2l": Source(
            "He, Zhang, Ren, Sun 2015; built as Dive into Deep Learning 8.6 builds ResNet-18: biases kept, shortcuts"
            " without batch norm"
        ),
        "torchvision": Source(
            "torchvision.models.resnet34: no biases in convolutions, batch norm on shortcuts, as in the paper",
            IMAGENET,
        ),
    },
)(_resnet("ResNet-34", (3, 4, 6, 3)))

register(
    "resnet50",
    "ResNet-50",
    about=N_(
        "Sixteen bottlenecks: 1x1 convolutions go to few channels, so that the 3x3 between them is cheap."
    ),
    source={
        "d2l": Source(
            "He, Zhang, Ren, Sun 2015; built as Dive into Deep Learning 8.6 builds ResNet-18: biases kept, shortcuts"
            " without batch norm; the stride lies in the 3x3 convolution"
        ),
        "paper": Source(
            "He, Zhang, Ren, Sun 2015, table 1: the stride lies in the first 1x1 convolution of a module",
            IMAGENET,
        ),
        "torchvision": Source(
            "torchvision.models.resnet50: as in the paper, but the stride lies in the 3x3 convolution (ResNet V1.5)",
            IMAGENET,
        ),
    },
)(_resnet("ResNet-50", (3, 4, 6, 3), narrowed=True))
