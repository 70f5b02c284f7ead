"""From the description to an ONNX file, which Netron shows and other programs run.

A fold over our own tree: every layer becomes the node of its path, with its line of PyTorch as documentation and the
shape of its output; weights keep torch's names. ``onnxruntime`` computes from the file what torch computes; tests hold
that for every kind of layer. Programs differ about ``ceil_mode`` and ONNX has no adaptive pooling to other sizes than
1, so these are written with operations that leave no doubt.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, assert_never

import torch
from torch import Tensor

from cnnviz.errors import SpecError
from cnnviz.nets.build import build
from cnnviz.shapes import Row, trace
from cnnviz.shapes.windows import conv_padding
from cnnviz.spec import (
    GELU,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Branches,
    Chain,
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
    Network,
    Node,
    ReLU,
    Shape,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample,
    named,
)
from cnnviz.spec.checks import pair
from cnnviz.spec.code import line

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

OPSET = 20
"""The oldest that knows GELU and circular padding, so that many programs read the file."""

IR_VERSION = 9
"""The file format that came with that opset."""

MOST_BYTES = 2_000_000_000
"""What one ONNX file holds (its lengths are signed 32-bit numbers), with some room for the graph."""

PAD_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
RESIZE_MODES = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}

Pads = tuple[tuple[int, int], tuple[int, int]]
"""((above, below), (left, right))."""


def export(network: Network, weights: Mapping[str, Tensor] | None = None) -> bytes:
    """Return the network as an ONNX file that takes any number of pictures at once.

    Args:
        network: what is written, as it is after training: dropout does nothing, batch normalisation is fixed.
        weights: the module's ``state_dict``; freshly initialised ones by default.

    Returns:
        The file: ``input`` (batch, *network.input_shape) to ``output`` (batch, *scores), float32.

    Raises:
        ShapeError: if the layers do not fit together.
        SpecError: if it is too large for one file, ONNX has no words for a layer, or the weights are another's.
    """
    from onnx import TensorProto, helper  # noqa: PLC0415  (training runs on machines without it)

    traced = trace(network)
    if traced.params * 4 > MOST_BYTES:
        raise SpecError(
            "one ONNX file holds 2 GB, but the weights of this network take {gigabytes:.1f} GB",
            gigabytes=traced.params * 4 / 1e9,
        )
    graph = _Graph({row.path: row for row in traced.rows}, _checked(network, weights))
    last = graph.add(network.body, "", "input")
    if last == "input":  # a network of no layers
        last = graph.node("Identity", "unchanged", ["input"])
    next(node for node in graph.nodes if node.output[0] == last).output[0] = "output"

    def value(name: str, shape: Shape) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])

    shapes = [
        value(node.output[0], graph.rows[node.name].output_shape)
        for node in graph.nodes
        if node.name in graph.rows and node.output[0] != "output"
    ]
    made = helper.make_graph(
        graph.nodes, network.name, [value("input", network.input_shape)], [value("output", traced.output_shape)],
        graph.tensors, value_info=shapes,
    )  # fmt: skip
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="cnnviz"
    )
    return bytes(model.SerializeToString())


def _checked(network: Network, weights: Mapping[str, Tensor] | None) -> Mapping[str, Tensor]:
    if weights is None:
        return build(network).state_dict()
    with torch.device("meta"):
        wanted = build(network).state_dict()
    for name, tensor in wanted.items():
        if name not in weights or weights[name].shape != tensor.shape:
            raise SpecError("the weights are not those of this network: `{name}` differs", name=name)
    return weights


class _Graph:
    """The nodes and tensors so far. A value on its way from node to node is known by its name."""

    def __init__(self, rows: Mapping[str, Row], weights: Mapping[str, Tensor]) -> None:
        self.rows = rows
        self.weights = weights
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []

    def add(self, node: Node, path: str, value: str) -> str:
        """Write a node of our tree that takes a value; return the name of what it makes."""
        match node:
            case Chain(items=items):
                for name, item in named(items):
                    value = self.add(item, f"{path}.{name}" if path else name, value)
                return value
            case Branches(paths=paths, merge=merge):
                parts = [self.add(part, f"{path}.{name}", value) for name, part in named(paths)]
                if merge == "concat":
                    return self.node("Concat", path, parts, axis=1)
                return self.node("Add" if len(parts) == 2 else "Sum", path, parts)
            case _:
                row = self.rows[path]
                return self.layer(node, path, value, row.input_shape, row.output_shape)

    def node(self, kind: str, path: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Append one ONNX node and return the name of its output; what is None is left out."""
        from onnx import helper  # noqa: PLC0415

        given = {name: value for name, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(kind, list(inputs), [f"{path}/out"], name=path, **given))
        return f"{path}/out"

    def tensor(self, name: str, values: Tensor) -> str:
        """Append a tensor of the file and return its name."""
        from onnx import numpy_helper  # noqa: PLC0415

        self.tensors.append(numpy_helper.from_array(values.detach().cpu().contiguous().numpy(), name))
        return name

    def learned(self, path: str, *names: str) -> list[str]:
        """Append those tensors of a layer that it has, under torch's names."""
        keys = [f"{path}.{name}" for name in names]
        return [self.tensor(key, self.weights[key]) for key in keys if key in self.weights]

    def layer(self, layer: Layer, path: str, value: str, before: Shape, after: Shape) -> str:
        """Write one layer, (C, H, W) or other ``before`` to ``after``."""
        write = partial(self.node, path=path, doc_string=line(layer))
        match layer:
            case Conv2d():
                pads = conv_padding(layer, 0), conv_padding(layer, 1)
                if layer.padding_mode != "zeros":
                    value = self.pad(path, value, pads, PAD_MODES[layer.padding_mode])
                    pads = (0, 0), (0, 0)
                return write(
                    "Conv", inputs=[value, *self.learned(path, "weight", "bias")], pads=_ends(pads),
                    kernel_shape=pair(layer.kernel_size), strides=pair(layer.stride), dilations=pair(layer.dilation),
                    group=layer.groups,
                )  # fmt: skip
            case ConvTranspose2d():
                _check_output_padding(layer, path)
                down, right = pair(layer.padding)
                return write(
                    "ConvTranspose", inputs=[value, *self.learned(path, "weight", "bias")],
                    pads=(down, right, down, right), kernel_shape=pair(layer.kernel_size), strides=pair(layer.stride),
                    dilations=pair(layer.dilation), group=layer.groups, output_padding=pair(layer.output_padding),
                )  # fmt: skip
            case MaxPool2d() | AvgPool2d():
                return self.pool(layer, path, value, before, after, write)
            case AdaptiveAvgPool2d() | AdaptiveMaxPool2d():
                return self.adaptive(layer, path, value, before, after, write)
            case BatchNorm2d() | BatchNorm1d():
                affine = self.learned(path, "weight", "bias") or [
                    self.tensor(f"{path}.ones", torch.ones(layer.num_features)),
                    self.tensor(f"{path}.zeros", torch.zeros(layer.num_features)),
                ]
                seen = self.learned(path, "running_mean", "running_var")
                return write(
                    "BatchNormalization", inputs=[value, *affine, *seen], epsilon=layer.eps, momentum=1 - layer.momentum
                )  # fmt: skip
            case ReLU():
                return write("Relu", inputs=[value])
            case Sigmoid() | Tanh():
                return write(type(layer).__name__, inputs=[value])
            case GELU():
                return write("Gelu", inputs=[value])
            case Softmax() | LogSoftmax():
                return write(type(layer).__name__, inputs=[value], axis=layer.dim)
            case Dropout():
                return write("Dropout", inputs=[value, self.tensor(f"{path}.p", torch.tensor(layer.p))])
            case Dropout2d() | Identity():  # ONNX drops no channels; after training neither does torch
                return write("Identity", inputs=[value])
            case Flatten() if len(after) == 1:
                return write("Flatten", inputs=[value], axis=1)
            case Flatten():
                return write(
                    "Reshape", inputs=[value, self.tensor(f"{path}.shape", torch.tensor([0, *after]))]
                )
            case Linear():
                return self.linear(path, value, before, write)
            case Upsample():
                return self.upsample(layer, path, value, write)
            case _:
                assert_never(layer)

    def pad(self, path: str, value: str, pads: Pads, mode: str, constant: float = 0.0) -> str:
        """Write the padding of a picture as a node of its own."""
        top, left, below, right = _ends(pads)
        amounts = self.tensor(f"{path}.pads", torch.tensor([0, 0, top, left, 0, 0, below, right]))
        filled = [self.tensor(f"{path}.pad_value", torch.tensor(constant))] if constant else []
        return self.node("Pad", f"{path}/pad", [value, amounts, *filled], mode=mode)

    def pool(
        self, layer: MaxPool2d | AvgPool2d, path: str, value: str, before: Shape, after: Shape, write: Callable[..., str]
    ) -> str:  # fmt: skip
        """Write a pooling. What ``ceil_mode`` adds becomes padding at the end, which no mean counts."""
        kernels, padding = pair(layer.kernel_size), pair(layer.padding)
        strides = kernels if layer.stride is None else pair(layer.stride)
        dilations = pair(layer.dilation) if isinstance(layer, MaxPool2d) else (1, 1)
        needed = [
            (out - 1) * stride + dilation * (kernel - 1) + 1 - size - side
            for out, stride, dilation, kernel, size, side in zip(
                after[1:], strides, dilations, kernels, before[1:], padding, strict=True
            )
        ]
        pads = (padding[0], max(padding[0], needed[0])), (padding[1], max(padding[1], needed[1]))
        if isinstance(layer, MaxPool2d):
            if any(
                end >= kernel for (_, end), kernel in zip(pads, kernels, strict=True)
            ):  # only Pad adds so much
                value = self.pad(path, value, pads, "constant", -inf)
                pads = (0, 0), (0, 0)
            return write(
                "MaxPool", inputs=[value], kernel_shape=kernels, strides=strides, pads=_ends(pads), dilations=dilations
            )  # fmt: skip
        counted = layer.count_include_pad and any(padding)
        if counted and any(end > start for start, end in pads):
            value = self.pad(path, value, ((padding[0],) * 2, (padding[1],) * 2), "constant")
            pads = (0, pads[0][1] - padding[0]), (0, pads[1][1] - padding[1])
            counted = False
        return write(
            "AveragePool", inputs=[value], kernel_shape=kernels, strides=strides, pads=_ends(pads),
            count_include_pad=int(counted),
        )  # fmt: skip

    def adaptive(
        self, layer: AdaptiveAvgPool2d | AdaptiveMaxPool2d, path: str, value: str, before: Shape, after: Shape,
        write: Callable[..., str],
    ) -> str:  # fmt: skip
        """Write an adaptive pooling: global, or with equal windows where they are, else window by window."""
        mean = isinstance(layer, AdaptiveAvgPool2d)
        sizes, outs = before[1:], after[1:]
        if outs == (1, 1):
            return write("GlobalAveragePool" if mean else "GlobalMaxPool", inputs=[value])
        if all(size % out == 0 for size, out in zip(sizes, outs, strict=True)):
            steps = [size // out for size, out in zip(sizes, outs, strict=True)]
            return write(
                "AveragePool" if mean else "MaxPool", inputs=[value], kernel_shape=steps, strides=steps
            )
        rows, columns = (_windows(size, out) for size, out in zip(sizes, outs, strict=True))
        if mean:  # every output row is a weighted sum of input rows: two products with matrices
            down = self.tensor(f"{path}.rows", _shares(rows, sizes[0]))
            across = self.tensor(f"{path}.columns", _shares(columns, sizes[1]).T)
            return write("MatMul", inputs=[self.node("MatMul", f"{path}/rows", [down, value]), across])
        picked = value  # windows side by side, the shorter ones with a value twice: no maximum minds
        for axis, windows in ((2, rows), (3, columns)):
            longest = max(map(len, windows))
            places = [
                place for window in windows for place in (*window, *[window[-1]] * (longest - len(window)))
            ]
            table = self.tensor(f"{path}.places{axis}", torch.tensor(places))
            picked = self.node("Gather", f"{path}/places{axis}", [picked, table], axis=axis)
        longest_both = max(map(len, rows)), max(map(len, columns))
        return write("MaxPool", inputs=[picked], kernel_shape=longest_both, strides=longest_both)

    def linear(self, path: str, value: str, before: Shape, write: Callable[..., str]) -> str:
        """Write a linear layer; ``Gemm`` takes one row a picture, more dimensions need a product of their own."""
        learned = self.learned(path, "weight", "bias")
        if len(before) == 1:
            return write("Gemm", inputs=[value, *learned], transB=1)
        turned = self.node("Transpose", f"{path}/turned", learned[:1], perm=[1, 0])
        if len(learned) == 1:
            return write("MatMul", inputs=[value, turned])
        return write("Add", inputs=[self.node("MatMul", f"{path}/product", [value, turned]), learned[1]])

    def upsample(self, layer: Upsample, path: str, value: str, write: Callable[..., str]) -> str:
        """Write an enlargement; where the pixels lie is said the way torch sees it."""
        scales = self.tensor(
            f"{path}.scales", torch.tensor([1.0, 1.0, *map(float, pair(layer.scale_factor))])
        )
        nearest = layer.mode == "nearest"
        places = "asymmetric" if nearest else "align_corners" if layer.align_corners else "half_pixel"
        return write(
            "Resize", inputs=[value, "", scales], mode=RESIZE_MODES[layer.mode],
            coordinate_transformation_mode=places, nearest_mode="floor" if nearest else None,
            cubic_coeff_a=-0.75 if layer.mode == "bicubic" else None,
        )  # fmt: skip


def _check_output_padding(layer: ConvTranspose2d, path: str) -> None:
    for extra, stride in zip(pair(layer.output_padding), pair(layer.stride), strict=True):
        if extra >= stride:
            raise SpecError(
                "ONNX cannot say `output_padding` (={extra}) that is not smaller than `stride` (={stride})",
                extra=extra, stride=stride,
            ).at(path)  # fmt: skip


def _ends(pads: Pads) -> tuple[int, int, int, int]:
    """Return paddings in the order of ONNX: all beginnings, then all ends."""
    (top, below), (left, right) = pads
    return top, left, below, right


def _windows(size: int, out: int) -> list[range]:
    """Return which of ``size`` places each of ``out`` windows of an adaptive pooling covers, as torch cuts them."""
    return [range(i * size // out, -(-(i + 1) * size // out)) for i in range(out)]


def _shares(windows: Sequence[range], size: int) -> Tensor:
    """Return the (windows, size) matrix whose rows take the mean of each window."""
    matrix = torch.zeros(len(windows), size)
    for row, window in enumerate(windows):
        matrix[row, window.start : window.stop] = 1 / len(window)
    return matrix
