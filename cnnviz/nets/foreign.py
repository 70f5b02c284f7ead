"""Weights that somebody else made: safetensors files are read, whatever could run code is refused with its cure.

A torch archive (.pt, .pth, .bin), a pickle, holds programs that run when it is opened. It is recognised by its first
bytes and never opened; ``CONVERSIONS`` has the lines that turn it into safetensors where its owner trusts it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from cnnviz.errors import RunError
from cnnviz.language import N_

MOST_BYTES = 2_000_000_000
MOST_HEADER = 8_000_000
MOST_TENSORS = 10_000
LONGEST_NAME, MOST_DOTS = 400, 60

CONVERSIONS = {
    "torch": """\
import torch
from safetensors.torch import save_file

weights = torch.load("x.pt", map_location="cpu", weights_only=True)
for inside in ("state_dict", "model"):  # where some trainings put them
    weights = weights.get(inside, weights)
save_file(
    {name: tensor.clone().contiguous() for name, tensor in weights.items()
     if torch.is_tensor(tensor)},
    "x.safetensors",
)
""",
    "numpy": """\
import numpy as np
from safetensors.numpy import save_file

arrays = np.load("x.npz")
save_file(
    {name: np.ascontiguousarray(arrays[name]) for name in arrays},
    "x.safetensors",
)
""",
    "keras": """\
import keras
import numpy as np
from safetensors.numpy import save_file

TURNS = {2: (1, 0), 4: (3, 2, 0, 1)}  # Keras keeps the outputs last, torch first
NAMES = {
    "kernel": "weight", "gamma": "weight", "beta": "bias",
    "moving_mean": "running_mean", "moving_variance": "running_var",
}
weights = {}
for layer in keras.saving.load_model("x.h5").layers:
    for variable in layer.weights:
        array = variable.numpy()
        name = f"{layer.name}.{NAMES.get(variable.name, variable.name)}"
        turn = TURNS.get(array.ndim, range(array.ndim))
        weights[name] = np.ascontiguousarray(array.transpose(turn))
save_file(weights, "x.safetensors")
""",
}
"""How to turn other kinds of files into safetensors, as Python to run where the file is trusted."""

_LINES = {
    "torch": 'safetensors.torch.save_file(torch.load("x.pt", weights_only=True), "x.safetensors")',
    "numpy": 'safetensors.numpy.save_file(dict(numpy.load("x.npz")), "x.safetensors")',
    "keras": 'safetensors.numpy.save_file({v.path.replace("/", "."): v.numpy() for v in keras.saving.load_model("x.h5").weights}, "x.safetensors")',
}
_KINDS = {
    "torch": N_("an archive of torch (a pickle, which can run code when it is opened)"),
    "numpy": N_("an archive of NumPy"),
    "keras": N_("a file of Keras (HDF5)"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What a file holds.

    Attributes:
        tensors: by their names in the file, in its order, with the numbers as they are kept there.
        about: what its maker wrote besides, text by name.
    """

    tensors: Mapping[str, Tensor]
    about: Mapping[str, str]


def kind_of(data: bytes) -> str:
    """Return what a file is by its first bytes: "safetensors", "torch", "numpy", "keras" or "" for unknown."""
    length = int.from_bytes(data[:8], "little")
    if data[8:9] == b"{" and length <= max(MOST_HEADER, len(data)):
        return "safetensors"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        names = data[:4096]
        if b".npy" in names:
            return "numpy"
        return "keras" if b"model.weights.h5" in names or b"metadata.json" in names else "torch"
    if data.startswith(b"\x93NUMPY"):
        return "numpy"
    if data.startswith(b"\x89HDF\r\n\x1a\n"):
        return "keras"
    return "torch" if data[:1] == b"\x80" and data[1:2] in {b"\2", b"\3", b"\4", b"\5"} else ""


def read(path: Path) -> Weights:
    """Return the weights of a safetensors file.

    Raises:
        RunError: if it is missing, too large, damaged or of another kind; says how that is converted.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _too_large(path.name, path.stat().st_size)
        return parse(path.read_bytes(), path.name)
    except OSError as error:
        raise RunError(
            "`{file}` cannot be read: {reason}", file=str(path), reason=error.strerror or ""
        ) from None


def parse(data: bytes, name: str) -> Weights:
    """Return the weights in the bytes of a safetensors file that is called ``name``.

    Raises:
        RunError: as ``read``.
    """
    name = name[:100]
    if len(data) > MOST_BYTES:
        raise _too_large(name, len(data))
    kind = kind_of(data)
    if kind in _LINES:
        raise RunError(
            "`{file}` is {kind}; only safetensors files are read. Convert it where you trust it: `{line}`",
            file=name, kind=_KINDS[kind], line=_LINES[kind],
        )  # fmt: skip
    try:
        return _parsed(data)
    except (
        SafetensorError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise RunError(
            "`{file}` is damaged or no safetensors file: {reason}", file=name, reason=str(error)[:200]
        ) from None  # fmt: skip


def _parsed(data: bytes) -> Weights:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= min(MOST_HEADER, len(data) - 8):
        raise ValueError("it is cut short")
    header = json.loads(data[8 : 8 + length])
    about = header.pop("__metadata__", None) or {}
    if len(header) > MOST_TENSORS or any(
        len(name) > LONGEST_NAME or name.count(".") > MOST_DOTS for name in header
    ):
        raise ValueError(f"it has more than {MOST_TENSORS} tensors, or names that are too long")
    tensors = safetensors.torch.load(data)
    return Weights({name: tensors[name] for name in header}, {key: str(text) for key, text in about.items()})


def _too_large(name: str, size: int) -> RunError:
    return RunError(
        "`{file}` is too large: {found:.1f} GB, at most {most:.1f} GB are read",
        file=name, found=size / 1e9, most=MOST_BYTES / 1e9,
    )  # fmt: skip
