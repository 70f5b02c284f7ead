"""A network's source: numbered and coloured lines; a line and the layer that it makes lead to each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

from cnnviz.components.mounting import chosen, renderer


class CodeLabels(TypedDict):
    """The visible texts, translated. Names in braces are filled in by the browser."""

    code: str
    """PyTorch code. Arrow keys go from layer to layer."""
    copy: str
    """Copy"""
    copied: str
    """Copied"""
    not_copied: str
    """The browser refused"""
    download: str
    """Download"""
    help: str
    """Click a line with an underlined number to choose the layer that it makes."""
    line: str
    """Line {line}: {layers}"""
    at: str
    """{path}: line {line}"""
    one_of: str
    """{path}: line {line}, {which} of {count} layers that it makes; click again for the next"""


def code(
    text: str,
    lines: Mapping[str, Sequence[int]],
    labels: CodeLabels,
    key: str,
    *,
    name: str,
    group: str = "",
    selected: str = "",
    on_select: Callable[[str], None] | None = None,
    height: int = 420,
) -> None:
    """Show a Python source whose lines belong to the layers of a network.

    Args:
        text: the source.
        lines: of each layer's or block's path, its lines from 1, in the order of execution: where it is made comes
            first, then where the block around it is made.
        labels: visible texts, from ``cnnviz.ui.labels.code()``.
        key: identity of the component.
        name: the file's, without its ending.
        group: components with the same group follow one another's choice at once; "" for none.
        selected: the path that is chosen; "" for none.
        on_select: called with the path when somebody chose another one here.
        height: of the frame at most, in pixels; it scrolls.
    """
    identity = f"code:{key}"
    payload = {
        "text": text, "lines": {path: list(numbers) for path, numbers in lines.items()}, "labels": dict(labels),
        "name": name, "group": group, "selected": selected, "height": height,
    }  # fmt: skip
    lines_high = round(18 + 19.4 * (text.count("\n") + 1))
    room = 66 + min(height, lines_high)  # until it is drawn: its tools and status; the lines
    renderer("code")(
        key=identity, data=payload, default={"selected": None}, on_selected_change=chosen(identity, on_select),
        height=room,
    )  # fmt: skip
