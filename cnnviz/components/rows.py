"""The table of layers: one row a layer with shapes, costs and arithmetic; sorted, filtered and chosen in the browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypedDict

from cnnviz.components.mounting import chosen, renderer
from cnnviz.components.saving import SavingLabels


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer, or one merge.

    Attributes:
        path: its place in the tree, dots between names.
        kind: torch's class name; ``add`` or ``concat`` for a merge.
        colour: which of the diagram's ``KINDS`` it is.
        input: shape of what comes in, without the batch; for a merge what its first path gives.
        output: shape of what comes out.
        params: learned numbers.
        macs: multiply-adds for one picture.
        memory: bytes of its output for one picture.
        field: (height, width) of what one output value sees of the picture, in pixels.
        size_why: the arithmetic of the output's size.
        params_why: the arithmetic of the parameters.
        merged: for a merge the shapes of all that comes in, one a path.
    """

    path: str
    kind: str
    colour: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    params: int
    macs: int
    memory: int
    field: tuple[int, int]
    size_why: str
    params_why: str
    merged: tuple[tuple[int, ...], ...] = ()


class Problem(TypedDict):
    """The layer at which the network breaks: the last row."""

    path: str
    kind: str
    sentence: str


class RowsLabels(SavingLabels):
    """The table's visible texts, translated. Names in braces are filled in by the browser."""

    rows: str
    """The layers in the order in which they run. Arrow keys choose a row."""
    filter: str
    """Filter the layers"""
    reset: str
    """Reset"""
    reset_help: str
    """All layers, in the order in which they run"""
    all: str
    """{count} layers"""
    some: str
    """{shown} of {count} layers"""
    total: str
    """Total"""
    share: str
    """{percent} of all: {what}"""
    path: str
    """Layer"""
    kind: str
    """Kind"""
    input: str
    """Input"""
    output: str
    """Output"""
    params: str
    """Parameters"""
    macs: str
    """Multiply-adds"""
    memory: str
    """Activation memory"""
    memory_bytes: str
    """Activation memory (bytes)"""
    field: str
    """Receptive field"""
    size_why: str
    """Why this size"""
    params_why: str
    """Why so many parameters"""
    macs_help: str
    """For one picture, ..."""
    memory_help: str
    """The values of its output ..."""
    field_help: str
    """How many pixels of the input ..."""


def rows(
    layers: Sequence[LayerRow],
    labels: RowsLabels,
    key: str,
    *,
    name: str,
    problem: Problem | None = None,
    group: str = "",
    selected: str = "",
    on_select: Callable[[str], None] | None = None,
    height: int = 420,
) -> None:
    """Show the layers of a network as a table.

    Args:
        layers: in the order in which they run; those up to ``problem`` where there is one.
        labels: visible texts, from ``cnnviz.ui.labels.rows()``.
        key: identity of the component; order and filter stay as long as it does.
        name: the network's; saved files are called after it.
        problem: the layer that does not fit; its sentence stands in its row.
        group: components with the same group follow one another's choice at once; "" for none.
        selected: the path that is chosen; "" for none.
        on_select: called with the path when somebody chose another one here.
        height: of the frame at most, in pixels; it scrolls.
    """
    identity = f"rows:{key}"
    payload = {
        "layers": [asdict(layer) for layer in layers], "problem": dict(problem) if problem else None, "name": name,
        "labels": dict(labels), "group": group, "selected": selected, "height": height,
    }  # fmt: skip
    room = 42 + min(height, 78 + 27 * len(layers))  # until it is drawn: its tools; head, total and rows
    renderer("rows")(
        key=identity, data=payload, default={"selected": None}, on_selected_change=chosen(identity, on_select),
        height=room,
    )  # fmt: skip
