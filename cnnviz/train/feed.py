"""A data set, handed out in batches that are ready for a network.

Where its pictures fit, they all lie on the device as bytes: no loader, no workers, no copies of single pictures.
Where they do not, a loader fetches ahead what ``plan`` announced. Both give the same batches.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from cnnviz.data import memory
from cnnviz.data.augment import augment
from cnnviz.data.datasets import Dataset, Shape, fit, split, statistics
from cnnviz.data.folder import Pictures
from cnnviz.data.loading import Loaded, Resident, Source
from cnnviz.train.config import TrainConfig

MOST_FITTED = 1_000_000_000
"""Bytes up to which pictures are resized once; larger sets are resized batch by batch."""

EVALUATION_PIXELS = 1_000_000


TRAIN, TEST = 0, 1


class Feed:
    """The three parts of a data set, and batches of them on one device.

    Args:
        dataset: the pictures.
        config: how they are split and changed, and what the network takes in.
        device: where the batches are wanted.
        room: bytes up to which all pictures lie on the device; a third of what is free there by default.

    Attributes:
        mean, std: of each of the network's channels, on the scale 0 to 1.
        train, validation: numbers of the training pictures, on the CPU.
        test_count: pictures in the test part.
        resident: whether all pictures lie on the device.
    """

    def __init__(
        self, dataset: Dataset, config: TrainConfig, device: torch.device, *, room: int | None = None
    ) -> None:
        self.shape: Shape = config.network.input_shape
        self.kinds = config.augment
        self.train, self.validation = split(dataset, config.validation_fraction, config.seed)
        self.test_count = len(dataset.test_y)
        room = memory.room(device) if room is None else room
        channels = self.shape[0]
        parts = [self._coloured(x) for x in (dataset.train_x, dataset.test_x)]
        if dataset.shape[0] == channels:
            self.mean, self.std = dataset.mean, dataset.std
        else:
            self.mean, self.std = statistics(parts[TRAIN][:])
        tensors = [part for part in parts if isinstance(part, Tensor)]
        self.resident = len(tensors) == len(parts) and sum(x.nbytes for x in tensors) <= room
        self._source: Source
        if self.resident:
            fitted = sum(len(x) * channels * self.shape[1] * self.shape[2] for x in tensors)
            if fitted <= min(room, MOST_FITTED):
                tensors = [fit(x, self.shape) for x in tensors]
            self._source = Resident(tensors, device)
        else:
            self._source = Loaded(parts, device)
        self._mean = torch.tensor(self.mean, device=device).view(1, channels, 1, 1)
        self._scale = 1 / torch.tensor(self.std, device=device).view(1, channels, 1, 1)
        self._labels = dataset.train_y
        self._y, self._test_y = dataset.train_y.to(device), dataset.test_y.to(device)
        self._device = device
        self._chance = torch.Generator().manual_seed(config.seed + 1)

    @property
    def evaluation_batch(self) -> int:
        """Pictures that are evaluated at a time."""
        channels, height, width = self.shape
        return max(1, min(1000, EVALUATION_PIXELS // (channels * height * width)))

    def plan(self, batches: Iterable[Tensor]) -> None:
        """Say which batches ``learn`` will be asked for, so that they can be fetched ahead.

        It may be left out, and another batch may be asked for: then that one is fetched at once.

        Args:
            batches: the numbers of each.
        """
        if not self.resident:
            self._source.plan((TRAIN, numbers) for numbers in batches)

    def learn(self, numbers: Tensor, *, total: int | None = None, first: int = 0) -> tuple[Tensor, Tensor]:
        """Return training pictures, augmented and normalised (float32, (N, C, H, W)), and their labels.

        Args:
            numbers: of the pictures.
            total: pictures in the whole batch, where these are one device's part of it.
            first: place of the first of these in the whole batch.
        """
        x = self._ready(self._source.take(TRAIN, numbers))
        x = augment(x, self._chance, self.kinds, total=total, first=first)
        return self._normalised(x), self._y[numbers.to(self._device)]

    def validate(self, first: int) -> tuple[Tensor, Tensor]:
        """Return an evaluation batch of validation pictures, normalised, from number ``first`` on."""
        return self._evaluated(TRAIN, self.validation, self._y, first)

    def test(self, first: int) -> tuple[Tensor, Tensor]:
        """Return an evaluation batch of test pictures, normalised, from number ``first`` on."""
        return self._evaluated(TEST, torch.arange(self.test_count), self._test_y, first)

    def handful(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return the same few pictures each time: of validation, or of training where there is no validation.

        The first of every class, then the second of every class, and so on.

        Returns:
            Numbers int64 (H,), pictures uint8 (H, C, H, W) as they go into the network, labels int64 (H,); all
            on the CPU, H at most ``count``. ``as_input`` makes a batch of the pictures.
        """
        members = self.validation if len(self.validation) else self.train
        labels = self._labels[members]
        classes = [members[labels == label] for label in sorted(set(labels.tolist()))]
        turns = max(map(len, classes))
        numbers = torch.stack(
            [each[turn] for turn in range(min(turns, count)) for each in classes if turn < len(each)]
        )[:count]
        pictures = fit(self._source.take(TRAIN, numbers), self.shape)
        return numbers, pictures.cpu(), self._labels[numbers]

    def as_input(self, pictures: Tensor) -> Tensor:
        """Return pictures (uint8, (N, C, H, W)) on the device and normalised, as the network takes them."""
        return self._normalised(self._ready(pictures.to(self._device)))

    def state(self) -> dict[str, Tensor]:
        """Return the state of every random generator in here, as uint8 tensors on the CPU."""
        return {"augment": self._chance.get_state()}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the random numbers where ``state`` was taken."""
        self._chance.set_state(state["augment"])

    def _evaluated(self, part: int, numbers: Tensor, labels: Tensor, first: int) -> tuple[Tensor, Tensor]:
        size = self.evaluation_batch
        if first == 0 and not self.resident:
            self._source.plan((part, some) for some in torch.split(numbers, size))
        chosen = numbers[first : first + size]
        x = self._source.take(part, chosen)
        return self._normalised(self._ready(x)), labels[chosen.to(self._device)]

    def _coloured(self, pictures: Pictures) -> Pictures:
        """Bring pictures in memory to the network's channels; files are read with these."""
        if not isinstance(pictures, Tensor):
            return pictures
        return fit(pictures, (self.shape[0], *pictures.shape[2:]))

    def _ready(self, pictures: Tensor) -> Tensor:
        """Return pictures in the network's size, from 0 to 1; each value is one of 256, whenever it is resized."""
        return fit(pictures, self.shape).float().div_(255)

    def _normalised(self, images: Tensor) -> Tensor:
        return images.sub_(self._mean).mul_(self._scale)
