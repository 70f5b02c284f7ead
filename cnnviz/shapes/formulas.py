"""The arithmetic of sizes and parameters with its numbers put in, for whoever asks why."""

from collections.abc import Sequence

from cnnviz.shapes.windows import conv_padding
from cnnviz.spec.checks import pair
from cnnviz.spec.layers import (
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Upsample,
)
from cnnviz.spec.network import Shape


def sizes(layer: Layer, before: Shape, after: Shape) -> tuple[str, ...]:
    """Return the arithmetic of the output size, (height, width); one line if both agree, none if the size stays.

    Args:
        layer: fits ``before``.
        before: its input shape.
        after: what it makes of it.
    """
    match layer:
        case Conv2d():
            lines = [_conv(layer, axis, before[axis + 1], after[axis + 1]) for axis in (0, 1)]
        case ConvTranspose2d():
            lines = [_transposed(layer, axis, before[axis + 1], after[axis + 1]) for axis in (0, 1)]
        case MaxPool2d() | AvgPool2d():
            lines = [_pool(layer, axis, before[axis + 1], after[axis + 1]) for axis in (0, 1)]
        case Upsample():
            factors = pair(layer.scale_factor)
            lines = [f"{n} * {f} = {size}" for n, f, size in zip(before[1:], factors, after[1:], strict=True)]
        case Flatten():
            start = layer.start_dim % (len(before) + 1)
            end = layer.end_dim % (len(before) + 1)
            lines = [f"{'*'.join(map(str, before[start - 1 : end]))} = {after[start - 1]}"]
        case _:
            lines = []
    return tuple(dict.fromkeys(lines))


def params(layer: Layer) -> str:
    """Return the arithmetic of the learned numbers, such as ``6*1*5*5 + 6 = 156``; empty where there are none."""
    match layer:
        case Conv2d():
            return _weights(layer.out_channels, layer.in_channels // layer.groups, layer)
        case ConvTranspose2d():
            return _weights(layer.in_channels, layer.out_channels // layer.groups, layer)
        case BatchNorm1d() | BatchNorm2d() if layer.affine:
            return f"2*{layer.num_features} = {2 * layer.num_features}"
        case Linear():
            text = f"{layer.out_features}*{layer.in_features}"
            count = layer.out_features * layer.in_features
            return _with_bias(text, count, layer.out_features if layer.bias else 0)
        case _:
            return ""


def channels(shapes: Sequence[Shape]) -> tuple[str, ...]:
    """Return the arithmetic of the channels that paths give together: ``64 + 128 = 192``."""
    counts = [shape[0] for shape in shapes]
    return (f"{' + '.join(map(str, counts))} = {sum(counts)}",)


def _conv(layer: Conv2d, axis: int, size: int, out: int) -> str:
    kernel, stride, dilation = (
        pair(each)[axis] for each in (layer.kernel_size, layer.stride, layer.dilation)
    )
    before, after = conv_padding(layer, axis)
    pads = f"2*{before}" if before == after else f"{before} + {after}"
    return f"floor(({size} + {pads} - {dilation}*({kernel}-1) - 1) / {stride}) + 1 = {out}"


def _transposed(layer: ConvTranspose2d, axis: int, size: int, out: int) -> str:
    kernel, stride, dilation, padding, extra = (
        pair(each)[axis]
        for each in (layer.kernel_size, layer.stride, layer.dilation, layer.padding, layer.output_padding)
    )
    return f"({size} - 1)*{stride} - 2*{padding} + {dilation}*({kernel}-1) + {extra} + 1 = {out}"


def _pool(layer: MaxPool2d | AvgPool2d, axis: int, size: int, out: int) -> str:
    kernel, padding = pair(layer.kernel_size)[axis], pair(layer.padding)[axis]
    stride = kernel if layer.stride is None else pair(layer.stride)[axis]
    dilation = pair(layer.dilation)[axis] if isinstance(layer, MaxPool2d) else 1
    word = "ceil" if layer.ceil_mode else "floor"
    text = f"{word}(({size} + 2*{padding} - {dilation}*({kernel}-1) - 1) / {stride}) + 1"
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if layer.ceil_mode and -(-room // stride) + 1 != out:
        return f"{text} - 1 (the last window would start in the padding) = {out}"
    return f"{text} = {out}"


def _weights(outer: int, inner: int, layer: Conv2d | ConvTranspose2d) -> str:
    height, width = pair(layer.kernel_size)
    count = outer * inner * height * width
    return _with_bias(f"{outer}*{inner}*{height}*{width}", count, layer.out_channels if layer.bias else 0)


def _with_bias(text: str, count: int, bias: int) -> str:
    return f"{text} + {bias} = {count + bias}" if bias else f"{text} = {count}"
