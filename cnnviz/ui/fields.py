"""Every key of session and link, in one typed table; nobody else writes a key string.

What happens with them is in ``cnnviz.ui.state``. Fields with a ``url`` also stand in the link while their page is
open, where they differ from the default. ``read`` checks what a link says: it takes only what the page's widget
can show, so that no link breaks a page.
"""

from dataclasses import dataclass
from typing import Any

from cnnviz import zoo
from cnnviz.data import catalog
from cnnviz.errors import SpecError
from cnnviz.language import LANGUAGES
from cnnviz.ui.field import Field
from cnnviz.ui.fields_training import *  # noqa: F403
from cnnviz.ui.links import (
    Edits,
    between,
    edits,
    flag,
    names,
    never,
    one_of,
    own_network,
    pair,
    panel_cell,
    path,
    pin,
    side,
    text,
    within,
)

LANGUAGE = Field("language", "", one_of(*LANGUAGES), url="lang")


@dataclass(frozen=True, slots=True)
class PictureFields:
    """What a page asks about the picture that goes into its stage, and what was done to it there."""

    input: Field[str]
    digit: Field[int]
    photo: Field[str]
    side: Field[int]
    channels: Field[int]
    coloured: Field[bool]
    seed: Field[int]
    words: Field[str]
    cells: Field[Edits]
    shown: Field[tuple[int, ...]]
    pinned: Field[str]
    upload: Field[Any]

    def all(self) -> list[Field[Any]]:
        """Return them all."""
        return [getattr(self, name) for name in self.__slots__]


def _picture(page: str, default: str, *inputs: str) -> PictureFields:
    return PictureFields(
        Field(f"{page}_input", default, one_of(*inputs), (page,), "input"),
        Field(f"{page}_digit", 7, between(0, 9), (page,), "digit"),
        Field(f"{page}_photo", "china", one_of("china", "flower"), (page,), "photo"),
        Field(f"{page}side", 64, side, (page,), "side"),
        Field(f"{page}_channels", 1, between(1, 8), (page,), "channels"),
        Field(f"{page}_coloured", False, flag, (page,), "colour"),
        Field(f"{page}_seed", 0, between(0, 99), (page,), "seed"),
        Field(f"{page}_words", "", text, (page,), "words"),
        Field(f"{page}_cells", (), edits, (page,), "cells"),
        Field(f"{page}_shown", (0, 0), pair, (page,), "see", look=True),
        Field(f"{page}_pinned", "", pin, (page,), "pin", look=True),
        Field(f"{page}_upload", None, never),
    )


CONV = _picture(
    "convolution", "counting",
    "counting", "cross", "stripe", "random", "digit", "photo", "upload", "wave", "sentence",
)  # fmt: skip
CONV_AS = Field("conv_as", "cross", one_of("cross", "true", "transposed"), ("convolution",), "as")
CONV_OUT = Field("conv_out", 1, between(1, 8), ("convolution",), "out")
CONV_GROUPS = Field("conv_groups", 1, between(1, 8), ("convolution",), "groups")
CONV_HEIGHT = Field("conv_height", 2, between(1, 11), ("convolution",), "kh")
CONV_WIDTH = Field("conv_width", 2, between(1, 11), ("convolution",), "kw")
CONV_SEPARATE = Field("conv_separate", False, flag, ("convolution",), "separate")
CONV_STRIDE = Field("conv_stride", 1, between(1, 8), ("convolution",), "stride")
CONV_STRIDE_ACROSS = Field("conv_stride_across", 1, between(1, 8), ("convolution",), "stride_w")
CONV_PADDING = Field("conv_padding", 0, between(0, 8), ("convolution",), "padding")
CONV_PADDING_ACROSS = Field("conv_padding_across", 0, between(0, 8), ("convolution",), "padding_w")
CONV_DILATION = Field("conv_dilation", 1, between(1, 6), ("convolution",), "dilation")
CONV_DILATION_ACROSS = Field("conv_dilation_across", 1, between(1, 6), ("convolution",), "dilation_w")
CONV_MODE = Field(
    "conv_mode", "zeros", one_of("zeros", "reflect", "replicate", "circular"), ("convolution",), "mode"
)
CONV_OUTPUT_PADDING = Field("conv_output_padding", 0, between(0, 7), ("convolution",), "output_padding")
CONV_BIAS = Field("conv_bias", False, flag, ("convolution",), "bias")
CONV_BIAS_VALUE = Field("conv_bias_value", 0.5, within(-5, 5), ("convolution",), "b")
CONV_PRESET = Field("conv_preset", "counting", text, ("convolution",), "kernel")
CONV_SEED = Field("conv_seed", 0, between(0, 99), ("convolution",), "weight_seed")
CONV_WEIGHTS: Field[Edits] = Field("conv_weights", (), edits, ("convolution",), "weights")

