"""The small networks of the notes: each trains in seconds to minutes on a laptop."""

from dataclasses import replace

from cnnviz.language import N_
from cnnviz.spec import Chain, Flatten, Linear, LogSoftmax, Network, Node
from cnnviz.zoo.options import scaled
from cnnviz.zoo.registry import register
from cnnviz.zoo.sizes import side_after
from cnnviz.zoo.style import Style, dropping


@register(
    "simple_cnn",
    "SimpleCNN",
    about=N_("One convolution and one linear layer: the smallest network that deserves the name."),
    source="the notes, 001",
)
def simple_cnn(
    *, channels: int = 1, size: int = 28, classes: int = 10, width: float = 1, activation: str = "relu",
    dropout: float = 0, batch_norm: bool = False,
) -> Network:  # fmt: skip
    """Return one 3x3 convolution, ReLU, and a linear layer over all 12,544 features."""
    count = scaled(16, width)
    features = Style(activation, batch_norm=batch_norm).convolve(channels, count, 3, padding=1, name="conv1")
    side = side_after(size, features, "SimpleCNN")
    head = (
        Flatten(name="flatten"),
        *dropping(dropout, "dropout"),
        Linear(count * side * side, classes, name="fc"),
    )
    return Network("SimpleCNN", (channels, size, size), Chain("", (*features, *head)))


@register(
    "tiny_vgg",
    "TinyVGG",
    about=N_("Two blocks of two 3x3 convolutions: the idea of VGG, small enough for CNN Explainer's page."),
    source="the notes, 000; mrdbourke, PyTorch deep learning 03, FashionMNISTModelV2",
)
def tiny_vgg(
    *, channels: int = 1, size: int = 28, classes: int = 10, width: float = 1, activation: str = "relu",
    pooling: str = "max", dropout: float = 0, batch_norm: bool = False,
) -> Network:  # fmt: skip
    """Return TinyVGG with 10 hidden channels and padding 1, for 28x28 pictures."""
    style, hidden = Style(activation, pooling, batch_norm), scaled(10, width)
    features = (
        _tiny_block("block_1", channels, hidden, style),
        _tiny_block("block_2", hidden, hidden, style),
    )
    side = side_after(size, features, "TinyVGG")
    head = (Flatten(), *dropping(dropout, ""), Linear(hidden * side * side, classes))
    body = Chain("", (*features, Chain("classifier", head, block="Classifier")))
    return Network("TinyVGG", (channels, size, size), body)


def _tiny_block(name: str, before: int, hidden: int, style: Style) -> Chain:
    """Return a VGG block whose layers have no names, as they stand in the original's ``nn.Sequential``."""
    layers = (
        *style.convolve(before, hidden, 3, padding=1),
        *style.convolve(hidden, hidden, 3, padding=1),
        style.pool(2),
    )
    return Chain(name, tuple(replace(layer, name="") for layer in layers), block="VGGBlock")


@register(
    "digit_recognizer",
    "DigitRecognizer",
    about=N_("Two convolutions, dropout and two linear layers: PyTorch's own MNIST example, 99 % and more."),
    source="the notes, 003; pytorch/examples mnist (with Dropout instead of Dropout2d after fc1)",
)
def digit_recognizer(
    *, channels: int = 1, size: int = 28, classes: int = 10, width: float = 1, activation: str = "relu",
    pooling: str = "max", dropout: float = 0.5, batch_norm: bool = False,
) -> Network:  # fmt: skip
    """Return PyTorch's MNIST example; it gives log-probabilities. ``dropout`` is half as likely before the flattening."""
    style = Style(activation, pooling, batch_norm)
    c1, c2 = scaled(32, width), scaled(64, width)
    features = (
        *style.convolve(channels, c1, 3, number=1),
        *style.convolve(c1, c2, 3, number=2),
        style.pool(2),
        *dropping(dropout / 2, "dropout1"),
    )
    side = side_after(size, features, "DigitRecognizer")
    head = (
        Flatten(name="flatten"),
        Linear(c2 * side * side, 128, name="fc1"),
        style.activate(3),
        *dropping(dropout, "dropout2"),
        Linear(128, classes, name="fc2"),
        LogSoftmax(dim=1, name="log_softmax"),
    )
    return Network("DigitRecognizer", (channels, size, size), Chain("", (*features, *head)))


@register(
    "cifar_net",
    "CIFAR Net",
    about=N_("LeNet's plan for colour pictures of 32x32: the network of PyTorch's first tutorial."),
    source="the notes, 004; PyTorch tutorial 'Training a Classifier'",
)
def cifar_net(
    *, channels: int = 3, size: int = 32, classes: int = 10, width: float = 1, activation: str = "relu",
    pooling: str = "max", dropout: float = 0, batch_norm: bool = False,
) -> Network:  # fmt: skip
    """Return the network of PyTorch's CIFAR-10 tutorial."""
    style = Style(activation, pooling, batch_norm)
    c1, c2 = scaled(6, width), scaled(16, width)
    features = (
        *style.convolve(channels, c1, 5, number=1),
        style.pool(2, "pool1"),
        *style.convolve(c1, c2, 5, number=2),
        style.pool(2, "pool2"),
    )
    side = side_after(size, features, "CIFAR Net")
    hidden: list[Node] = []
    before = c2 * side * side
    for number, after in enumerate((120, 84), start=1):
        hidden += (
            Linear(before, after, name=f"fc{number}"),
            style.activate(number + 2),
            *dropping(dropout, f"dropout{number}"),
        )
        before = after
    head = (Flatten(name="flatten"), *hidden, Linear(before, classes, name="fc3"))
    return Network("CIFAR Net", (channels, size, size), Chain("", (*features, *head)))
