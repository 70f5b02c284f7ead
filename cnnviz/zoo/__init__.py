"""The documented networks, one family a file, and the registry that lists them.

registry  ZOO, register, get
blocks    parts that networks share
lenet     LeNet
small     SimpleCNN, TinyVGG, DigitRecognizer, CIFAR Net
"""

from cnnviz.zoo import lenet, small  # noqa: F401  (importing a family registers it)
from cnnviz.zoo.registry import ZOO, Entry, get

__all__ = ["ZOO", "Entry", "get"]
