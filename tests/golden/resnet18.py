"""ResNet-18 in PyTorch: 11,178,378 parameters, 1,734,890,496 multiply-adds for one 1x224x224 picture.

Run it alone: it builds the network and prints the shape of what it makes of one random picture.
A class that is an nn.Sequential runs its layers in the order in which they are set.
"""

from collections import OrderedDict

import torch
from torch import nn


class Stem(nn.Sequential):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3)
        self.bn = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)


class Sum(nn.Module):
    """Two paths over the same input; their results are added."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.residual = nn.Sequential(OrderedDict(
            conv1=nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1),
            bn1=nn.BatchNorm2d(out_channels),
            relu=nn.ReLU(),
            conv2=nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1),
            bn2=nn.BatchNorm2d(out_channels),
        ))
        self.shortcut = nn.Sequential()
        if in_channels != out_channels:
            self.shortcut.conv3 = nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride)

    def forward(self, x):
        return self.residual(x) + self.shortcut(x)


class Residual(nn.Sequential):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.sum = Sum(in_channels, out_channels, stride=stride)
        self.relu = nn.ReLU()


class Stage(nn.Sequential):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.block1 = Residual(in_channels, out_channels, stride=stride)
        self.block2 = Residual(out_channels, out_channels)


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = Stem()
        self.b2 = Stage(64, 64)
        self.b3 = Stage(64, 128, stride=2)
        self.b4 = Stage(128, 256, stride=2)
        self.b5 = Stage(256, 512, stride=2)
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        x = self.b1(x)       # 64x56x56
        x = self.b2(x)       # 64x56x56
        x = self.b3(x)       # 128x28x28
        x = self.b4(x)       # 256x14x14
        x = self.b5(x)       # 512x7x7
        x = self.gap(x)      # 512x1x1
        x = self.flatten(x)  # 512
        x = self.fc(x)       # 10
        return x


if __name__ == "__main__":
    network = ResNet18().eval()
    picture = torch.rand(1, 1, 224, 224)
    print(tuple(network(picture).shape))
