"""Short ways to write a broken network."""

from dataclasses import dataclass, field, replace

from cnnviz.spec import Branches, Chain, Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU, tree
from cnnviz.zoo import get


@dataclass(frozen=True)
class Case:
    """A broken network and what must be said about it.

    Attributes:
        name: the mistake in a few words.
        network: that has it.
        path: where it shows.
        words: parts of the sentence.
        first: the title of the first fix; "" where several are equally good.
        asked: further arguments of ``diagnose``.
    """

    name: str
    network: Network
    path: str
    words: tuple[str, ...]
    first: str = ""
    asked: dict = field(default_factory=dict)


def net(*items, picture=(1, 28, 28), name="Mine"):
    """A network of some layers."""
    return Network(name, picture, Chain("", items))


def one_window(*, features=16 * 14 * 14, **values):
    """A network whose only convolution has these parameters."""
    conv, fc = Conv2d(1, 16, **values, name="conv1"), Linear(features, 10, name="fc")
    return net(conv, ReLU(name="relu1"), MaxPool2d(2, name="pool1"), Flatten(name="flatten"), fc)


def sides(name, *paths, merge="concat"):
    """Branches; each path is a tuple of layers, called a, b, c."""
    return Branches(name, tuple(Chain("abc"[i], path) for i, path in enumerate(paths)), merge)


def known(name, picture=None, **changes):
    """A documented network with parameters changed: ``conv1__padding=0`` or None to remove; "." is written ``_in_``."""
    network = get(name)
    for key, value in changes.items():
        place, _, parameter = key.partition("__")
        path = place.replace("_in_", ".")
        if value is None:
            network = tree.remove(network, path)
        else:
            network = tree.replace(network, path, replace(tree.node_at(network, path), **{parameter: value}))
    return network.with_input(picture) if picture else network
