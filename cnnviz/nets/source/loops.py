"""Runs of pieces that repeat: conv1, relu1, conv2, relu2, or the same two layers again and again without names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cnnviz.nets.source.pieces import Piece, shape_of

LONGEST = 6
"""Most pieces that repeat as one."""


@dataclass(frozen=True, slots=True)
class Period:
    """What repeats.

    Attributes:
        stems: the names without their numbers; "" for pieces without names.
        shapes: what each piece is.
        first: the number of the first; -1 for pieces without names.
    """

    stems: tuple[str, ...]
    shapes: tuple[Any, ...]
    first: int


@dataclass(frozen=True, slots=True)
class Run:
    """A period as often as it stands in one chain."""

    period: Period
    rounds: tuple[tuple[Piece, ...], ...]


def folded(chains: list[tuple[Piece, ...]]) -> list[tuple[Piece | Run, ...]]:
    """Return each chain with its runs in one; what repeats in one of them is a run in the others too, even if once."""
    periods = {period: None for chain in chains for period in _repeating(chain)}
    longest_first = sorted(periods, key=lambda period: -len(period.stems))
    return [tuple(_fold(chain, longest_first)) for chain in chains]


def _repeating(chain: tuple[Piece, ...]) -> Iterable[Period]:
    """Yield every period that stands at least twice in a row."""
    at = 0
    while at < len(chain):
        best: tuple[int, Period] | None = None
        for length in range(1, min(LONGEST, (len(chain) - at) // 2) + 1):
            period = _period(chain[at : at + length])
            covered = length * _count(chain, at, period) if period else 0
            if period and covered > length and (best is None or covered > best[0]):
                best = covered, period
        if best:
            yield best[1]
        at += best[0] if best else 1


def _fold(chain: tuple[Piece, ...], periods: list[Period]) -> Iterable[Piece | Run]:
    at = 0
    while at < len(chain):
        for period in periods:
            count, length = _count(chain, at, period), len(period.stems)
            if count:
                yield Run(period, tuple(chain[at + i * length : at + (i + 1) * length] for i in range(count)))
                at += count * length
                break
        else:
            yield chain[at]
            at += 1


def _period(pieces: tuple[Piece, ...]) -> Period | None:
    """Return the period that these pieces are the first round of, if their names have the same number (or none)."""
    parts = [_parts(piece.name) for piece in pieces]
    first = parts[0][1]
    if any(
        number != first or (number < 0 and piece.name)
        for piece, (_, number) in zip(pieces, parts, strict=True)
    ):
        return None
    return Period(tuple(stem for stem, _ in parts), tuple(map(shape_of, pieces)), first)


def _count(chain: tuple[Piece, ...], at: int, period: Period) -> int:
    """Return how often the period stands in a row from here on, counted from its first number."""
    length, count = len(period.stems), 0
    while True:
        window = chain[at + count * length : at + (count + 1) * length]
        number = period.first + count if period.first >= 0 else -1
        wanted = tuple(f"{stem}{number}" if number >= 0 else "" for stem in period.stems)
        if tuple(piece.name for piece in window) != wanted or tuple(map(shape_of, window)) != period.shapes:
            return count
        count += 1


def _parts(name: str) -> tuple[str, int]:
    """Return a name's stem and its number, -1 where it has none."""
    found = re.fullmatch(r"(.*?)(0|[1-9]\d{0,5})", name)
    return (found[1], int(found[2])) if found and found[1] else (name, -1)
