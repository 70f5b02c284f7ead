"""TinyVGG in PyTorch: 7,740 parameters, 1,133,860 multiply-adds for one 1x28x28 picture.

Run it alone: it builds the network and prints the shape of what it makes of one random picture.
A class that is an nn.Sequential runs its layers in the order in which they are set.
"""

import torch
from torch import nn


class VGGBlock(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(
            nn.Conv2d(in_channels, 10, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(10, 10, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )


class Classifier(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Flatten(),
            nn.Linear(10 * 7 * 7, 10),
        )


class TinyVGG(nn.Module):
    def __init__(self):
        super().__init__()
        self.block_1 = VGGBlock(1)
        self.block_2 = VGGBlock(10)
        self.classifier = Classifier()

    def forward(self, x):
        x = self.block_1(x)     # 10x14x14
        x = self.block_2(x)     # 10x7x7
        x = self.classifier(x)  # 10
        return x


if __name__ == "__main__":
    network = TinyVGG().eval()
    picture = torch.rand(1, 1, 28, 28)
    print(tuple(network(picture).shape))
