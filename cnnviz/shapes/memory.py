"""How many bytes training takes: weights, gradients, the optimiser's numbers, and what is kept for the backward pass.

Gradients are computed from back to front, and each layer needs something of its forward pass for that: a convolution
its input, a ReLU its output. ``memory`` counts exactly what PyTorch keeps on the CPU, each piece once: what a
convolution's ReLU gives is what the next convolution gets.
"""

from dataclasses import dataclass
from math import prod
from typing import assert_never

from cnnviz.shapes.tracing import Row, trace
from cnnviz.shapes.windows import conv_padding
from cnnviz.spec.checks import one_of
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
from cnnviz.spec.network import Branches, Chain, Network, Node, Shape

FLOAT, INDEX = 4, 8
"""Bytes of a float32 and of the int64 that says where a maximum was."""

COPIES = {"sgd": 0, "rmsprop": 1, "adam": 2, "adamw": 2}
"""How many numbers an optimiser remembers for each weight, without momentum."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that one training step needs at least, when its forward pass is done and its backward pass begins.

    Attributes:
        weights: the learned numbers, 4 bytes each.
        gradients: one for each.
        optimizer: what the optimiser remembers of each.
        activations: what the layers keep for the backward pass; the input too if the first layer keeps it.
        input: the batch of pictures.
        total: all of it, the input once.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    input: int
    total: int


def memory(network: Network, batch_size: int, optimizer: str = "adam", momentum: float = 0.0) -> Memory:
    """Return the bytes to train a network with float32 numbers at a batch size.

    Not counted: PyTorch itself, what exists only in passing, the loss (a few numbers for each picture) and the
    running averages of batch normalisation.

    Args:
        network: to train.
        batch_size: pictures in a step.
        optimizer: "sgd", "rmsprop", "adam" or "adamw".
        momentum: if not 0, "sgd" and "rmsprop" remember one more number for each weight.

    Raises:
        ShapeError: if the layers do not fit together.
        SpecError: for an unknown optimizer.
    """
    one_of("optimizer", optimizer, COPIES)
    weights = FLOAT * trace(network).params
    copies = COPIES[optimizer] + (1 if momentum and optimizer in {"sgd", "rmsprop"} else 0)
    kept = _Kept(network)
    activations = kept.fixed + batch_size * sum(tensor.bytes for tensor in kept.tensors)
    pictures = batch_size * kept.picture.bytes
    total = (2 + copies) * weights + activations + (0 if kept.picture in kept.tensors else pictures)
    return Memory(weights, weights, copies * weights, activations, pictures, total)


class _Tensor:
    """A piece of memory; a layer that only looks at it in another form hands the same piece on.

    Attributes:
        bytes: for one picture.
        learned: whether anything learned is in it; if not, no gradient goes back to it.
    """

    def __init__(self, values: int, *, learned: bool = True) -> None:
        self.bytes = FLOAT * values
        self.learned = learned


class _Kept:
    """What a forward pass in training keeps.

    Attributes:
        picture: the input.
        tensors: the pieces whose size grows with the batch.
        fixed: bytes that do not.
    """

    def __init__(self, network: Network) -> None:
        self.picture = _Tensor(prod(network.input_shape), learned=False)
        self.tensors: set[_Tensor] = set()
        self.fixed = 0
        self._rows = iter(trace(network).rows)
        self._through(network.body, self.picture)

    def _through(self, node: Node, x: _Tensor) -> _Tensor:
        match node:
            case Chain(items=items):
                for item in items:
                    x = self._through(item, x)
                return x
            case Branches(paths=paths):
                ends = [self._through(path, x) for path in paths]
                return _Tensor(next(self._rows).activations, learned=any(end.learned for end in ends))
            case _:
                return self._layer(node, x, next(self._rows))

    def _layer(self, layer: Layer, x: _Tensor, row: Row) -> _Tensor:
        if isinstance(layer, Identity | Flatten) or (isinstance(layer, Dropout | Dropout2d) and not layer.p):
            return x
        y = _Tensor(row.activations, learned=x.learned or row.params > 0)
        if y.learned:
            self._keep(layer, x, y, row)
        return y

    def _keep(self, layer: Layer, x: _Tensor, y: _Tensor, row: Row) -> None:
        match layer:
            case Conv2d():
                copy = _padded(layer, row.input_shape)
                if copy:
                    self.tensors.add(_Tensor(copy))
                if not copy or (layer.padding_mode in {"reflect", "replicate"} and x.learned):
                    self.tensors.add(x)
            case ConvTranspose2d() | Linear() | GELU() | AvgPool2d():
                self.tensors.add(x)
            case BatchNorm2d() | BatchNorm1d():  # and each channel's mean and deviation
                self.tensors.add(x)
                self.fixed += 2 * FLOAT * layer.num_features
            case MaxPool2d() | AdaptiveMaxPool2d():  # and where each maximum was
                self.tensors |= {x, _Tensor(row.activations * INDEX // FLOAT)}
            case AdaptiveAvgPool2d():
                if row.output_shape[1:] != (1, 1):  # a global average is a plain mean
                    self.tensors.add(x)
            case ReLU() | Sigmoid() | Tanh() | Softmax() | LogSoftmax():
                self.tensors.add(y)
            case Dropout() | Dropout2d():
                if layer.p == 1:  # everything times one zero
                    self.fixed += FLOAT
                else:  # what each value, or each channel, is multiplied by
                    self.tensors.add(
                        _Tensor(row.activations if isinstance(layer, Dropout) else row.output_shape[0])
                    )
            case Upsample() | Flatten() | Identity():
                pass
            case _:
                assert_never(layer)


def _padded(layer: Conv2d, shape: Shape) -> int:
    """Values of the padded copy that a convolution works on; 0 where it pads on the fly.

    Zeros are padded on the fly when there are as many on both sides.
    """
    pads = [conv_padding(layer, axis) for axis in (0, 1)]
    if layer.padding_mode == "zeros":
        pads = [(0, after - before) for before, after in pads]
        if not any(map(sum, pads)):
            return 0
    channels, height, width = shape
    return channels * (height + sum(pads[0])) * (width + sum(pads[1]))
