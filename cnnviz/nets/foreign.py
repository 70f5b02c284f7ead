"""Weights that somebody else made: safetensors files are read, whatever could run code is refused with its cure.

A torch archive (.pt, .pth, .bin), a pickle, holds programs that run when it is opened. It is recognised by its first
bytes and never opened; ``CONVERSIONS`` has the lines that turn it into safetensors where its owner trusts it.
"""

import json
import re
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
for inside in ("model_state_dict", "state_dict", "model", "net"):  # where trainings put them
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

_ENDINGS = {"torch": "pt", "numpy": "npz", "keras": "h5"}
"""Of the file ``x`` that each of the conversions reads."""

_KINDS = {
    "torch": N_("an archive of torch (a pickle, which can run code when it is opened)"),
    "numpy": N_("an archive of NumPy"),
    "keras": N_("a file of Keras (HDF5)"),
}


class OtherKindError(RunError):
    """A file of a kind that we know but do not read, with the lines that convert it.

    Attributes:
        kind: "torch", "numpy" or "keras".
        file: its name.
    """

    def __init__(self, kind: str, file: str) -> None:
        super().__init__(
            N_("`{file}` is {kind}; only safetensors files are read. Convert it where you trust it:\n\n{lines}"),
            file=file, kind=_KINDS[kind], lines=conversion(kind, file),
        )  # fmt: skip
        self.kind, self.file = kind, file


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


def conversion(kind: str, file: str = "") -> str:
    """Return the lines of ``CONVERSIONS`` for a file of this name, as Python.

    Args:
        kind: one of ``CONVERSIONS``.
        file: its name; what could end the text in which it stands is replaced by a hyphen. "" for ``x``.
    """
    if not file:
        return CONVERSIONS[kind]
    source = re.sub(r"[^\w .()+-]+", "-", file)
    stem, _, ending = source.rpartition(".")
    before = ""
    if ending.lower() == "safetensors":  # torch goes by this ending, and the file would be written over
        source = f"{stem}.{_ENDINGS[kind]}"
        before = f"# first rename the file: {source}\n"
    lines = CONVERSIONS[kind].replace('"x.safetensors"', f'"{stem or source}.safetensors"')
    return before + lines.replace(f'"x.{_ENDINGS[kind]}"', f'"{source}"')


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
    if kind in CONVERSIONS:
        raise OtherKindError(kind, name)
    if len(data) >= 8 and not 2 <= int.from_bytes(data[:8], "little") <= MOST_HEADER:
        raise RunError("`{file}` is no safetensors file, whatever its name says", file=name)
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
    if len(data) < 8 or length > len(data) - 8:
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
