"""Layers that cannot exist because of their own parameters: (what, network, path, kind, arguments, words, first fix)."""

from cnnviz.spec import AvgPool2d, Conv2d, ConvTranspose2d, Dropout, MaxPool2d, ReLU, Upsample
from cnnviz.zoo import get
from tests.diagnosis.making import net

CONV = net(Conv2d(1, 6, 3, padding=1, name="a"), ReLU(name="r"), Conv2d(6, 16, 3, padding=1, name="b"))
UP = net(
    ConvTranspose2d(1, 2, 3, stride=2, name="up"),
    Upsample(2, "bilinear", name="grow"),
    MaxPool2d(3, name="pool"),
    AvgPool2d(3, name="mean"),
    Dropout(0.5, name="drop"),
)

IMPOSSIBLE = [
    ("groups that divide neither", CONV, "b", "Conv2d", {"in_channels": 6, "out_channels": 16, "kernel_size": 3, "padding": 1, "groups": 4}, ("cannot split 6 (in_channels) into 4 equal groups",), "Set groups=2 in `b`"),
    ("groups that do not divide what comes out", CONV, "b", "Conv2d", {"in_channels": 6, "out_channels": 16, "kernel_size": 3, "padding": 1, "groups": 3}, ("cannot split 16 (out_channels) into 3 equal groups",), "Set groups=2 in `b`"),
    ("padding='same' with a stride", CONV, "b", "Conv2d", {"in_channels": 6, "out_channels": 16, "kernel_size": 3, "padding": "same", "stride": 2}, ("padding='same' keeps the size, but stride 2 makes it smaller",), "Set padding=1 in `b`"),
    ("a kernel of nothing", CONV, "b", "Conv2d", {"in_channels": 6, "out_channels": 16, "kernel_size": 0, "padding": 1}, ("needs kernel_size of at least 1: with 0",), "Set kernel_size=3 in `b`"),
    ("no channels", CONV, "a", "Conv2d", {"in_channels": 1, "out_channels": 0, "kernel_size": 3, "padding": 1}, ("needs out_channels of at least 1",), "Set out_channels=6 in `a`"),
    ("channels below zero", CONV, "b", "Conv2d", {"in_channels": -6, "out_channels": 16, "kernel_size": 3, "padding": 1}, ("needs in_channels of at least 1",), "Set in_channels=6 in `b`"),
    ("an unknown padding mode", CONV, "a", "Conv2d", {"in_channels": 1, "out_channels": 6, "kernel_size": 3, "padding": 1, "padding_mode": "mirror"}, ("padding_mode", "mirror"), "Set padding_mode='zeros' in `a`"),
    ("two impossible numbers", CONV, "b", "Conv2d", {"in_channels": 0, "out_channels": 0, "kernel_size": 3, "padding": 1}, ("at least 1",), ""),
    ("pooling padded too far", UP, "pool", "MaxPool2d", {"kernel_size": 3, "padding": 2}, ("at most half of its window, 1 for a window of 3: with padding 2",), "Set padding=1 in `pool`"),
    ("average padded too far", UP, "mean", "AvgPool2d", {"kernel_size": 2, "padding": 2}, ("1 for a window of 2",), "Set padding=1 in `mean`"),
    ("output padding as large as the stride", UP, "up", "ConvTranspose2d", {"in_channels": 1, "out_channels": 2, "kernel_size": 3, "stride": 2, "output_padding": 2}, ("gives 2 more rows and columns, but with stride 2 only up to 1 are open",), "Set output_padding=1 in `up`"),
    ("dropout in per cent", UP, "drop", "Dropout", {"p": 25}, ("from 0 (never) to 1 (always): 25 is none",), "Set p=0.25 in `drop`"),
    ("a negative chance", UP, "drop", "Dropout", {"p": -0.5}, ("-0.5 is none",), ""),
    ("aligned corners of the nearest", UP, "grow", "Upsample", {"scale_factor": 2, "mode": "nearest", "align_corners": True}, ("`align_corners` (=True)",), "Set align_corners=None in `grow`"),
    ("batch norm with an eps of zero", get("lenet_bn"), "bn1", "BatchNorm2d", {"num_features": 6, "eps": 0}, ("`eps` (=0)",), "Set eps=1e-05 in `bn1`"),
    ("batch norm of nothing", get("lenet_bn"), "bn1", "BatchNorm2d", {"num_features": 0}, ("needs num_features of at least 1",), "Set num_features=6 in `bn1`"),
    ("a linear layer of nothing", get("lenet"), "fc2", "Linear", {"in_features": 0, "out_features": 84}, ("needs in_features of at least 1",), "Set in_features=120 in `fc2`"),
    ("another kind with a missing number", get("lenet"), "act1", "BatchNorm2d", {}, ("num_features",), "Set num_features=6 in `act1`"),
]  # fmt: skip
