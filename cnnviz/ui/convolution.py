"""A convolution at work: what the convolution page's choices come to, for the stage and for the words around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.components import StageData, Tensor
from cnnviz.ops import kernels, samples
from cnnviz.ops.convolution import convolve
from cnnviz.ops.windows import Axis, convolution_axis, transposed_axis
from cnnviz.shapes import Result, apply
from cnnviz.shapes.windows import conv_padding
from cnnviz.spec import Conv2d, ConvTranspose2d, Shape
from cnnviz.spec.checks import pair
from cnnviz.spec.code import line
from cnnviz.ui import fields, pictures
from cnnviz.ui.pictures import Picture

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Convolution:
    """A convolution with its numbers.

    Attributes:
        picture: what goes in.
        layer: what is done; a 1-D convolution stands here as a 2-D one whose kernel is as high as its input.
        weight: kernels (O, C / groups, kh, kw).
        bias: (O,) or None.
        flipped: the true convolution, whose kernel is turned by half.
    """

    picture: Picture
    layer: Conv2d | ConvTranspose2d
    weight: Array
    bias: Array | None
    flipped: bool = False

    @property
    def result(self) -> Result:
        """Shape, parameters and their arithmetic.

        Raises:
            ShapeError: if there is no place for the window.
        """
        return apply(self.layer, self.picture.values.shape)

    @property
    def shapes(self) -> tuple[Shape, Shape, Shape]:
        """Input, weight and output as torch has them: a sound or a sentence is (C, L)."""
        x, weight, out = self.picture.values.shape, self.weight.shape, self.result.shape
        if self.picture.is_row:
            return x[1:], (weight[0], *weight[2:]), (out[0], out[2])
        return x, weight, out

    @property
    def formulas(self) -> tuple[str, ...]:
        """The arithmetic of the output size; in 1-D that of the length."""
        return self.result.formulas[-1:] if self.picture.is_row else self.result.formulas

    @property
    def params_formula(self) -> str:
        """The arithmetic of the parameter count."""
        result = self.result
        if not self.picture.is_row:
            return result.params_formula
        factors = (self.layer.out_channels, *pair(self.layer.kernel_size))
        bias = f" + {self.layer.out_channels}" if self.layer.bias else ""
        return f"{'*'.join(map(str, factors))}{bias} = {result.params}"

    @property
    def code(self) -> str:
        """The PyTorch that does this: one line, and for the true convolution a second one that turns the kernel."""
        made = self._line
        turned = "K.flip(-1)" if self.picture.is_row else "K.flip(-2, -1)"
        return f"conv = {made}\nconv.weight = nn.Parameter({turned})" if self.flipped else made

    @property
    def _line(self) -> str:
        if not self.picture.is_row:
            return line(self.layer)
        # The 2-D layer's own line, with the sizes along the row and the features as channels.
        (features, size), layer = pair(self.layer.kernel_size), self.layer
        assert isinstance(layer, Conv2d)  # the transposed one has pictures only
        stride, dilation = pair(layer.stride)[1], pair(layer.dilation)[1]
        made = line(Conv2d(features, layer.out_channels, size, stride, conv_padding(layer, 1)[0], dilation, 1, layer.bias, layer.padding_mode))  # fmt: skip
        return made.replace("nn.Conv2d", "nn.Conv1d")

    def axes(self) -> tuple[Axis, Axis]:
        """Return the windows along height and width."""
        return self._axis(0, flipped=self.flipped and not self.picture.is_row), self._axis(
            1, flipped=self.flipped
        )

    def _axis(self, axis: int, *, flipped: bool) -> Axis:
        layer, size = self.layer, self.picture.values.shape[1 + axis]
        kernel, stride, dilation = (
            pair(each)[axis] for each in (layer.kernel_size, layer.stride, layer.dilation)
        )
        if isinstance(layer, ConvTranspose2d):
            padding, extra = pair(layer.padding)[axis], pair(layer.output_padding)[axis]
            return transposed_axis(size, kernel, stride, padding, extra, dilation)
        pads, mode = conv_padding(layer, axis), layer.padding_mode
        return convolution_axis(size, kernel, stride, pads, dilation, mode, flipped=flipped)

    def stage(self) -> StageData:
        """Return what the stage draws."""
        rows, cols = self.axes()
        x = self.picture.values
        out = convolve(x, self.weight, rows, cols, self.bias, self.layer.groups)
        height, width = self.weight.shape[2:]
        bounds = {
            "input": (len(rows.source), len(cols.source)),
            "kernel": (height, width),
            "output": out.shape[1:],
        }
        view = pictures.seen(fields.CONV, (x.shape[0], out.shape[0]), bounds)
        return StageData(
            tensor(x), tensor(out), rows, cols, kernel=tensor(self.weight),
            bias=() if self.bias is None else self.bias.tolist(), groups=self.layer.groups,
            input_style=self.picture.style, row_titles=self.picture.rows, col_titles=self.picture.columns,
            shown=view.shown, pinned=view.pinned,
        )  # fmt: skip


def first_example() -> StageData:
    """Return the notes' first example: a 3x3 grid, a 2x2 kernel, [[19, 25], [37, 43]]."""
    axis, x, kernel = convolution_axis(3, 2), samples.counting()[None], kernels.counting(2, 2)[None, None]
    return StageData(tensor(x), tensor(convolve(x, kernel, axis, axis)), axis, axis, kernel=tensor(kernel))


def tensor(values: Array) -> Tensor:
    """Return an array as the stage takes it."""
    return Tensor(values.shape, np.round(values, 10).ravel().tolist())
