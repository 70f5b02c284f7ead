"""Curves as a small SVG that needs nothing: for pages that are read offline, on paper and on a phone.

Colours are CSS variables (``--line-0`` ...), so that the page around decides about light and dark.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

LARGEST = 1e100
"""What is beyond is as good as infinite, and is not drawn."""

Span = tuple[float, float]
Place = Callable[[float, float], Span]

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 10, 40


@dataclass(frozen=True, slots=True)
class Line:
    """One curve.

    Attributes:
        name: what the legend calls it.
        points: (x, y) in the order of x; what is not finite is left out.
        colour: number of its colour. marked: a dot at each point.
    """

    name: str
    points: Sequence[tuple[float, float]]
    colour: int = 0
    marked: bool = False


def lines(
    given: Sequence[Line], *, title: str, x_title: str, percent: bool = False, log: bool = False
) -> str:
    """Return curves as an ``<svg>``; "" where no point can be drawn.

    Args:
        given: the curves.
        title: what goes up, for the reader and for screen readers.
        x_title: what goes to the right.
        percent: whether values from 0 to 1 are shown in percent.
        log: whether each power of ten gets the same height; values that are not positive are left out.
    """
    least = 1 / LARGEST if log else -LARGEST
    kept = [(line, [(x, y) for x, y in line.points if least <= y <= LARGEST]) for line in given]
    kept = [(line, points) for line, points in kept if points]
    if not kept:
        return ""
    every = [point for _line, points in kept for point in points]
    up = math.log10 if log else float
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    low, high = up(min(y for _, y in every)), up(max(y for _, y in every))
    if percent:
        low, high = min(low, 0.0), max(high, 1.0)
    pad = 0.0 if percent else 0.05 * (high - low or abs(high) or 1.0)
    low, high = low - pad, high + pad

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - left) / (right - left) if right > left else 0.5
        return (
            round(LEFT + across * (WIDTH - LEFT - RIGHT), 1),
            round(TOP + (high - up(y)) / (high - low) * (HEIGHT - TOP - BOTTOM), 1),
        )

    parts = [*_grid(place, (left, right), (low, high), percent=percent, log=log)]
    for line, points in kept:
        colour = f"var(--line-{line.colour})"
        path = " ".join(f"{x},{y}" for x, y in (place(*point) for point in points))
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="{1.8 if len(points) < 100 else 1.1}" points="{path}"/>'
        )
        if line.marked or len(points) == 1:
            parts += [
                f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'
                for x, y in (place(*point) for point in points)
            ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 4}" text-anchor="middle">{escape(x_title)}</text>')
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def legend(given: Sequence[Line]) -> str:
    """Return the names of curves with their colours, as HTML."""
    items = (
        f'<span class="key"><i style="background:var(--line-{line.colour})"></i>{escape(line.name)}</span>'
        for line in given
        if line.points
    )
    return f'<p class="legend">{"".join(items)}</p>'


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers from ``low`` to ``high``: 1, 2 or 5 times a power of ten apart."""
    if not high > low:
        return [low]
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def powers(low: float, high: float, most: int = 8) -> list[float]:
    """Return powers of ten from 10^``low`` to 10^``high``, few enough to be read.

    Of many some, evenly spread; where they are few, 2 and 5 times of them too.
    """
    apart = max(1, math.ceil((high - low) / most))
    exponents = range(math.floor(low / apart) * apart, math.ceil(high) + 1, apart)
    factors = (1.0,) if high - low > 2.5 else (1.0, 2.0, 5.0)
    marks = [factor * 10.0**power for power in exponents for factor in factors]
    return [mark for mark in marks if low <= math.log10(mark) <= high] or [10**low, 10**high]


def _grid(place: Place, across: Span, upward: Span, *, percent: bool, log: bool) -> Iterator[str]:
    """Yield the lines across with their values, and the values to the right."""
    low, high = upward
    marks = powers(low, high) if log else ticks(low, high)
    for value in marks:
        _x, y = place(across[0], value)
        text = f"{100 * value:.3g} %" if percent else f"{value:.3g}"
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{text}</text>'
    for value in ticks(*across, most=8):
        x, _y = place(value, 10**low if log else low)
        yield f'<text x="{x}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{value:g}</text>'
