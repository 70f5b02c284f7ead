"""The diagram: a network as nested boxes or as slabs in perspective, each with what it costs; choose, find, zoom."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cnnviz.components.mounting import chosen, renderer
from cnnviz.components.saving import SavingLabels

KINDS = ("convolution", "pooling", "activation", "normalisation", "linear", "other")
"""What the colours tell apart."""

ROOM = 846
"""Pixels: about as tall as a diagram on a laptop is, with its tools and the panel below; kept until it is drawn."""

State = Literal["", "wrong", "unreached"]


@dataclass(frozen=True, slots=True)
class Box:
    """One node of the tree with all that the diagram says of it.

    Attributes:
        path: its place in the tree, dots between names; "" for the whole.
        form: ``"layer"``, ``"chain"`` (its parts one below the other) or ``"branches"`` (side by side, then merged).
        title: what stands in the box, such as ``Conv2d 3×3, 64``.
        input: shape of what comes in, without the batch; empty where nothing comes.
        output: shape of what comes out; empty where nothing does: it does not fit, or is not reached.
        params: learned numbers in it.
        macs: multiply-adds for one picture.
        kind: of a layer, one of ``KINDS``.
        parts: the boxes inside; none for a layer, and none for a path that hands its input on.
        merge: of branches, ``"add"`` or ``"concat"``.
        details: (name of the label, text) for whoever points at it: arithmetic with its numbers put in, and code.
        named: whether it has a name of its own: a layer shows it, and only such a block opens and closes.
        block: what its paper calls it, such as ``Inception``; "" for nothing.
        field: (height, width) of what one output value sees of the picture; empty where that means nothing.
        sees: (top, left, bottom, right) of what the middle output value sees of the picture, in its pixels; bottom and
            right are not part of it, and it may reach outside.
        window: (height, width) of the window that a layer slides; empty for none.
        state: ``"wrong"`` for what does not fit what comes before it, ``"unreached"`` for what would follow.
        problem: of what is wrong, why, as a sentence.
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
    block: str = ""
    field: tuple[int, ...] = ()
    sees: tuple[int, ...] = ()
    window: tuple[int, ...] = ()
    state: State = ""
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the box and those inside as the browser reads them; what is empty is left out."""
        said: dict[str, Any] = {
            "path": self.path,
            "form": self.form,
            "title": self.title,
            "input": self.input,
            "output": self.output,
            "params": self.params,
            "macs": self.macs,
            "parts": [part.to_json() for part in self.parts],
        }
        if self.form == "layer":
            said["kind"] = self.kind
        if self.details:
            said["details"] = dict(self.details)
        for name in ("merge", "named", "block", "field", "sees", "window", "state", "problem"):
            if value := getattr(self, name):
                said[name] = value
        return said

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
    """Point at a box to see its arithmetic; click to choose it; click the head of a block to open or close it. Drag to move, Ctrl and the wheel to zoom."""
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
    view: str
    """View"""
    view_boxes: str
    """Boxes"""
    view_perspective: str
    """Perspective"""
    size_by: str
    """Size by"""
    size_none: str
    """Nothing"""
    size_channels: str
    """Channels"""
    size_resolution: str
    """Resolution"""
    rule_channels: str
    """The width of a box grows with the square root of its output's channels; a vector has none."""
    rule_resolution: str
    """The height of a box grows with the square root of its output's height or width, whichever is larger."""
    rule_params: str
    """The area of a box grows with the square root of its parameters; the bar in it is its exact share of the whole."""
    rule_macs: str
    """The area of a box grows with the square root of its multiply-adds; the bar in it is its exact share of the whole."""
    rule_floor: str
    """What would be narrower or lower than its words keeps their size."""
    rule_perspective: str
    """Height, width and depth of a slab grow with the square root of its output's height, width and channels; a vector is a bar."""
    few_channels: str
    """{count} channels"""
    of_whole: str
    """{percent} of the whole"""
    find: str
    """Find a layer"""
    found: str
    """{number} of {count}"""
    found_none: str
    """nothing found"""
    find_next: str
    """Next match"""
    zoom_in: str
    """Zoom in"""
    zoom_out: str
    """Zoom out"""
    zoom_fit: str
    """Fit"""
    zoom_real: str
    """Real size"""
    few_paths: str
    """{count} paths"""
    not_reached: str
    """not reached"""
    height: str
    """Height"""
    width: str
    """Width"""
    both: str
    """Height and width"""
    size: str
    """Size"""
    channels: str
    """Channels"""
    code: str
    """PyTorch"""
    field: str
    """Receptive field"""
    field_size: str
    """{height}×{width} pixels of the input"""
    field_middle: str
    """The middle value of the output ({place}) sees rows {top} to {bottom} and columns {left} to {right}."""
    field_value: str
    """Each value of the output sees rows {top} to {bottom} and columns {left} to {right}."""
    field_outside: str
    """Hatched: padding, outside the picture."""
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


def diagram(
    box: Box,
    labels: DiagramLabels,
    key: str,
    *,
    group: str = "",
    selected: str = "",
    on_select: Callable[[str], None] | None = None,
    open_depth: int | None = None,
    picture: bytes | None = None,
) -> None:
    """Show a network or a part of it.

    Args:
        box: the whole; ``cnnviz.ui.diagram`` makes it from a network.
        labels: visible texts.
        key: identity of the component; which blocks are open stays as long as it does.
        group: components with the same group follow one another's choice at once; "" for none.
        selected: the path that is chosen; "" for none.
        on_select: called with the path when somebody chose another one here.
        open_depth: named blocks nested less deep than this are open at first, 0 closes all; None opens all of a small
            network and closes all of a large one.
        picture: a sample of the input, one grey byte a pixel, row by row; what a layer sees is drawn on it.

    Raises:
        ValueError: if the picture does not have the input's height and width.
    """
    if picture is not None and (len(box.input) != 3 or len(picture) != box.input[1] * box.input[2]):
        raise ValueError(f"`picture` ({len(picture)} bytes) must have a byte for each pixel of {box.input}")

    payload = {
        "box": box.to_json(), "labels": dict(labels), "open_depth": open_depth, "group": group, "selected": selected,
        "picture": base64.b64encode(picture).decode() if picture else "",
    }  # fmt: skip
    identity = f"diagram:{key}"  # a field of the session may have the same name
    renderer("diagram")(
        key=identity, data=payload, default={"selected": None}, on_selected_change=chosen(identity, on_select),
        height=ROOM,
    )  # fmt: skip
