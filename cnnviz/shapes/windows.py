"""Where the windows of a layer lie, along one axis: which cells of its input each cell of its output sees."""

from collections.abc import Callable
from functools import lru_cache

from cnnviz.shapes.views import MOST, Interval, Sliding, Varying, Whole, Window
from cnnviz.spec.checks import Pair, pair
from cnnviz.spec.layers import Conv2d

Both = tuple[Window, Window] | None
"""Windows along height and width; None if every value looks at its own place only."""


def conv_padding(layer: Conv2d, axis: int) -> tuple[int, int]:
    """Return the padding (before, after) of a convolution along an axis (0 height, 1 width)."""
    return _around(layer.padding, pair(layer.kernel_size)[axis], pair(layer.dilation)[axis], axis)


@lru_cache(maxsize=4096)
def sliding(
    size: tuple[int, int],
    kernel: Pair,
    stride: Pair,
    padding: Pair | str,
    dilation: Pair,
    *,
    ceil_mode: bool = False,
) -> tuple[tuple[int, int], Both]:
    """Return how many windows of a convolution or pooling fit along (height, width), and where they lie.

    A count below 1 says that not even one fits.
    """
    down, rows = _slide(0, size, kernel, stride, padding, dilation, ceil_mode=ceil_mode)
    across, cols = _slide(1, size, kernel, stride, padding, dilation, ceil_mode=ceil_mode)
    if rows is cols is None:
        return (down, across), None
    return (down, across), (rows, rows if rows == cols else cols)


def _slide(
    axis: int,
    size: tuple[int, int],
    kernel: Pair,
    stride: Pair,
    padding: Pair | str,
    dilation: Pair,
    *,
    ceil_mode: bool,
) -> tuple[int, Window]:
    cells, step, spread = size[axis], pair(stride)[axis], pair(dilation)[axis]
    before, after = _around(padding, pair(kernel)[axis], spread, axis)
    span = spread * (pair(kernel)[axis] - 1) + 1
    room = cells + before + after - span
    count = room // step + 1
    if ceil_mode and room % step and count * step < cells + before:
        count += 1  # one more, cut off at the end; it must not start in the padding
    if max(before, after) >= span:  # windows that see nothing but padding
        return count, _varying(count, lambda i: (i * step - before, i * step - before + span), cells)
    return count, None if span == step == 1 else Sliding(-before, step, span, count)


def _varying(count: int, interval: Callable[[int], Interval], cells: int) -> Window:
    """An interval for each output cell, cut to the input cells that exist."""
    if count > MOST:
        return Whole(count)
    cut = ((max(0, first), min(cells, end)) for first, end in map(interval, range(count)))
    return Varying(tuple((first, end) if first < end else (0, 0) for first, end in cut))


def _around(padding: Pair | str, kernel: int, dilation: int, axis: int) -> tuple[int, int]:
    """The padding (before, after).

    "same" pads by dilation*(kernel-1) in total; an odd total puts one more behind, as torch does.
    """
    if isinstance(padding, str):
        total = 0 if padding == "valid" else dilation * (kernel - 1)
        return total // 2, total - total // 2
    side = pair(padding)[axis]
    return side, side


@lru_cache(maxsize=256)
def adaptive(size: int, count: int) -> Window:
    """Return the windows of an adaptive pooling: they vary in size where ``count`` does not divide ``size``."""
    if size % count == 0:
        return Sliding(0, size // count, size // count, count)
    return _varying(count, lambda i: (i * size // count, -(-(i + 1) * size // count)), size)


@lru_cache(maxsize=256)
def transposed(size: int, kernel: int, stride: int, padding: int, dilation: int, count: int) -> Window:
    """Return which cells a transposed convolution's outputs come from: those whose stamp reaches them; maybe none."""
    taps = range(min(kernel, stride))  # after so many the same remainders come again

    def reaching(i: int) -> Interval:
        # The last cell is the first that a tap of the kernel's beginning finds, the first one that of its end.
        lasts = [divmod(i + padding - dilation * tap, stride) for tap in taps]
        firsts = [divmod(i + padding - dilation * (kernel - 1 - tap), stride) for tap in taps]
        found = [cell for cell, rest in (*firsts, *lasts) if rest == 0]
        return (min(found), max(found) + 1) if found else (0, 0)

    return _varying(count, reaching, size) if len(taps) * count <= 16 * MOST else Whole(count)


@lru_cache(maxsize=256)
def enlarged(size: int, factor: int, mode: str, *, aligned: bool) -> Window:
    """Return which cells an upsampling mixes for each output: 1, or the 2 (bilinear) or 4 (bicubic) nearest."""
    count = size * factor
    # Where an output lies among the inputs, as a fraction: torch's two ways of laying one grid over the other.
    above, below, shift = (size - 1, max(1, count - 1), 0) if aligned else (2, 2 * factor, 1 - factor)
    before, after = (0, 1) if mode == "bilinear" else (1, 2)

    def mixed(i: int) -> Interval:
        if mode == "nearest":
            return i // factor, i // factor + 1
        cell, rest = divmod(i * above + shift, below)
        first, last = (cell - before, cell + after) if rest else (cell, cell)
        return max(0, min(first, size - 1)), max(
            0, min(last, size - 1)
        ) + 1  # beyond the border stands the border

    return _varying(count, mixed, size)
