"""Every key of session and link, in one typed table; nobody else writes a key string.

What happens with them is in ``cnnviz.ui.state``. Fields with a ``url`` also stand in the link while their page is
open, where they differ from the default. ``read`` checks what a link says: it takes only what the page's widget
can show, so that no link breaks a page.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cnnviz.language import LANGUAGES

T = TypeVar("T")

SIDES = (28, 32, 64, 96, 128, 224)
"""Pixels that the longer side of a picture may have on the convolution page."""

SMALLEST_RATE, LARGEST_RATE = 1e-6, 10.0


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """One value that a session keeps.

    Attributes:
        key: its name in the session; the widget's key is the same with ``widget:`` before it.
        default: what it is at first.
        read: makes a value of a link's text; raises ValueError where it is none.
        pages: the pages whose links have it; none for every page.
        url: its name in the link; "" for not in the link.
    """

    key: str
    default: T
    read: Callable[[str], T]
    pages: tuple[str, ...] = ()
    url: str = ""


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise ValueError(text)
        return value

    return read


def _side(text: str) -> int:
    if int(text) not in SIDES:
        raise ValueError(text)
    return int(text)


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return read


def _text(text: str) -> str:
    if len(text) > 200:
        raise ValueError(text)
    return text


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or abs(value) > 1e9:
        raise ValueError(text)
    return value


def _rate(text: str) -> float:
    value = float(text)
    if not SMALLEST_RATE <= value <= LARGEST_RATE:
        raise ValueError(text)
    return value


def _numbers(text: str) -> tuple[float, ...]:
    values = tuple(_number(part) for part in text.split("_"))
    if len(values) > 400:
        raise ValueError(text)
    return values


def _never(text: str) -> Any:
    raise ValueError(text)


LANGUAGE = Field("language", "", _one_of(*LANGUAGES), url="lang")

CONV_INPUT = Field(
    "conv_input", "counting", _one_of("counting", "cross", "stripe", "digit", "photo", "upload"), ("convolution",), "input"
)  # fmt: skip
CONV_DIGIT = Field("conv_digit", 7, _between(0, 9), ("convolution",), "digit")
CONV_PHOTO = Field("conv_photo", "china", _one_of("china", "flower"), ("convolution",), "photo")
CONV_SIDE = Field("conv_side", 64, _side, ("convolution",), "side")
CONV_HEIGHT = Field("conv_height", 2, _between(1, 11), ("convolution",), "kh")
CONV_WIDTH = Field("conv_width", 2, _between(1, 11), ("convolution",), "kw")
CONV_STRIDE = Field("conv_stride", 1, _between(1, 8), ("convolution",), "stride")
CONV_PADDING = Field("conv_padding", 0, _between(0, 8), ("convolution",), "padding")
CONV_DILATION = Field("conv_dilation", 1, _between(1, 6), ("convolution",), "dilation")
CONV_PRESET = Field("conv_preset", "counting", _text, ("convolution",), "kernel")
CONV_VALUES: Field[tuple[float, ...]] = Field("conv_values", (), _numbers, ("convolution",), "values")
CONV_UPLOAD: Field[Any] = Field("conv_upload", None, _never)

NETWORK = Field("network", "lenet", _text, ("networks", "train"), "network")
ACTIVATION = Field("activation", "sigmoid", _text, ("networks", "train"), "activation")
POOLING = Field("pooling", "avg", _text, ("networks", "train"), "pooling")
INPUT_SIDE = Field("input_side", 0, _between(0, 1024), ("networks",), "size")
OWN_NETWORK: Field[str] = Field("own_network", "", _never)
OWN_NETWORK_ERROR: Field[Any] = Field("own_network_error", None, _never)

DATASET = Field("dataset", "digits", _text, ("train",), "dataset")
FOLDER = Field("folder", "", _text, ("train",), "folder")
DEVICE = Field("device", "auto", _text, ("train",), "device")
OPTIMIZER = Field("optimizer", "adam", _text, ("train",), "optimizer")
SCHEDULE = Field("schedule", "one_cycle", _text, ("train",), "schedule")
AUGMENT = Field("augment", "none", _text, ("train",), "augment")
LEARNING_RATE = Field("learning_rate", 0.0, _rate, ("train",), "lr")
BATCH_SIZE = Field("batch_size", 0, _between(0, 65536), ("train",), "batch")
EPOCHS = Field("epochs", 0, _between(0, 1000), ("train",), "epochs")
SEED = Field("seed", 0, _between(0, 2**31 - 1), ("train",), "seed")
WATCHED: Field[str] = Field("watched", "", _never)
HISTORY: Field[Any] = Field("history", None, _never)
RUN = Field("run", "", _text, ("train",), "run")

CHECKPOINT = Field("checkpoint", "digit_recognizer", _text, ("draw",), "checkpoint")
DRAWING: Field[Any] = Field("drawing", None, _never)

FIELDS: tuple[Field[Any], ...] = tuple(value for value in globals().values() if isinstance(value, Field))


def fields_of(page: str) -> list[Field[Any]]:
    """Return the fields in the links of one page only, or with "" those in every page's."""
    return [field for field in FIELDS if field.url and (page in field.pages if page else not field.pages)]
