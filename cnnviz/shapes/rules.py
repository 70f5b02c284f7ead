"""What one layer makes of a shape: size, parameters, multiply-adds, and where its windows lie.

Every rule is torch's own, floor included; ``tests/shapes/test_rules.py`` holds each against torch on random
configurations, the refused ones too. Shapes are without the batch: (C, H, W), (C, L) or (F,).
"""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple, NoReturn, assert_never

from cnnviz.errors import ShapeError
from cnnviz.language import N_
from cnnviz.shapes import formulas
from cnnviz.shapes.views import Whole
from cnnviz.shapes.windows import Both, adaptive, conv_padding, enlarged, sliding, transposed
from cnnviz.spec.checks import LARGEST, Pair, pair
from cnnviz.spec.layers import (
    GELU,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Dropout2d,
    Flatten,
    Identity,
    Layer,
    Linear,
    LogSoftmax,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample,
)  # fmt: skip
from cnnviz.spec.network import Shape

AXES = (N_("height"), N_("width"))


class Result(NamedTuple):
    """What a layer makes of a shape.

    Attributes:
        layer: that makes it.
        input_shape: without the batch.
        shape: of the output, without the batch.
        params: learned numbers.
        macs: multiply-adds for one picture; the bias is not counted.
        windows: along height and width, what each value looks at; None if all look at their own place only.
    """

    layer: Layer
    input_shape: Shape
    shape: Shape
    params: int = 0
    macs: int = 0
    windows: Both = None

    @property
    def formulas(self) -> tuple[str, ...]:
        """The arithmetic of the output size with its numbers put in, (height, width); one if both agree."""
        return formulas.sizes(self.layer, self.input_shape, self.shape)

    @property
    def params_formula(self) -> str:
        """The arithmetic of the parameters, such as ``6*1*5*5 + 6 = 156``; empty where there are none."""
        return formulas.params(self.layer)


Outcome = tuple[Shape, int, int, Both]
"""(shape, params, macs, windows) as ``Result`` has them."""


def apply(layer: Layer, shape: Shape) -> Result:
    """Return what a layer makes of an input shape.

    Raises:
        ShapeError: if torch would refuse; names the parameter, its value and the rule.
    """
    return Result(layer, shape, *outcome(layer, shape))


def outcome(layer: Layer, shape: Shape) -> Outcome:
    """Return the same as ``apply``, bare, for whoever asks hundreds of times.

    Raises:
        ShapeError: as ``apply``.
    """
    match layer:  # what is frequent first: DenseNet-121 comes here 370 times
        case Conv2d():
            return _conv2d(layer, shape)
        case BatchNorm2d() | BatchNorm1d():
            return _batch_norm(layer, shape)
        case ReLU() | Sigmoid() | Tanh() | GELU() | Identity() | Dropout():
            return shape, 0, 0, None
        case MaxPool2d() | AvgPool2d():
            return _pool(layer, shape)
        case AdaptiveAvgPool2d() | AdaptiveMaxPool2d():
            return _adaptive(layer, shape)
        case Flatten():
            return _flatten(layer, shape)
        case Linear():
            return _linear(layer, shape)
        case ConvTranspose2d():
            return _conv_transpose2d(layer, shape)
        case Dropout2d():
            picture(layer, shape)
            return shape, 0, 0, None
        case Upsample():
            return _upsample(layer, shape)
        case Softmax() | LogSoftmax():
            return _softmax(layer, shape)
        case _:
            assert_never(layer)


def say(shape: Shape) -> str:
    """Return a shape the way people write it: ``6x14x14``."""
    return "x".join(map(str, shape))


def picture(layer: Layer, shape: Shape) -> tuple[int, int, int]:
    """Return (channels, height, width), or refuse what is no picture.

    Raises:
        ShapeError: if the shape does not have three dimensions.
    """
    if len(shape) != 3:
        raise ShapeError(
            "{layer} expects a picture (channels, height, width), but gets {shape}",
            layer=type(layer).__name__, shape=say(shape),
        )  # fmt: skip
    return shape


