"""The small networks of the notes: each trains in seconds to minutes on a laptop."""

from cnnviz.language import N_
from cnnviz.spec import Chain, Conv2d, Dropout, Flatten, Linear, LogSoftmax, MaxPool2d, Network, ReLU
from cnnviz.zoo.registry import register


@register(
    "simple_cnn",
    "SimpleCNN",
    about=N_("One convolution and one linear layer: the smallest network that deserves the name."),
    source="the notes, 001",
)
def simple_cnn() -> Network:
    """Return one 3x3 convolution, ReLU, and a linear layer over all 12,544 features."""
    return Network(
        "SimpleCNN",
        (1, 28, 28),
        Chain(
            "",
            (
                Conv2d(1, 16, 3, padding=1, name="conv1"),
                ReLU(name="relu"),
                Flatten(name="flatten"),
                Linear(16 * 28 * 28, 10, name="fc"),
            ),
        ),
    )


@register(
    "tiny_vgg",
    "TinyVGG",
    about=N_("Two blocks of two 3x3 convolutions: the idea of VGG, small enough for CNN Explainer's page."),
    source="the notes, 000; mrdbourke, PyTorch deep learning 03, FashionMNISTModelV2",
)
def tiny_vgg() -> Network:
    """Return TinyVGG with 10 hidden channels and padding 1, for 28x28 pictures."""
    return Network(
        "TinyVGG",
        (1, 28, 28),
        Chain("", (_tiny_block("block_1", 1), _tiny_block("block_2", 10), _classifier())),
    )


def _tiny_block(name: str, in_channels: int) -> Chain:
    return Chain(
        name,
        (Conv2d(in_channels, 10, 3, padding=1), ReLU(), Conv2d(10, 10, 3, padding=1), ReLU(), MaxPool2d(2)),
    )


def _classifier() -> Chain:
    return Chain("classifier", (Flatten(), Linear(10 * 7 * 7, 10)))


@register(
    "digit_recognizer",
    "DigitRecognizer",
    about=N_("Two convolutions, dropout and two linear layers: PyTorch's own MNIST example, 99 % and more."),
    source="the notes, 003; pytorch/examples mnist (with Dropout instead of Dropout2d after fc1)",
)
def digit_recognizer() -> Network:
    """Return PyTorch's MNIST example; it gives log-probabilities."""
    return Network(
        "DigitRecognizer",
        (1, 28, 28),
        Chain(
            "",
            (
                Conv2d(1, 32, 3, name="conv1"),
                ReLU(name="relu1"),
                Conv2d(32, 64, 3, name="conv2"),
                ReLU(name="relu2"),
                MaxPool2d(2, name="pool"),
                Dropout(0.25, name="dropout1"),
                Flatten(name="flatten"),
                Linear(64 * 12 * 12, 128, name="fc1"),
                ReLU(name="relu3"),
                Dropout(0.5, name="dropout2"),
                Linear(128, 10, name="fc2"),
                LogSoftmax(dim=1, name="log_softmax"),
            ),
        ),
    )


@register(
    "cifar_net",
    "CIFAR Net",
    about=N_("LeNet's plan for colour pictures of 32x32: the network of PyTorch's first tutorial."),
    source="the notes, 004; PyTorch tutorial 'Training a Classifier'",
)
def cifar_net() -> Network:
    """Return the network of PyTorch's CIFAR-10 tutorial."""
    return Network(
        "CIFAR Net",
        (3, 32, 32),
        Chain(
            "",
            (
                Conv2d(3, 6, 5, name="conv1"),
                ReLU(name="relu1"),
                MaxPool2d(2, name="pool1"),
                Conv2d(6, 16, 5, name="conv2"),
                ReLU(name="relu2"),
                MaxPool2d(2, name="pool2"),
                Flatten(name="flatten"),
                Linear(16 * 5 * 5, 120, name="fc1"),
                ReLU(name="relu3"),
                Linear(120, 84, name="fc2"),
                ReLU(name="relu4"),
                Linear(84, 10, name="fc3"),
            ),
        ),
    )
