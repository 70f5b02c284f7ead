"""How an argument changes from round to round of a loop: not at all, as the round before ended, or by a step."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from cnnviz.nets.source.entries import Running, Slot
from cnnviz.nets.source.pieces import ABSENT, REQUIRED, alike

Rounds = list[tuple[Any, ...]]
"""For each instance the values of an argument in its rounds."""


def ruled(slots: Sequence[Slot], sizes: list[int]) -> dict[Slot, Slot] | None:
    """Return, for slots with one value a round, slots with one value an instance; None if one follows no rule.

    Args:
        slots: all of one loop; their values are those of all rounds of the first instance, then of the second ...
        sizes: how many rounds each instance has.
    """
    rounds = {slot: _by_instance(slot.values, sizes) for slot in slots}
    firsts = {slot: tuple(each[0] if each else ABSENT for each in rounds[slot]) for slot in slots}
    found: dict[Slot, Slot] = {
        slot: Slot(slot.place, slot.argument, slot.default, slot.positional, firsts[slot])
        for slot in slots
        if all(alike(value, each[0]) for each in rounds[slot] for value in each)
    }
    steady = dict(found)
    for slot in slots:
        if slot in found:
            continue
        changing = Running(slot.place, slot.argument, slot.default, slot.positional, firsts[slot])
        changing.follows = next((new for old, new in steady.items() if _follows(slot, old, rounds)), None)
        changing.step = _step(slot, rounds[slot])
        if changing.follows:
            changing.step = None
        elif not changing.step:
            return None
        found[slot] = changing
    return found


def _by_instance(values: tuple[Any, ...], sizes: list[int]) -> Rounds:
    spread, at = [], 0
    for size in sizes:
        spread.append(values[at : at + size])
        at += size
    return spread


def _follows(slot: Slot, other: Slot, rounds: dict[Slot, Rounds]) -> bool:
    """Say whether a slot is what came out of the round before."""
    return other.argument.startswith("out_") and all(
        each[1:] == before[:-1] for each, before in zip(rounds[slot], rounds[other], strict=True)
    )


def _step(slot: Slot, rounds: Rounds) -> Slot | None:
    """Return what is added in each round; two rounds alone prove no rule."""
    if any(isinstance(value, bool) or not isinstance(value, int) for each in rounds for value in each):
        return None
    differences = [{after - before for before, after in pairwise(each)} for each in rounds]
    if max(map(len, rounds)) < 3 or any(len(each) > 1 for each in differences):
        return None
    steps = tuple(each.pop() if each else ABSENT for each in differences)
    return Slot(slot.place, slot.argument, REQUIRED, positional=False, values=steps)
