"""The parts that networks are made of: ordinary functions that return layers, chains and branches.

vgg_block, nin_block      convolutions one after the other
inception                 four views of the same input, side by side
residual, bottleneck      what the convolutions add to their own input
dense_block, transition   every convolution sees the results of all before it; then fewer channels, half the size
stem                      what ResNet and DenseNet begin with
classifier                the three linear layers that AlexNet and VGG end in

Definitions follow Dive into Deep Learning (d2l), chapters 8.1 to 8.7; ``style`` varies them. Each carries the name
that its paper has for it as ``block``. An empty chain hands its input on.
"""

from cnnviz.spec import AvgPool2d, Branches, Chain, Conv2d, Flatten, Layer, Linear, Node
from cnnviz.spec.checks import integer
from cnnviz.zoo.style import NORMALISED, PLAIN, Style, dropping


def vgg_block(
    in_channels: int, out_channels: int, num_convs: int, *, name: str = "", style: Style = PLAIN
) -> Chain:
    """Return 3x3 convolutions that keep the size, each with a ReLU, and a pooling that halves it.

    (in_channels, H, W) -> (out_channels, H//2, W//2). Source: Simonyan, Zisserman 2014; d2l 8.2.

    Raises:
        SpecError: for a number below 1.
    """
    integer("num_convs", num_convs, least=1)
    items: list[Layer] = []
    for number in range(1, num_convs + 1):
        before = in_channels if number == 1 else out_channels
        items += style.convolve(before, out_channels, 3, padding=1, number=number)
    return Chain(name, (*items, style.pool(2)), block="VGGBlock")


def nin_block(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, padding: int, *, name: str = "",
    style: Style = PLAIN,
) -> Chain:  # fmt: skip
    """Return a convolution and two 1x1 convolutions, each with a ReLU: a small network at every pixel.

    (in_channels, H, W) -> (out_channels, H', W') as the first convolution gives it; the 1x1 convolutions mix
    channels and keep the size. Source: Lin, Chen, Yan 2013; d2l 8.3.

    Raises:
        SpecError: for a number that no convolution can have.
    """
    items = (
        *style.convolve(
            in_channels, out_channels, kernel_size, stride=stride, padding=padding, name="conv", number=1
        ),
        *style.convolve(out_channels, out_channels, 1, name="mix1", number=2),
        *style.convolve(out_channels, out_channels, 1, name="mix2", number=3),
    )
    return Chain(name, items, block="NiNBlock")


def inception(
    in_channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int, *, name: str = "",
    style: Style = PLAIN, largest: int = 5,
) -> Branches:  # fmt: skip
    """Return four paths over the same input, with windows of 1, 3, 5 and a pooling, joined along the channels.

    (in_channels, H, W) -> (c1 + c2[1] + c3[1] + c4, H, W). The 1x1 convolutions before the 3x3 and 5x5 make
    those cheap; each has a ReLU of its own. Source: Szegedy and others 2014; d2l 8.4.

    Args:
        in_channels: of the input.
        c1: channels of the 1x1 path.
        c2: channels of the 3x3 path, after its 1x1 and at its end.
        c3: channels of the 5x5 path, after its 1x1 and at its end.
        c4: channels of the pooling path.
        name: inside the parent.
        style: activation, pooling and batch normalisation.
        largest: the window of the third path: 5, but 3 in torchvision.

    Raises:
        SpecError: for a number below 1.
    """
    return Branches(
        name,
        (
            Chain("p1", style.convolve(in_channels, c1, 1)),
            _reduced("p2", in_channels, c2, 3, style),
            _reduced("p3", in_channels, c3, largest, style),
            Chain("p4", (style.pool(3, stride=1, padding=1), *style.convolve(in_channels, c4, 1))),
        ),
        merge="concat",
        block="Inception",
    )


