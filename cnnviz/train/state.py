"""All that a training needs to go on exactly where it was: one safetensors file, never a pickle.

    state.safetensors            the newest      state.previous.safetensors   the one before, should it be damaged

The metadata hold a JSON text (``Position`` and whatever the training adds) and a SHA-256 of the whole file, in which
the place of the sum itself counts as zeros. A file is written beside, forced to disk and renamed, so that at any
moment there is a whole one; reading the position and checking the sum need no torch.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz import files
from cnnviz.errors import RunError
from cnnviz.train.history import EVENTS
from cnnviz.train.run import STATES

if TYPE_CHECKING:
    from torch import Tensor

STATE, PREVIOUS = STATES
VERSION = 1
MOST_HEADER = 64_000_000

_KEY, _SUM = "cnnviz_state", "checksum"
_ZEROS = "0" * 64


@dataclass(frozen=True, slots=True)
class Position:
    """Where a training is, as its state says.

    Attributes:
        step, epoch: counted from 1; ``whole`` tells whether the epoch is done and judged.
        epochs: of the whole training, as planned then.
        offset: bytes of the event file that belong to it.
        data: everything that was saved beside the tensors.
    """

    step: int
    epoch: int
    whole: bool
    epochs: int
    offset: int
    data: Mapping[str, Any]


def save(folder: Path, data: Mapping[str, Any], tensors: "Mapping[str, Tensor]") -> None:
    """Write a state; the one before is kept. Whatever happens meanwhile, a whole state stays.

    Args:
        folder: of the run.
        data: what ``Position`` names, and whatever else JSON holds.
        tensors: on any device.

    Raises:
        OSError: if it cannot be written (a full disk).
    """
    import safetensors.torch  # noqa: PLC0415

    given = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    about = json.dumps({"version": VERSION, **data}, allow_nan=True)
    whole = memoryview(safetensors.torch.save(given, {_KEY: about, _SUM: _ZEROS}))
    length = 8 + int.from_bytes(whole[:8], "little")
    head = bytes(whole[:length])
    found = hashlib.sha256(whole).hexdigest()
    head = _with_sum(head, found)
    with contextlib.suppress(OSError), (folder / EVENTS).open("rb") as events:
        os.fsync(events.fileno())  # the state must not know more than the events on the disk
    with files.whole(folder / STATE, previous=folder / PREVIOUS) as file:
        file.write(head)
        file.write(whole[length:])


def newest(folder: Path, *, checked: bool) -> tuple[Path, Position] | None:
    """Return the newest good state of a run and where it is; None where there is none.

    Args:
        folder: of the run.
        checked: whether every byte is read and compared with the sum, too; else only its beginning and its length.
    """
    for name in (STATE, PREVIOUS):
        path = folder / name
        try:
            found = position(path)
            if checked:
                _check(path)
            if found.offset <= _size(folder / EVENTS):
                return path, found
        except RunError:
            continue
    return None


def position(path: Path) -> Position:
    """Return where the training of a state is, from the beginning of its file.

    Raises:
        RunError: if the file is missing, cut short or none of ours.
    """
    try:
        with path.open("rb") as file:
            head = _head(file.read(8), file.read)
        parsed = json.loads(head)
        end = max(
            (entry["data_offsets"][1] for name, entry in parsed.items() if name != "__metadata__"), default=0
        )
        if 8 + len(head) + end != _size(path):
            raise ValueError("it is cut short")
        data = json.loads(parsed["__metadata__"][_KEY])
        if data["version"] != VERSION:
            raise ValueError(f"it has version {data['version']!r}, known is {VERSION}")
        return Position(
            int(data["step"]), int(data["epoch"]), bool(data["whole"]), int(data["epochs"]), int(data["offset"]), data
        )  # fmt: skip
    except FileNotFoundError:
        raise RunError("there is no state {file} to go on from", file=str(path)) from None
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise RunError(
            "the state {file} is damaged: {reason}", file=str(path), reason=str(error)[:200]
        ) from None


def load(path: Path) -> "tuple[Position, dict[str, Tensor]]":
    """Return a state, every byte checked: where it is, and its tensors on the CPU.

    Raises:
        RunError: if the file is missing, damaged or none of ours.
    """
    import safetensors.torch  # noqa: PLC0415
    from safetensors import SafetensorError  # noqa: PLC0415

    found = position(path)
    data = _check(path)
    try:
        return found, safetensors.torch.load(data)
    except (SafetensorError, ValueError) as error:
        raise RunError(
            "the state {file} is damaged: {reason}", file=str(path), reason=str(error)[:200]
        ) from None


def _check(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunError("the state {file} is damaged: {reason}", file=str(path), reason=str(error)) from None
    length = 8 + int.from_bytes(data[:8], "little")
    head = data[:length]
    try:
        said = json.loads(head[8:])["__metadata__"][_SUM]
    except (ValueError, KeyError, TypeError, RecursionError):
        said = ""
    found = hashlib.sha256(_with_sum(head, _ZEROS))
    found.update(memoryview(data)[length:])
    if found.hexdigest() != said:
        raise RunError("the state {file} is damaged: {reason}", file=str(path), reason="its sum is wrong")
    return data


def _with_sum(head: bytes, value: str) -> bytes:
    """Return the beginning of a file with another sum in it, of the same length."""
    mark = f'"{_SUM}":"'.encode()
    at = head.find(mark) + len(mark)
    return head[:at] + value.encode() + head[at + len(value) :]


def _head(size: bytes, read: Any) -> bytes:
    length = int.from_bytes(size, "little")
    if len(size) < 8 or not 2 <= length <= MOST_HEADER:
        raise ValueError("it is cut short or no safetensors file")
    head: bytes = read(length)
    if len(head) < length:
        raise ValueError("it is cut short")
    return head


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
