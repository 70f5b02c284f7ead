"""What a class is made of: lines that make a layer, sequences in place, and loops, for all instances at once.

An argument is a ``Slot``: it holds its value in every instance of the class, ABSENT where the instance lacks the layer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(eq=False, slots=True)
class Slot:
    """An argument with its value in each instance.

    Attributes:
        place: the names on the way to the layer, inside the class.
        argument: its name.
        default: what it is when left out, or REQUIRED.
        positional: whether it is written without its name.
        values: one an instance.
    """

    place: tuple[str, ...]
    argument: str
    default: Any
    positional: bool
    values: tuple[Any, ...]


@dataclass(eq=False, slots=True)
class Running(Slot):
    """An argument that changes from round to round of a loop; ``values`` are those of the first round.

    Attributes:
        follows: from the second round on it is what this slot is: what came out of the round before.
        step: or this is added in each round.
    """

    follows: Slot | None = None
    step: Slot | None = None


@dataclass(eq=False, slots=True)
class Made:
    """A line that makes one layer or block.

    Attributes:
        name: the attribute; "" where it has only its position; in a loop the number is put behind it.
        function: what is called.
        slots: its arguments.
        paths: the places in the tree of all that it makes.
        present: in which instances it is there.
    """

    name: str
    function: str
    slots: tuple[Slot, ...]
    paths: tuple[str, ...]
    present: tuple[bool, ...]


@dataclass(eq=False, slots=True)
class Series:
    """A sequence in place; its attributes are those of ``Made``."""

    name: str
    entries: tuple["Entry", ...]
    paths: tuple[str, ...]
    present: tuple[bool, ...]


@dataclass(eq=False, slots=True)
class Loop:
    """Rounds that make the same entries.

    Attributes:
        body: what one round makes.
        first: the number of the first round; -1 for entries without names.
        last: the number of the last round; how many there are where they count from 0 or not at all.
        running: what changes from round to round.
        present: in which instances what it stands in is there.
    """

    body: tuple[Made | Series, ...]
    first: int
    last: Slot
    running: tuple[Running, ...]
    present: tuple[bool, ...]

    @property
    def name(self) -> str:
        """Empty: its rounds have names, it has none."""
        return ""


Entry = Made | Series | Loop


def slots(entry: Entry) -> Iterable[Slot]:
    """Yield an entry's slots in the order of the text; how often a loop runs comes after what it makes."""
    match entry:
        case Made():
            for slot in entry.slots:
                yield slot
                if isinstance(slot, Running) and slot.step:
                    yield slot.step
        case Series(entries=entries):
            for inner in entries:
                yield from slots(inner)
        case Loop(body=body, last=last):
            for inner in body:
                yield from slots(inner)
            yield last


def plain(entries: Iterable[Entry], present: tuple[bool, ...]) -> bool:
    """Say whether entries can stand inside brackets: no loop, nothing that only some of these instances have."""
    return all(
        not isinstance(entry, Loop)
        and entry.present == present
        and (isinstance(entry, Made) or plain(entry.entries, present))
        for entry in entries
    )


def conditional(entries: Iterable[Entry]) -> Iterable[Made | Series | Loop]:
    """Yield the entries that only some instances have, the outermost first."""
    for entry in entries:
        if not all(entry.present):
            yield entry
        if isinstance(entry, Series):
            yield from conditional(entry.entries)
