"""The leaf layers, in torch's own vocabulary: names, parameters and defaults are those of ``torch.nn``.

Each is a frozen value without torch in it. It checks its own parameters when it is made, so a layer that exists
is a layer that torch can build; whether it fits what comes before it is asked in ``cnnviz.shapes``. Spatial
parameters are one integer, or a pair (height, width). A layer's ``name`` is its attribute in the built module;
an unnamed one is called by its position, as in ``nn.Sequential``.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

from cnnviz.errors import SpecError
from cnnviz.spec.checks import Pair, divides, flag, integer, integers, one_of, pair, probability, shown

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
PADDING_MODES: tuple[PaddingMode, ...] = get_args(PaddingMode)
UPSAMPLE_MODES = ("nearest", "bilinear", "bicubic")


@dataclass(frozen=True, slots=True)
class Conv2d:
    """Slide a window over the picture; each place gives one weighted sum (cross-correlation).

    (in_channels, H, W) -> (out_channels, H', W'). Source: ``torch.nn.Conv2d``.
    """

    in_channels: int
    out_channels: int
    kernel_size: Pair
    stride: Pair = 1
    padding: Pair | Literal["same", "valid"] = 0
    dilation: Pair = 1
    groups: int = 1
    bias: bool = True
    padding_mode: PaddingMode = "zeros"
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _convolution(self)
        if isinstance(self.padding, str):
            one_of("padding", self.padding, ("same", "valid"))
            if self.padding == "same" and pair(self.stride) != (1, 1):
                raise SpecError(
                    "`padding` (='same') needs `stride` 1, but `stride` is {stride}",
                    stride=shown(self.stride),
                )
        else:
            integers("padding", self.padding, least=0)
        one_of("padding_mode", self.padding_mode, PADDING_MODES)


@dataclass(frozen=True, slots=True)
class ConvTranspose2d:
    """The way back of a convolution: each input value stamps the kernel into a larger picture.

    (in_channels, H, W) -> (out_channels, H', W'). Source: ``torch.nn.ConvTranspose2d``.
    """

    in_channels: int
    out_channels: int
    kernel_size: Pair
    stride: Pair = 1
    padding: Pair = 0
    output_padding: Pair = 0
    groups: int = 1
    bias: bool = True
    dilation: Pair = 1
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _convolution(self)
        integers("padding", self.padding, least=0)
        integers("output_padding", self.output_padding, least=0)
        for extra, stride, dilation in zip(
            pair(self.output_padding), pair(self.stride), pair(self.dilation), strict=True
        ):
            if extra >= max(stride, dilation):
                raise SpecError(
                    "`output_padding` (={value}) must be smaller than `stride` (={stride}) or `dilation` (={dilation})",
                    value=extra, stride=stride, dilation=dilation,
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MaxPool2d:
    """Keep the largest value of each window; padding counts as minus infinity, never wins.

    (C, H, W) -> (C, H', W'); ``stride`` None means ``kernel_size``. Source: ``torch.nn.MaxPool2d``.
    """

    kernel_size: Pair
    stride: Pair | None = None
    padding: Pair = 0
    dilation: Pair = 1
    ceil_mode: bool = False
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        integers("dilation", self.dilation, least=1)
        _pooling(self)


@dataclass(frozen=True, slots=True)
class AvgPool2d:
    """Replace each window by its mean; padding zeros count unless ``count_include_pad`` is false.

    (C, H, W) -> (C, H', W'); ``stride`` None means ``kernel_size``. Source: ``torch.nn.AvgPool2d``.
    """

    kernel_size: Pair
    stride: Pair | None = None
    padding: Pair = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _pooling(self)
        flag("count_include_pad", self.count_include_pad)


@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool2d:
    """Average into a grid of fixed size, whatever the input's size; 1 is global average pooling.

    (C, H, W) -> (C, h, w) of ``output_size``. Source: ``torch.nn.AdaptiveAvgPool2d``.
    """

    output_size: Pair
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        integers("output_size", self.output_size, least=1)


@dataclass(frozen=True, slots=True)
class AdaptiveMaxPool2d:
    """Keep the largest values in a grid of fixed size, whatever the input's size.

    (C, H, W) -> (C, h, w) of ``output_size``. Source: ``torch.nn.AdaptiveMaxPool2d``.
    """

    output_size: Pair
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        integers("output_size", self.output_size, least=1)


@dataclass(frozen=True, slots=True)
class BatchNorm2d:
    """Shift and scale every channel to mean 0 and variance 1 over the batch, then by learned gamma and beta.

    (num_features, H, W) -> the same. Source: ``torch.nn.BatchNorm2d``; Ioffe and Szegedy 2015.
    """

    num_features: int
    eps: float = 1e-5
    momentum: float = 0.1
    affine: bool = True
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _normalisation(self)


@dataclass(frozen=True, slots=True)
class BatchNorm1d:
    """Batch normalisation of features without height and width.

    (num_features,) or (num_features, L) -> the same. Source: ``torch.nn.BatchNorm1d``.
    """

    num_features: int
    eps: float = 1e-5
    momentum: float = 0.1
    affine: bool = True
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _normalisation(self)


@dataclass(frozen=True, slots=True)
class ReLU:
    """Replace negative values by 0. Any shape. Source: ``torch.nn.ReLU``."""

    name: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """Squeeze every value into 0..1. Any shape. Source: ``torch.nn.Sigmoid``."""

    name: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Tanh:
    """Squeeze every value into -1..1. Any shape. Source: ``torch.nn.Tanh``."""

    name: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class GELU:
    """A smooth ReLU: x times the share of a normal distribution below x. Source: ``torch.nn.GELU``."""

    name: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Identity:
    """Hand the input on unchanged. Any shape. Source: ``torch.nn.Identity``."""

    name: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Softmax:
    """Turn scores into probabilities that sum to 1 along ``dim`` (0 is the batch). Source: ``torch.nn.Softmax``."""

    dim: int = 1
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        integer("dim", self.dim, least=-8)


@dataclass(frozen=True, slots=True)
class LogSoftmax:
    """The logarithm of softmax along ``dim`` (0 is the batch). Source: ``torch.nn.LogSoftmax``."""

    dim: int = 1
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        integer("dim", self.dim, least=-8)


@dataclass(frozen=True, slots=True)
class Dropout:
    """While training, set each value to 0 with probability ``p`` and scale the rest by 1/(1-p).

    Any shape. Source: ``torch.nn.Dropout``.
    """

    p: float = 0.5
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        probability("p", self.p)


@dataclass(frozen=True, slots=True)
class Dropout2d:
    """While training, set whole channels to 0 with probability ``p``.

    (C, H, W) -> the same. Source: ``torch.nn.Dropout2d``.
    """

    p: float = 0.5
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        probability("p", self.p)


@dataclass(frozen=True, slots=True)
class Flatten:
    """Lay dimensions ``start_dim`` to ``end_dim`` (0 is the batch) out in one row.

    (C, H, W) -> (C*H*W,). Source: ``torch.nn.Flatten``.
    """

    start_dim: int = 1
    end_dim: int = -1
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        integer("start_dim", self.start_dim, least=-8)
        integer("end_dim", self.end_dim, least=-8)


@dataclass(frozen=True, slots=True)
class Linear:
    """Every output is a weighted sum of all inputs: y = W x + b, over the last dimension.

    (..., in_features) -> (..., out_features). Source: ``torch.nn.Linear``.
    """

    in_features: int
    out_features: int
    bias: bool = True
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        integer("in_features", self.in_features, least=1)
        integer("out_features", self.out_features, least=1)
        flag("bias", self.bias)


@dataclass(frozen=True, slots=True)
class Upsample:
    """Enlarge the picture by a whole factor.

    (C, H, W) -> (C, H*scale_factor, W*scale_factor). Source: ``torch.nn.Upsample``.
    """

    scale_factor: Pair = 2
    mode: str = "nearest"
    align_corners: bool | None = None
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        integers("scale_factor", self.scale_factor, least=1)
        one_of("mode", self.mode, UPSAMPLE_MODES)
        if self.align_corners is not None:
            flag("align_corners", self.align_corners)
            if self.mode == "nearest":
                raise SpecError(
                    "`align_corners` (={value}) can be set only when `mode` is bilinear or bicubic",
                    value=self.align_corners,
                )


Layer = (
    Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d | AdaptiveAvgPool2d | AdaptiveMaxPool2d | BatchNorm2d
    | BatchNorm1d | ReLU | Sigmoid | Tanh | GELU | Identity | Softmax | LogSoftmax | Dropout | Dropout2d | Flatten
    | Linear | Upsample
)  # fmt: skip
"""Every leaf of a network. The union is closed: a ``match`` over it ends in ``assert_never``."""


def _convolution(layer: Conv2d | ConvTranspose2d) -> None:
    integer("in_channels", layer.in_channels, least=1)
    integer("out_channels", layer.out_channels, least=1)
    integers("kernel_size", layer.kernel_size, least=1)
    integers("stride", layer.stride, least=1)
    integers("dilation", layer.dilation, least=1)
    integer("groups", layer.groups, least=1)
    divides("in_channels", layer.in_channels, layer.groups)
    divides("out_channels", layer.out_channels, layer.groups)
    flag("bias", layer.bias)


def _pooling(layer: MaxPool2d | AvgPool2d) -> None:
    integers("kernel_size", layer.kernel_size, least=1)
    if layer.stride is not None:
        integers("stride", layer.stride, least=1)
    integers("padding", layer.padding, least=0)
    flag("ceil_mode", layer.ceil_mode)
    for padding, kernel in zip(pair(layer.padding), pair(layer.kernel_size), strict=True):
        if padding > kernel // 2:
            raise SpecError(
                "`padding` (={padding}) must be at most half of `kernel_size` (={kernel})",
                padding=padding, kernel=kernel,
            )  # fmt: skip


def _normalisation(layer: BatchNorm2d | BatchNorm1d) -> None:
    integer("num_features", layer.num_features, least=1)
    if isinstance(layer.eps, bool) or not isinstance(layer.eps, int | float) or not 0 < layer.eps < 1:
        raise SpecError("`eps` (={value}) must be a number between 0 and 1", value=shown(layer.eps))
    probability("momentum", layer.momentum)
    flag("affine", layer.affine)
