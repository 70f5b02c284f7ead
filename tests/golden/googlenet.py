"""GoogLeNet in PyTorch: 5,977,530 parameters, 276,066,304 multiply-adds for one 1x96x96 picture.

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
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)


class Inception(nn.Module):
    """Four paths over the same input; their channels are joined."""

    def __init__(
        self, in_channels, p1_channels, p2_reduce_channels, p2_conv_channels, p3_reduce_channels,
        p3_conv_channels, p4_channels
    ):
        super().__init__()
        self.p1 = nn.Sequential(OrderedDict(
            conv=nn.Conv2d(in_channels, p1_channels, kernel_size=1),
            relu=nn.ReLU(),
        ))
        self.p2 = nn.Sequential(OrderedDict(
            reduce=nn.Conv2d(in_channels, p2_reduce_channels, kernel_size=1),
            relu1=nn.ReLU(),
            conv=nn.Conv2d(p2_reduce_channels, p2_conv_channels, kernel_size=3, padding=1),
            relu2=nn.ReLU(),
        ))
        self.p3 = nn.Sequential(OrderedDict(
            reduce=nn.Conv2d(in_channels, p3_reduce_channels, kernel_size=1),
            relu1=nn.ReLU(),
            conv=nn.Conv2d(p3_reduce_channels, p3_conv_channels, kernel_size=5, padding=2),
            relu2=nn.ReLU(),
        ))
        self.p4 = nn.Sequential(OrderedDict(
            pool=nn.MaxPool2d(3, stride=1, padding=1),
            conv=nn.Conv2d(in_channels, p4_channels, kernel_size=1),
            relu=nn.ReLU(),
        ))

    def forward(self, x):
        return torch.cat([self.p1(x), self.p2(x), self.p3(x), self.p4(x)], dim=1)


class GoogLeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = Stem()
        self.b2 = nn.Sequential(OrderedDict(
            conv1=nn.Conv2d(64, 64, kernel_size=1),
            relu1=nn.ReLU(),
            conv2=nn.Conv2d(64, 192, kernel_size=3, padding=1),
            relu2=nn.ReLU(),
            pool=nn.MaxPool2d(3, stride=2, padding=1),
        ))
        self.b3 = nn.Sequential(OrderedDict(
            inception1=Inception(192, 64, 96, 128, 16, 32, 32),
            inception2=Inception(256, 128, 128, 192, 32, 96, 64),
            pool=nn.MaxPool2d(3, stride=2, padding=1),
        ))
        self.b4 = nn.Sequential(OrderedDict(
            inception1=Inception(480, 192, 96, 208, 16, 48, 64),
            inception2=Inception(512, 160, 112, 224, 24, 64, 64),
            inception3=Inception(512, 128, 128, 256, 24, 64, 64),
            inception4=Inception(512, 112, 144, 288, 32, 64, 64),
            inception5=Inception(528, 256, 160, 320, 32, 128, 128),
            pool=nn.MaxPool2d(3, stride=2, padding=1),
        ))
        self.b5 = nn.Sequential(OrderedDict(
            inception1=Inception(832, 256, 160, 320, 32, 128, 128),
            inception2=Inception(832, 384, 192, 384, 48, 128, 128),
            gap=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
        ))
        self.fc = nn.Linear(1024, 10)

    def forward(self, x):
        x = self.b1(x)  # 64x24x24
        x = self.b2(x)  # 192x12x12
        x = self.b3(x)  # 480x6x6
        x = self.b4(x)  # 832x3x3
        x = self.b5(x)  # 1024
        x = self.fc(x)  # 10
        return x


if __name__ == "__main__":
    network = GoogLeNet().eval()
    picture = torch.rand(1, 1, 96, 96)
    print(tuple(network(picture).shape))
