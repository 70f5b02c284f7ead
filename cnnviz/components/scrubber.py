"""A training to scrub through: kernels, confusion matrix and one picture's answer at each epoch, without the server."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from cnnviz.components.mounting import remembered, renderer
from cnnviz.components.thumbnails import Pictures


@dataclass(frozen=True, slots=True)
class Kernels:
    """The first convolution's kernels at each epoch.

    Attributes:
        shape: (kernels, input channels, height, width) of what is shown.
        whole: how many kernels the layer has.
        scale: what the number 32767 means.
        data: little-endian int16, epoch after epoch.
    """

    shape: tuple[int, int, int, int]
    whole: int
    scale: float
    data: bytes

    def to_json(self) -> dict[str, Any]:
        """Return them as the browser reads them."""
        return {
            "shape": list(self.shape),
            "whole": self.whole,
            "scale": self.scale,
            "data": b64encode(self.data).decode(),
        }


@dataclass(frozen=True, slots=True)
class Followed:
    """One picture through the training.

    Attributes:
        title: what it is called, translated.
        truth: the class that it shows.
        predicted, confidence: at each epoch.
        probabilities: of each class at each epoch; empty where only the answers are known.
        picture: how it looks; None where the data set is gone.
    """

    title: str
    truth: int
    predicted: Sequence[int]
    confidence: Sequence[float]
    probabilities: Sequence[Sequence[float]] = ()
    picture: Pictures | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as the browser reads it."""
        return {
            "title": self.title, "truth": self.truth, "predicted": [int(number) for number in self.predicted],
            "confidence": [round(float(share), 5) for share in self.confidence],
            "probabilities": [[round(float(share), 5) for share in row] for row in self.probabilities],
            "picture": self.picture.to_json() if self.picture else None,
        }  # fmt: skip


class ScrubberLabels(TypedDict):
    """The visible texts, translated. Names in braces are filled in by the browser."""

    play: str
    """Play"""
    pause: str
    """Pause"""
    epoch: str
    """Epoch {epoch} of {epochs}"""
    right: str
    """{percent} of the validation pictures right"""
    best: str
    """the best"""
    open: str
    """Show this epoch above"""
    kernels: str
    """First layer: {shown} of {whole} kernels"""
    kernel: str
    """kernel {kernel}, row {row}, column {column}: {value}"""
    kernels_help: str
    """Blue is negative, orange positive; the same scale at every epoch."""
    colour_help: str
    """Red, green and blue together; grey is zero. The same scale at every epoch."""
    matrix: str
    """Confusion on the validation pictures"""
    truth: str
    """Truth"""
    prediction: str
    """Prediction"""
    cell: str
    """{truth} → {prediction}: {count}"""
    answer: str
    """Taken for {prediction}, {percent} sure"""
    really: str
    """It is: {truth}"""
    handful: str
    """Watched pictures"""
    ask: str
    """Point to read"""


def scrubber(
    epochs: Sequence[int],
    accuracies: Sequence[float | None],
    classes: Sequence[str],
    labels: ScrubberLabels,
    key: str,
    *,
    best: int | None = None,
    kernels: Kernels | None = None,
    confusions: bytes = b"",
    followed: Followed | None = None,
    handful: Pictures | None = None,
    handful_truths: Sequence[int] = (),
    on_follow: Callable[[int], None] | None = None,
    on_open: Callable[[int], None] | None = None,
) -> None:
    """Show a training epoch by epoch.

    Args:
        epochs: their numbers, ascending; all else has one entry for each.
        accuracies: on the validation pictures, 0 to 1; None where none were kept.
        classes: names of the C classes, translated.
        labels: visible texts.
        key: identity of the component.
        best: the number of the best epoch.
        kernels: of the first convolution.
        confusions: little-endian uint16, C x C for each epoch; empty for none.
        followed: the picture whose answers are shown.
        handful: pictures to choose from.
        handful_truths: what they show.
        on_follow: called with the place in the handful of the picture that was clicked.
        on_open: called with the number of the epoch that shall be shown whole.
    """

    def picked() -> None:
        match remembered(f"scrubber:{key}", "picked"):
            case {"handful": int() as place} if on_follow is not None and 0 <= place < len(handful_truths):
                on_follow(place)

    def opened() -> None:
        match remembered(f"scrubber:{key}", "opened"):
            case {"epoch": int() as epoch} if on_open is not None and epoch in epochs:
                on_open(epoch)

    payload = {
        "epochs": list(epochs), "accuracies": [None if share is None else round(share, 6) for share in accuracies], "best": best,
        "kernels": kernels.to_json() if kernels else None,
        "confusions": b64encode(confusions).decode() if confusions else None,
        "followed": followed.to_json() if followed else None,
        "handful": handful.to_json() if handful else None, "handful_truths": list(handful_truths),
        "labels": dict(labels),
        "classes": list(classes),
    }  # fmt: skip
    renderer("scrubber")(
        key=f"scrubber:{key}", data=payload, default={"picked": None, "opened": None},
        on_picked_change=picked, on_opened_change=opened,
    )  # fmt: skip
