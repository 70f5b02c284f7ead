"""LeNet: the first convolutional network in daily use, reading digits on cheques."""

from cnnviz.language import N_
from cnnviz.spec import Chain, Conv2d, Flatten, Linear, Network
from cnnviz.zoo import blocks
from cnnviz.zoo.blocks import Activation, Pooling
from cnnviz.zoo.registry import register


@register(
    "lenet",
    "LeNet",
    about=N_(
        "Two convolutions, two poolings, three linear layers: the network that read digits on cheques in 1998."
    ),
    source="LeCun, Bottou, Bengio, Haffner 1998; sizes and padding as in Dive into Deep Learning 7.6",
)
def lenet(*, activation: Activation = "sigmoid", pooling: Pooling = "avg") -> Network:
    """Return LeNet as Dive into Deep Learning gives it; it was published with sigmoids and average pooling."""
    return Network(
        "LeNet",
        (1, 28, 28),
        Chain(
            "",
            (
                Conv2d(1, 6, 5, padding=2, name="conv1"),
                blocks.activation(activation, "act1"),
                blocks.pooling(pooling, 2, "pool1"),
                Conv2d(6, 16, 5, name="conv2"),
                blocks.activation(activation, "act2"),
                blocks.pooling(pooling, 2, "pool2"),
                Flatten(name="flatten"),
                Linear(16 * 5 * 5, 120, name="fc1"),
                blocks.activation(activation, "act3"),
                Linear(120, 84, name="fc2"),
                blocks.activation(activation, "act4"),
                Linear(84, 10, name="fc3"),
            ),
        ),
    )
