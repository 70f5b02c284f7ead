"""Weights with everything that is needed to use them: one safetensors file, never a pickle.

The metadata of the file hold, as JSON, network, classes, what pictures are normalised with, and the card.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from cnnviz import files
from cnnviz.errors import CnnvizError, RunError
from cnnviz.nets.build import build
from cnnviz.spec import Network, from_data, to_data

VERSION = 1
KEY = "cnnviz"
MOST_BYTES = 2_000_000_000
MOST_HEADER = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A trained network.

    Attributes:
        network: its description.
        classes: names of the classes, in the order of the scores.
        mean, std: of each channel, on the scale 0 to 1; pictures go in as (x - mean) / std.
        dataset: what it was trained on.
        epoch, step: how far.
        weights: the module's ``state_dict``.
        card: how it was made and what it scores; whatever JSON holds.
    """

    network: Network
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    dataset: str
    epoch: int
    step: int
    weights: Mapping[str, Tensor]
    card: dict[str, Any] = field(default_factory=dict)

    def module(self) -> nn.Module:
        """Return the network built with these weights (not with copies), in evaluation mode, on the CPU."""
        with torch.device("meta"):  # no first weights to be thrown away: AlexNet's take seconds
            module = build(self.network)
        module.load_state_dict(dict(self.weights), assign=True)
        return module.eval()


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint so that, whatever happens, the file is the old one or the new one, whole.

    Raises:
        OSError: if it cannot be written (a full disk).
    """
    about = {
        "version": VERSION,
        "network": to_data(checkpoint.network),
        "classes": checkpoint.classes,
        "mean": checkpoint.mean,
        "std": checkpoint.std,
        "dataset": checkpoint.dataset,
        "epoch": checkpoint.epoch,
        "step": checkpoint.step,
        "card": checkpoint.card,
    }
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in checkpoint.weights.items()}
    data = safetensors.torch.save(weights, {KEY: json.dumps(about, ensure_ascii=False, allow_nan=False)})
    with files.whole(path) as file:
        file.write(data)


def load(path: Path) -> Checkpoint:
    """Return a checkpoint, everything in it checked against the network that it describes.

    Raises:
        RunError: if the file is missing, too large, damaged or none of ours.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise RunError(
                "the checkpoint {file} is too large: {found} bytes, at most {most}",
                file=str(path), found=size, most=MOST_BYTES,
            )  # fmt: skip
        data = path.read_bytes()
    except FileNotFoundError:
        raise RunError("there is no checkpoint {file}", file=str(path)) from None
    except OSError as error:
        raise RunError(
            "the checkpoint {file} cannot be read: {reason}", file=str(path), reason=str(error)
        ) from None
    try:
        return _parsed(data)
    except (CnnvizError, SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(
            "the checkpoint {file} is damaged or none of cnnviz: {reason}",
            file=str(path), reason=str(error)[:200],
        ) from None  # fmt: skip


def _parsed(data: bytes) -> Checkpoint:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= min(MOST_HEADER, len(data) - 8):
        raise ValueError("it is cut short or no safetensors file")
    about = json.loads(json.loads(data[8 : 8 + length])["__metadata__"][KEY])
    if about["version"] != VERSION:
        raise ValueError(f"it has version {about['version']!r}, known is {VERSION}")
    network = from_data(about["network"])
    checkpoint = Checkpoint(
        network,
        _strings(about["classes"]),
        _numbers(about["mean"], network.input_shape[0]),
        _numbers(about["std"], network.input_shape[0]),
        str(about["dataset"])[:1000],
        int(about["epoch"]),
        int(about["step"]),
        safetensors.torch.load(data),
        dict(about["card"]),
    )
    if min(checkpoint.std) <= 0:
        raise ValueError("`std` must be positive")
    _check_weights(checkpoint)
    return checkpoint


def _check_weights(checkpoint: Checkpoint) -> None:
    with torch.device("meta"):
        expected = build(checkpoint.network).state_dict()
    if set(expected) != set(checkpoint.weights):
        odd = sorted(set(expected) ^ set(checkpoint.weights))
        raise ValueError(f"weights and network differ in `{odd[0][:80]}`")
    for name, tensor in checkpoint.weights.items():
        want = expected[name]
        if tensor.shape != want.shape or tensor.dtype != want.dtype:
            raise ValueError(f"`{name}` is {tuple(tensor.shape)}, the network wants {tuple(want.shape)}")
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise ValueError(f"`{name}` holds numbers that are not finite")


def _strings(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values) or not values:
        raise ValueError("`classes` must be a list of names")
    return tuple(values)


def _numbers(values: object, count: int) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(f"`mean` and `std` must be lists of {count} numbers")
    numbers = tuple(float(value) for value in values)
    if not all(map(math.isfinite, numbers)):
        raise ValueError("`mean` and `std` must be finite")
    return numbers
