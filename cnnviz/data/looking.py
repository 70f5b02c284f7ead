"""What is to be seen of a data set before anything is trained on it.

Pictures come from its training part only: the test part is touched once, at the end of a training.
"""

import io
from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cnnviz.data.augment import augment
from cnnviz.data.datasets import MEASURED, Dataset, Shape, fit, some, split, statistics
from cnnviz.data.folder import Files
from cnnviz.data.images import load
from cnnviz.errors import DataError

SIZED = 60
"""Files whose sizes are looked at."""

CRISP = 64
"""Pixels of the longer side up to which a picture is sent pixel by pixel; larger ones are photographs."""

LONGEST = 160


class Count(NamedTuple):
    """Pictures of one class in each part."""

    train: int
    validation: int
    test: int


def handful(labels: Tensor, count: int, seed: int, label: int | None = None) -> list[int]:
    """Return some pictures' numbers, chosen at random: of one class, or of all.

    Args:
        labels: of all pictures.
        count: how many, at most.
        seed: of the choice.
        label: the class; None for all.
    """
    members = torch.arange(len(labels)) if label is None else (labels == label).nonzero()[:, 0]
    order = torch.randperm(len(members), generator=torch.Generator().manual_seed(seed))
    chosen: list[int] = members[order[:count]].tolist()
    return chosen


def counts(dataset: Dataset, fraction: float, seed: int) -> list[Count]:
    """Return how many pictures each class has in training, validation and test."""
    train, validation = split(dataset, fraction, seed)
    classes = len(dataset.classes)
    parts = (dataset.train_y[train], dataset.train_y[validation], dataset.test_y)
    found = [torch.bincount(part, minlength=classes).tolist() for part in parts]
    return [Count(*each) for each in zip(*found, strict=True)]


def shares(dataset: Dataset, bins: int = 32) -> list[list[float]]:
    """Return which share of a channel's values lies in each of some equal steps from 0 to 1; (C, bins)."""
    images = _measured(dataset)
    found = []
    for channel in range(images.shape[1]):
        values = torch.zeros(256, dtype=torch.int64)
        for part in torch.split(images[:, channel], 16_384):
            values += torch.bincount(part.reshape(-1), minlength=256)
        steps = values.view(bins, -1).sum(1).double()
        found.append((steps / steps.sum()).tolist())
    return found


def means(dataset: Dataset) -> Tensor:
    """Return the mean picture of each class, uint8 (K, C, H, W); grey where a class is not among what is measured."""
    numbers = _chosen(dataset)
    images, labels = some(dataset.train_x, numbers)[:], dataset.train_y[numbers]
    result = torch.full((len(dataset.classes), *dataset.shape), 127, dtype=torch.uint8)
    for label in range(len(dataset.classes)):
        members = (labels == label).nonzero()[:, 0]
        if len(members):
            sums = [images[part].sum(0, dtype=torch.int64) for part in torch.split(members, 4096)]
            result[label] = (torch.stack(sums).sum(0) / len(members)).round().to(torch.uint8)
    return result


def normalisation(dataset: Dataset, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation of each channel as a network with so many channels sees the training pictures."""
    if dataset.shape[0] == channels:
        return dataset.mean, dataset.std
    images = _measured(dataset)
    return statistics(fit(images, (channels, images.shape[2], images.shape[3])))


def changed(pictures: Tensor, kinds: Sequence[str], times: int, seed: int, shape: Shape) -> Tensor:
    """Return each picture as a training would show it in some epochs.

    Args:
        pictures: uint8 (N, C, H, W).
        kinds: of augmentation.
        times: how often each is drawn.
        seed: of chance.
        shape: of the network's input, that they are fitted to first.

    Returns:
        uint8 (N, times, C, H, W).
    """
    fitted = fit(pictures, shape).float() / 255
    many = fitted[:, None].expand(-1, times, -1, -1, -1).reshape(-1, *fitted.shape[1:])
    drawn = augment(many, torch.Generator().manual_seed(seed), kinds)
    return (drawn * 255).round().clamp(0, 255).to(torch.uint8).view(len(pictures), times, *shape)


def shrunk(files: Files, number: int) -> Image.Image:
    """Return a picture of a folder as it lies there, its longer side at most 160 pixels.

    Raises:
        DataError: as ``cnnviz.data.images.load``.
    """
    image = load(files.home / files.paths[number], "RGB")
    image.thumbnail((LONGEST, LONGEST))
    return image


def sizes(files: Files) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the smallest and the largest (width, height), by area, among 60 pictures of a folder.

    Raises:
        DataError: as ``cnnviz.data.images.load``.
    """
    numbers = torch.linspace(0, len(files) - 1, min(SIZED, len(files))).round().long().tolist()
    found = sorted(
        (load(files.home / files.paths[n], "L").size for n in numbers), key=lambda size: size[0] * size[1]
    )
    return found[0], found[-1]


def link(picture: Tensor | Image.Image) -> str:
    """Return a picture, uint8 (C, H, W) or an image, as a ``data:`` address for a page; what is small stays exact.

    Raises:
        DataError: for channels that are neither 1 nor 3.
    """
    image = picture if isinstance(picture, Image.Image) else _image(picture)
    out = io.BytesIO()
    exact = max(image.size) <= CRISP
    if not exact:
        image = image.copy()
        image.thumbnail((LONGEST, LONGEST))
    image.save(out, "PNG" if exact else "JPEG", quality=88)
    return f"data:image/{'png' if exact else 'jpeg'};base64,{b64encode(out.getvalue()).decode()}"


def links(dataset: Dataset, numbers: Sequence[int], *, original: bool = False) -> list[str]:
    """Return training pictures by number, as addresses; those of a folder, if wanted, as they lie there."""
    every = dataset.train_x
    if original and isinstance(every, Files):
        return [link(shrunk(every, number)) for number in numbers]
    return [link(each) for each in every[torch.tensor(numbers, dtype=torch.int64)]]


def changed_links(
    dataset: Dataset, numbers: Sequence[int], kinds: Sequence[str], times: int, seed: int, shape: Shape
) -> list[list[str]]:
    """Return each training picture as it goes into the network, then changed at random, as addresses."""
    chosen = dataset.train_x[torch.tensor(numbers, dtype=torch.int64)]
    drawn = changed(chosen, kinds, times, seed, shape)
    return [
        [link(picture), *map(link, each)] for picture, each in zip(fit(chosen, shape), drawn, strict=True)
    ]


def _image(picture: Tensor) -> Image.Image:
    pixels = np.ascontiguousarray(picture.numpy())
    if len(pixels) not in {1, 3}:
        raise DataError("pictures with {channels} channels cannot be shown", channels=len(pixels))
    return Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))


def _chosen(dataset: Dataset) -> Tensor:
    count = len(dataset.train_x)
    if not isinstance(dataset.train_x, Files) or count <= MEASURED:
        return torch.arange(count)
    return torch.linspace(0, count - 1, MEASURED).round().long()


def _measured(dataset: Dataset) -> Tensor:
    return some(dataset.train_x, _chosen(dataset))[:]
