"""A folder of pictures becomes tensors: one subfolder a class, as torchvision's ``ImageFolder`` reads it.

Pictures come from anywhere, so bytes, formats and pixels are bounded before anything is decoded.
"""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from cnnviz.data.catalog import FORMATS
from cnnviz.errors import DataError

MOST_PICTURES = 200_000
MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000
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
    """Return one picture as uint8 (C, H, W); transparency is laid on white, the camera's rotation is undone.

    Raises:
        DataError: if the file is no picture of a known format, damaged, or too large to be decoded.
    """
    channels, height, width = shape
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(
                "{file} is too large: {found} bytes, at most {most}",
                file=str(path),
                found=size,
                most=MOST_BYTES,
            )
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=tuple(sorted(set(FORMATS.values())))) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise DataError(
                        "{file} is too large: {width}x{height} pixels, at most {most} in all",
                        file=str(path), width=image.width, height=image.height, most=MOST_PIXELS,
                    )  # fmt: skip
                upright = ImageOps.exif_transpose(image)
                if upright.has_transparency_data:
                    upright = upright.convert("RGBA")
                    upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
                small = upright.convert("L" if channels == 1 else "RGB").resize(
                    (width, height), Image.Resampling.BILINEAR
                )
                array = np.asarray(small, dtype=np.uint8)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError("{file} is too large: it would be a decompression bomb", file=str(path)) from None
    except UnidentifiedImageError:
        raise DataError(
            "{file} is not a picture that can be read; known are: {formats}",
            file=str(path), formats=", ".join(sorted(set(FORMATS.values()))),
        ) from None  # fmt: skip
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise DataError("{file} cannot be read: {reason}", file=str(path), reason=str(error)[:200]) from None
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
