"""ResNet-50 in PyTorch: 23,541,130 parameters, 4,008,480,768 multiply-adds for one 1x224x224 picture.

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

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.residual = nn.Sequential(OrderedDict(
            conv1=nn.Conv2d(in_channels, channels, kernel_size=1),
            bn1=nn.BatchNorm2d(channels),
            relu1=nn.ReLU(),
            conv2=nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1),
            bn2=nn.BatchNorm2d(channels),
            relu2=nn.ReLU(),
            conv3=nn.Conv2d(channels, 4 * channels, kernel_size=1),
            bn3=nn.BatchNorm2d(4 * channels),
        ))
        self.shortcut = nn.Sequential()
        if in_channels != 4 * channels:
            self.shortcut.conv4 = nn.Conv2d(in_channels, 4 * channels, kernel_size=1, stride=stride)

    def forward(self, x):
        return self.residual(x) + self.shortcut(x)


class Bottleneck(nn.Sequential):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.sum = Sum(in_channels, channels, stride=stride)
        self.relu = nn.ReLU()


class Stage(nn.Sequential):
    def __init__(self, in_channels, channels, num_blocks, stride=1):
        super().__init__()
        self.block1 = Bottleneck(in_channels, channels, stride=stride)
        for number in range(2, num_blocks + 1):
            self.add_module(f"block{number}", Bottleneck(4 * channels, channels))


class ResNet50(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = Stem()
        self.b2 = Stage(64, 64, num_blocks=3)
        self.b3 = Stage(256, 128, num_blocks=4, stride=2)
        self.b4 = Stage(512, 256, num_blocks=6, stride=2)
        self.b5 = Stage(1024, 512, num_blocks=3, stride=2)
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(2048, 10)

    def forward(self, x):
        x = self.b1(x)       # 64x56x56
        x = self.b2(x)       # 256x56x56
        x = self.b3(x)       # 512x28x28
        x = self.b4(x)       # 1024x14x14
        x = self.b5(x)       # 2048x7x7
        x = self.gap(x)      # 2048x1x1
        x = self.flatten(x)  # 2048
        x = self.fc(x)       # 10
        return x


if __name__ == "__main__":
    network = ResNet50().eval()
    picture = torch.rand(1, 1, 224, 224)
    print(tuple(network(picture).shape))
