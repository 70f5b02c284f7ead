"""WHAT a network is: frozen layers, chains and branches of them, and their JSON.

layers   the leaves, in torch's vocabulary
network  Chain, Branches, Network
codec    JSON both ways; a text for links
tree     a network changed at one place: replace, insert, remove, move, duplicate
code     the line of PyTorch that makes a layer
"""

from cnnviz.spec.codec import from_data, from_json, from_link, to_data, to_json, to_link
from cnnviz.spec.layers import (
    GELU,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Dropout2d,
    Flatten,
    Identity,
    Layer,
    Linear,
    LogSoftmax,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample,
)  # fmt: skip
from cnnviz.spec.network import Branches, Chain, Network, Node, Shape, leaves, named

__all__ = [
    "GELU", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Branches", "Chain",
    "Conv2d", "ConvTranspose2d", "Dropout", "Dropout2d", "Flatten", "Identity", "Layer", "Linear", "LogSoftmax",
    "MaxPool2d", "Network", "Node", "ReLU", "Shape", "Sigmoid", "Softmax", "Tanh", "Upsample", "from_data",
    "from_json", "from_link", "leaves", "named", "to_data", "to_json", "to_link",
]  # fmt: skip
