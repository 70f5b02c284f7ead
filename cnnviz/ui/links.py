"""What the text of a link means: each reader makes a value of it, and raises ValueError where it is none.

A reader takes only what the page's widget can show, so that no link breaks a page.
"""

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

from cnnviz.errors import SpecError
from cnnviz.spec import from_link

N = TypeVar("N", int, float)

SIDES = (28, 32, 64, 96, 128, 224)
"""Pixels that the longer side of a picture may have on the convolution page."""

Edits = tuple[tuple[tuple[int, ...], float], ...]
"""Cells that somebody has typed over: where, and what stands there now."""

MOST_EDITS = 400


def _bounded(make: Callable[[str], N], least: float, most: float) -> Callable[[str], N]:
    def read(text: str) -> N:
        value = make(text)
        if not least <= value <= most:
            raise ValueError(text)
        return value

    return read


def between(least: int, most: int) -> Callable[[str], int]:
    """Return the reader of a whole number from ``least`` to ``most``."""
    return _bounded(int, least, most)


def within(least: float, most: float) -> Callable[[str], float]:
    """Return the reader of a number from ``least`` to ``most``."""
    return _bounded(number, least, most)


def side(text: str) -> int:
    """A side that a picture may have: one of ``SIDES``."""
    if int(text) not in SIDES:
        raise ValueError(text)
    return int(text)


def one_of(*choices: str) -> Callable[[str], str]:
    """Return the reader of one of some words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return read


def some_of(*choices: str) -> Callable[[str], tuple[str, ...]]:
    """Return the reader of some of some words, with commas between them."""

    def read(text: str) -> tuple[str, ...]:
        words = text.split(",") if text else []
        if not set(words) <= set(choices):
            raise ValueError(text)
        return tuple(choice for choice in choices if choice in words)

    return read


def text(text: str) -> str:
    """Some words, at most 200 characters."""
    if len(text) > 200:
        raise ValueError(text)
    return text


def number(text: str) -> float:
    """Any number of a size that a page can show."""
    value = float(text)
    if not math.isfinite(value) or abs(value) > 1e9:
        raise ValueError(text)
    return value


def names(text: str) -> tuple[str, ...]:
    """Names with commas between them, at most six: networks, runs."""
    names = tuple(text.split(",")) if text else ()
    if len(names) > 6 or not all(re.fullmatch(r"[\w.:-]{1,120}", name, re.ASCII) for name in names):
        raise ValueError(text)
    return names


def run_names(text: str) -> tuple[str, ...]:
    """Names of runs with commas between them, each once, at most forty."""
    names = tuple(text.split(",")) if text else ()
    good = len(set(names)) == len(names) <= 40
    if not good or not all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name) for name in names):
        raise ValueError(text)
    return names


def flag(text: str) -> bool:
    """Yes or no: 1 or 0."""
    return bool(("0", "1").index(text))


def pair(text: str) -> tuple[int, ...]:
    """Two small whole numbers with a line between them."""
    first, second = (int(part) for part in text.split("_"))
    if not (0 <= first < 1000 and 0 <= second < 1000):
        raise ValueError(text)
    return first, second


def pin(text: str) -> str:
    """A cell of the stage: ``output.0.1``; "" for none."""
    if text and not re.fullmatch(r"(input|kernel|output)(\.\d{1,3}){2}", text):
        raise ValueError(text)
    return text


def panel_cell(text: str) -> str:
    """A cell of the panels: row of panels, panel, number; "" for none."""
    if text and not re.fullmatch(r"[a-z_]{1,30}\.\w{1,20}\.\d{1,6}", text, re.ASCII):
        raise ValueError(text)
    return text


def edits(text: str) -> Edits:
    """Cells that were typed over: ``0.1.0~75_0.1.1~3``."""
    found: list[tuple[tuple[int, ...], float]] = []
    for part in text.split("_") if text else []:
        place, value = part.split("~")
        if len(place) > 20 or len(found) == MOST_EDITS:
            raise ValueError(text)
        found.append((tuple(int(index) for index in place.split(".")), number(value)))
    return tuple(found)


def own_network(text: str) -> str:
    """A whole network, as ``spec.to_link`` writes it."""
    try:
        from_link(text)
    except SpecError as error:
        raise ValueError(text[:100]) from error
    return text


def path(text: str) -> str:
    """A place in a network's tree; whether it is there, the page sees."""
    if not re.fullmatch(r"[\w.]{0,400}", text, re.ASCII):
        raise ValueError(text)
    return text


def never(text: str) -> Any:
    """What is in no link."""
    raise ValueError(text)
