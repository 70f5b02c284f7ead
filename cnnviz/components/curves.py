"""Live curves of loss and accuracy, drawn in place: no flicker, and the zoom stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from cnnviz.components.mounting import finite, renderer

Points = Sequence[Sequence[float]]
"""``[[step, value], ...]`` in order of the steps."""


@dataclass(frozen=True)
class Series:
    """One quantity, on the training and the validation data.

    Attributes:
        train: a point for each recorded step.
        val: a point for each epoch, drawn with markers.
    """

    train: Points = ()
    val: Points = ()

    def to_json(self) -> dict[str, list[list[float]]]:
        """Return the series as the browser reads it, without points that are no numbers."""
        return {"train": _plain(self.train), "val": _plain(self.val)}


@dataclass(frozen=True)
class CurvesData:
    """What was recorded so far.

    Attributes:
        loss: the loss at each step.
        accuracy: the share of right answers at each step, 0 to 1.
        running: whether the training goes on.
    """

    loss: Series = field(default_factory=Series)
    accuracy: Series = field(default_factory=Series)
    running: bool = False


class CurvesLabels(TypedDict):
    """The curves' visible texts, translated. Names in braces are filled in by the browser."""

    loss: str
    """Loss"""
    accuracy: str
    """Accuracy"""
    train: str
    """Training"""
    val: str
    """Validation"""
    x: str
    """Training step"""
    step: str
    """step {step}"""
    reset: str
    """Show all"""
    running: str
    """live"""
    empty: str
    """The curves appear as soon as the first steps are done."""
    help: str
    """Point at a curve to read it. Drag to zoom, double-click to show all."""


def curves(data: CurvesData, labels: CurvesLabels, key: str) -> None:
    """Show the two curves.

    Args:
        data: what was recorded so far.
        labels: visible texts.
        key: identity of the component; the zoom stays as long as it does.
    """
    payload = {
        "loss": data.loss.to_json(),
        "accuracy": data.accuracy.to_json(),
        "x_label": labels["x"],
        "running": data.running,
        "labels": dict(labels),
    }
    renderer("curves")(key=key, data=payload)


def _plain(points: Points) -> list[list[float]]:
    """Return the finite points, with as many digits as a screen can show."""
    return [[x, float(f"{y:.6g}")] for x, y in points if finite(y) is not None]
