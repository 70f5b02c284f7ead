"""Which pixels one value sees: receptive fields along one axis, exactly.

A *view* says for every cell of a tensor which pixels of the network's input it sees; a *window* says the same of one
layer: which cells of its input each cell of its output sees. Both are half-open intervals, and ``through`` puts a
window behind a view. As long as windows slide, four numbers say it all (``Sliding``); where they vary (adaptive
pooling that does not divide, enlarging) every cell has its own interval (``Varying``).

Above ``MOST`` cells that are not equally far apart every cell counts as seeing all that any of them sees.

Padding is followed outwards: a view may begin before pixel 0 and end behind the last, as the literature counts it
(Araujo, Norris, Sim 2019). What ``padding_mode`` puts there is not followed back into the picture.
"""

from collections.abc import Sequence
from typing import NamedTuple

MOST = 4096
"""Cells that get an interval each; networks come from links, and may have thousands of millions."""

Interval = tuple[int, int]
"""First, and the one behind the last."""


class Sliding(NamedTuple):
    """Intervals of one size, equally far apart: cell i sees ``start + i*step`` and the ``size`` from there on.

    Attributes:
        start: of the first cell's interval.
        step: between the intervals of neighbours.
        size: of each interval.
        cells: how many there are.
        end: what no cell sees, from here on; None where there is no such end. A stride that does not come out even
            leaves pixels unseen, and the padding behind it must not bring them back.
    """

    start: int
    step: int
    size: int
    cells: int
    end: int | None = None

    def at(self, i: int) -> Interval:
        """Return what cell i sees."""
        first = self.start + i * self.step
        if self.end is None:
            return first, first + self.size
        return min(first, self.end), min(first + self.size, self.end)


class Varying(NamedTuple):
    """An interval of its own for each cell; an empty one where a cell sees nothing."""

    intervals: tuple[Interval, ...]

    @property
    def start(self) -> int:
        """Where the first cell's interval starts."""
        return self.intervals[0][0]

    @property
    def step(self) -> float:
        """How far the intervals of neighbours are apart on average; below 1 where the picture grows."""
        return (self.intervals[-1][0] - self.start) / max(1, len(self.intervals) - 1)

    @property
    def size(self) -> int:
        """The largest interval."""
        return max(end - first for first, end in self.intervals)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.intervals)

    def at(self, i: int) -> Interval:
        """Return what cell i sees."""
        return self.intervals[i]


class Whole(NamedTuple):
    """A window over everything along the axis, the same for all ``cells``: a linear layer's."""

    cells: int


View = Sliding | Varying
Window = Sliding | Varying | Whole | None
"""None: every cell sees its own place."""


def through(view: View, window: Window, length: int) -> View:
    """Return what cells see of the picture through a window on cells that see ``view`` of it.

    Args:
        view: of the layer's input.
        window: of the layer.
        length: of the picture along this axis.
    """
    if window is None:
        return view
    if isinstance(view, Sliding) and isinstance(window, Sliding):
        start, step, size, cells, end = view
        seen = start + (cells - 1) * step + size
        if seen < length:
            end = seen if end is None else min(seen, end)
        start, size = start + window.start * step, size + (window.size - 1) * step
        return Sliding(start, step * window.step, size, window.cells, end)
    if isinstance(window, Whole) or window.cells > MOST:
        first, last = _span(view, 0, view.cells)
        first = max(0, first)
        return Sliding(first, 0, max(0, min(length, last) - first), window.cells)
    return Varying(tuple(_span(view, *window.at(i)) for i in range(window.cells)))


def union(views: Sequence[View]) -> View:
    """Return what cells see that are merged from several paths; the smallest interval that covers all."""
    one, *others = views
    if isinstance(one, Sliding):
        start, step, size, cells, end = one
        stop = start + size
        for other in others:
            if not isinstance(other, Sliding) or (other.step, other.cells, other.end) != (step, cells, end):
                break
            start, stop = min(start, other.start), max(stop, other.start + other.size)
        else:
            return Sliding(start, step, stop - start, cells, end)
    if one.cells > MOST or any(view.cells != one.cells for view in others):
        # Values that lay in different pictures, joined as features: where each lay is lost.
        first, last = hull([_span(view, 0, view.cells) for view in views])
        return Sliding(first, 0, last - first, one.cells)
    return Varying(tuple(hull([view.at(i) for view in views]) for i in range(one.cells)))


def _span(view: View, first: int, end: int) -> Interval:
    """What the cells of an interval see together; those that do not exist see nothing.

    Neighbours never see in reverse order, so the outermost that see anything say it.
    """
    first, end = max(0, first), min(view.cells, end)
    if isinstance(view, Sliding):
        return (view.at(first)[0], view.at(end - 1)[1]) if first < end else (0, 0)
    while first < end and _empty(view.at(first)):
        first += 1
    while first < end and _empty(view.at(end - 1)):
        end -= 1
    return (view.at(first)[0], view.at(end - 1)[1]) if first < end else (0, 0)


def _empty(interval: Interval) -> bool:
    return interval[0] >= interval[1]


def hull(intervals: Sequence[Interval]) -> Interval:
    """Return the smallest interval that covers all; (0, 0) if none sees anything."""
    seen = [each for each in intervals if not _empty(each)]
    return (min(first for first, _ in seen), max(end for _, end in seen)) if seen else (0, 0)