ACT_FUNCTION = Field(
    "act_function", "sigmoid", one_of("relu", "sigmoid", "tanh", "gelu"), ("activations",), "function"
)
ACT_COMPARE = Field("act_compare", False, flag, ("activations",), "compare")
ACT_X = Field("act_x", 1.5, within(-6, 6), ("activations",), "x")
ACT_DEPTH = Field("act_depth", 5, between(1, 20), ("activations",), "depth")

LEARN_LOSS = Field("learn_loss", "sum", one_of("sum", "mean"), ("learn",), "loss")
LEARN_RATE = Field("learn_rate", 0.03, within(0.001, 10), ("learn",), "rate")
LEARN_STEPS = Field("learn_steps", 10, between(1, 200), ("learn",), "steps")
LEARN_SEED = Field("learn_seed", 0, between(0, 99), ("learn",), "seed")

POOL = _picture("pooling", "sixteen", "sixteen", "counting", "random", "digit", "photo", "upload")
POOL_KINDS = ("max", "avg", "lp", "adaptive_max", "adaptive_avg", "global_max", "global_avg")
POOL_KIND = Field("pool_kind", "max", one_of(*POOL_KINDS), ("pooling",), "kind")
POOL_HEIGHT = Field("pool_height", 2, between(1, 11), ("pooling",), "kh")
POOL_WIDTH = Field("pool_width", 2, between(1, 11), ("pooling",), "kw")
POOL_OWN_STRIDE = Field("pool_own_stride", False, flag, ("pooling",), "own_stride")
POOL_STRIDE = Field("pool_stride", 1, between(1, 8), ("pooling",), "stride")
POOL_PADDING = Field("pool_padding", 0, between(0, 5), ("pooling",), "padding")
POOL_DILATION = Field("pool_dilation", 1, between(1, 6), ("pooling",), "dilation")
POOL_CEIL = Field("pool_ceil", False, flag, ("pooling",), "ceil")
POOL_INCLUDE = Field("pool_include", True, flag, ("pooling",), "include_pad")
POOL_POWER = Field("pool_power", 2, between(1, 8), ("pooling",), "p")
POOL_OUT_HEIGHT = Field("pool_out_height", 2, between(1, 16), ("pooling",), "oh")
POOL_OUT_WIDTH = Field("pool_out_width", 2, between(1, 16), ("pooling",), "ow")
POOL_DOWN = Field("pool_down", 0, between(-3, 3), ("pooling",), "down")
POOL_RIGHT = Field("pool_right", 0, between(-3, 3), ("pooling",), "right")

PANELS_PINNED = Field(
    "panels_pinned", "", panel_cell,
    ("pooling", "batchnorm", "dropout", "linear", "softmax", "dense", "learn"), "cell", look=True,
)  # fmt: skip

BN_INPUT = Field("bn_input", "pictures", one_of("numbers", "features", "pictures"), ("batchnorm",), "input")
BN_MODE = Field("bn_mode", "train", one_of("train", "eval"), ("batchnorm",), "mode")
BN_GAMMA = Field("bn_gamma", 1.0, within(-3, 3), ("batchnorm",), "gamma")
BN_BETA = Field("bn_beta", 0.0, within(-5, 5), ("batchnorm",), "beta")
BN_EPS = Field("bn_eps", 1e-5, within(1e-8, 0.5), ("batchnorm",), "eps")
BN_MOMENTUM = Field("bn_momentum", 0.1, within(0, 1), ("batchnorm",), "momentum")
BN_STEPS = Field("bn_steps", 20, between(0, 60), ("batchnorm",), "steps")
BN_BATCH = Field("bn_batch", 8, between(1, 64), ("batchnorm",), "batch")
BN_CHANNELS = Field("bn_channels", 3, between(1, 16), ("batchnorm",), "channels")
BN_MEAN = Field("bn_mean", 2.0, within(-10, 10), ("batchnorm",), "mean")
BN_MEAN_STEP = Field("bn_mean_step", -3.0, within(-5, 5), ("batchnorm",), "further")
BN_SPREAD = Field("bn_spread", 2.0, within(0, 10), ("batchnorm",), "spread")
BN_SPREAD_FACTOR = Field("bn_spread_factor", 0.5, within(0.25, 2), ("batchnorm",), "times")
BN_CHANNEL = Field("bn_channel", 1, between(1, 16), ("batchnorm",), "channel")
BN_SAMPLE = Field("bn_sample", 1, between(1, 64), ("batchnorm",), "picture")
BN_SEED = Field("bn_seed", 0, between(0, 99), ("batchnorm",), "seed")

