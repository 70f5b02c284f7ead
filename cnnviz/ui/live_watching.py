"""A look inside a run that trains: the doctor, the watched pictures, the first kernels, norms by layer."""

import math
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from cnnviz.components import Answers, FirstKernels, Pictures, Said, Strip, advice, watching
from cnnviz.train.events import Watched
from cnnviz.train.history import History
from cnnviz.ui import labels
from cnnviz.ui.i18n import _, current
from cnnviz.ui.live_reading import Reading

LIVE = "live.npz"
MOST_BYTES = 64_000_000
MOST_KERNELS, MOST_SIDE, MOST_PICTURES = 32, 32, 24
COLUMNS = 72
"""Looks inside that a strip shows; half as many where there are very many layers."""


def doctor(known: Reading, failure: Said | None) -> None:
    """Show what the doctor says, and why the run failed where it did."""
    if not known.history.loss and not failure:
        return  # queued or starting: there is nothing yet that could stand out
    language = current()
    found = [
        Said(each.severity, each.message.say(language), tuple(one.say(language) for one in each.advice))
        for each in known.findings()
    ]
    if failure:  # what the doctor says of it is nearer to the cause
        found.insert(1 if found and found[0].severity == "error" else 0, failure)
    advice(found, labels.advice(), key=f"advice_{known.run.name}")


def show(known: Reading) -> None:
    """Show what is known of the inside; nothing of a run that has never looked."""
    history = known.history
    live = known.once("live", _stamp(known.run.path / LIVE), lambda: _live(known.run.path / LIVE))
    strips = _strips(history)
    answers = _answers(history, live)
    if answers or live.get("kernels") or strips:
        watching(
            labels.watching(),
            key=f"watching_{known.run.name}",
            answers=answers,
            kernels=live.get("kernels"),
            strips=strips,
        )


def _answers(history: History, live: dict[str, Any]) -> Answers | None:
    started = history.started
    truths = (
        [int(number) for number in started.handful] if started and started.handful else live.get("labels", [])
    )
    if not truths or started is None:
        return None
    rows = history.watched[-1].predictions if history.watched else ()
    predicted = [(max(range(len(row)), key=row.__getitem__), max(row)) for row in rows if row]
    if len(predicted) != len(truths) or not all(math.isfinite(share) for _at, share in predicted):
        predicted = []
    pictures = live.get("pictures")
    if pictures is not None and pictures[1] != len(truths):
        pictures = None
    return Answers(
        truths, predicted, [_(name) for name in started.classes], pictures[0] if pictures else None
    )


def _strips(history: History) -> list[Strip]:
    looks = history.watched
    if not looks:
        return []
    last = looks[-1]
    columns = COLUMNS if len(last.layers) <= 40 else COLUMNS // 2
    looks = (
        [looks[at * len(looks) // columns] for at in range(columns)] + [last]
        if len(looks) > columns
        else looks
    )
    steps = [look.step for look in looks]
    found = []
    if last.layers:
        for title, explained, name in (
            (_("Gradients by layer"), _("2-norm, input first; the fainter, the smaller. A row much fainter than the last one hardly learns."), "gradient_norms"),
            (_("Weights by layer"), _("2-norm, input first; the fainter, the smaller."), "weight_norms"),
        ):  # fmt: skip
            found.append(Strip(title, explained, last.layers, steps, _rows(looks, name, last)))
    shares = [path for path, share in last.activations.items() if _number(share)]
    if shares:
        rows = [[float(look.activations[path]) if _number(look.activations.get(path)) else math.nan for look in looks] for path in shares]  # fmt: skip
        found.append(
            Strip(
                _("Dead or saturated units"),
                _("Part of the units that say 0 for every picture (ReLU), or stand at an end (sigmoid, tanh)."),
                shares, steps, rows, "share",
            )
        )  # fmt: skip
    return found


def _rows(looks: list[Watched], name: str, last: Watched) -> list[list[float]]:
    count = len(last.layers)
    norms = [
        getattr(look, name) if len(getattr(look, name)) == count else (math.nan,) * count for look in looks
    ]
    return [[row[at] for row in norms] for at in range(count)]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _live(path: Path) -> dict[str, Any]:
    """Return what ``live.npz`` holds, fit for the screen; nothing of what is missing or damaged."""
    found: dict[str, Any] = {}
    try:
        if path.stat().st_size > MOST_BYTES:
            return found
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as data:
            if "labels" in data:
                found["labels"] = [int(number) for number in data["labels"].ravel()[:MOST_PICTURES]]
            if "pictures" in data:
                found["pictures"] = _pictures(data["pictures"])
            if "kernels" in data:
                found["kernels"] = _kernels(data["kernels"], int(data["step"]) if "step" in data else 0)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        pass  # a run of yesterday, or one that is being written on a file system without atomic renames
    return {name: value for name, value in found.items() if value is not None}


def _pictures(given: np.ndarray) -> tuple[Pictures, int] | None:
    """Return the pictures, made small enough to be sent every second: means of squares of pixels."""
    if given.ndim != 4 or given.dtype != np.uint8 or 0 in given.shape:
        return None
    given = given[:MOST_PICTURES]
    given = given if given.shape[1] == 3 else given[:, :1]
    _count, channels, height, width = given.shape
    by = -(-max(height, width) // MOST_SIDE)
    if by > 1:
        rows, columns = height // by * by, width // by * by
        if not rows or not columns:
            return None
        blocks = given[:, :, :rows, :columns].reshape(len(given), channels, rows // by, by, columns // by, by)
        given = blocks.mean((3, 5)).round().astype(np.uint8)
    return Pictures((channels, *given.shape[2:]), given.tobytes()), len(given)


def _kernels(given: np.ndarray, step: int) -> FirstKernels | None:
    if given.ndim != 4 or 0 in given.shape or given.dtype.kind != "f":
        return None
    whole, channels = given.shape[:2]
    shown = given[:MOST_KERNELS].astype(np.float32)
    if channels != 3:
        shown = shown[:, :1]
    shown = np.nan_to_num(shown, nan=0.0, posinf=0.0, neginf=0.0)
    scale = float(np.abs(shown).max()) or 1.0
    data = np.round(shown / scale * 127).astype(np.int8)
    return FirstKernels((len(data), *data.shape[1:]), whole, step, scale, data.tobytes())
