"""The widgets of the convolution page: input, operation, layer, kernel."""

from math import gcd

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from cnnviz.components import Edit
from cnnviz.ops import kernels
from cnnviz.spec import Conv2d, ConvTranspose2d
from cnnviz.spec.checks import pair, short
from cnnviz.spec.layers import PaddingMode
from cnnviz.ui import fields, pictures, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.convolution import Convolution
from cnnviz.ui.i18n import _
from cnnviz.ui.pictures import Picture

Array = NDArray[np.float64]

INPUTS = ("counting", "cross", "stripe", "random", "digit", "photo", "upload", "wave", "sentence")
MOST_KERNEL = 11
RANDOM, NEGATED = "random", "negated"

STEPS = (
    (fields.CONV_STRIDE, fields.CONV_STRIDE_ACROSS, (1, 8)),
    (fields.CONV_PADDING, fields.CONV_PADDING_ACROSS, (0, 8)),
    (fields.CONV_DILATION, fields.CONV_DILATION_ACROSS, (1, 6)),
)


def choose() -> Convolution:
    """Show all choices and return the convolution that they make."""
    picture = pictures.choose("convolution", INPUTS, fields.CONV, after=_fit_kernel)
    operation = _choose_operation(picture)
    # The rarer choices come last, folded away, but the kernels below depend on them.
    window, values = st.container(), st.container()
    more = st.expander(_("More: bias, groups, padding"), key="convolution_more")
    with window:
        layer = (
            _choose_row_layer(picture, more) if picture.is_row else _choose_layer(picture, operation, more)
        )
    with values:
        weight = _choose_weight(layer, sentence=bool(picture.rows))
    bias = np.full(layer.out_channels, state.get(fields.CONV_BIAS_VALUE)) if layer.bias else None
    return Convolution(picture, layer, weight, bias, flipped=operation == "true")


def edited(edits: list[Edit]) -> None:
    """Keep the numbers that were typed into the stage."""
    pictures.keep(fields.CONV.cells, [edit for edit in edits if edit.grid == "input"])
    pictures.keep(fields.CONV_WEIGHTS, [edit for edit in edits if edit.grid == "kernel"])


def weights(preset: str, shape: tuple[int, ...], seed: int = 0) -> Array:
    """Return kernels (O, C / groups, kh, kw): the preset, and for further output channels the presets after it.

    The counting kernel goes on as the notes have it: one more for each further channel, input or output.
    """
    outputs, inputs, height, width = shape
    if preset == RANDOM:
        return kernels.drawn(seed, shape)
    if preset == NEGATED:
        one = np.zeros((height, width))
        one[0, 0] = one[min(1, height - 1), min(1, width - 1)] = 1
        return np.tile(one, (outputs, inputs, 1, 1))
    if preset == "counting":
        further = np.add.outer(np.arange(outputs), np.arange(inputs))
        return kernels.counting(height, width) + further[:, :, None, None]
    names = list(kernels.PRESETS)
    following = [kernels.PRESETS[names[(names.index(preset) + k) % len(names)]][1] for k in range(outputs)]
    return np.stack([np.tile(function(height, width), (inputs, 1, 1)) for function in following])


def _choose_operation(picture: Picture) -> str:
    titles = {"cross": _("Cross-correlation"), "true": _("True convolution"), "transposed": _("Transposed")}
    names = [name for name in titles if not (picture.is_row and name == "transposed")]
    state.keep_among(fields.CONV_AS, names)
    chosen: str = st.selectbox(
        _("Operation"), names, format_func=titles.__getitem__,
        help=_("What PyTorch calls convolution is cross-correlation; the true one turns the kernel by half."),
        **state.widget(fields.CONV_AS),
    )  # fmt: skip
    return chosen


def _choose_layer(picture: Picture, operation: str, more: DeltaGenerator) -> Conv2d | ConvTranspose2d:
    channels, height, width = picture.values.shape
    apart = state.get(fields.CONV_SEPARATE)
    padding = state.get(fields.CONV_PADDING)
    across = state.get(fields.CONV_PADDING_ACROSS) if apart else padding
    room = (
        (height + 2 * padding, width + 2 * across)
        if operation != "transposed"
        else (MOST_KERNEL, MOST_KERNEL)
    )
    sliders("convolution_window", [
        Control(fields.CONV_HEIGHT, _("Kernel height"), 1, min(MOST_KERNEL, room[0])),
        Control(fields.CONV_WIDTH, _("Kernel width"), 1, min(MOST_KERNEL, room[1])),
        *_steps(apart=apart),
        Control(fields.CONV_OUT, _("Output channels"), 1, 8),
    ])  # fmt: skip
    out = state.get(fields.CONV_OUT)
    with more:
        st.toggle(_("Height and width apart"), **state.widget(fields.CONV_SEPARATE))
        groups, bias = _choose_groups(channels), _choose_bias()
        mode = _choose_mode() if operation != "transposed" else "zeros"
    kernel = short(state.get(fields.CONV_HEIGHT), state.get(fields.CONV_WIDTH))
    stride, pads, dilation = (
        short(state.get(first), state.get(second if apart else first)) for first, second, _b in STEPS
    )
    if operation != "transposed":
        return Conv2d(channels, out, kernel, stride, pads, dilation, groups, bias, mode)
    most = min(max(s, d) for s, d in zip(pair(stride), pair(dilation), strict=True)) - 1
    if most:
        sliders("convolution_output", [Control(fields.CONV_OUTPUT_PADDING, _("Output padding"), 0, most)])
    extra = min(state.get(fields.CONV_OUTPUT_PADDING), most)
    return ConvTranspose2d(channels, out, kernel, stride, pads, extra, groups, bias, dilation)