INTERPOLATION = _picture(
    "interpolation", "four", "four", "sixteen", "counting", "random", "digit", "photo", "upload"
)
INTERPOLATION_FACTOR = Field("interpolation_factor", 2.0, within(0.25, 4), ("interpolation",), "factor")
INTERPOLATION_MODE = Field(
    "interpolation_mode",
    "bilinear",
    one_of("nearest", "bilinear", "bicubic", "area"),
    ("interpolation",),
    "mode",
)
INTERPOLATION_CORNERS = Field("interpolation_corners", False, flag, ("interpolation",), "align_corners")

BLOCKS = ("vgg", "nin", "inception", "residual", "dense", "transition")
BLOCK_BOUNDS = {
    "in": (1, 1024), "side": (1, 256), "out": (1, 1024), "convs": (1, 6), "kernel": (1, 11), "stride": (1, 4), "padding": (0, 5),
    "c1": (1, 384), "c2a": (1, 384), "c2b": (1, 384), "c3a": (1, 128), "c3b": (1, 128), "c4": (1, 128), "growth": (1, 64),
}  # fmt: skip
"""Least and most of each number on the page of the blocks."""


def _block(block: str, name: str, default: int) -> Field[int]:
    url = f"{block}_{name}"
    return Field(f"block_{url}", default, between(*BLOCK_BOUNDS[name]), ("blocks",), url)


BLOCK = Field("block", "inception", one_of(*BLOCKS), ("blocks",), "block")
VGG_IN, VGG_SIDE = _block("vgg", "in", 64), _block("vgg", "side", 112)
VGG_CONVS, VGG_OUT = _block("vgg", "convs", 2), _block("vgg", "out", 128)
NIN_IN, NIN_SIDE, NIN_OUT = _block("nin", "in", 1), _block("nin", "side", 224), _block("nin", "out", 96)
NIN_KERNEL, NIN_STRIDE = _block("nin", "kernel", 11), _block("nin", "stride", 4)
NIN_PADDING = _block("nin", "padding", 0)
INCEPTION_IN, INCEPTION_SIDE = _block("inception", "in", 192), _block("inception", "side", 28)
INCEPTION_C1, INCEPTION_C4 = _block("inception", "c1", 64), _block("inception", "c4", 32)
INCEPTION_C2A, INCEPTION_C2B = _block("inception", "c2a", 96), _block("inception", "c2b", 128)
INCEPTION_C3A, INCEPTION_C3B = _block("inception", "c3a", 16), _block("inception", "c3b", 32)
RESIDUAL_IN, RESIDUAL_SIDE = _block("residual", "in", 64), _block("residual", "side", 56)
RESIDUAL_OUT, RESIDUAL_STRIDE = _block("residual", "out", 64), _block("residual", "stride", 1)
RESIDUAL_FITTED = Field("block_residual_1x1", "no", one_of("no", "yes"), ("blocks",), "residual_1x1")
DENSE_IN, DENSE_SIDE = _block("dense", "in", 3), _block("dense", "side", 8)
DENSE_CONVS, DENSE_GROWTH = _block("dense", "convs", 2), _block("dense", "growth", 10)
TRANSITION_IN, TRANSITION_SIDE = _block("transition", "in", 23), _block("transition", "side", 8)
TRANSITION_OUT = _block("transition", "out", 10)

