"""VGG-11 in PyTorch: 128,806,154 parameters, 7,547,232,256 multiply-adds for one 1x224x224 picture.

Run it alone: it builds the network and prints the shape of what it makes of one random picture.
A class that is an nn.Sequential runs its layers in the order in which they are set.
"""

import torch
from torch import nn


class VGGBlock(nn.Sequential):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        for number in range(1, num_convs + 1):
            self.add_module(f"conv{number}", nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1))
            self.add_module(f"relu{number}", nn.ReLU())
            in_channels = out_channels
        self.pool = nn.MaxPool2d(2)


class Classifier(nn.Sequential):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(512 * 7 * 7, 4096)
        self.relu1 = nn.ReLU()
        self.dropout1 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(4096, 4096)
        self.relu2 = nn.ReLU()
        self.dropout2 = nn.Dropout(0.5)
        self.fc3 = nn.Linear(4096, 10)


class VGG11(nn.Module):
    def __init__(self):
        super().__init__()
        self.block1 = VGGBlock(1, 64, num_convs=1)
        self.block2 = VGGBlock(64, 128, num_convs=1)
        self.block3 = VGGBlock(128, 256, num_convs=2)
        self.block4 = VGGBlock(256, 512, num_convs=2)
        self.block5 = VGGBlock(512, 512, num_convs=2)
        self.classifier = Classifier()

    def forward(self, x):
        x = self.block1(x)      # 64x112x112
        x = self.block2(x)      # 128x56x56
        x = self.block3(x)      # 256x28x28
        x = self.block4(x)      # 512x14x14
        x = self.block5(x)      # 512x7x7
        x = self.classifier(x)  # 10
        return x


if __name__ == "__main__":
    network = VGG11().eval()
    picture = torch.rand(1, 1, 224, 224)
    print(tuple(network(picture).shape))
