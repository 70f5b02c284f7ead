"""What the doctor says of a training: the gravest finding in one line that is always there, the rest below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypedDict

from cnnviz.components.mounting import renderer

Severity = Literal["error", "warning", "advice", "good"]


@dataclass(frozen=True, slots=True)
class Said:
    """One finding, translated, and what to try."""

    severity: Severity
    text: str
    advice: tuple[str, ...] = ()


class AdviceLabels(TypedDict):
    """The visible texts besides those of the findings, translated."""

    doctor: str
    """Doctor"""
    nothing: str
    """Nothing stands out so far."""
    attempt: str
    """What to try"""
    more: str
    """{count} more"""
    error: str
    """Error"""
    warning: str
    """Warning"""
    advice: str
    """Advice"""
    good: str
    """Good"""


def advice(found: Sequence[Said], labels: AdviceLabels, key: str) -> None:
    """Show findings, the gravest first.

    Args:
        found: what is said; its first is the line that is always there.
        labels: visible texts.
        key: identity of the component; what is open stays open.
    """
    texts = [text for each in found for text in (each.text, *each.advice)]
    renderer("advice")(
        key=key,
        data={
            "found": [asdict(each) for each in found],
            "labels": dict(labels) | {f"data:{at}": text for at, text in enumerate(texts)},
        },
    )
