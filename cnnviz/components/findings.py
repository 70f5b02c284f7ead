"""What is to be said of a network: its figures, whether it fits, and what is wrong with the ways to mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypedDict

from cnnviz.components.mounting import remembered, renderer


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem, in words.

    Attributes:
        path: the place of the node; "" for the whole network.
        name: what people call the node.
        severity: "error" where nothing runs after it, "todo" where only something is missing, else "advice".
        text: the reason, a sentence.
        fixes: what would mend it, each a few words.
    """

    path: str
    name: str
    severity: str
    text: str
    fixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure: what it is, its value, and how it is counted."""

    label: str
    value: str
    help: str = ""


class FindingsLabels(TypedDict):
    """The visible texts besides those of the findings, translated."""

    fixes: str
    """Mend it:"""
    go: str
    """Show {name}"""


def findings(
    facts: Sequence[Fact],
    found: Sequence[Finding],
    labels: FindingsLabels,
    key: str,
    *,
    handled: int,
    version: int,
    fine: str = "",
    starts: Sequence[tuple[str, str]] = (),
    welcome: str = "",
    on_ask: Callable[[object], None] | None = None,
) -> None:
    """Show figures and problems.

    Args:
        facts: the figures.
        found: the problems, an error first.
        labels: visible texts.
        key: identity of the component.
        handled: number of the newest request that was dealt with.
        version: tells the networks of a session apart: a fix is of the network that it was offered for.
        fine: what to say where there is no error.
        starts: (name, title) of what an empty network can be started from.
        welcome: what to do with an empty network.
        on_ask: called with what ``requests.received`` reads, before the next script run.
    """

    def asked() -> None:
        if on_ask is not None:
            on_ask(remembered(key, "asked"))

    payload = {
        "serial": handled, "facts": [asdict(fact) for fact in facts], "found": [asdict(each) for each in found],
        "version": version, "fine": fine, "starts": list(starts), "welcome": welcome, "labels": dict(labels),
    }  # fmt: skip
    renderer("findings")(key=key, data=payload, default={"asked": None}, on_asked_change=asked)
