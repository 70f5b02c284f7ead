"""Make what cnnviz carries of scikit-learn's data: python tools/embed.py (needs scikit-learn, a tool only).

Writes digits.npz, china.jpg and flower.jpg into cnnviz/data/embedded; the same bytes on every run.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits, load_sample_images

HOME = Path(__file__).resolve().parent.parent / "cnnviz" / "data" / "embedded"
CROPS = {"china.jpg": (110, 0, 537, 427), "flower.jpg": (180, 0, 607, 427)}
SIDE = 224


def digits() -> None:
    """Write 1797 pictures of 8x8 pixels (0 to 16) and their labels."""
    data = load_digits()
    arrays = {"images": data.images.astype(np.uint8), "labels": data.target.astype(np.uint8)}
    with zipfile.ZipFile(HOME / "digits.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED)


def photographs() -> None:
    """Write a square of each photograph, made smaller."""
    samples = load_sample_images()
    for path, image in zip(samples.filenames, samples.images, strict=True):
        name = Path(path).name
        square = Image.fromarray(image).crop(CROPS[name]).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        square.save(HOME / name, quality=85, optimize=True)


if __name__ == "__main__":
    digits()
    photographs()
