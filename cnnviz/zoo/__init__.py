"""The documented networks, one family a file, and the registry that lists them.

registry   ZOO, register, get, read
options    what may be varied: names, kinds, bounds
style      activation, pooling and batch normalisation of a block's layers
sizes      how large a picture is after some layers
blocks     parts that networks share: VGG, NiN, Inception, residual, dense blocks
lenet      LeNet, BatchNorm-LeNet
small      SimpleCNN, TinyVGG, DigitRecognizer, CIFAR Net
alexnet    AlexNet
vgg        VGG-11, 13, 16, 19, and VGG-11 small
nin        NiN
googlenet  GoogLeNet
resnet     ResNet-18, 34, 50
densenet   DenseNet, DenseNet-121
"""

# Importing a family registers it; the order is that of the menus: first what is small, then as history went.
from cnnviz.zoo import lenet, small, alexnet, vgg, nin, googlenet, resnet, densenet  # noqa: F401, I001
from cnnviz.zoo.options import OPTIONS, Option, Value
from cnnviz.zoo.registry import ZOO, Entry, get, read
from cnnviz.zoo.sizes import TOO_SMALL

__all__ = ["OPTIONS", "TOO_SMALL", "ZOO", "Entry", "Option", "Value", "get", "read"]
