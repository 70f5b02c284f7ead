"""A whole photograph in colour, and what a kernel makes of each of its channels."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ops.convolution import convolve
from cnnviz.ops.windows import convolution_axis
from cnnviz.spec import Conv2d
from cnnviz.ui.convolution import Convolution
from cnnviz.ui.i18n import _

Array = NDArray[np.float64]


def show(whole: NDArray[np.float32], chosen: Convolution) -> None:
    """Show the photograph at full size and its colours filtered by the first kernel, stride 1, size kept."""
    if not isinstance(chosen.layer, Conv2d):
        return
    kernel = chosen.weight[0, 0]
    out = _filter(whole, tuple(map(tuple, kernel.tolist())))
    st.subheader(_("The whole photograph"))
    before, after = st.columns(2)
    wide = whole.shape[2]  # given, else a caption wider than its picture would stretch it
    before.image(whole.transpose(1, 2, 0), width=wide, caption=_("Before, {height}×{width}").format(height=whole.shape[1], width=whole.shape[2]))  # fmt: skip
    edges = abs(kernel.sum()) < 1e-9
    text = (
        _("After: how strongly each colour answers") if edges else _("After: each colour filtered by itself")
    )
    after.image(out, width=wide, caption=text)


@st.cache_data(show_spinner=True, max_entries=32)
def _filter(whole: NDArray[np.float32], kernel: tuple[tuple[float, ...], ...]) -> NDArray[np.uint8]:
    """Return (H, W, 3), 0 to 255: kernels that sum to zero show the size of their answer, others their answer."""
    weights = np.array(kernel)
    rows, cols = (
        convolution_axis(size, k, padding=((k - 1) // 2, k // 2), mode="replicate")
        for size, k in zip(whole.shape[1:], weights.shape, strict=True)
    )
    out = convolve(whole.astype(np.float64), np.tile(weights, (3, 1, 1, 1)), rows, cols, groups=3)
    if abs(weights.sum()) < 1e-9:
        out = np.abs(out) / max(np.abs(out).max(), 1e-9)
    scaled: NDArray[np.uint8] = (np.clip(out, 0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)
    return scaled