DROP_KIND = Field("drop_kind", "Dropout2d", one_of("Dropout", "Dropout2d"), ("dropout",), "kind")
DROP_MODE = Field("drop_mode", "train", one_of("train", "eval"), ("dropout",), "mode")
DROP_P = Field("drop_p", 0.25, within(0, 0.95), ("dropout",), "p")
DROP_INPUT = Field("drop_input", "counting", one_of("counting", "random"), ("dropout",), "input")
DROP_CHANNELS = Field("drop_channels", 4, between(1, 4), ("dropout",), "channels")
DROP_SIDE = Field("drop_side", 3, between(1, 5), ("dropout",), "side")
DROP_SEED = Field("drop_seed", 10, between(0, 99), ("dropout",), "seed")
DROP_DRAWS = Field("drop_draws", 1000, between(1, 5000), ("dropout",), "draws")

LINEAR_CHANNELS = Field("linear_channels", 2, between(1, 3), ("linear",), "channels")
LINEAR_HEIGHT = Field("linear_height", 3, between(1, 4), ("linear",), "height")
LINEAR_WIDTH = Field("linear_width", 3, between(1, 4), ("linear",), "width")
LINEAR_OUT = Field("linear_out", 3, between(1, 10), ("linear",), "out")
LINEAR_BIAS = Field("linear_bias", True, flag, ("linear",), "bias")
LINEAR_SEED = Field("linear_seed", 0, between(0, 99), ("linear",), "seed")
LINEAR_FEATURES = Field("linear_features", 400, between(1, 100_000), ("linear",), "features")
LINEAR_HIDDEN = Field("linear_hidden", 120, between(1, 4096), ("linear",), "hidden")
LINEAR_CLASSES = Field("linear_classes", 10, between(1, 1000), ("linear",), "classes")


def _logit(position: int, default: float) -> Field[float]:
    return Field(f"softmax_z{position}", default, within(-20, 20), ("softmax",), f"z{position}")


SOFTMAX_Z0, SOFTMAX_Z1, SOFTMAX_Z2 = _logit(0, 1.0), _logit(1, 2.0), _logit(2, 3.0)
SOFTMAX_Z3, SOFTMAX_Z4, SOFTMAX_Z5 = _logit(3, 0.0), _logit(4, 0.0), _logit(5, 0.0)
SOFTMAX_Z6, SOFTMAX_Z7 = _logit(6, 0.0), _logit(7, 0.0)
SOFTMAX_Z8, SOFTMAX_Z9 = _logit(8, 0.0), _logit(9, 0.0)
SOFTMAX_LOGITS = (
    SOFTMAX_Z0, SOFTMAX_Z1, SOFTMAX_Z2, SOFTMAX_Z3, SOFTMAX_Z4, SOFTMAX_Z5, SOFTMAX_Z6, SOFTMAX_Z7, SOFTMAX_Z8, SOFTMAX_Z9,
)  # fmt: skip
SOFTMAX_CLASSES = Field("softmax_classes", 3, between(3, 10), ("softmax",), "classes")
SOFTMAX_TARGET = Field("softmax_target", 2, between(0, 9), ("softmax",), "target")
SOFTMAX_STABLE = Field("softmax_stable", True, flag, ("softmax",), "stable")
SOFTMAX_OFFSET = Field("softmax_offset", 0, between(0, 1000), ("softmax",), "offset")

COMPARE_SIDE = Field("compare_side", 1000, between(1, 1000), ("dense",), "side")
COMPARE_CHANNELS = Field("compare_channels", 3, between(1, 64), ("dense",), "channels")
COMPARE_HIDDEN = Field("compare_hidden", 1000, between(1, 10_000), ("dense",), "hidden")
COMPARE_KERNEL = Field("compare_kernel", 3, between(1, 11), ("dense",), "kernel")
COMPARE_OUT = Field("compare_out", 10, between(1, 1000), ("dense",), "out")
COMPARE_DOWN = Field("compare_down", 0, between(-2, 7), ("dense",), "down")
COMPARE_RIGHT = Field("compare_right", 0, between(-2, 7), ("dense",), "right")

