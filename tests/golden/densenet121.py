"""DenseNet-121 in PyTorch: 6,957,834 parameters, 2,754,471,936 multiply-adds for one 1x224x224 picture.

Run it alone: it builds the network and prints the shape of what it makes of one random picture.
A class that is an nn.Sequential runs its layers in the order in which they are set.
"""

from collections import OrderedDict

import torch
from torch import nn


class Stem(nn.Sequential):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)


class DenseLayer(nn.Module):
    """Two paths over the same input; their channels are joined."""

    def __init__(self, in_channels):
        super().__init__()
        self.new = nn.Sequential(OrderedDict(
            bn1=nn.BatchNorm2d(in_channels),
            relu1=nn.ReLU(),
            conv1=nn.Conv2d(in_channels, 128, kernel_size=1, bias=False),
            bn2=nn.BatchNorm2d(128),
            relu2=nn.ReLU(),
            conv2=nn.Conv2d(128, 32, kernel_size=3, padding=1, bias=False),
        ))

    def forward(self, x):
        return torch.cat([x, self.new(x)], dim=1)


class Transition(nn.Sequential):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.bn = nn.BatchNorm2d(in_channels)
        self.relu = nn.ReLU()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=1, bias=False)
        self.pool = nn.AvgPool2d(2)


class DenseBlock(nn.Sequential):
    def __init__(self, in_channels, num_layers):
        super().__init__()
        for number in range(1, num_layers + 1):
            self.add_module(f"layer{number}", DenseLayer(in_channels))
            in_channels += 32


class DenseNet121(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Stem()
        self.dense1 = DenseBlock(64, num_layers=6)
        self.transition1 = Transition(256, 128)
        self.dense2 = DenseBlock(128, num_layers=12)
        self.transition2 = Transition(512, 256)
        self.dense3 = DenseBlock(256, num_layers=24)
        self.transition3 = Transition(1024, 512)
        self.dense4 = DenseBlock(512, num_layers=16)
        self.bn = nn.BatchNorm2d(1024)
        self.relu = nn.ReLU()
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(1024, 10)

    def forward(self, x):
        x = self.stem(x)         # 64x56x56
        x = self.dense1(x)       # 256x56x56
        x = self.transition1(x)  # 128x28x28
        x = self.dense2(x)       # 512x28x28
        x = self.transition2(x)  # 256x14x14
        x = self.dense3(x)       # 1024x14x14
        x = self.transition3(x)  # 512x7x7
        x = self.dense4(x)       # 1024x7x7
        x = self.bn(x)           # 1024x7x7
        x = self.relu(x)         # 1024x7x7
        x = self.gap(x)          # 1024x1x1
        x = self.flatten(x)      # 1024
        x = self.fc(x)           # 10
        return x


if __name__ == "__main__":
    network = DenseNet121().eval()
    picture = torch.rand(1, 1, 224, 224)
    print(tuple(network(picture).shape))
