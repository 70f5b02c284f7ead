"""How good are a network's answers, and where is it wrong? Confusion, classes, calibration, mistakes.

    Evaluation(probabilities, labels, classes).confusion()        evaluate(checkpoint, "mnist").per_class()

The measures need numpy alone; torch is imported only where a network is asked (``evaluate``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import RunError

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.data.datasets import Dataset
    from cnnviz.nets.checkpoint import Checkpoint

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Part = Literal["test", "validation", "training"]

PIXELS = 1_000_000
"""Values of pictures that go through a network at a time."""


@dataclass(frozen=True, slots=True)
class PerClass:
    """How well one class is told apart; NaN where there is nothing to divide by.

    Attributes:
        name: of the class.
        precision: of the pictures that were taken for it, the share that really show it.
        recall: of the pictures that show it, the share that were taken for it.
        f1: harmonic mean of both.
        support: pictures that show it. predicted: pictures that were taken for it.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies from ``low`` to ``high``.

    Attributes:
        count: how many. confidence, accuracy: their means; NaN where there are none.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a network that is 80 % sure is right in 80 % of the cases.

    Attributes:
        bins: the answers by confidence, the least sure first.
        error: expected calibration error: the mean of |accuracy - confidence| over the bins, each weighed by its
            pictures (Guo et al. 2017, "On Calibration of Modern Neural Networks").
        confidence, accuracy: means over all answers.
    """

    bins: tuple[Bin, ...]
    error: float
    confidence: float
    accuracy: float


class Answers:
    """What a network took some pictures for, how sure it was, and what they really show.

    Attributes:
        predicted: int64 (N,), the class of each answer. confidence: float64 (N,), its probability, 0 to 1.
        labels: int64 (N,), what the pictures show. classes: the names of the C classes.

    Raises:
        ValueError: if the three are not equally long, or a number is no class.
    """

    def __init__(
        self, predicted: ArrayLike, confidence: ArrayLike, labels: ArrayLike, classes: Sequence[str]
    ) -> None:
        self.classes = tuple(classes)
        self.predicted: Ints = np.asarray(predicted, dtype=np.int64)
        self.labels: Ints = np.asarray(labels, dtype=np.int64)
        self.confidence: Floats = np.asarray(confidence, dtype=np.float64)
        if not self.predicted.shape == self.labels.shape == self.confidence.shape == (len(self.labels),):
            raise ValueError("`predicted`, `confidence` and `labels` must be equally long")
        for numbers in (self.predicted, self.labels):
            if numbers.size and not 0 <= numbers.min() <= numbers.max() < len(self.classes):
                raise ValueError(f"there are only {len(self.classes)} classes")

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Which answers are right, (N,)."""
        return np.equal(self.predicted, self.labels)

    @property
    def accuracy(self) -> float:
        """The share of right answers, 0 to 1; NaN without pictures."""
        return float(self.right.mean()) if len(self) else float("nan")

    def confusion(self) -> Ints:
        """Return how often each class (row) was taken for each class (column), (C, C)."""
        return confusion_of(self.labels, self.predicted, len(self.classes))

    def per_class(self) -> list[PerClass]:
        """Return precision, recall, F1 and support of each class, in their order."""
        counts = self.confusion()
        support, taken, hits = counts.sum(1), counts.sum(0), counts.diagonal()
        rows = zip(self.classes, support.tolist(), taken.tolist(), hits.tolist(), strict=True)
        return [
            PerClass(
                name, _share(hit, given), _share(hit, shown), _share(2 * hit, shown + given), shown, given
            )
            for name, shown, given, hit in rows
        ]

    def calibration(self, bins: int = 10) -> Calibration:
        """Return how far confidence and accuracy agree.

        Args:
            bins: equally wide parts of 0 to 1; a confidence on a border belongs to the upper one.
        """
        place = np.minimum((self.confidence * bins).astype(np.int64), bins - 1)
        counts = np.bincount(place, minlength=bins)
        sure = np.bincount(place, self.confidence, minlength=bins)
        hits = np.bincount(place, self.right, minlength=bins)
        total = max(len(self), 1)
        return Calibration(
            tuple(
                Bin(i / bins, (i + 1) / bins, count, _share(s, count), _share(h, count))
                for i, (count, s, h) in enumerate(zip(counts.tolist(), sure, hits, strict=True))
            ),
            float(np.abs(hits - sure).sum() / total), float(sure.sum() / total), float(hits.sum() / total),
        )  # fmt: skip

    def mistakes(self, count: int, truth: int | None = None, predicted: int | None = None) -> Ints:
        """Return the numbers of wrong answers, the most confident first.

        Args:
            count: at most so many.
            truth: only pictures that show this class.
            predicted: only those that were taken for this one.
        """
        return self._surest(~self.right, count, truth, predicted)

    def cell(self, truth: int, predicted: int, count: int | None = None) -> Ints:
        """Return the numbers of the pictures in one cell of the confusion matrix, the most confident first."""
        return self._surest(np.ones(len(self), dtype=bool), count, truth, predicted)

    def hardest(self, count: int) -> list[int]:
        """Return the ``count`` classes with the most mistakes (missed or wrongly seen), in the classes' order."""
        counts = self.confusion()
        wrong = counts.sum(1) + counts.sum(0) - 2 * counts.diagonal()
        return sorted(np.argsort(-wrong, kind="stable")[:count].tolist())

    def _surest(
        self, among: NDArray[np.bool_], count: int | None, truth: int | None, predicted: int | None
    ) -> Ints:
        if truth is not None:
            among = among & (self.labels == truth)
        if predicted is not None:
            among = among & (self.predicted == predicted)
        numbers = np.flatnonzero(among)
        return numbers[np.argsort(-self.confidence[numbers], kind="stable")][:count]


