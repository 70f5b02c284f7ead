"""What a training leaves beside its events and weights: how each epoch answered, what can be watched, a card.

    card.json               explains the run            epochs/validation.npz   which pictures were validated
    epochs/0007.npz         one an epoch                live.npz                 a look at the kernels, now
    test.npz                the answers at the end

All arrays are numpy's, without pickles. Each file is written beside and renamed, so a reader never sees half of one.
"""

import contextlib
import json
import platform
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz import files

CARD, EPOCHS, VALIDATION, LIVE, TEST = "card.json", "epochs", "validation.npz", "live.npz", "test.npz"
VERSION = 1

_EPOCH = re.compile(r"([0-9]{4,})\.npz")

Arrays = Mapping[str, NDArray[Any] | None]


def write(path: Path, arrays: Arrays) -> None:
    """Write an ``.npz`` file so that it is the old one or the new one, whole; arrays that are None are left out.

    Raises:
        OSError: if it cannot be written (a full disk).
    """
    with files.whole(path, durable=False) as file:
        np.savez(file, **{name: array for name, array in arrays.items() if array is not None})  # type: ignore[arg-type]


def write_epoch(folder: Path, epoch: int, arrays: Arrays) -> None:
    """Write what an epoch answered.

    Raises:
        OSError: if it cannot be written (a full disk).
    """
    path = epoch_path(folder, epoch)
    path.parent.mkdir(exist_ok=True)
    write(path, arrays)


def epoch_path(folder: Path, epoch: int) -> Path:
    """Return the file of an epoch of the run in a folder."""
    return folder / EPOCHS / f"{epoch:04d}.npz"


def confusion(predicted: NDArray[Any], labels: NDArray[Any], classes: int) -> NDArray[np.int32]:
    """Return how often each class (row) was taken for each (column): int32 (classes, classes)."""
    pairs = labels.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(pairs, minlength=classes * classes).astype(np.int32).reshape(classes, classes)


def cut(folder: Path, epoch: int) -> None:
    """Remove what was recorded of epochs after this one, of the test, and what a fall left half written."""
    stale = [folder / TEST] if (folder / TEST).exists() else []
    for path in _inside(folder / EPOCHS):
        match = _EPOCH.fullmatch(path.name)
        if match and int(match[1]) > epoch:
            stale.append(path)
    for path in (*_inside(folder), *_inside(folder / EPOCHS)):
        if re.fullmatch(r"\..+\.(safetensors|npz|jsonl?)\.[0-9a-f]{8}", path.name):
            stale.append(path)
    for path in stale:
        with contextlib.suppress(OSError):
            path.unlink()


def begin_card(folder: Path, values: Mapping[str, Any]) -> None:
    """Write the card of a run that begins; one that is taken up again keeps its own and adds a line to ``resumed``.

    Raises:
        OSError: if it cannot be written (a full disk).
    """
    card = read_card(folder)
    if "started" in card:
        again = {name: values[name] for name in ("started", "device", "torch", "threads") if name in values}
        card["resumed"] = [*card.get("resumed", []), again][-100:]
    else:
        card |= {"cnnviz_card": VERSION, "cnnviz": _version(), "python": platform.python_version()}
        card |= {"platform": platform.platform(), "test_asked": 0, **values}
    _write_card(folder, card)


def ask_test(folder: Path) -> int:
    """Note on the card that the test pictures are asked once more; return how often they were.

    Raises:
        OSError: if it cannot be written (a full disk).
    """
    card = read_card(folder)
    card["test_asked"] = asked = int(card.get("test_asked", 0)) + 1
    _write_card(folder, card)
    return asked


def read_card(folder: Path) -> dict[str, Any]:
    """Return the card of a run; nothing where it is missing or damaged."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return card if isinstance(card, dict) else {}


def _write_card(folder: Path, card: Mapping[str, Any]) -> None:
    with files.whole(folder / CARD) as file:
        file.write(json.dumps(card, ensure_ascii=False, indent=1).encode())


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _version() -> str:
    try:
        return metadata.version("cnnviz")
    except metadata.PackageNotFoundError:
        return ""
