"""The documented networks, one family a file, and the registry that lists them.

registry   ZOO, register, get
blocks     parts that networks share: VGG, NiN, Inception, residual, dense blocks
lenet      LeNet, BatchNorm-LeNet
small      SimpleCNN, TinyVGG, DigitRecognizer, CIFAR Net
alexnet    AlexNet
vgg        VGG-11, 13, 16, 19, and VGG-11 small
nin        NiN
googlenet  GoogLeNet
resnet     ResNet-18
densenet   DenseNet
"""

# Importing a family registers it; the order is that of the menus: first what is small, then as history went.
from cnnviz.zoo import lenet, small, alexnet, vgg, nin, googlenet, resnet, densenet  # noqa: F401, I001
from cnnviz.zoo.registry import ZOO, Entry, get

__all__ = ["ZOO", "Entry", "get"]
