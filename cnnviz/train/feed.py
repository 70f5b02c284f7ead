"""A data set on the device, handed out in batches: no loader, no workers, no copies of single pictures."""

import torch
from torch import Tensor

from cnnviz.data.augment import augment
from cnnviz.data.datasets import Dataset, Shape, fit, split, statistics
from cnnviz.train.config import TrainConfig

MOST_FITTED = 1_000_000_000
"""Bytes up to which pictures are resized once; larger sets are resized batch by batch."""

EVALUATION_PIXELS = 1_000_000


class Feed:
    """The three parts of a data set as uint8 tensors on one device, and batches of them ready for a network.

    Attributes:
        mean, std: of each of the network's channels, on the scale 0 to 1.
        train, validation: numbers of the training pictures, on the CPU.
        test_count: pictures in the test part.
    """

    def __init__(self, dataset: Dataset, config: TrainConfig, device: torch.device) -> None:
        self.shape: Shape = config.network.input_shape
        self.kind = config.augment
        self.train, self.validation = split(dataset, config.validation_fraction, config.seed)
        self.test_count = len(dataset.test_y)
        train_x, test_x = (self._fitted(x) for x in (dataset.train_x, dataset.test_x))
        channels = self.shape[0]
        if dataset.shape[0] == channels:
            self.mean, self.std = dataset.mean, dataset.std
        else:
            self.mean, self.std = statistics(train_x)
        self._mean = torch.tensor(self.mean, device=device).view(1, channels, 1, 1)
        self._scale = 1 / torch.tensor(self.std, device=device).view(1, channels, 1, 1)
        self._x, self._y = train_x.to(device), dataset.train_y.to(device)
        self._test_x, self._test_y = test_x.to(device), dataset.test_y.to(device)
        self._device = device
        self._chance = torch.Generator().manual_seed(config.seed + 1)

    @property
    def evaluation_batch(self) -> int:
        """Pictures that are evaluated at a time."""
        channels, height, width = self.shape
        return max(1, min(1000, EVALUATION_PIXELS // (channels * height * width)))

    def learn(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Return training pictures, augmented and normalised (float32, (N, C, H, W)), and their labels."""
        numbers = numbers.to(self._device)
        x = self._ready(self._x[numbers])
        if self.kind != "none":
            x = augment(x, self._chance, self.kind)
        return self._normalised(x), self._y[numbers]

    def validate(self, first: int) -> tuple[Tensor, Tensor]:
        """Return an evaluation batch of validation pictures, normalised, from number ``first`` on."""
        numbers = self.validation[first : first + self.evaluation_batch].to(self._device)
        return self._normalised(self._ready(self._x[numbers])), self._y[numbers]

    def test(self, first: int) -> tuple[Tensor, Tensor]:
        """Return an evaluation batch of test pictures, normalised, from number ``first`` on."""
        part = slice(first, first + self.evaluation_batch)
        return self._normalised(self._ready(self._test_x[part])), self._test_y[part]

    def _fitted(self, images: Tensor) -> Tensor:
        channels, height, width = self.shape
        images = fit(images, (channels, images.shape[2], images.shape[3]))
        small = len(images) * channels * height * width <= MOST_FITTED
        return fit(images, self.shape) if small else images

    def _ready(self, images: Tensor) -> Tensor:
        return fit(images.float().div_(255), self.shape)

    def _normalised(self, images: Tensor) -> Tensor:
        return images.sub_(self._mean).mul_(self._scale)
