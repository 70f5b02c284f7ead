"""AlexNet: the network that won ImageNet 2012 and made everybody else try convolutions."""

from cnnviz.language import N_
from cnnviz.spec import Chain, Conv2d, MaxPool2d, Network, ReLU
from cnnviz.zoo import blocks
from cnnviz.zoo.registry import register


@register(
    "alexnet",
    "AlexNet",
    about=N_("LeNet made large, with ReLU and dropout; nine tenths of its weights lie in linear layers."),
    source="Krizhevsky, Sutskever, Hinton 2012; one channel, 10 classes and sizes as in Dive into Deep Learning 8.1",
)
def alexnet() -> Network:
    """Return AlexNet as Dive into Deep Learning gives it; torchvision's is another, narrower network."""
    return Network(
        "AlexNet",
        (1, 224, 224),
        Chain(
            "",
            (
                Conv2d(1, 96, 11, stride=4, padding=1, name="conv1"),
                ReLU(name="relu1"),
                MaxPool2d(3, stride=2, name="pool1"),
                Conv2d(96, 256, 5, padding=2, name="conv2"),
                ReLU(name="relu2"),
                MaxPool2d(3, stride=2, name="pool2"),
                Conv2d(256, 384, 3, padding=1, name="conv3"),
                ReLU(name="relu3"),
                Conv2d(384, 384, 3, padding=1, name="conv4"),
                ReLU(name="relu4"),
                Conv2d(384, 256, 3, padding=1, name="conv5"),
                ReLU(name="relu5"),
                MaxPool2d(3, stride=2, name="pool3"),
                blocks.classifier(256 * 5 * 5),
            ),
        ),
    )
