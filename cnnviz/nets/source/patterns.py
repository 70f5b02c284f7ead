"""What instances of one block have in common: their lines once, each argument with its value in every instance.

This is anti-unification: the instances are laid over one another, item by item; where all agree stands a constant,
where they differ a slot that holds one value an instance. A run that repeats becomes a loop; a layer that some
instances lack becomes a condition. What cannot be laid over one another is a ``Mismatch``: then they get two classes.
"""

from collections.abc import Iterable, Sequence

from cnnviz.nets.source.entries import Entry, Loop, Made, Running, Series, Slot, conditional, plain, slots
from cnnviz.nets.source.loops import Period, Run, folded
from cnnviz.nets.source.pieces import ABSENT, REQUIRED, Call, InPlace, Piece, shape_of
from cnnviz.nets.source.rules import ruled

MOST_CONDITIONS = 2
"""Classes whose instances differ in more than that are clearer apart."""

Round = tuple[Piece, ...]


class Mismatch(Exception):  # noqa: N818  (an answer, no error)
    """The instances have too little in common for one class."""


def common(
    instances: Sequence[tuple[Piece, ...]], *, loops_from: int = 3, side_by_side: bool = False
) -> tuple[Entry, ...]:
    """Return the entries that all instances are made of.

    Args:
        instances: what is directly inside each.
        loops_from: lines from which on a run that is equally long everywhere becomes a loop.
        side_by_side: whether they are paths, of which no two are written as one.

    Raises:
        Mismatch: if they have too little in common.
    """
    entries: tuple[Entry, ...]
    if side_by_side:
        entries = tuple(_entry(column, (), loops_from) for column in zip(*instances, strict=True))
    else:
        entries = tuple(_aligned(instances, (), loops_from))
    if len({entry.present for entry in conditional(entries)}) > MOST_CONDITIONS:
        raise Mismatch
    return entries


def _aligned(
    chains: Sequence[tuple[Piece, ...] | None], place: tuple[str, ...], loops_from: int
) -> Iterable[Entry]:
    """Lay chains over one another; a chain that is None is not there at all. The longest says the order."""
    there = [chain for chain in chains if chain is not None]
    parts = iter(folded(there) if loops_from else there)
    rows = [next(parts) if chain is not None else None for chain in chains]
    longest = max((row for row in rows if row is not None), key=len)
    columns: list[list[Piece | Run | None]] = [[] for _ in longest]
    for row in rows:
        items = list(row or ())
        for column, model in zip(columns, longest, strict=True):
            fits = bool(items) and _label(items[0]) == _label(model)
            column.append(items.pop(0) if fits else None)
        if items:
            raise Mismatch
    present = tuple(chain is not None for chain in chains)
    for model, column in zip(longest, columns, strict=True):
        if isinstance(model, Run):
            runs = [part if isinstance(part, Run) else None for part in column]
            yield from _run(model.period, runs, present, place, loops_from)
        else:
            yield _entry([None if isinstance(part, Run) else part for part in column], place, loops_from)


def _label(part: Piece | Run) -> object:
    return part.period if isinstance(part, Run) else part.name or shape_of(part)


def _entry(column: Sequence[Piece | None], place: tuple[str, ...], loops_from: int) -> Made | Series:
    """Return what one item is in all instances."""
    there = [piece for piece in column if piece is not None]
    first, present = there[0], tuple(piece is not None for piece in column)
    paths = tuple(piece.path for piece in there)
    place = (*place, first.name or first.path.rpartition(".")[2])
    calls = [piece for piece in there if isinstance(piece, Call)]
    if isinstance(first, InPlace):
        if calls:
            raise Mismatch
        # What has no name cannot be filled line by line: such a sequence stands in brackets, as it is.
        chains = [piece.items if isinstance(piece, InPlace) else None for piece in column]
        entries = tuple(_aligned(chains, place, loops_from if first.name else 0))
        if not first.name and not plain(entries, present):
            raise Mismatch
        return Series(first.name, entries, paths, present)
    if len(calls) < len(there) or any(call.function != first.function for call in calls):
        raise Mismatch
    arguments = [piece.arguments if isinstance(piece, Call) else None for piece in column]
    made = tuple(
        Slot(
            place,
            argument.name,
            argument.default,
            argument.positional,
            tuple(each[position].value if each is not None else ABSENT for each in arguments),
        )
        for position, argument in enumerate(first.arguments)
    )
    return Made(first.name, first.function, made, paths, present)


def _run(
    period: Period,
    runs: Sequence[Run | None],
    present: tuple[bool, ...],
    place: tuple[str, ...],
    loops_from: int,
) -> Iterable[Entry]:
    """Return a run as a loop; or its first round and a loop over the others; or, if all are as long, every line."""
    rounds: list[tuple[Round, ...]] = [run.rounds if run else () for run in runs]
    counts = {len(each) for each, is_there in zip(rounds, present, strict=True) if is_there}
    most, varies = max(counts), len(counts) > 1
    if varies or (most > 2 and most * len(period.stems) >= loops_from):
        for head in (0, 1) if min(counts) else (0,):
            loop = _loop([each[head:] for each in rounds], period, head, present, place)
            if loop is not None:
                yield from _unrolled([each[:head] for each in rounds], place)
                yield loop
                return
    if varies:
        raise Mismatch
    yield from _unrolled(rounds, place)


def _unrolled(rounds: Sequence[tuple[Round, ...]], place: tuple[str, ...]) -> Iterable[Made | Series]:
    most = next((each for each in rounds if each), ())
    for number, model in enumerate(most):
        for position in range(len(model)):
            yield _entry([each[number][position] if each else None for each in rounds], place, 0)


def _loop(
    rounds: Sequence[tuple[Round, ...]],
    period: Period,
    head: int,
    present: tuple[bool, ...],
    place: tuple[str, ...],
) -> Loop | None:
    """Return the loop over these rounds, None if something changes from round to round without a rule."""
    flat = [one for each in rounds for one in each]
    if not flat:
        return None
    body = [_entry(column, place, 0) for column in zip(*flat, strict=True)]
    new = ruled([slot for entry in body for slot in slots(entry)], [len(each) for each in rounds])
    if new is None:
        return None
    for entry, stem in zip(body, period.stems, strict=True):
        _settle(entry, new, present)
        entry.name = stem
    start = period.first + head if period.first >= 0 else -1
    ends = tuple(
        len(each) + max(start - 1, 0) if is_there else ABSENT
        for each, is_there in zip(rounds, present, strict=True)
    )
    word = period.stems[0].strip("_").lower() or "layer"
    argument = f"num_{word}" if word.endswith("s") else f"num_{word}s"
    last = Slot((*place, word), argument, REQUIRED, positional=False, values=ends)
    running = tuple(slot for slot in new.values() if isinstance(slot, Running))
    return Loop(tuple(body), start, last, running, present)


def _settle(entry: Entry, new: dict[Slot, Slot], present: tuple[bool, ...]) -> None:
    """Put slots with one value an instance in the place of those with one value a round."""
    assert not isinstance(entry, Loop)
    entry.present = present
    if isinstance(entry, Made):
        entry.slots = tuple(new[slot] for slot in entry.slots)
    else:
        for inner in entry.entries:
            _settle(inner, new, present)
