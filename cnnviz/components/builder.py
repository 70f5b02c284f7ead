"""The builder's side panel: undo, a palette of what can be put in, and the chosen node with all its parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypedDict

from cnnviz.components.findings import Finding
from cnnviz.components.mounting import remembered, renderer

Form = Literal["integer", "number", "pair", "flag", "choice", "text"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter in the panel.

    Attributes:
        name: what a request calls it: torch's name.
        form: which control it has. A pair is one number for height and width, or one for each.
        value: what it is; may be what somebody typed and what cannot be.
        label: what stands before it, translated; its name if "".
        help: what it means, translated.
        least: the smallest number; None where there is no bound.
        most: the largest.
        step: from one number to the next.
        words: (value, what is shown) of a choice; of a pair, what it may be instead of numbers.
        wrong: whether it keeps the node from existing.
    """

    name: str
    form: Form
    value: Any
    label: str = ""
    help: str = ""
    least: float | None = None
    most: float | None = None
    step: float = 1
    words: tuple[tuple[Any, str], ...] = ()
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One button of the palette: what it is called in a request, what it shows, which colour it has."""

    name: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The node that is chosen.

    Attributes:
        path: its place in the tree; "" for the whole network.
        title: its name.
        word: what it is, such as ``Conv2d``.
        kind: which of the diagram's colours it has.
        shapes: what goes in and comes out, such as ``1x28x28 → 6x28x28``.
        line: the PyTorch that makes it, or "".
        above: (path, title) of the blocks around it, from the whole network inwards.
        entries: its parameters.
        wheres: (name, what is shown) of the places where a piece can go; the last is taken at first.
        ways: what can be done to it, such as ``"remove"``.
    """

    path: str
    title: str
    word: str
    kind: str
    shapes: str
    line: str
    above: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    wheres: tuple[tuple[str, str], ...]
    ways: tuple[str, ...]


class BuilderLabels(TypedDict):
    """The panel's visible texts, translated. Names in braces are filled in by the browser."""

    undo: str
    """Undo"""
    redo: str
    """Redo"""
    undo_step: str
    """Undo: {step}"""
    redo_step: str
    """Redo: {step}"""
    insert: str
    """Put in"""
    where: str
    """Where"""
    network: str
    """Network"""
    around: str
    """Inside of"""
    do_up: str
    """Move up (Alt + arrow up)"""
    do_down: str
    """Move down (Alt + arrow down)"""
    do_enter_up: str
    """Into the block above"""
    do_enter_down: str
    """Into the block below"""
    do_duplicate: str
    """Duplicate (Ctrl + D)"""
    do_remove: str
    """Delete (Delete key)"""
    wrap: str
    """Wrap in"""
    do_residual: str
    """a residual"""
    do_branches: str
    """branches"""
    do_block: str
    """a block"""
    do_dissolve: str
    """Dissolve the block"""
    do_add_path: str
    """Add a path"""
    height: str
    """{name}, height"""
    width: str
    """{name}, width"""
    apart: str
    """{name}: height and width apart"""
    number: str
    """a number"""
    more: str
    """{name}: one more"""
    less: str
    """{name}: one less"""
    fit: str
    """Following layers fit themselves"""
    fit_help: str
    """Sets in_channels, in_features and num_features to what comes in, after each change."""
    broken: str
    """{name} does not fit"""
    fixes: str
    """Mend it:"""
    keys: str
    """Ctrl+Z undoes, Ctrl+Shift+Z does it again."""


def builder(
    chosen: Chosen,
    palette: Sequence[tuple[str, Sequence[Piece]]],
    labels: BuilderLabels,
    key: str,
    *,
    handled: int,
    group: str = "",
    undo: str = "",
    redo: str = "",
    fit: bool = False,
    broken: str = "",
    refused: Finding | None = None,
    notice: str = "",
    on_ask: Callable[[object], None] | None = None,
) -> None:
    """Show the panel.

    Args:
        chosen: the node that is chosen.
        palette: (title, pieces) of each group.
        labels: visible texts.
        key: identity of the component.
        handled: number of the newest request that was dealt with.
        group: the components that follow one another's choice.
        undo: the step that undo takes back, translated; "" for none.
        redo: the step that redo does again; "" for none.
        fit: whether following layers are fitted after each change.
        broken: name of the layer that does not fit; "" for none.
        refused: why the chosen node cannot have the values that were typed, and what would mend it.
        notice: why the last request could not be; "" if it could.
        on_ask: called with what ``requests.received`` reads, before the next script run.
    """

    def asked() -> None:
        if on_ask is not None:
            on_ask(remembered(key, "asked"))

    node = {**asdict(chosen), "entries": [_sent(entry) for entry in chosen.entries]}
    payload = {
        "serial": handled, "group": group, "node": node, "undo": undo, "redo": redo, "fit": fit, "broken": broken, "notice": notice,
        "palette": [{"title": title, "pieces": [asdict(piece) for piece in pieces]} for title, pieces in palette],
        "refused": asdict(refused) if refused else None, "labels": dict(labels),
    }  # fmt: skip
    renderer("builder")(key=key, data=payload, default={"asked": None}, on_asked_change=asked)


def _sent(entry: Entry) -> dict[str, Any]:
    """Return a parameter as the browser reads it; what is empty is left out."""
    said = asdict(entry)
    empty = (None, "", (), False)
    return {
        name: value
        for name, value in said.items()
        if name == "value" or not any(value is each for each in empty)
    }