def _reduced(name: str, in_channels: int, channels: tuple[int, int], window: int, style: Style) -> Chain:
    first = style.convolve(in_channels, channels[0], 1, name="reduce", number=1)
    second = style.convolve(*channels, window, padding=window // 2, name="conv", number=2)
    return Chain(name, (*first, *second))


def residual(
    in_channels: int, channels: int, use_1x1conv: bool = False, strides: int = 1, *, name: str = "",
    style: Style = NORMALISED, shortcut_norm: bool = False,
) -> Chain:  # fmt: skip
    """Return two 3x3 convolutions whose result is added to their own input, and a ReLU.

    (in_channels, H, W) -> (channels, ceil(H/strides), ceil(W/strides)). Where channels or size change, the input
    must pass a 1x1 convolution to fit; without it ``trace`` says why the sum is impossible. As in d2l 8.6 the
    convolutions keep their biases and the 1x1 has no batch normalisation. Source: He and others 2015.

    Args:
        in_channels: of the input.
        channels: of the output.
        use_1x1conv: whether the shortcut is a 1x1 convolution.
        strides: of the first convolution and of the shortcut's.
        name: inside the parent.
        style: activation and batch normalisation.
        shortcut_norm: whether the shortcut's 1x1 has a batch normalisation, as in torchvision.

    Raises:
        SpecError: for a number below 1.
    """
    learned = (
        style.convolution(in_channels, channels, 3, stride=strides, padding=1, name="conv1"),
        *style.normalise(channels, "bn1"),
        style.activate(),
        style.convolution(channels, channels, 3, padding=1, name="conv2"),
        *style.normalise(channels, "bn2"),
    )
    fitted = _fitted(in_channels, channels, strides, "3", style, shortcut_norm) if use_1x1conv else ()
    return _summed(name, learned, fitted, style, "Residual")


def bottleneck(
    in_channels: int, channels: int, use_1x1conv: bool = False, strides: int = 1, *, name: str = "",
    style: Style = NORMALISED, shortcut_norm: bool = False, stride_first: bool = False,
) -> Chain:  # fmt: skip
    """Return the residual block of deep ResNets: 1x1 to few channels, 3x3 among them, 1x1 to four times as many.

    (in_channels, H, W) -> (4*channels, ceil(H/strides), ceil(W/strides)). Source: He and others 2015, figure 5.

    Args:
        in_channels: of the input.
        channels: of the 3x3 convolution, a quarter of the output's.
        use_1x1conv: whether the shortcut is a 1x1 convolution.
        strides: of the block and of the shortcut's convolution.
        name: inside the parent.
        style: activation and batch normalisation.
        shortcut_norm: whether the shortcut's 1x1 has a batch normalisation, as in the paper and torchvision.
        stride_first: whether the first 1x1 takes the stride, as in the paper, instead of the 3x3, as in torchvision.

    Raises:
        SpecError: for a number below 1.
    """
    first, second = (strides, 1) if stride_first else (1, strides)
    learned = (
        *style.convolve(in_channels, channels, 1, stride=first, number=1),
        *style.convolve(channels, channels, 3, stride=second, padding=1, number=2),
        style.convolution(channels, 4 * channels, 1, name="conv3"),
        *style.normalise(4 * channels, "bn3"),
    )
    fitted = _fitted(in_channels, 4 * channels, strides, "4", style, shortcut_norm) if use_1x1conv else ()
    return _summed(name, learned, fitted, style, "Bottleneck")


def _fitted(
    in_channels: int, channels: int, strides: int, number: str, style: Style, norm: bool
) -> tuple[Layer, ...]:
    """Return the shortcut's 1x1 convolution; torchvision leaves its bias out, as there is a batch normalisation."""
    if not norm:
        return (Conv2d(in_channels, channels, 1, stride=strides, name=f"conv{number}"),)
    conv = style.convolution(in_channels, channels, 1, stride=strides, name=f"conv{number}")
    return (conv, *style.normalise(channels, f"bn{number}"))


def _summed(
    name: str, learned: tuple[Layer, ...], fitted: tuple[Layer, ...], style: Style, block: str
) -> Chain:
    paths = (Chain("residual", learned), Chain("shortcut", fitted))
    return Chain(name, (Branches("sum", paths, merge="add"), style.activate()), block=block)


def dense_block(
    in_channels: int, num_convs: int, growth_rate: int, *, name: str = "", style: Style = NORMALISED,
    narrowed: bool = False, dropout: float = 0,
) -> Chain:  # fmt: skip
    """Return convolutions that each put their result beside everything that they have seen.

    (in_channels, H, W) -> (in_channels + num_convs * growth_rate, H, W). Each is batch normalisation, ReLU, 3x3
    convolution; with ``narrowed`` a 1x1 convolution goes before, as in DenseNet-121. Source: Huang and others 2016;
    d2l 8.7.

    Args:
        in_channels: of the input.
        num_convs: how many layers.
        growth_rate: channels that each adds.
        name: inside the parent.
        style: activation and batch normalisation.
        narrowed: whether each layer first goes down to 4*growth_rate channels (DenseNet-B).
        dropout: probability after each layer's last convolution; 0 for none.

    Raises:
        SpecError: for a number below 1.
    """
    integer("num_convs", num_convs, least=1)
    integer("growth_rate", growth_rate, least=1)
    layer = dense_bottleneck if narrowed else dense_layer
    items = [
        layer(
            in_channels + number * growth_rate, growth_rate, name=f"layer{number + 1}", style=style,
            dropout=dropout,
        )
        for number in range(num_convs)
    ]  # fmt: skip
    return Chain(name, tuple(items), block="DenseBlock")


def dense_layer(
    in_channels: int, growth_rate: int, *, name: str = "", style: Style = NORMALISED, dropout: float = 0
) -> Branches:
    """Return a 3x3 convolution that puts its result beside its own input.

    (in_channels, H, W) -> (in_channels + growth_rate, H, W). Source: Huang and others 2016; d2l 8.7.

    Raises:
        SpecError: for a number below 1.
    """
    new = (
        *style.normalise(in_channels, "bn"),
        style.activate(),
        style.convolution(in_channels, growth_rate, 3, padding=1, name="conv"),
        *dropping(dropout, "dropout"),
    )
    return _beside(name, new)


def dense_bottleneck(
    in_channels: int, growth_rate: int, *, name: str = "", style: Style = NORMALISED, dropout: float = 0
) -> Branches:
    """Return a dense layer whose 1x1 convolution goes down to 4*growth_rate channels before the 3x3 one.

    (in_channels, H, W) -> (in_channels + growth_rate, H, W). Source: Huang and others 2016, DenseNet-B.

    Raises:
        SpecError: for a number below 1.
    """
    narrow = 4 * growth_rate
    new = (
        *style.normalise(in_channels, "bn1"),
        style.activate(1),
        style.convolution(in_channels, narrow, 1, name="conv1"),
        *style.normalise(narrow, "bn2"),
        style.activate(2),
        style.convolution(narrow, growth_rate, 3, padding=1, name="conv2"),
        *dropping(dropout, "dropout"),
    )
    return _beside(name, new)


def _beside(name: str, new: tuple[Layer, ...]) -> Branches:
    return Branches(name, (Chain("seen", ()), Chain("new", new)), merge="concat", block="DenseLayer")


def transition(in_channels: int, out_channels: int, *, name: str = "", style: Style = NORMALISED) -> Chain:
    """Return what keeps a DenseNet small: a 1x1 convolution to fewer channels and a pooling that halves the size.

    (in_channels, H, W) -> (out_channels, H//2, W//2). Source: Huang and others 2016; d2l 8.7.

    Raises:
        SpecError: for a number below 1.
    """
    return Chain(
        name,
        (
            *style.normalise(in_channels, "bn"),
            style.activate(),
            style.convolution(in_channels, out_channels, 1, name="conv"),
            AvgPool2d(2, name="pool"),
        ),
        block="Transition",
    )


def stem(in_channels: int, out_channels: int, *, name: str = "stem", style: Style = NORMALISED) -> Chain:
    """Return the beginning of ResNet and DenseNet: a 7x7 convolution and a pooling that each halve the size.

    (in_channels, H, W) -> (out_channels, about H/4, about W/4). Source: He and others 2015; d2l 8.6 and 8.7.
    """
    conv = style.convolve(in_channels, out_channels, 7, stride=2, padding=3)
    return Chain(name, (*conv, style.pool(3, stride=2, padding=1)), block="Stem")


def classifier(
    in_features: int, *, name: str = "classifier", classes: int = 10, dropout: float = 0.5, style: Style = PLAIN,
    dropout_first: bool = False,
) -> Chain:  # fmt: skip
    """Return the three linear layers of AlexNet and VGG: two of 4096 with dropout, and one score a class.

    (C, H, W) with C*H*W = in_features -> (classes,). Source: d2l 8.1 and 8.2.

    Args:
        in_features: C*H*W.
        name: inside the parent.
        classes: how many scores.
        dropout: probability; 0 for none.
        style: its activation.
        dropout_first: whether each dropout stands before its linear layer, as in torchvision's AlexNet.
    """
    items: list[Node] = [Flatten(name="flatten")]
    for number, features in enumerate((in_features, 4096), start=1):
        linear = (Linear(features, 4096, name=f"fc{number}"), style.activate(number))
        drop = dropping(dropout, f"dropout{number}")
        items += (*drop, *linear) if dropout_first else (*linear, *drop)
    return Chain(name, (*items, Linear(4096, classes, name="fc3")), block="Classifier")
