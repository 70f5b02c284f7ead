"""The confusion matrix: what each class was taken for; a cell that is chosen tells Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnnviz.components.mounting import remembered, renderer
from cnnviz.components.saving import SavingLabels

Cell = tuple[int, int]
"""(truth, prediction), the numbers of two classes."""


class ConfusionLabels(SavingLabels):
    """The matrix's visible texts, translated. Names in braces are filled in by the browser."""

    truth: str
    """Truth"""
    prediction: str
    """Prediction"""
    counts: str
    """Counts"""
    shares: str
    """Share of the row"""
    right: str
    """right"""
    wrong: str
    """wrong"""
    ask: str
    """Point at a cell to read it; click to see its pictures."""
    hit: str
    """{truth}: {count} of {whole} were recognised, {share}"""
    miss: str
    """{truth} taken for {prediction}: {count} of {whole}, {share}"""
    keys: str
    """Confusion matrix. Arrow keys choose a cell, Enter shows its pictures."""


def confusion(
    counts: Sequence[Sequence[int]],
    classes: Sequence[str],
    labels: ConfusionLabels,
    key: str,
    *,
    chosen: Cell | None = None,
    on_choose: Callable[[Cell | None], None] | None = None,
) -> None:
    """Show a confusion matrix.

    Args:
        counts: how often each class (row) was taken for each class (column).
        classes: their names, translated.
        labels: visible texts.
        key: identity of the component; saved files are named after it.
        chosen: the cell whose pictures are shown.
        on_choose: called with the cell that was clicked, None where it was clicked again.
    """

    def changed() -> None:
        if on_choose is not None:
            on_choose(_cell(remembered(f"confusion:{key}", "cell"), len(classes)))

    payload = {
        "key": key, "counts": [[int(count) for count in row] for row in counts], "chosen": chosen,
        "labels": dict(labels),
        "classes": list(classes),
    }  # fmt: skip
    renderer("confusion")(
        key=f"confusion:{key}", data=payload, default={"cell": None}, on_cell_change=changed
    )


def _cell(state: Any, count: int) -> Cell | None:
    """Return the cell that the browser sent, None if it is none."""
    match state:
        case {"truth": int() as truth, "predicted": int() as predicted}:
            return (truth, predicted) if 0 <= truth < count and 0 <= predicted < count else None
    return None