COMPARED: Field[tuple[str, ...]] = Field("compared", ("alexnet", "nin"), names, ("compare",), "networks")
COMPARE_SIZE = Field("compare_size", 0, between(0, 1024), ("compare",), "size")
COMPARE_IN = Field("compare_in", 0, between(0, 16), ("compare",), "channels")
COMPARE_BATCH = Field("compare_batch", 64, between(1, 4096), ("compare",), "batch")
COMPARE_DATA = Field("compare_data", "fashion_mnist", text, ("compare",), "dataset")
COMPARE_COST = Field("compare_cost", "params", one_of("params", "macs"), ("compare",), "cost")

NETWORK = Field("network", "lenet", text, ("networks", "data", "train", "search", "weights"), "network")


def _option(name: str) -> Field[Any]:
    def read(text: str) -> Any:
        try:
            return zoo.OPTIONS[name].read(text)
        except SpecError as error:
            raise ValueError(text[:100]) from error

    return Field(f"option_{name}", None, read, ("networks", "data", "train", "search", "weights"), name)


OPTIONS = {name: _option(name) for name in zoo.OPTIONS}
"""What is varied in the chosen network; None for what is as documented."""
INPUT_SIDE = Field("input_side", 0, between(0, 1024), ("networks",), "side")
OWN_NETWORK = Field(
    "own_network", "", own_network, ("networks", "data", "train", "build", "weights", "compare"), "own"
)
"""A network of the user's own, as ``spec.to_link`` writes it; "" while there is none."""
SELECTED = Field("selected", "", path, ("networks", "build"), "layer")
"""The layer that diagram, table and code point at: its place in the tree."""
MEMORY_BATCH = Field("memory_batch", 64, between(1, 4096), ("networks",), "batch")
MEMORY_OPTIMIZER = Field(
    "memory_optimizer", "adam", one_of("adam", "adamw", "sgd", "rmsprop"), ("networks",), "optimizer"
)
OWN_NETWORK_ERROR: Field[Any] = Field("own_network_error", None, never)

BUILD_DATASETS = (*catalog.DATASETS, "own")
BUILD_DATASET = Field("build_dataset", catalog.DEFAULT, one_of(*BUILD_DATASETS), ("build",), "data")
BUILD_CLASSES = Field("build_classes", 10, between(1, 100_000), ("build",), "classes")
BUILD_FIT = Field("build_fit", False, flag, ("build",), "fit")
BUILD_START: Field[Any] = Field("build_start", None, never)
BUILD_HISTORY: Field[Any] = Field("build_history", None, never)
BUILD_TYPED: Field[Any] = Field("build_typed", None, never)
"""What was typed into the chosen layer and cannot be: its place and these values."""
BUILD_LONG_CODE = Field("build_long_code", False, never)
BUILD_NOTICE: Field[Any] = Field("build_notice", None, never)
BUILD_ASKED = Field("build_asked", 0, never)
BUILD_MENDED = Field("build_mended", 0, never)
"""Numbers of the newest requests of the builder's panel and of its findings that were dealt with."""

WEIGHTS_FILE: Field[Any] = Field("weights_file", None, never)
"""Somebody's weights: a ``ui.weights.Upload``; None while there are none."""
WEIGHTS_PROBLEM: Field[Any] = Field("weights_problem", None, never)
WEIGHTS_NAME: Field[str] = Field("weights_name", "", never)
WEIGHTS_CLASSES: Field[str] = Field("weights_classes", "", never)
WEIGHTS_SCALE: Field[str] = Field("weights_scale", "plain", never)
WEIGHTS_MEAN: Field[str] = Field("weights_mean", "0.5", never)
WEIGHTS_STD: Field[str] = Field("weights_std", "0.5", never)
WEIGHTS_KEPT: Field[str] = Field("weights_kept", "", never)
"""The name under which they were kept last."""

CHECKPOINT = Field("checkpoint", "digit_recognizer", text, ("draw",), "checkpoint")
DRAWING: Field[Any] = Field("drawing", None, never)

FIELDS: tuple[Field[Any], ...] = tuple(
    field
    for value in [*globals().values(), *OPTIONS.values(), *SEARCH_SPACE.values()]  # noqa: F405
    for field in (value.all() if isinstance(value, PictureFields) else [value])
    if isinstance(field, Field)
)


def fields_of(page: str) -> list[Field[Any]]:
    """Return the fields in the links of one page only, or with "" those in every page's."""
    return [field for field in FIELDS if field.url and (page in field.pages if page else not field.pages)]
