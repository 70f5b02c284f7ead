"""Move the input by a pixel: what moves along (equivariance) and what stays (invariance)."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ops import kernels
from cnnviz.ops.convolution import convolve
from cnnviz.ops.windows import convolution_axis, shift
from cnnviz.ui import fields, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.i18n import _
from cnnviz.ui.panels import panel, show_panels
from cnnviz.ui.pooling import Pooling

Array = NDArray[np.float64]
MOST_CELLS = 32


def show(x: Array, pooling: Pooling) -> None:
    """Show what a shift of the input does to this pooling and to a convolution."""
    st.subheader(_("Move the input by a pixel"))
    sliders("pooling_shift", [
        Control(fields.POOL_DOWN, _("Down"), -3, 3), Control(fields.POOL_RIGHT, _("To the right"), -3, 3),
    ])  # fmt: skip
    down, right = state.get(fields.POOL_DOWN), state.get(fields.POOL_RIGHT)
    before, after = pooling.output(x), pooling.output(shift(x, down, right))
    if not (down or right):
        st.caption(_("Move it: the page then tells which outputs stay the same."))
        return
    same = np.isclose(before, after, atol=1e-9)
    st.markdown(
        _("**Pooling:** {same} of {count} outputs stay as they were. Small shifts stay inside a window and are hidden; that is the invariance that pooling gives, and it ends at the window's edge.").format(same=int(same.sum()), count=same.size)
    )  # fmt: skip
    if max(before.shape[1:]) <= MOST_CELLS:
        show_panels(
            [
                panel("before", _("Pooled"), before[0], slot=0, scale="pooled"),
                panel("after", _("Pooled after the shift"), after[0], sign="arrow", slot=1, scale="pooled"),
                panel("change", _("Change"), after[0] - before[0], sign="equals", slot=2),
            ],
            [], key="shift_panels",
        )  # fmt: skip
    moved, found = followed(x, down, right)
    st.markdown(
        _("**Convolution:** shifting the input by ({down}, {right}) and convolving gives the convolved input, shifted by the same: {moved} of {count} outputs agree away from the edge. That is equivariance: nothing is hidden, everything moves along.").format(down=down, right=right, moved=moved, count=found)
    )  # fmt: skip


def followed(x: Array, down: int, right: int) -> tuple[int, int]:
    """Return how many outputs of a 3x3 Sobel convolution moved along with the input, and how many could be seen to."""
    kernel = np.tile(kernels.sobel_x(3, 3), (x.shape[0], 1, 1, 1))
    rows, cols = (convolution_axis(size, 3, padding=(1, 1)) for size in x.shape[1:])
    first = shift(convolve(x, kernel, rows, cols, groups=x.shape[0]), down, right)
    second = convolve(shift(x, down, right), kernel, rows, cols, groups=x.shape[0])
    # Cells to which the edge of either picture has come do not count.
    inner = [
        slice(max(by, 0) + 1, size + min(by, 0) - 1) for by, size in ((down, x.shape[1]), (right, x.shape[2]))
    ]
    same = np.isclose(first[:, inner[0], inner[1]], second[:, inner[0], inner[1]], atol=1e-9)
    return int(same.sum()), same.size
