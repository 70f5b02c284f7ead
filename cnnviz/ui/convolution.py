"""The choices of the convolution page, and the convolution that follows from them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components import Grid, StageData
from cnnviz.data import images
from cnnviz.errors import DataError
from cnnviz.ops import kernels, samples
from cnnviz.ops.convolution import cross_correlate
from cnnviz.shapes.rules import conv_padding
from cnnviz.spec import Conv2d
from cnnviz.spec.checks import pair
from cnnviz.ui import fields, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

Array = NDArray[np.float64]

CUSTOM = "custom"
MOST_KERNEL = 11


def first_example() -> StageData:
    """Return the notes' first example: a 3x3 grid, a 2x2 kernel, [[19, 25], [37, 43]]."""
    return stage_data(samples.counting(), kernels.counting(2, 2), Conv2d(1, 1, 2, bias=False))


def choose_input() -> Array:
    """Show the choice of inputs and return the chosen one, (H, W)."""
    titles = {
        "counting": _("3×3 grid (the notes)"),
        "cross": _("7×7 grid"),
        "stripe": _("6×8 stripe (the notes)"),
        "digit": _("A digit"),
        "photo": _("A photograph"),
        "upload": _("Your own picture"),
    }
    chosen = st.selectbox(
        _("Input"),
        list(titles),
        format_func=titles.__getitem__,
        **state.widget(fields.CONV_INPUT, _forget_kernel),
    )
    match chosen:
        case "cross":
            return samples.cross()
        case "stripe":
            return samples.stripe()
        case "digit":
            label = st.slider(_("Digit"), 0, 9, **state.widget(fields.CONV_DIGIT))
            return images.digit(int(label)).astype(np.float64).round(2)
        case "photo":
            names = {"china": _("Temple"), "flower": _("Flower")}
            name = st.segmented_control(
                _("Photograph"), list(names), format_func=names.__getitem__, required=True,
                **state.widget(fields.CONV_PHOTO),
            )  # fmt: skip
            return _picture(images.photograph(name or "china"))
        case "upload":
            return _uploaded()
        case _:
            return samples.counting()


def choose_layer(shape: tuple[int, ...]) -> Conv2d:
    """Show the layer's parameters, bounded by the input (H, W), and return the layer."""
    padding = st.slider(_("Padding (each side)"), 0, 8, **state.widget(fields.CONV_PADDING))
    bounds = [min(MOST_KERNEL, side + 2 * padding) for side in shape]
    titles = (_("Kernel height"), _("Kernel width"))
    kernel: list[int] = []
    with st.container(horizontal=True, key="kernel_size"):
        for title, field, most in zip(titles, (fields.CONV_HEIGHT, fields.CONV_WIDTH), bounds, strict=True):
            state.keep_within(field, 1, most)
            size = st.slider(title, 1, most, **state.widget(field, _resize_kernel)) if most > 1 else 1
            kernel.append(int(size))
    with st.container(horizontal=True, key="steps"):
        stride = st.slider(_("Stride"), 1, 8, **state.widget(fields.CONV_STRIDE))
        dilation = st.slider(_("Dilation"), 1, 6, **state.widget(fields.CONV_DILATION))
    return Conv2d(1, 1, (kernel[0], kernel[1]), stride, padding, dilation, bias=False)


def choose_kernel(layer: Conv2d) -> Array:
    """Show the kernel presets and return the kernel's values, (height, width)."""
    names = [*kernels.PRESETS, CUSTOM]
    state.keep_among(fields.CONV_PRESET, names)
    titles = {name: _(title) for name, (title, _function) in kernels.PRESETS.items()} | {
        CUSTOM: _("Own values")
    }
    preset = st.selectbox(
        _("Kernel values"), names, format_func=titles.__getitem__, **state.widget(fields.CONV_PRESET),
        help=_("Each value can also be edited in the picture."),
    )  # fmt: skip
    height, width = pair(layer.kernel_size)
    if preset in kernels.PRESETS:
        return kernels.PRESETS[preset][1](height, width)
    values = state.get(fields.CONV_VALUES)
    if len(values) != height * width:
        return kernels.identity(height, width)
    return np.array(values).reshape(height, width)


def edited(values: list[float]) -> None:
    """Take over kernel values that were edited in the picture."""
    state.put(fields.CONV_PRESET, CUSTOM)
    state.put(fields.CONV_VALUES, tuple(values))


def stage_data(x: Array, kernel: Array, layer: Conv2d, *, grey: bool = False) -> StageData:
    """Return what the stage draws: input, kernel and output of a layer with one channel."""
    stride, dilation = pair(layer.stride), pair(layer.dilation)
    padding = conv_padding(layer, 0)[0], conv_padding(layer, 1)[0]
    out = cross_correlate(x, kernel, stride=stride, padding=padding, dilation=dilation)
    return StageData(
        _grid(x), _grid(kernel), _grid(out), stride=stride, dilation=dilation,
        padding=(padding[0], padding[0], padding[1], padding[1]), input_style="grey" if grey else "diverging",
    )  # fmt: skip


def code(layer: Conv2d) -> str:
    """Return the PyTorch line that does this."""
    return (
        f"nn.Conv2d(1, 1, kernel_size={layer.kernel_size}, stride={layer.stride}, "
        f"padding={layer.padding}, dilation={layer.dilation}, bias=False)"
    )


def _grid(values: Array) -> Grid:
    rows, cols = values.shape
    return Grid(rows, cols, np.round(values, 10).ravel().tolist())


def _forget_kernel() -> None:
    """The notes' stripe is there for ``[1, -1]``, the counting grid for 0, 1, 2, 3: each comes with its kernel."""
    fitting = {"counting": (2, 2, "counting"), "stripe": (1, 2, "edge"), "photo": (3, 3, "sobel_x")}
    height, width, preset = fitting.get(state.get(fields.CONV_INPUT), (3, 3, "sobel_x"))
    state.put(fields.CONV_HEIGHT, height)
    state.put(fields.CONV_WIDTH, width)
    state.put(fields.CONV_PRESET, preset)


def _resize_kernel() -> None:
    """Own values fit one size only: at another size the identity stands until they are edited again."""
    if state.get(fields.CONV_PRESET) == CUSTOM:
        state.put(fields.CONV_PRESET, "identity")


def _picture(picture: NDArray[np.float32]) -> Array:
    side = st.select_slider(_("Longer side in pixels"), fields.SIDES, **state.widget(fields.CONV_SIDE))
    shrunk: Array = images.shrink(picture, side).astype(np.float64)
    return shrunk.round(4)


def _uploaded() -> Array:
    file = st.file_uploader(
        _("A picture"), type=["png", "jpg", "jpeg", "gif", "bmp", "webp"], key="widget:conv_upload_file"
    )
    if file is not None:
        try:
            state.put(fields.CONV_UPLOAD, images.decode(file.getvalue(), file.name))
        except DataError as error:
            with guard():
                raise error
    picture = state.get(fields.CONV_UPLOAD)
    if picture is None:
        st.caption(_("Until then, the 7×7 grid stands here."))
        return samples.cross()
    return _picture(picture)
