"""The drawing: a sheet for mouse, pen and finger, and beside it what the network makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from cnnviz.components.mounting import remembered, renderer

SIDE = 280
"""Width and height of the drawing in its own units and of the exported picture in pixels."""

MOST_POINTS = 50_000
"""A drawing with more points than this is refused: no hand draws it."""

Strokes = list[dict[str, Any]]
"""``[{"size": 18, "points": [[x, y] or [x, y, pressure], ...]}, ...]`` in units of the 280 x 280 box."""


@dataclass(frozen=True)
class Drawing:
    """What somebody drew.

    Attributes:
        png: 280 x 280 pixels, white on black, PNG in base64; empty when nothing is drawn.
        strokes: the lines; keep them and pass them back to restore the drawing.
    """

    png: str = ""
    strokes: Strokes = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything is drawn."""
        return bool(self.png)


@dataclass(frozen=True)
class Prediction:
    """The network's answer.

    Attributes:
        digit: index of the winning class.
        probabilities: one number for each class.
        classes: their names, in the same order.
    """

    digit: int
    probabilities: Sequence[float]
    classes: Sequence[str]


class DrawingLabels(TypedDict):
    """The drawing's visible texts, translated. Names in braces are filled in by the browser."""

    canvas: str
    """Drawing area. Arrow keys move the pen, Space puts it down and lifts it."""
    brush: str
    """Brush"""
    undo: str
    """Undo"""
    redo: str
    """Redo"""
    clear: str
    """Clear"""
    help: str
    """Mouse, pen or finger. With the keyboard: arrow keys move, Space draws, Ctrl+Z undoes."""
    prediction: str
    """Prediction"""
    empty: str
    """Draw a digit from 0 to 9"""
    waiting: str
    """Looking …"""
    confidence: str
    """{percent} sure"""
    input: str
    """What the network sees: 28×28 pixels, centred"""
    pen_down: str
    """Pen down"""
    pen_up: str
    """Pen up"""


def drawing(
    labels: DrawingLabels,
    key: str,
    *,
    strokes: Strokes | None = None,
    revision: int | str = 0,
    prediction: Prediction | None = None,
    picture: Sequence[float] | None = None,
    brush: float = 18,
    on_change: Callable[[Drawing], None] | None = None,
) -> Drawing | None:
    """Show the sheet and the network's answer.

    Args:
        labels: visible texts.
        key: identity of the component; its state lives in the session under it.
        strokes: a saved drawing; read when the component appears and whenever ``revision`` changes, so
            passing the present drawing back at each run disturbs nobody who is drawing.
        revision: change it to replace the drawing from Python.
        prediction: the answer to show, or ``None``.
        picture: the 28 x 28 input of the network, 784 numbers from 0 to 1, or ``None``.
        brush: width of a stroke at first, in units of the box.
        on_change: called with the drawing before the next script run, ten times a second at most.

    Returns:
        The drawing that the browser sent last, or ``None`` if it sent none since the page was opened.
    """

    def changed() -> None:
        drawn = _received(remembered(key, "drawing"))
        if drawn is not None and on_change is not None:
            on_change(drawn)

    payload = {
        "strokes": strokes or [],
        "revision": revision,
        "brush": brush,
        "prediction": None
        if prediction is None
        else {
            "digit": prediction.digit,
            "probabilities": [round(float(p), 6) for p in prediction.probabilities],
            "classes": list(prediction.classes),
        },
        "input": None if picture is None else [round(float(v), 3) for v in picture],
        "labels": dict(labels),
    }
    renderer("drawing")(key=key, data=payload, default={"drawing": None}, on_drawing_change=changed)
    return _received(remembered(key, "drawing"))


def _received(state: object) -> Drawing | None:
    """Return the drawing that the browser sent, or ``None`` if it is none."""
    if not isinstance(state, dict):
        return None
    png, strokes = state.get("png"), state.get("strokes")
    if not isinstance(png, str) or not isinstance(strokes, list):
        return None
    lines = [s for s in strokes if isinstance(s, dict) and isinstance(s.get("points"), list)]
    if sum(len(s["points"]) for s in lines) > MOST_POINTS:
        return None
    return Drawing(png, [{"size": s.get("size", 18), "points": s["points"]} for s in lines])
