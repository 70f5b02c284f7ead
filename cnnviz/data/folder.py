"""A folder of pictures becomes tensors: one subfolder a class, as torchvision's ``ImageFolder`` reads it.

Each picture goes through ``cnnviz.data.images``, which bounds it before it is decoded.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cnnviz.data.catalog import FORMATS
from cnnviz.data.images import load
from cnnviz.errors import DataError

MOST_PICTURES = 200_000
MOST_MEMORY = 4_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a folder holds: pictures uint8 (N, C, H, W), labels, and those of its ``test`` folder."""

    x: Tensor
    y: Tensor
    test_x: Tensor | None = None
    test_y: Tensor | None = None


def read_folder(path: Path, classes: tuple[str, ...], shape: tuple[int, int, int]) -> Parts:
    """Return all pictures of a folder at one size.

    ``path/CLASS/...`` is one set; ``path/train/CLASS/...`` and ``path/test/CLASS/...`` are two. Each picture
    is resized to (height, width), its sides' ratio not kept, and made grey where ``shape`` has one channel.

    Raises:
        DataError: if a picture cannot be read (names it), a class is empty, or there is too much.
    """
    if not (path / "train").is_dir():
        return Parts(*_read(path, classes, shape))
    x, y = _read(path / "train", classes, shape)
    if not (path / "test").is_dir():
        return Parts(x, y)
    return Parts(x, y, *_read(path / "test", classes, shape))


def read_picture(path: Path, shape: tuple[int, int, int]) -> np.ndarray:
    """Return one picture as uint8 (C, H, W).

    Raises:
        DataError: as ``cnnviz.data.images.load``.
    """
    channels, height, width = shape
    image = load(path, "L" if channels == 1 else "RGB").resize((width, height), Image.Resampling.BILINEAR)
    array = np.asarray(image, dtype=np.uint8)
    return array[None] if channels == 1 else array.transpose(2, 0, 1)


def _read(home: Path, classes: tuple[str, ...], shape: tuple[int, int, int]) -> tuple[Tensor, Tensor]:
    if shape[0] not in {1, 3}:
        raise DataError("pictures have 1 or 3 channels, but the network takes {channels}", channels=shape[0])
    files: list[tuple[Path, int]] = []
    for label, name in enumerate(classes):
        before = len(files)
        for path in _pictures(home / name):
            files.append((path, label))
            if len(files) > MOST_PICTURES:
                raise DataError(
                    "{path} holds too many pictures: at most {most} are read",
                    path=str(home),
                    most=MOST_PICTURES,
                )
        if len(files) == before:
            raise DataError(
                "{path} holds no pictures; known are: {formats}",
                path=str(home / name), formats=", ".join(sorted(FORMATS)),
            )  # fmt: skip
    memory = len(files) * shape[0] * shape[1] * shape[2]
    if memory > MOST_MEMORY:
        raise DataError(
            "{count} pictures of {height}x{width} need {found} bytes, at most {most}: take fewer",
            count=len(files), height=shape[1], width=shape[2], found=memory, most=MOST_MEMORY,
        )  # fmt: skip
    x = np.empty((len(files), *shape), np.uint8)
    for number, (path, _) in enumerate(files):
        x[number] = read_picture(path, shape)
    return torch.from_numpy(x), torch.tensor([label for _, label in files])


def _pictures(folder: Path) -> Iterator[Path]:
    for home, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if Path(name).suffix.lower() in FORMATS and not name.startswith("."):
                yield Path(home) / name
