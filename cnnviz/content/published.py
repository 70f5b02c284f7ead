"""What Dive into Deep Learning publishes for its networks: test accuracies on Fashion-MNIST, to compare with.

Ten epochs of plain SGD with Xavier's initialisation. Figures are of d2l-ai/d2l-zh-pytorch-colab, the smallest, the
middle and the largest over the runs in that repository's history (about twenty a network): they vary widely, so one
run says little.
"""

from dataclasses import dataclass

DATASET = "fashion_mnist"
SOURCE = "Dive into Deep Learning (d2l-zh-pytorch-colab, 2023-08-18)"


@dataclass(frozen=True, slots=True)
class Published:
    """Test accuracies of one network.

    Attributes:
        network: its name in the zoo.
        size: the side of the pictures that it was trained on, in pixels.
        least: test accuracy of the worst run, from 0 to 1.
        median: of the middle run.
        most: of the best run.
    """

    network: str
    size: int
    least: float
    median: float
    most: float


RESULTS = (
    Published("lenet", 28, 0.779, 0.808, 0.824),
    Published("alexnet", 224, 0.866, 0.879, 0.885),
    Published("vgg11_small", 224, 0.900, 0.919, 0.924),
    Published("nin", 224, 0.100, 0.832, 0.879),
    Published("googlenet", 96, 0.850, 0.890, 0.899),
    Published("lenet_bn", 28, 0.708, 0.843, 0.879),
    Published("resnet18", 96, 0.838, 0.909, 0.922),
    Published("densenet", 96, 0.406, 0.855, 0.918),
)