class Evaluation(Answers):
    """Answers with the probability of every class.

    Attributes:
        probabilities: float64 (N, C), each row adds up to 1.

    Args:
        probabilities: (N, C) of any float.
        labels: (N,), what the pictures show.
        classes: the names of the C classes.
        predicted: the answers where they are known better than from ``probabilities``, which may be rounded.
    """

    def __init__(
        self,
        probabilities: ArrayLike,
        labels: ArrayLike,
        classes: Sequence[str],
        predicted: ArrayLike | None = None,
    ) -> None:
        given = np.asarray(probabilities)
        if given.ndim != 2 or given.shape[1] != len(classes):
            raise ValueError(
                f"`probabilities` {given.shape} must have a column for each of {len(classes)} classes"
            )
        self.probabilities: Floats = given.astype(np.float64)
        answers = self.probabilities.argmax(1) if predicted is None else np.asarray(predicted, dtype=np.int64)
        confidence = self.probabilities.max(1, initial=0.0)
        super().__init__(answers, confidence, labels, classes)

    @property
    def loss(self) -> float:
        """Mean of -log(probability of the truth), in nats; a probability that was rounded to 0 counts as 1e-7."""
        truth = self.probabilities[np.arange(len(self)), self.labels]
        return float(-np.log(np.maximum(truth, 1e-7)).mean()) if len(self) else float("nan")


def confusion_of(labels: Ints, predicted: Ints, classes: int) -> Ints:
    """Return how often each class (row) was taken for each class (column), (classes, classes)."""
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def evaluate(
    checkpoint: "Checkpoint | Path",
    dataset: "Dataset | str | None" = None,
    part: Part = "test",
    *,
    device: str = "cpu",
    progress: Callable[[float], None] = lambda _share: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Ask a trained network all pictures of one part of a data set.

    Args:
        checkpoint: the network, or its file.
        dataset: the pictures, or their name; those that it was trained on by default.
        part: "validation" and "training" are split as the run did that made the checkpoint (its card says how).
        device: where to compute.
        progress: told the share that is done, 0 to 1.
        should_stop: asked before every batch.

    Raises:
        RunError: if the checkpoint is damaged, has other classes than the data set, or it was stopped.
        DataError: if the data set cannot be read.
    """
    import torch  # noqa: PLC0415  (reading recorded answers comes without it)

    from cnnviz.data.datasets import fit, load  # noqa: PLC0415
    from cnnviz.nets import checkpoint as checkpoints  # noqa: PLC0415

    known = checkpoints.load(checkpoint) if isinstance(checkpoint, Path) else checkpoint
    shape = known.network.input_shape
    if dataset is None or isinstance(dataset, str):
        dataset = load(dataset or known.dataset, shape=shape)
    if len(dataset.classes) != len(known.classes):
        raise RunError(
            "this network tells {count} classes apart, {dataset} has {found}",
            count=len(known.classes), dataset=dataset.name, found=len(dataset.classes),
        )  # fmt: skip
    numbers = _numbers(dataset, part, known)
    x, y = (dataset.test_x, dataset.test_y) if part == "test" else (dataset.train_x, dataset.train_y)
    where = torch.device(device)
    module = known.module().to(where)
    mean, std = (torch.tensor(v, device=where).view(1, -1, 1, 1) for v in (known.mean, known.std))
    size = max(1, min(1000, PIXELS // (shape[0] * shape[1] * shape[2])))
    found = []
    with torch.inference_mode():
        for first in range(0, len(numbers), size):
            if should_stop():
                raise RunError("the evaluation was stopped")
            batch = fit(x[numbers[first : first + size]], shape).to(where).float().div_(255)
            found.append(_probabilities(module((batch - mean) / std), known).cpu())
            progress(min(1.0, (first + size) / len(numbers)))
    return Evaluation(torch.cat(found).numpy(), y[numbers].numpy(), dataset.classes)


def _numbers(dataset: "Dataset", part: Part, known: "Checkpoint") -> "Tensor":
    """Return which pictures of the test or training part are meant."""
    import torch  # noqa: PLC0415

    from cnnviz.data.datasets import split  # noqa: PLC0415

    if part == "test":
        return torch.arange(len(dataset.test_y))
    fraction, seed = known.card.get("validation_fraction"), known.card.get("seed")
    if not isinstance(fraction, float | int) or not isinstance(seed, int):
        raise RunError("this checkpoint does not say which pictures it was validated with")
    learned, kept = split(dataset, float(fraction), seed)
    numbers = kept if part == "validation" else learned
    if not len(numbers):
        raise RunError("this run kept no validation pictures")
    return numbers


def _probabilities(scores: "Tensor", known: "Checkpoint") -> "Tensor":
    """A network may end in log-probabilities, in probabilities, or in raw scores."""
    from cnnviz.spec import LogSoftmax, Softmax, leaves  # noqa: PLC0415

    if scores.shape[1:] != (len(known.classes),):
        raise RunError(
            "this network gives {shape}, not one score for each of {count} classes",
            shape="x".join(map(str, scores.shape[1:])), count=len(known.classes),
        )  # fmt: skip
    last = [layer for _, layer in leaves(known.network.body)][-1]
    if isinstance(last, LogSoftmax):
        return scores.exp()
    return scores if isinstance(last, Softmax) else scores.softmax(1)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