def _choose_row_layer(picture: Picture, more: DeltaGenerator) -> Conv2d:
    """A 1-D convolution: the kernel is as high as the row has features, and moves along it only."""
    _one, features, length = picture.values.shape
    room = length + 2 * state.get(fields.CONV_PADDING)
    sliders("convolution_row", [
        Control(fields.CONV_WIDTH, _("Kernel size"), 1, min(MOST_KERNEL, room)),
        *_steps(apart=False),
        Control(fields.CONV_OUT, _("Output channels"), 1, 8),
    ])  # fmt: skip
    with more:
        bias, mode = _choose_bias(), _choose_mode()
    stride, padding, dilation = (state.get(first) for first, _second, _bounds in STEPS)
    return Conv2d(
        1, state.get(fields.CONV_OUT), (features, state.get(fields.CONV_WIDTH)), (1, stride), (0, padding),
        (1, dilation), 1, bias, mode,
    )  # fmt: skip


def _steps(*, apart: bool) -> list[Control]:
    """Sliders for stride, padding and dilation: one each, or two."""
    titles = (_("Stride"), _("Padding (each side)"), _("Dilation"))
    down = (_("Stride, height"), _("Padding, height"), _("Dilation, height"))
    across = (_("Stride, width"), _("Padding, width"), _("Dilation, width"))
    if not apart:
        return [
            Control(first, title, *bounds) for (first, _w, bounds), title in zip(STEPS, titles, strict=True)
        ]
    return [
        Control(field, title, *bounds)
        for (first, second, bounds), height, width in zip(STEPS, down, across, strict=True)
        for field, title in ((first, height), (second, width))
    ]


def _choose_groups(channels: int) -> int:
    divisors = [k for k in range(1, 9) if gcd(channels, state.get(fields.CONV_OUT)) % k == 0]
    state.keep_among(fields.CONV_GROUPS, divisors)
    if len(divisors) == 1:
        return 1
    chosen = st.segmented_control(
        _("Groups"), divisors, required=True,
        help=_("A group of output channels sees only its own group of input channels. As many groups as input channels: a depthwise convolution."),
        **state.widget(fields.CONV_GROUPS),
    )  # fmt: skip
    return chosen or 1


def _choose_bias() -> bool:
    if not st.toggle(_("Bias"), **state.widget(fields.CONV_BIAS)):
        return False
    sliders("convolution_bias", [Control(fields.CONV_BIAS_VALUE, _("Value of the bias"), -5.0, 5.0, 0.1)])
    return True


def _choose_mode() -> PaddingMode:
    titles: dict[PaddingMode, str] = {
        "zeros": _("Zeros"), "reflect": _("The mirror image (reflect)"), "replicate": _("The edge, again (replicate)"),
        "circular": _("The opposite side (circular)"),
    }  # fmt: skip
    chosen: PaddingMode = st.selectbox(
        _("What stands in the padding"),
        list(titles),
        format_func=titles.__getitem__,
        **state.widget(fields.CONV_MODE),
    )
    return chosen


def _choose_weight(layer: Conv2d | ConvTranspose2d, *, sentence: bool) -> Array:
    """Show the kernel presets and return the kernels, (O, C / groups, kh, kw), with what was typed over them."""
    titles = {name: _(title) for name, (title, _function) in kernels.PRESETS.items()}
    titles |= {RANDOM: _("At random")} | ({NEGATED: _("Negation, then praise")} if sentence else {})
    state.keep_among(fields.CONV_PRESET, list(titles))
    preset = st.selectbox(
        _("Kernel values"), list(titles), format_func=titles.__getitem__,
        help=_("Each value can also be edited in the picture."),
        **state.widget(fields.CONV_PRESET, lambda: state.put(fields.CONV_WEIGHTS, ())),
    )  # fmt: skip
    if preset == RANDOM:
        sliders("convolution_seed", [Control(fields.CONV_SEED, _("Seed of the weights"), 0, 99)])
    shape = (layer.out_channels, layer.in_channels // layer.groups, *pair(layer.kernel_size))
    return pictures.typed(weights(preset, shape, state.get(fields.CONV_SEED)), state.get(fields.CONV_WEIGHTS))


def _fit_kernel() -> None:
    """The notes' stripe is there for ``[1, -1]``, the counting grid for 0, 1, 2, 3: each comes with its kernel."""
    fitting = {
        "counting": (2, 2, "counting"), "stripe": (1, 2, "edge"), "wave": (1, 5, "box"), "sentence": (1, 2, NEGATED),
    }  # fmt: skip
    height, width, preset = fitting.get(state.get(fields.CONV.input), (3, 3, "sobel_x"))
    state.put(fields.CONV_HEIGHT, height)
    state.put(fields.CONV_WIDTH, width)
    state.put(fields.CONV_PRESET, preset)
    state.put(fields.CONV_WEIGHTS, ())
