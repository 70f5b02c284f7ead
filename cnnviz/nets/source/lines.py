"""Lines of code: calls that are broken where they are too long, sequences in brackets, loops and conditions."""

from collections.abc import Iterable
from dataclasses import dataclass

from cnnviz.nets.source.entries import Entry, Loop, Made, Series, plain
from cnnviz.nets.source.parameters import Constructor

WIDTH = 110


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file and the places in the tree that it makes."""

    text: str
    paths: tuple[str, ...] = ()


def wrapped(head: str, words: list[str], tail: str, paths: tuple[str, ...] = ()) -> list[Line]:
    """Return words between head and tail, in one line if it is short enough."""
    text = f"{head}{', '.join(words)}{tail}"
    if len(text) <= WIDTH or not words:
        return [Line(text, paths)]
    indent = head[: len(head) - len(head.lstrip())]
    rows = [""]
    for word in words:
        longer = f"{rows[-1]} {word}," if rows[-1] else f"{indent}    {word},"
        if len(longer) > WIDTH and rows[-1]:
            rows.append(f"{indent}    {word},")
        else:
            rows[-1] = longer
    rows[-1] = rows[-1].rstrip(",")
    return [Line(head, paths), *(Line(row) for row in rows), Line(f"{indent}{tail}")]


def in_brackets(head: str, entries: Iterable[Entry], tail: str, made: Constructor) -> list[Line]:
    """Return entries one a line between brackets, by position."""
    indent = head[: len(head) - len(head.lstrip())]
    inner = [line for entry in entries for line in _value(f"{indent}    ", entry, ",", made)]
    return [Line(head), *inner, Line(f"{indent}{tail}")]


def _value(head: str, entry: Entry, tail: str, made: Constructor) -> list[Line]:
    """Return an entry as an expression: a call, or a sequence with its items in brackets."""
    if isinstance(entry, Made):
        return wrapped(f"{head}{entry.function}(", _arguments(entry, made), f"){tail}", entry.paths)
    assert isinstance(entry, Series)
    if not entry.entries:
        return [Line(f"{head}nn.Identity(){tail}", entry.paths)]
    names = [inner.name for inner in entry.entries]
    if all(names):
        opening, closing, heads = "OrderedDict(", ")", [f"{name}=" for name in names]
    elif any(names):
        labels = [name or str(position) for position, name in enumerate(names)]
        opening, closing, heads = "OrderedDict({", "})", [f'"{label}": ' for label in labels]
    else:
        opening, closing, heads = "", "", ["" for _ in names]
    indent = head[: len(head) - len(head.lstrip())]
    inside = [
        line
        for start, inner in zip(heads, entry.entries, strict=True)
        for line in _value(f"{indent}    {start}", inner, ",", made)
    ]
    if len(inside) == 1:  # one layer needs no lines of its own
        text = f"{head}nn.Sequential({opening}{inside[0].text.strip().rstrip(',')}{closing}){tail}"
        if len(text) <= WIDTH:
            return [Line(text, (*inside[0].paths, *entry.paths))]
    lines = [Line(f"{head}nn.Sequential({opening}"), *inside, Line(f"{indent}{closing}){tail}")]
    return [Line(line.text, (*line.paths, *entry.paths)) for line in lines]


def _arguments(entry: Made, made: Constructor) -> list[str]:
    """Return what stands in a call's brackets: what is as it is by default is left out."""
    words = []
    for slot in entry.slots:
        text = made.text(slot)
        if slot in made.variables or not made.is_default(slot):
            words.append(text if slot.positional else f"{slot.argument}={text}")
    return words


def statements(
    target: str,
    entries: Iterable[Entry],
    made: Constructor,
    indent: str,
    *,
    present: tuple[bool, ...] = (),
    by_name: bool = False,
) -> list[Line]:
    """Return entries one after the other as attributes of ``target``.

    Args:
        target: ``self`` or a sequence inside it.
        entries: what is set.
        made: the constructor around them.
        indent: before each line.
        present: when ``target`` is there.
        by_name: whether ``target`` is no nn.Sequential, which would number what has no name.
    """
    lines: list[Line] = []
    open_for = present
    for position, entry in enumerate(entries):
        conditional = not all(entry.present) and entry.present != present
        if conditional and entry.present != open_for:
            lines.append(Line(f"{indent}if {made.conditions[entry.present]}:"))
        open_for = entry.present
        deeper = f"{indent}    " if conditional else indent
        if isinstance(entry, Loop):
            lines += _loop(target, entry, made, deeper)
        elif isinstance(entry, Series) and not plain(entry.entries, entry.present):
            lines.append(Line(f"{deeper}{target}.{entry.name} = nn.Sequential()", entry.paths))
            inner = statements(f"{target}.{entry.name}", entry.entries, made, deeper, present=entry.present)
            lines += [Line(line.text, (*line.paths, *entry.paths)) for line in inner]
        elif entry.name:
            lines += _value(f"{deeper}{target}.{entry.name} = ", entry, "", made)
        elif by_name:
            lines += _value(f'{deeper}{target}.add_module("{position}", ', entry, ")", made)
        else:
            lines += _value(f"{deeper}{target}.append(", entry, ")", made)
    return lines


def _loop(target: str, loop: Loop, made: Constructor, indent: str) -> list[Line]:
    """Return a loop: what changes from round to round is set before it and changed at the end of each round."""
    changing = {made.variables[slot]: slot for slot in reversed(loop.running)}
    lines = [
        Line(f"{indent}{name} = {made.expressions[slot]}")
        for name, slot in changing.items()
        if name != str(made.expressions[slot])
    ]
    last = made.expressions[loop.last]
    if loop.first < 1:
        rounds = f"range({last})"
    else:
        rounds = f"range({loop.first}, {f'{last} + 1' if last.parameter else last.value + 1})"
    lines.append(Line(f"{indent}for {'number' if loop.first >= 0 else '_'} in {rounds}:"))
    for entry in loop.body:
        how = f'add_module(f"{entry.name}{{number}}", ' if loop.first >= 0 else "append("
        lines += _value(f"{indent}    {target}.{how}", entry, ")", made)
    for name, slot in changing.items():
        if slot.follows:
            lines.append(Line(f"{indent}    {name} = {made.text(slot.follows)}"))
        elif slot.step:
            lines.append(Line(f"{indent}    {name} += {made.text(slot.step)}"))
    return lines
