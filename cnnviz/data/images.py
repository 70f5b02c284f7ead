"""Pictures from files and uploads: bounded before they are decoded, refused in one sentence."""

import io
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cnnviz.errors import DataError

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000

EMBEDDED = Path(__file__).parent / "embedded"


def read(file: Path) -> NDArray[np.float32]:
    """Return a picture file as grey values (H, W) from 0 to 1.

    Raises:
        DataError: as ``load``.
    """
    return _grey(load(file, "L"))


def decode(data: bytes, name: str) -> NDArray[np.float32]:
    """Return the bytes of a picture as grey values (H, W) from 0 to 1.

    Raises:
        DataError: as ``parse``.
    """
    return _grey(parse(data, name, "L"))


def load(file: Path, mode: Literal["L", "RGB"]) -> Image.Image:
    """Return a picture file, grey ("L") or in colour ("RGB").

    Raises:
        DataError: if the file cannot be read, and as ``parse``.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise DataError(
            "`{file}` cannot be read: {reason}", file=str(file), reason=error.strerror or ""
        ) from None
    return parse(data, str(file), mode)


def parse(data: bytes, name: str, mode: Literal["L", "RGB"]) -> Image.Image:
    """Return a picture, grey ("L") or in colour ("RGB"); upright, and what is transparent is white paper.

    Raises:
        DataError: if the bytes or the pixels are too many, or no picture that we read.
    """
    if len(data) > MOST_BYTES:
        raise DataError("`{file}` is larger than {most} MB", file=name, most=MOST_BYTES // 1_000_000)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise DataError(
                    "`{file}` has {pixels:,} pixels; at most {most:,} are read",
                    file=name, pixels=image.width * image.height, most=MOST_PIXELS,
                )  # fmt: skip
            upright = ImageOps.exif_transpose(image)
            if upright.has_transparency_data:
                layered = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)
            return upright.convert(mode)
    except DataError:
        raise
    except UnidentifiedImageError:
        raise DataError(
            "`{file}` is not a picture that we read ({formats})", file=name, formats=", ".join(FORMATS)
        ) from None
    except Image.DecompressionBombError:
        raise DataError("`{file}` has more than {most:,} pixels", file=name, most=MOST_PIXELS) from None
    except (OSError, ValueError, SyntaxError, EOFError, Warning, MemoryError):
        raise DataError("`{file}` is damaged: it cannot be decoded as a picture", file=name) from None


def shrink(picture: NDArray[np.float32], longest: int) -> NDArray[np.float32]:
    """Return a picture whose longer side is at most ``longest``, proportions kept."""
    height, width = picture.shape
    scale = longest / max(height, width)
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    image = Image.fromarray(picture).resize(size, Image.Resampling.BOX)
    return np.asarray(image, dtype=np.float32)


@cache
def digit(label: int) -> NDArray[np.float32]:
    """Return an embedded handwritten digit, 8x8 enlarged to 20x20 in 28x28, from 0 to 1; do not write into it."""
    with np.load(EMBEDDED / "digits.npz") as file:
        first = int(np.flatnonzero(file["labels"] == label)[0])
        small = np.asarray(file["images"][first], dtype=np.float32) / np.float32(16)
    large = np.asarray(Image.fromarray(small).resize((20, 20), Image.Resampling.BICUBIC), dtype=np.float32)
    return np.pad(np.clip(large, 0, 1).round(2), 4)


@cache
def coloured(name: str) -> NDArray[np.float32]:
    """Return an embedded photograph in colour, (3, H, W) from 0 to 1; do not write into it."""
    return _planes(load(EMBEDDED / f"{name}.jpg", "RGB"))


def decode_coloured(data: bytes, name: str, longest: int) -> NDArray[np.float32]:
    """Return the bytes of a picture in colour, (3, H, W) from 0 to 1, its longer side at most ``longest``.

    Raises:
        DataError: as ``parse``.
    """
    image = parse(data, name, "RGB")
    image.thumbnail((longest, longest), Image.Resampling.BOX)
    return _planes(image)


def to_grey(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a picture in colour (3, H, W) as grey values (H, W), weighted as the eye does (ITU-R 601)."""
    pixels = (picture.transpose(1, 2, 0) * 255).round().astype(np.uint8)
    return _grey(Image.fromarray(pixels).convert("L"))


def _planes(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image, dtype=np.float32).transpose(2, 0, 1) / np.float32(255)


def _grey(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image, dtype=np.float32) / np.float32(255)
