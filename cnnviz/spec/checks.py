"""Checks that a layer makes of its own parameters: each names the parameter, its value and the rule."""

from collections.abc import Iterable
from typing import Any

from cnnviz.errors import SpecError

Pair = int | tuple[int, int]

LARGEST = 2**31 - 1


def pair(value: Pair) -> tuple[int, int]:
    """Return (height, width) of a parameter that is one number for both or a pair."""
    return (value, value) if isinstance(value, int) else value


def short(height: int, width: int) -> Pair:
    """Return a parameter as people write it: one number where height and width agree."""
    return height if height == width else (height, width)


def integer(parameter: str, value: Any, *, least: int) -> None:
    """Refuse what is not an integer from ``least`` to 2147483647.

    Raises:
        SpecError: with the parameter, the value and the rule.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST:
        raise SpecError(
            "`{parameter}` (={value}) must be an integer from {least} to {most}",
            parameter=parameter, value=shown(value), least=least, most=LARGEST,
        )  # fmt: skip


def integers(parameter: str, value: Any, *, least: int) -> None:
    """Refuse what is neither such an integer nor a (height, width) pair of them.

    Raises:
        SpecError: with the parameter, the value and the rule.
    """
    parts = value if isinstance(value, tuple) else (value,)
    if len(parts) not in {1, 2} or (isinstance(value, tuple) and len(parts) != 2):
        raise SpecError(
            "`{parameter}` (={value}) must be an integer or a pair (height, width)",
            parameter=parameter, value=shown(value),
        )  # fmt: skip
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, int) or not least <= part <= LARGEST:
            raise SpecError(
                "`{parameter}` (={value}) must be an integer, or a pair (height, width), from {least} to {most}",
                parameter=parameter, value=shown(value), least=least, most=LARGEST,
            )  # fmt: skip


def probability(parameter: str, value: Any) -> None:
    """Refuse what is not a number from 0 to 1.

    Raises:
        SpecError: with the parameter, the value and the rule.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise SpecError(
            "`{parameter}` (={value}) must be a number from 0 to 1", parameter=parameter, value=shown(value)
        )


def flag(parameter: str, value: Any) -> None:
    """Refuse what is neither true nor false.

    Raises:
        SpecError: with the parameter, the value and the rule.
    """
    if not isinstance(value, bool):
        raise SpecError(
            "`{parameter}` (={value}) must be true or false", parameter=parameter, value=shown(value)
        )


def one_of(parameter: str, value: Any, choices: Iterable[Any]) -> None:
    """Refuse what is not among the choices.

    Raises:
        SpecError: with the parameter, the value and the choices.
    """
    options = list(choices)
    if value not in options:
        raise SpecError(
            "`{parameter}` (={value}) must be one of: {choices}",
            parameter=parameter, value=shown(value), choices=", ".join(map(str, options)),
        )  # fmt: skip


def divides(parameter: str, value: int, groups: int) -> None:
    """Refuse channels that cannot be split into ``groups`` equal parts.

    Raises:
        SpecError: with both values.
    """
    if value % groups:
        raise SpecError(
            "`{parameter}` (={value}) must be divisible by `groups` (={groups})",
            parameter=parameter, value=value, groups=groups,
        )  # fmt: skip


def shown(value: Any) -> str:
    """Return a value as text, cut short: it may come from a file that nobody has read."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
