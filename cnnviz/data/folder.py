"""A folder of pictures becomes tensors: one subfolder a class, as torchvision's ``ImageFolder`` reads it.

Each picture goes through ``cnnviz.data.images``, which bounds it before it is decoded. What does not fit into
memory stays in its files and is read whenever it is asked for.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cnnviz.data import memory
from cnnviz.data.catalog import FORMATS
from cnnviz.data.images import load
from cnnviz.errors import DataError

MOST_PICTURES = 2_000_000
AT_A_TIME = 256
"""Files that are being read together; after one that cannot be read no more are begun."""

Shape = tuple[int, int, int]


class Files:
    """Pictures that stay in their files: read, at one size, whenever they are asked for.

    Args:
        home: the folder that the paths begin at.
        paths: of the pictures.
        one: (channels, height, width) of each as it is read.
    """

    def __init__(self, home: Path, paths: Sequence[str], one: Shape) -> None:
        self.home, self.paths, self.one = home, tuple(paths), one

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, chosen: Tensor | slice) -> Tensor:
        """Read pictures by their numbers: uint8 (N, C, H, W).

        Raises:
            DataError: as ``read_picture``.
        """
        numbers = range(len(self))[chosen] if isinstance(chosen, slice) else chosen.tolist()
        result = np.empty((len(numbers), *self.one), np.uint8)
        for place, number in enumerate(numbers):
            result[place] = read_picture(self.home / self.paths[number], self.one)
        return torch.from_numpy(result)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, C, H, W), as a tensor says it."""
        return len(self), *self.one

    def only(self, numbers: Tensor) -> "Files":
        """Return some of them, by number, still in their files."""
        return Files(self.home, [self.paths[number] for number in numbers.tolist()], self.one)

    def whole(self) -> Tensor:
        """Read them all, several at a time.

        Raises:
            DataError: as ``read_picture``.
        """
        result = np.empty(self.shape, np.uint8)
        with ThreadPoolExecutor() as pool:
            for first in range(0, len(self), AT_A_TIME):
                some = self.paths[first : first + AT_A_TIME]
                read = pool.map(lambda path: read_picture(self.home / path, self.one), some)
                for place, picture in enumerate(read, first):
                    result[place] = picture
        return torch.from_numpy(result)


Pictures = Tensor | Files
"""Pictures in memory, uint8 (N, C, H, W), or in files; both are indexed by a tensor of numbers or a slice."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a folder holds: pictures, labels, and those of its ``test`` folder."""

    x: Pictures
    y: Tensor
    test_x: Pictures | None = None
    test_y: Tensor | None = None


def read_folder(path: Path, classes: tuple[str, ...], shape: Shape, *, room: int | None = None) -> Parts:
    """Return all pictures of a folder at one size.

    ``path/CLASS/...`` is one set; ``path/train/CLASS/...`` and ``path/test/CLASS/...`` are two. Each picture
    is resized to (height, width), its sides' ratio not kept, and made grey where ``shape`` has one channel.

    Args:
        path: of the folder.
        classes: the subfolders' names, in the order of their numbers.
        shape: (channels, height, width) that they are read as.
        room: bytes up to which they are read at once; a third of the free memory where it is not given.

    Raises:
        DataError: if a picture that is read cannot be read (names it), a class is empty, or there are too many.
    """
    home = path / "train" if (path / "train").is_dir() else path
    parts = [_listed(home, classes, shape)]
    if home != path and (path / "test").is_dir():
        parts.append(_listed(path / "test", classes, shape))
    count = sum(len(files) for files, _ in parts)
    fits = count * shape[0] * shape[1] * shape[2] <= (memory.room() if room is None else room)
    read = [(files.whole() if fits else files, labels) for files, labels in parts]
    return Parts(*read[0], *(read[1] if len(read) > 1 else ()))


def read_picture(path: Path, shape: Shape) -> np.ndarray:
    """Return one picture as uint8 (C, H, W).

    Raises:
        DataError: as ``cnnviz.data.images.load``.
    """
    channels, height, width = shape
    image = load(path, "L" if channels == 1 else "RGB").resize((width, height), Image.Resampling.BILINEAR)
    array = np.asarray(image, dtype=np.uint8)
    return array[None] if channels == 1 else array.transpose(2, 0, 1)


def _listed(home: Path, classes: tuple[str, ...], shape: Shape) -> tuple[Files, Tensor]:
    if shape[0] not in {1, 3}:
        raise DataError("pictures have 1 or 3 channels, but the network takes {channels}", channels=shape[0])
    files: list[str] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        before = len(files)
        for path in _pictures(home / name):
            files.append(os.path.relpath(path, home))
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
        labels += [label] * (len(files) - before)
    return Files(home, files, shape), torch.tensor(labels)


def _pictures(folder: Path) -> Iterator[str]:
    for home, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if os.path.splitext(name)[1].lower() in FORMATS and not name.startswith("."):  # noqa: PTH122  (a million of them)
                yield f"{home}{os.sep}{name}"
