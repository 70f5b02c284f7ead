"""LeNet in PyTorch: 61,706 parameters, 416,520 multiply-adds for one 1x28x28 picture.

Run it alone: it builds the network and prints the shape of what it makes of one random picture.
"""

import torch
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.act1 = nn.Sigmoid()
        self.pool1 = nn.AvgPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.act2 = nn.Sigmoid()
        self.pool2 = nn.AvgPool2d(2)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.act3 = nn.Sigmoid()
        self.fc2 = nn.Linear(120, 84)
        self.act4 = nn.Sigmoid()
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.conv1(x)    # 6x28x28
        x = self.act1(x)     # 6x28x28
        x = self.pool1(x)    # 6x14x14
        x = self.conv2(x)    # 16x10x10
        x = self.act2(x)     # 16x10x10
        x = self.pool2(x)    # 16x5x5
        x = self.flatten(x)  # 400
        x = self.fc1(x)      # 120
        x = self.act3(x)     # 120
        x = self.fc2(x)      # 84
        x = self.act4(x)     # 84
        x = self.fc3(x)      # 10
        return x


if __name__ == "__main__":
    network = LeNet().eval()
    picture = torch.rand(1, 1, 28, 28)
    print(tuple(network(picture).shape))
