"""Pictures in a grid, each with what it shows, what it was taken for and how surely; one opens large."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from cnnviz.components.mounting import remembered, renderer


@dataclass(frozen=True, slots=True)
class Pictures:
    """Some pictures of one size.

    Attributes:
        shape: (channels, height, width), 1 channel being grey, 3 colour.
        data: their bytes, 0 to 255, picture after picture, channel by channel, row by row.
    """

    shape: tuple[int, int, int]
    data: bytes

    def to_json(self) -> dict[str, Any]:
        """Return them as the browser reads them."""
        return {"shape": list(self.shape), "data": b64encode(self.data).decode()}


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One picture and its answer.

    Attributes:
        number: what Python knows it by.
        truth, predicted: numbers of classes. confidence: of the answer, 0 to 1.
        likely: (class, probability) of the likeliest classes, the first one first; empty where only the answer
            is known.
    """

    number: int
    truth: int
    predicted: int
    confidence: float
    likely: Sequence[tuple[int, float]] = ()


class ThumbnailsLabels(TypedDict):
    """The visible texts, translated. Names in braces are filled in by the browser."""

    truth: str
    """really {truth}"""
    tile: str
    """{prediction}, {percent} sure; really {truth}"""
    number: str
    """Picture {number}"""
    more: str
    """Show all {count}"""
    gone: str
    """no picture"""
    close: str
    """Close"""


def thumbnails(
    items: Sequence[Thumbnail],
    pictures: Pictures | None,
    classes: Sequence[str],
    labels: ThumbnailsLabels,
    key: str,
    *,
    chosen: int | None = None,
    on_choose: Callable[[int | None], None] | None = None,
) -> None:
    """Show some pictures.

    Args:
        items: in their order.
        pictures: one for each item; None where the data set is gone.
        classes: the names of the classes, translated.
        labels: visible texts.
        key: identity of the component.
        chosen: number of the one that is open.
        on_choose: called with the number of the one that was clicked, None where it was closed.
    """

    def changed() -> None:
        match remembered(f"thumbnails:{key}", "picked"):
            case {"number": int() as number} if on_choose is not None and number in known:
                on_choose(number)
            case {"number": None} if on_choose is not None:
                on_choose(None)

    known = {item.number for item in items}
    payload = {
        "items": [
            {
                "number": item.number, "truth": item.truth, "predicted": item.predicted,
                "confidence": round(float(item.confidence), 6),
                "likely": [[number, round(float(share), 6)] for number, share in item.likely],
            }
            for item in items
        ],
        "pictures": pictures.to_json() if pictures else None, "chosen": chosen,
        "labels": dict(labels),
        "classes": list(classes),
    }  # fmt: skip
    renderer("thumbnails")(
        key=f"thumbnails:{key}", data=payload, default={"picked": None}, on_picked_change=changed
    )
