"""What one layer makes of a shape, and the arithmetic that says why.

Every rule is torch's own, floor included; ``tests/shapes/test_rules.py`` holds each against torch on random
configurations, the refused ones too. Shapes are without the batch: (C, H, W), (C, L) or (F,).
"""

from dataclasses import dataclass
from math import prod
from typing import Literal, assert_never

from cnnviz.errors import ShapeError
from cnnviz.language import N_
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


@dataclass(frozen=True, slots=True)
class Window:
    """How a layer looks at its input along (height, width), for the receptive field.

    Attributes:
        reach: from the first to the last input value that one output value sees.
        stride: how far apart the views of neighbouring outputs start; below 1 where the picture grows.
    """

    reach: tuple[int, int]
    stride: tuple[float, float]

    @classmethod
    def sliding(cls, kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]) -> "Window":
        """Return the window of a convolution or pooling."""
        return cls((dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1), stride)


@dataclass(frozen=True, slots=True)
class Result:
    """What a layer makes of a shape.

    Attributes:
        shape: of the output, without the batch.
        formulas: the arithmetic of the output size with its numbers put in, (height, width); one if both agree.
        params: learned numbers.
        params_formula: their arithmetic, such as ``6*1*5*5 + 6 = 156``; empty where there are none.
        macs: multiply-adds for one picture; the bias is not counted.
        window: the window that it slides, None if it looks at single values, "all" if at the whole input.
    """

    shape: Shape
    formulas: tuple[str, ...] = ()
    params: int = 0
    params_formula: str = ""
    macs: int = 0
    window: Window | Literal["all"] | None = None


def apply(layer: Layer, shape: Shape) -> Result:
    """Return what a layer makes of an input shape.

    Raises:
        ShapeError: if torch would refuse; names the parameter, its value and the rule.
    """
    match layer:
        case Conv2d():
            return _conv2d(layer, shape)
        case ConvTranspose2d():
            return _conv_transpose2d(layer, shape)
        case MaxPool2d():
            return _pool(layer, shape, layer.dilation)
        case AvgPool2d():
            return _pool(layer, shape, 1)
        case AdaptiveAvgPool2d() | AdaptiveMaxPool2d():
            return _adaptive(layer, shape)
        case BatchNorm2d():
            picture(layer, shape)
            return _batch_norm(layer, shape)
        case BatchNorm1d():
            if len(shape) not in {1, 2}:
                raise ShapeError(
                    "BatchNorm1d expects (features,) or (features, length), but gets {shape}",
                    shape=say(shape),
                )
            return _batch_norm(layer, shape)
        case Dropout2d():
            picture(layer, shape)
            return Result(shape)
        case Upsample():
            return _upsample(layer, shape)
        case Flatten():
            return _flatten(layer, shape)
        case Linear():
            return _linear(layer, shape)
        case Softmax() | LogSoftmax():
            dimension("dim", layer.dim, shape)
            return Result(shape)
        case ReLU() | Sigmoid() | Tanh() | GELU() | Identity() | Dropout():
            return Result(shape)
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