def dimension(parameter: str, value: int, shape: Shape) -> int:
    """Return a dimension counted from 0 (the batch), or refuse one that is not there.

    Raises:
        ShapeError: with the parameter, its value and the range.
    """
    rank = len(shape) + 1
    if not -rank <= value < rank:
        raise ShapeError(
            "`{parameter}` (={value}) must be from {least} to {most}: the input {shape} and its batch have {rank} dimensions",
            parameter=parameter, value=value, least=-rank, most=rank - 1, shape=say(shape), rank=rank,
        )  # fmt: skip
    return value % rank


def _channels(parameter: str, expected: int, shape: Shape) -> None:
    if shape[0] != expected:
        raise ShapeError(
            "`{parameter}` (={expected}) must equal the input's channels, but {shape} has {found}",
            parameter=parameter, expected=expected, shape=say(shape), found=shape[0],
        )  # fmt: skip


def _conv2d(layer: Conv2d, shape: Shape) -> Outcome:
    size = picture(layer, shape)[1:]
    _channels("in_channels", layer.in_channels, shape)
    if layer.padding_mode != "zeros":
        _padding_mode(layer, size)
    (down, across), windows = sliding(size, layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    outputs = layer.out_channels
    if down < 1 or across < 1:
        _too_large(size, layer.kernel_size, layer.dilation, [conv_padding(layer, axis) for axis in (0, 1)])
    weights = outputs * (layer.in_channels // layer.groups) * prod(pair(layer.kernel_size))
    params = weights + outputs if layer.bias else weights
    return _bounded((outputs, down, across)), params, weights * down * across, windows


def _padding_mode(layer: Conv2d, sizes: Sequence[int]) -> None:
    for axis, size in enumerate(sizes):
        most = max(conv_padding(layer, axis))
        least = {"reflect": most + 1, "circular": most}.get(layer.padding_mode, 0)
        if size < least:
            raise ShapeError(
                "`padding` (={padding}) with `padding_mode` (={mode}) needs an input {axis} of at least {least}, but it is {size}",
                padding=most, mode=layer.padding_mode, axis=AXES[axis], least=least, size=size,
            )  # fmt: skip


def _too_large(
    sizes: Sequence[int], kernel: Pair, dilation: Pair, paddings: Sequence[tuple[int, int]]
) -> NoReturn:
    """Say along which axis not even one window fits."""
    spans = [spread * (side - 1) + 1 for side, spread in zip(pair(kernel), pair(dilation), strict=True)]
    padded = [size + sum(pads) for size, pads in zip(sizes, paddings, strict=True)]
    axis = 0 if spans[0] > padded[0] else 1
    raise ShapeError(
        "`kernel_size` (={kernel}) with `dilation` {dilation} covers {span}, more than the padded input's {axis} {padded}"
        " = {size} + {before} + {after}",
        kernel=pair(kernel)[axis], dilation=pair(dilation)[axis], span=spans[axis], axis=AXES[axis],
        padded=padded[axis], size=sizes[axis], before=paddings[axis][0], after=paddings[axis][1],
    )  # fmt: skip


def _conv_transpose2d(layer: ConvTranspose2d, shape: Shape) -> Outcome:
    _, *sizes = picture(layer, shape)
    _channels("in_channels", layer.in_channels, shape)
    kernels, strides, dilations = pair(layer.kernel_size), pair(layer.stride), pair(layer.dilation)
    pads, extras = pair(layer.padding), pair(layer.output_padding)
    out = []
    for n, k, s, d, p, e, axis in zip(sizes, kernels, strides, dilations, pads, extras, AXES, strict=True):
        size = (n - 1) * s - 2 * p + d * (k - 1) + e + 1
        if size < 1:
            raise ShapeError(
                "`padding` (={padding}) leaves an output {axis} of {size}; it must be at least 1",
                padding=p, axis=axis, size=size,
            )  # fmt: skip
        out.append(size)
    after = _bounded((layer.out_channels, *out))
    rows, cols = (
        transposed(sizes[axis], kernels[axis], strides[axis], pads[axis], dilations[axis], out[axis])
        for axis in (0, 1)
    )
    weights = layer.in_channels * (layer.out_channels // layer.groups) * prod(kernels)
    bias = layer.out_channels if layer.bias else 0
    return after, weights + bias, weights * prod(sizes), (rows, cols)


def _pool(layer: MaxPool2d | AvgPool2d, shape: Shape) -> Outcome:
    channels, *size = picture(layer, shape)
    kernel, padding = layer.kernel_size, layer.padding
    stride = kernel if layer.stride is None else layer.stride
    dilation = layer.dilation if isinstance(layer, MaxPool2d) else 1
    (down, across), windows = sliding(
        (size[0], size[1]), kernel, stride, padding, dilation, ceil_mode=layer.ceil_mode
    )
    if down < 1 or across < 1:
        _too_large(size, kernel, dilation, [(side, side) for side in pair(padding)])
    return _bounded((channels, down, across)), 0, 0, windows


def _adaptive(layer: AdaptiveAvgPool2d | AdaptiveMaxPool2d, shape: Shape) -> Outcome:
    channels, height, width = picture(layer, shape)
    rows, cols = pair(layer.output_size)
    after = _bounded((channels, rows, cols))
    return after, 0, 0, (adaptive(height, rows), adaptive(width, cols))


def _batch_norm(layer: BatchNorm2d | BatchNorm1d, shape: Shape) -> Outcome:
    if isinstance(layer, BatchNorm2d):
        picture(layer, shape)
    elif len(shape) > 2:
        raise ShapeError(
            "BatchNorm1d expects (features,) or (features, length), but gets {shape}", shape=say(shape)
        )
    _channels("num_features", layer.num_features, shape)
    return shape, 2 * layer.num_features if layer.affine else 0, 0, None


def _upsample(layer: Upsample, shape: Shape) -> Outcome:
    channels, height, width = picture(layer, shape)
    down, across = pair(layer.scale_factor)
    after = _bounded((channels, height * down, width * across))
    aligned = bool(layer.align_corners)
    rows = enlarged(height, down, layer.mode, aligned=aligned)
    cols = enlarged(width, across, layer.mode, aligned=aligned)
    return after, 0, 0, (rows, cols)


def _flatten(layer: Flatten, shape: Shape) -> Outcome:
    start, end = dimension("start_dim", layer.start_dim, shape), dimension("end_dim", layer.end_dim, shape)
    if start > end:
        raise ShapeError(
            "`start_dim` (={start}) must not come after `end_dim` (={end})",
            start=layer.start_dim,
            end=layer.end_dim,
        )
    if start == 0:
        raise ShapeError(
            "`start_dim` (={start}) would flatten the batch into the features; it must be 1 or more",
            start=layer.start_dim,
        )
    size = prod(shape[start - 1 : end])
    return _bounded((*shape[: start - 1], size, *shape[end:])), 0, 0, None


def _linear(layer: Linear, shape: Shape) -> Outcome:
    if shape[-1] != layer.in_features:
        raise ShapeError(
            "`in_features` (={expected}) must equal the input's last dimension, which is {found} (input {shape})",
            expected=layer.in_features, shape=say(shape), found=shape[-1],
        )  # fmt: skip
    weights = layer.in_features * layer.out_features
    bias = layer.out_features if layer.bias else 0
    after = _bounded((*shape[:-1], layer.out_features))
    # Over a picture it sees one row; over features everything.
    windows = (None, Whole(layer.out_features)) if len(shape) == 3 else (Whole(1), Whole(1))
    return after, weights + bias, weights * prod(shape[:-1]), windows


def _softmax(layer: Softmax | LogSoftmax, shape: Shape) -> Outcome:
    match dimension("dim", layer.dim, shape), len(shape):
        case (0, _) | (1, 3):  # over the batch, over the channels: each place for itself
            windows: Both = None
        case (2, 3):
            windows = Whole(shape[1]), None
        case (3, 3):
            windows = None, Whole(shape[2])
        case _:
            windows = Whole(1), Whole(1)
    return shape, 0, 0, windows


def _bounded(shape: Shape) -> Shape:
    if prod(shape) > LARGEST:
        raise ShapeError(
            "the output {shape} would have {count} values; at most {most} are allowed",
            shape=say(shape), count=prod(shape), most=LARGEST,
        )  # fmt: skip
    return shape
