"""The diagram: a network as nested boxes from top to bottom, branches side by side, each with what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cnnviz.components.mounting import renderer
from cnnviz.components.saving import SavingLabels

KINDS = ("convolution", "pooling", "activation", "normalisation", "linear", "other")
"""What the colours tell apart."""


@dataclass(frozen=True)
class Box:
    """One node of the tree with all that the diagram says of it.

    Attributes:
        path: its place in the tree, dots between names; "" for the whole.
        form: ``"layer"``, ``"chain"`` (its parts one below the other) or ``"branches"`` (side by side, then merged).
        title: what stands in the box, such as ``Conv2d 3×3, 64``.
        input: shape of what comes in, without the batch.
        output: shape of what comes out; empty where the branches cannot be merged.
        params: learned numbers in it.
        macs: multiply-adds for one picture.
        kind: of a layer, one of ``KINDS``.
        parts: the boxes inside; none for a layer, and none for a path that hands its input on.
        merge: of branches, ``"add"`` or ``"concat"``.
        details: (label, text) lines for whoever points at it, beside shapes and costs.
        named: whether it has a name of its own; only such a block opens and closes.
        problem: why the branches cannot be merged, as a sentence; "" where they can.
    """

    path: str
    form: Literal["layer", "chain", "branches"]
    title: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    params: int
    macs: int
    kind: str = "other"
    parts: tuple[Box, ...] = ()
    merge: str = ""
    details: tuple[tuple[str, str], ...] = ()
    named: bool = False
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the box and those inside as the browser reads them."""
        return {
            "path": self.path,
            "form": self.form,
            "title": self.title,
            "input": list(self.input),
            "output": list(self.output),
            "params": self.params,
            "macs": self.macs,
            "kind": self.kind,
            "parts": [part.to_json() for part in self.parts],
            "merge": self.merge,
            "details": [list(line) for line in self.details],
            "named": self.named,
            "problem": self.problem,
        }

    def walk(self) -> Iterator[Box]:
        """Yield this box and every box inside, in the order of execution."""
        yield self
        for part in self.parts:
            yield from part.walk()


class DiagramLabels(SavingLabels):
    """The diagram's visible texts, translated. Names in braces are filled in by the browser."""

    diagram: str
    """Diagram. Arrow keys go from box to box, Enter opens or closes a block."""
    help: str
    """Point at a box to see its arithmetic; click the head of a block to close or open it."""
    input: str
    """Input"""
    output: str
    """Output"""
    params: str
    """Parameters"""
    macs: str
    """Multiply-adds"""
    path: str
    """Path"""
    layer: str
    """Layer"""
    few_layers: str
    """{count} layers"""
    few_params: str
    """{count} parameters"""
    few_macs: str
    """{count} multiply-adds"""
    bars: str
    """Bars: share of"""
    share: str
    """Share"""
    share_of: str
    """{what}: {percent} of the paths' sum"""
    open_all: str
    """Open all"""
    close_all: str
    """Close all"""
    identity: str
    """unchanged"""
    whole: str
    """The whole block"""
    add: str
    """Add: value by value, so the shapes must be equal"""
    concat: str
    """Concat: join along the channels, so the channels add up"""
    convolution: str
    """Convolution"""
    pooling: str
    """Pooling"""
    activation: str
    """Activation"""
    normalisation: str
    """Normalisation"""
    linear: str
    """Linear"""
    other: str
    """Other"""


def diagram(box: Box, labels: DiagramLabels, key: str, *, open_depth: int = 32) -> None:
    """Show a network or a part of it.

    Args:
        box: the whole; ``cnnviz.ui.diagram`` makes it from a network.
        labels: visible texts.
        key: identity of the component; which blocks are open stays as long as it does.
        open_depth: named blocks nested less deep than this are open at first; 0 closes all.
    """
    payload = {"box": box.to_json(), "labels": dict(labels), "open_depth": open_depth}
    # A field of the session may have the same name.
    renderer("diagram")(key=f"diagram:{key}", data=payload)
