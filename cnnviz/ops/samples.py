"""Small grids to slide a window over; pictures are in ``cnnviz.data.images``."""

import re

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def counting() -> Array:
    """Return the notes' 3x3 grid 0..8; with the kernel 0..3 it gives [[19, 25], [37, 43]]."""
    return np.arange(9, dtype=np.float64).reshape(3, 3)


def cross() -> Array:
    """Return a 7x7 grid with a diagonal cross: small enough to read every sum."""
    return np.maximum(np.eye(7), np.eye(7)[::-1])


def stripe() -> Array:
    """Return the notes' 6x8 picture with a dark stripe; ``[1, -1]`` finds its two edges."""
    picture = np.ones((6, 8))
    picture[:, 2:6] = 0
    return picture


def four() -> Array:
    """Return [[1, 2], [3, 4]]: the smallest grid with something between its values."""
    return np.array([[1.0, 2.0], [3.0, 4.0]])


def sixteen() -> Array:
    """Return the notes' 4x4 grid 1..16; max pooling by two gives [[6, 8], [14, 16]]."""
    return np.arange(1, 17, dtype=np.float64).reshape(4, 4)


def scattered(seed: int, channels: int) -> Array:
    """Return 8x8 whole numbers from -9 to 9 at random, (channels, 8, 8); one seed gives the same ones always."""
    return np.random.default_rng(seed).integers(-9, 10, (channels, 8, 8)).astype(np.float64)


def wave() -> Array:
    """Return 64 samples of a tone that jumps to twice its pitch in the middle, (1, 64)."""
    time = np.arange(64)
    tone: Array = np.sin(2 * np.pi * time * np.where(time < 32, 2, 4) / 32) * np.where(time < 32, 1, 0.6)
    return tone.round(3)[None]


NEGATIONS = frozenset("not no never without 不 没 没有 别 无".split())
PRAISE = frozenset(
    "good great nice beautiful fun wonderful love loved 好 棒 美 赞 妙 爱 精彩 喜欢 好看".split()
)
BLAME = frozenset("bad boring awful ugly poor dull hate hated 坏 差 烂 丑 糟 闷 无聊 难看 讨厌".split())


def words(sentence: str) -> list[str]:
    """Return a sentence's words; Chinese, which has no spaces, by known words and else by characters."""
    found: list[str] = []
    for part in re.findall(r"[a-z'\d]+|[\u4e00-\u9fff]+", sentence.lower()):
        while part and "\u4e00" <= part[0] <= "\u9fff":
            known = (size for size in (2, 1) if part[:size] in NEGATIONS | PRAISE | BLAME)
            size = next(known, 1)
            found.append(part[:size])
            part = part[size:]  # noqa: PLW2901  (what is left of it)
        found.extend([part] if part else [])
    return found


def features(tokens: list[str]) -> Array:
    """Return a row each for negation, praise and blame, 1 where the word is one, (3, words)."""
    return np.array([[float(token in kind) for token in tokens] for kind in (NEGATIONS, PRAISE, BLAME)])
