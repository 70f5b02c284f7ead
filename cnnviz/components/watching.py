"""A look inside a training: the watched pictures' answers, the first kernels, norms and dead units by layer."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from cnnviz.components.mounting import renderer
from cnnviz.components.thumbnails import Pictures


@dataclass(frozen=True, slots=True)
class Answers:
    """The watched pictures and what the network says of them now.

    Attributes:
        truths: the class that each shows.
        predicted: (class, probability) of the likeliest class of each; empty while nobody has asked.
        classes: the names of all classes, translated.
        pictures: how they look; None where that is not known.
    """

    truths: Sequence[int]
    predicted: Sequence[tuple[int, float]]
    classes: Sequence[str]
    pictures: Pictures | None = None

    def to_json(self) -> dict[str, Any]:
        """Return them as the browser reads them."""
        return {
            "truths": list(self.truths),
            "predicted": [[number, round(float(share), 4)] for number, share in self.predicted],
            "classes": list(self.classes),
            "pictures": self.pictures.to_json() if self.pictures else None,
        }


@dataclass(frozen=True, slots=True)
class FirstKernels:
    """The first convolution's kernels now.

    Attributes:
        shape: (kernels, input channels, height, width) of what is shown; 1 channel in blue and orange around zero,
            3 as colours around grey.
        whole: kernels that the layer has.
        step: when they were so.
        scale: what 127 means.
        data: signed bytes.
    """

    shape: tuple[int, int, int, int]
    whole: int
    step: int
    scale: float
    data: bytes

    def to_json(self) -> dict[str, Any]:
        """Return them as the browser reads them."""
        return {
            "shape": list(self.shape), "whole": self.whole, "step": self.step, "scale": float(f"{self.scale:.4g}"),
            "data": b64encode(self.data).decode(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Strip:
    """One quantity of each layer over time: a row for each layer, coloured by its size.

    Attributes:
        title: what it is, translated. help: how to read it, translated.
        layers: names of the rows, input first.
        steps: of the columns.
        rows: for each layer a value at each step; NaN where it is not known.
        kind: "log" for norms, whose powers of ten count; "share" for 0 to 1.
    """

    title: str
    help: str
    layers: Sequence[str]
    steps: Sequence[int]
    rows: Sequence[Sequence[float]]
    kind: Literal["log", "share"] = "log"

    def to_json(self) -> dict[str, Any]:
        """Return it as the browser reads it: three digits are enough for a colour and a word."""
        return {
            "title": self.title, "help": self.help, "layers": list(self.layers), "steps": list(self.steps),
            "kind": self.kind,
            "rows": [[float(f"{value:.3g}") if abs(value) < float("inf") else None for value in row] for row in self.rows],
        }  # fmt: skip


class WatchingLabels(TypedDict):
    """The visible texts, translated. Names in braces are filled in by the browser."""

    answers: str
    """Watched pictures"""
    answers_help: str
    """The same pictures all the time; none of them is learned from."""
    right: str
    """{right} of {count} right"""
    answer: str
    """{prediction}, {percent} sure"""
    is_right: str
    """right"""
    is_wrong: str
    """wrong, really {truth}"""
    none: str
    """not asked yet"""
    kernels: str
    """First layer: {shown} of {whole} kernels"""
    kernels_help: str
    """Blue is negative, orange positive, up to {scale}."""
    colours_help: str
    """Red, green and blue weights as colours; grey is zero, the ends are {scale}."""
    kernel: str
    """kernel {kernel}, row {row}, column {column}: {value}"""
    at_step: str
    """step {step}"""
    cell: str
    """{layer}, step {step}: {value}"""
    keys: str
    """{title}. Arrow keys read it."""


def watching(
    labels: WatchingLabels,
    key: str,
    *,
    answers: Answers | None = None,
    kernels: FirstKernels | None = None,
    strips: Sequence[Strip] = (),
) -> None:
    """Show what there is of a look inside; nothing where there is nothing.

    Args:
        labels: visible texts.
        key: identity of the component.
        answers: the watched pictures.
        kernels: the first convolution's.
        strips: norms and dead units by layer.
    """
    titles = [text for each in strips for text in (each.title, each.help)]
    renderer("watching")(
        key=key,
        data={
            "answers": answers.to_json() if answers else None,
            "kernels": kernels.to_json() if kernels else None,
            "strips": [each.to_json() for each in strips],
            "labels": dict(labels) | {f"data:{at}": text for at, text in enumerate(titles)},
        },
    )
