"""The parts that networks are made of: ordinary functions that return layers, chains and branches.

vgg_block, nin_block      convolutions one after the other
inception                 four views of the same input, side by side
residual                  what the convolutions add to their own input
dense_block, transition   every convolution sees the results of all before it; then fewer channels, half the size
classifier                the three linear layers that AlexNet and VGG end in

Definitions follow Dive into Deep Learning (d2l), chapters 8.1 to 8.7. An empty chain hands its input on.
"""

from cnnviz.spec import (
    AvgPool2d,
    BatchNorm2d,
    Branches,
    Chain,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
)
from cnnviz.spec.checks import integer


def vgg_block(in_channels: int, out_channels: int, num_convs: int, *, name: str = "") -> Chain:
    """Return 3x3 convolutions that keep the size, each with a ReLU, and a pooling that halves it.

    (in_channels, H, W) -> (out_channels, H//2, W//2). Source: Simonyan, Zisserman 2014; d2l 8.2.

    Raises:
        SpecError: for a number below 1.
    """
    integer("num_convs", num_convs, least=1)
    items: list[Layer] = []
    for number in range(1, num_convs + 1):
        before = in_channels if number == 1 else out_channels
        items.append(Conv2d(before, out_channels, 3, padding=1, name=f"conv{number}"))
        items.append(ReLU(name=f"relu{number}"))
    return Chain(name, (*items, MaxPool2d(2, name="pool")))


def nin_block(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, padding: int, *, name: str = ""
) -> Chain:
    """Return a convolution and two 1x1 convolutions, each with a ReLU: a small network at every pixel.

    (in_channels, H, W) -> (out_channels, H', W') as the first convolution gives it; the 1x1 convolutions mix
    channels and keep the size. Source: Lin, Chen, Yan 2013; d2l 8.3.

    Raises:
        SpecError: for a number that no convolution can have.
    """
    return Chain(
        name,
        (
            Conv2d(in_channels, out_channels, kernel_size, stride, padding, name="conv"),
            ReLU(name="relu1"),
            Conv2d(out_channels, out_channels, 1, name="mix1"),
            ReLU(name="relu2"),
            Conv2d(out_channels, out_channels, 1, name="mix2"),
            ReLU(name="relu3"),
        ),
    )


def inception(
    in_channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int, *, name: str = ""
) -> Branches:
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

    Raises:
        SpecError: for a number below 1.
    """
    return Branches(
        name,
        (
            Chain("p1", (Conv2d(in_channels, c1, 1, name="conv"), ReLU(name="relu"))),
            _reduced("p2", in_channels, c2, Conv2d(*c2, 3, padding=1, name="conv")),
            _reduced("p3", in_channels, c3, Conv2d(*c3, 5, padding=2, name="conv")),
            Chain(
                "p4",
                (
                    MaxPool2d(3, stride=1, padding=1, name="pool"),
                    Conv2d(in_channels, c4, 1, name="conv"),
                    ReLU(name="relu"),
                ),
            ),
        ),
        merge="concat",
    )


def _reduced(name: str, in_channels: int, channels: tuple[int, int], conv: Conv2d) -> Chain:
    reduce = Conv2d(in_channels, channels[0], 1, name="reduce")
    return Chain(name, (reduce, ReLU(name="relu1"), conv, ReLU(name="relu2")))


def residual(
    in_channels: int, channels: int, use_1x1conv: bool = False, strides: int = 1, *, name: str = ""
) -> Chain:
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

    Raises:
        SpecError: for a number below 1.
    """
    learned = (
        Conv2d(in_channels, channels, 3, stride=strides, padding=1, name="conv1"),
        BatchNorm2d(channels, name="bn1"),
        ReLU(name="relu"),
        Conv2d(channels, channels, 3, padding=1, name="conv2"),
        BatchNorm2d(channels, name="bn2"),
    )
    fitted = (Conv2d(in_channels, channels, 1, stride=strides, name="conv3"),) if use_1x1conv else ()
    paths = (Chain("residual", learned), Chain("shortcut", fitted))
    return Chain(name, (Branches("sum", paths, merge="add"), ReLU(name="relu")))


def dense_block(in_channels: int, num_convs: int, growth_rate: int, *, name: str = "") -> Chain:
    """Return convolutions that each put their result beside everything that they have seen.

    (in_channels, H, W) -> (in_channels + num_convs * growth_rate, H, W). Each is batch normalisation, ReLU, 3x3
    convolution, without the bottleneck of DenseNet-121. Source: Huang and others 2016; d2l 8.7.

    Raises:
        SpecError: for a number below 1.
    """
    integer("num_convs", num_convs, least=1)
    integer("growth_rate", growth_rate, least=1)
    items = []
    for number in range(num_convs):
        seen = in_channels + number * growth_rate
        new = (
            BatchNorm2d(seen, name="bn"),
            ReLU(name="relu"),
            Conv2d(seen, growth_rate, 3, padding=1, name="conv"),
        )
        items.append(Branches(f"layer{number + 1}", (Chain("seen", ()), Chain("new", new)), merge="concat"))
    return Chain(name, tuple(items))


def transition(in_channels: int, out_channels: int, *, name: str = "") -> Chain:
    """Return what keeps a DenseNet small: a 1x1 convolution to fewer channels and a pooling that halves the size.

    (in_channels, H, W) -> (out_channels, H//2, W//2). Source: Huang and others 2016; d2l 8.7.

    Raises:
        SpecError: for a number below 1.
    """
    return Chain(
        name,
        (
            BatchNorm2d(in_channels, name="bn"),
            ReLU(name="relu"),
            Conv2d(in_channels, out_channels, 1, name="conv"),
            AvgPool2d(2, name="pool"),
        ),
    )


def classifier(in_features: int, *, name: str = "classifier") -> Chain:
    """Return the three linear layers of AlexNet and VGG: two of 4096 with dropout, and one score a class.

    (C, H, W) with C*H*W = in_features -> (10,). Source: d2l 8.1 and 8.2.
    """
    return Chain(
        name,
        (
            Flatten(name="flatten"),
            Linear(in_features, 4096, name="fc1"),
            ReLU(name="relu1"),
            Dropout(0.5, name="dropout1"),
            Linear(4096, 4096, name="fc2"),
            ReLU(name="relu2"),
            Dropout(0.5, name="dropout2"),
            Linear(4096, 10, name="fc3"),
        ),
    )