def _conv2d(layer: Conv2d, shape: Shape) -> Result:
    _, *sizes = picture(layer, shape)
    _channels("in_channels", layer.in_channels, shape)
    kernels, strides, dilations = pair(layer.kernel_size), pair(layer.stride), pair(layer.dilation)
    out, formulas = [], []
    for axis in (0, 1):
        before, after = conv_padding(layer, axis)
        span = dilations[axis] * (kernels[axis] - 1) + 1
        _padding_mode(layer, AXES[axis], sizes[axis], (before, after))
        padded = sizes[axis] + before + after
        if span > padded:
            _too_large(AXES[axis], kernels[axis], dilations[axis], sizes[axis], (before, after))
        size = (padded - span) // strides[axis] + 1
        out.append(size)
        pads = f"2*{before}" if before == after else f"{before} + {after}"
        formulas.append(
            f"floor(({sizes[axis]} + {pads} - {dilations[axis]}*({kernels[axis]}-1) - 1) / {strides[axis]}) + 1 = {size}"
        )
    weights = layer.out_channels * (layer.in_channels // layer.groups) * prod(kernels)
    return Result(
        _bounded((layer.out_channels, *out)),
        _once(formulas),
        *_conv_params(layer.out_channels, layer.in_channels // layer.groups, kernels, bias=layer.bias),
        macs=weights * prod(out),
        window=Window.sliding(kernels, strides, dilations),
    )


def conv_padding(layer: Conv2d, axis: int) -> tuple[int, int]:
    """Return the padding (before, after) of a convolution along an axis (0 height, 1 width).

    "same" pads by dilation*(kernel-1) in total; an odd total puts one more behind, as torch does.
    """
    if layer.padding == "valid":
        return 0, 0
    if layer.padding == "same":
        total = pair(layer.dilation)[axis] * (pair(layer.kernel_size)[axis] - 1)
        return total // 2, total - total // 2
    assert not isinstance(layer.padding, str)
    side = pair(layer.padding)[axis]
    return side, side


def _padding_mode(layer: Conv2d, axis: str, size: int, pads: tuple[int, int]) -> None:
    least = {"reflect": max(pads) + 1, "circular": max(pads)}.get(layer.padding_mode, 0)
    if size < least:
        raise ShapeError(
            "`padding` (={padding}) with `padding_mode` (={mode}) needs an input {axis} of at least {least}, but it is {size}",
            padding=max(pads), mode=layer.padding_mode, axis=axis, least=least, size=size,
        )  # fmt: skip


def _too_large(axis: str, kernel: int, dilation: int, size: int, pads: tuple[int, int]) -> None:
    span = dilation * (kernel - 1) + 1
    raise ShapeError(
        "`kernel_size` (={kernel}) with `dilation` {dilation} covers {span}, more than the padded input's {axis} {padded}"
        " = {size} + {before} + {after}",
        kernel=kernel, dilation=dilation, span=span, axis=axis, padded=size + sum(pads), size=size,
        before=pads[0], after=pads[1],
    )  # fmt: skip


def _conv_params(out: int, per_group: int, kernels: tuple[int, int], *, bias: bool) -> tuple[int, str]:
    count = out * per_group * prod(kernels) + (out if bias else 0)
    text = f"{out}*{per_group}*{kernels[0]}*{kernels[1]}" + (f" + {out}" if bias else "")
    return count, f"{text} = {count}"


def _conv_transpose2d(layer: ConvTranspose2d, shape: Shape) -> Result:
    _, *sizes = picture(layer, shape)
    _channels("in_channels", layer.in_channels, shape)
    kernels, strides, dilations = pair(layer.kernel_size), pair(layer.stride), pair(layer.dilation)
    pads, extras = pair(layer.padding), pair(layer.output_padding)
    out, formulas = [], []
    for axis in (0, 1):
        n, k, s, d, p, e = (
            sizes[axis],
            kernels[axis],
            strides[axis],
            dilations[axis],
            pads[axis],
            extras[axis],
        )
        size = (n - 1) * s - 2 * p + d * (k - 1) + e + 1
        if size < 1:
            raise ShapeError(
                "`padding` (={padding}) leaves an output {axis} of {size}; it must be at least 1",
                padding=p, axis=AXES[axis], size=size,
            )  # fmt: skip
        out.append(size)
        formulas.append(f"({n} - 1)*{s} - 2*{p} + {d}*({k}-1) + {e} + 1 = {size}")
    weights = layer.in_channels * (layer.out_channels // layer.groups) * prod(kernels)
    count, text = _conv_params(layer.in_channels, layer.out_channels // layer.groups, kernels, bias=False)
    if layer.bias:
        count += layer.out_channels
        text = f"{text.partition(' = ')[0]} + {layer.out_channels} = {count}"
    reach = [-(-(d * (k - 1) + 1) // s) for k, s, d in zip(kernels, strides, dilations, strict=True)]
    window = Window((reach[0], reach[1]), (1 / strides[0], 1 / strides[1]))
    return Result(
        _bounded((layer.out_channels, *out)), _once(formulas), count, text, weights * prod(sizes), window
    )


def _pool(layer: MaxPool2d | AvgPool2d, shape: Shape, dilation: Pair) -> Result:
    channels, *sizes = picture(layer, shape)
    kernels, pads, spreads = pair(layer.kernel_size), pair(layer.padding), pair(dilation)
    strides = kernels if layer.stride is None else pair(layer.stride)
    word = "ceil" if layer.ceil_mode else "floor"
    out, formulas = [], []
    for axis in (0, 1):
        n, k, s, p, d = sizes[axis], kernels[axis], strides[axis], pads[axis], spreads[axis]
        room = n + 2 * p - d * (k - 1) - 1
        size = (-(-room // s) if layer.ceil_mode else room // s) + 1
        dropped = layer.ceil_mode and (size - 1) * s >= n + p
        size -= dropped
        if size < 1:
            _too_large(AXES[axis], k, d, n, (p, p))
        out.append(size)
        last = f" - 1 (the last window would start in the padding) = {size}" if dropped else f" = {size}"
        formulas.append(f"{word}(({n} + 2*{p} - {d}*({k}-1) - 1) / {s}) + 1{last}")
    return Result(
        _bounded((channels, *out)), _once(formulas), window=Window.sliding(kernels, strides, spreads)
    )


def _adaptive(layer: AdaptiveAvgPool2d | AdaptiveMaxPool2d, shape: Shape) -> Result:
    channels, *sizes = picture(layer, shape)
    out = pair(layer.output_size)
    reach = [
        max(-(-(i + 1) * n // m) - i * n // m for i in range(min(m, n)))
        for n, m in zip(sizes, out, strict=True)
    ]
    window = Window((reach[0], reach[1]), (sizes[0] / out[0], sizes[1] / out[1]))
    return Result(_bounded((channels, *out)), window=window)


def _batch_norm(layer: BatchNorm2d | BatchNorm1d, shape: Shape) -> Result:
    _channels("num_features", layer.num_features, shape)
    if not layer.affine:
        return Result(shape)
    return Result(shape, (), 2 * layer.num_features, f"2*{layer.num_features} = {2 * layer.num_features}")


def _upsample(layer: Upsample, shape: Shape) -> Result:
    channels, *sizes = picture(layer, shape)
    factors = pair(layer.scale_factor)
    out = [size * factor for size, factor in zip(sizes, factors, strict=True)]
    reach = {"nearest": 1, "bilinear": 2, "bicubic": 4}[layer.mode]
    window = Window((min(reach, sizes[0]), min(reach, sizes[1])), (1 / factors[0], 1 / factors[1]))
    formulas = [f"{n} * {f} = {size}" for n, f, size in zip(sizes, factors, out, strict=True)]
    return Result(_bounded((channels, *out)), _once(formulas), window=window)


def _flatten(layer: Flatten, shape: Shape) -> Result:
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
    joined = shape[start - 1 : end]
    size = prod(joined)
    text = f"{'*'.join(map(str, joined))} = {size}"
    return Result(_bounded((*shape[: start - 1], size, *shape[end:])), (text,))


def _linear(layer: Linear, shape: Shape) -> Result:
    if shape[-1] != layer.in_features:
        raise ShapeError(
            "`in_features` (={expected}) must equal the input's last dimension, which is {found} (input {shape})",
            expected=layer.in_features, shape=say(shape), found=shape[-1],
        )  # fmt: skip
    weights = layer.in_features * layer.out_features
    count = weights + (layer.out_features if layer.bias else 0)
    text = f"{layer.out_features}*{layer.in_features}" + (f" + {layer.out_features}" if layer.bias else "")
    rows = prod(shape[:-1])
    return Result(
        _bounded((*shape[:-1], layer.out_features)), (), count, f"{text} = {count}", weights * rows, "all"
    )


def _once(formulas: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(formulas))


def _bounded(shape: Shape) -> Shape:
    if prod(shape) > LARGEST:
        raise ShapeError(
            "the output {shape} would have {count} values; at most {most} are allowed",
            shape=say(shape), count=prod(shape), most=LARGEST,
        )  # fmt: skip
    return shape
