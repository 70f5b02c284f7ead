"""What a run wrote down at the end of each epoch: first kernels, answers on the validation pictures, a handful.

    validation(run.path) -> Validation    files(run.path) -> {1: Path, 2: Path}    read(path) -> Epoch

numpy only. What is damaged, too large or from somebody else is passed over: a page shows what there is.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import RunError
from cnnviz.explain.evaluation import Answers, Evaluation, evaluate

FOLDER = "epochs"
TEST, LIVE = "test.npz", "live.npz"

MOST_BYTES = 400_000_000
"""Unpacked bytes of one file; a file that claims more is passed over before it is unpacked."""

_NAME = re.compile(r"(\d{4,6})\.npz")


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Which pictures a run validates with.

    Attributes:
        numbers: int64 (N,), their places in the training part of the data set. labels: int64 (N,), what they show.
    """

    numbers: NDArray[np.int64]
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """A run as it was at the end of one epoch.

    Attributes:
        number: counted from 1.
        kernels: float32 (O, I, kh, kw) of the first convolution; None where there is none.
        predicted: int64 (N,), what each validation picture was taken for; empty where none were kept.
        confidence: float64 (N,), how surely.
        handful: float64 (H, C), the probabilities for the watched pictures; None where they were not kept.
    """

    number: int
    kernels: NDArray[np.float32] | None
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float64]
    handful: NDArray[np.float64] | None

    def answers(self, labels: NDArray[np.int64], classes: tuple[str, ...]) -> Answers | None:
        """Return its answers on the validation pictures; None where they do not fit to these labels."""
        try:
            return Answers(self.predicted, self.confidence, labels, classes) if len(labels) else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, eq=False)
class Handful:
    """The few pictures that a run watches: uint8 (H, channels, height, width) as its network sees them, and labels."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]


def files(run: Path) -> dict[int, Path]:
    """Return the files of a run's epochs, the first one first; none for a run that wrote none."""
    try:
        found = sorted((run / FOLDER).iterdir())
    except OSError:
        return {}
    named = ((_NAME.fullmatch(path.name), path) for path in found)
    return {int(match[1]): path for match, path in named if match and int(match[1])}


def read(path: Path) -> Epoch | None:
    """Return one epoch; None where its file is missing, damaged or too large."""
    match, data = _NAME.fullmatch(path.name), load(path)
    if match is None or not data:
        return None
    nothing = np.zeros(0, np.uint16)
    predicted, confidence = data.get("predicted", nothing), data.get("confidence", nothing.astype(np.float16))
    kernels, handful = data.get("kernels"), data.get("handful")
    good = (
        predicted.ndim == confidence.ndim == 1
        and len(predicted) == len(confidence)
        and predicted.dtype.kind in "ui"
        and confidence.dtype.kind == "f"
        and (kernels is None or (kernels.ndim == 4 and kernels.dtype.kind == "f" and kernels.size > 0))
        and (handful is None or (handful.ndim == 2 and handful.dtype.kind == "f"))
    )
    if not good:
        return None
    return Epoch(
        int(match[1]),
        None if kernels is None else np.nan_to_num(kernels.astype(np.float32)),
        predicted.astype(np.int64),
        np.nan_to_num(confidence.astype(np.float64)),
        None if handful is None else np.nan_to_num(handful.astype(np.float64)),
    )


def validation(run: Path) -> Validation | None:
    """Return which pictures a run validates with; None where it keeps none or does not say."""
    data = load(run / FOLDER / "validation.npz")
    numbers, labels = data.get("numbers"), data.get("labels")
    if numbers is None or labels is None or numbers.ndim != 1 or numbers.shape != labels.shape:
        return None
    if numbers.dtype.kind not in "ui" or labels.dtype.kind not in "ui" or not len(numbers):
        return None
    return Validation(numbers.astype(np.int64), labels.astype(np.int64))


def tested(run: Path, classes: tuple[str, ...]) -> Evaluation | None:
    """Return the answers to the official test pictures; None where they were not asked or do not fit."""
    data = load(run / TEST)
    try:
        probabilities = np.nan_to_num(data["probabilities"].astype(np.float64))
        return Evaluation(probabilities, data["labels"], classes, data.get("predicted"))
    except (KeyError, ValueError, TypeError):
        return None


def handful(run: Path) -> Handful | None:
    """Return the pictures that a run watches; None where it watches none."""
    data = load(run / LIVE)
    pictures, labels = data.get("pictures"), data.get("labels")
    if pictures is None or labels is None or pictures.dtype != np.uint8 or pictures.ndim != 4:
        return None
    if labels.shape != (len(pictures),) or labels.dtype.kind not in "ui":
        return None
    return Handful(pictures, labels.astype(np.int64))


def load(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an ``.npz`` file, never a pickle; nothing where it is missing, damaged or too large."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                return {}
        with np.load(path, allow_pickle=False) as data:
            return {name: data[name] for name in data.files}
    except (
        OSError,
        ValueError,
        EOFError,
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        SyntaxError,
    ):
        return {}


def ask_test(
    run: Path,
    checkpoint: Path,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Ask a run's network the official test pictures, and write the answers and the asking down in its folder.

    Args:
        run: the run's folder.
        checkpoint: the weights to ask with.
        progress: told the share that is done, 0 to 1.
        should_stop: asked before every batch.

    Raises:
        CnnvizError: as ``evaluate``, and if nothing can be written.
    """
    from cnnviz.train import records  # noqa: PLC0415  (reading comes without it)

    try:
        records.ask_test(run)
        answers = evaluate(checkpoint, progress=progress, should_stop=should_stop)
        records.write(
            run / TEST,
            {
                "probabilities": answers.probabilities.astype(np.float16), "labels": answers.labels,
                "predicted": answers.predicted.astype(np.uint16),
            },
        )  # fmt: skip
    except OSError as error:
        raise RunError(
            "the answers cannot be kept in {path}: {reason}", path=str(run), reason=error.strerror or ""
        ) from None
    return answers


def times_asked(run: Path) -> int:
    """Return how often a run's card says that the test pictures were asked; 0 where it does not say."""
    from cnnviz.train import records  # noqa: PLC0415

    asked = records.read_card(run).get("test_asked")
    return asked if isinstance(asked, int) else 0
