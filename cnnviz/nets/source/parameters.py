"""From slots to a constructor: what differs between instances becomes a parameter, what follows from one a formula.

Slots that change together are one parameter. A width that is a multiple or a part of another in all instances is
written so (``4 * out_channels``); the width that comes out of a block is never guessed from what goes in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cnnviz.nets.source.entries import Entry, Loop, Running, Series, Slot, conditional, slots
from cnnviz.nets.source.pieces import ABSENT, REQUIRED, Argument, Product, alike

FACTORS = range(2, 17)
"""What a width may be a multiple of another by."""


@dataclass(eq=False, slots=True)
class Parameter:
    """A parameter of a constructor: its value in each instance, and the slots that it fills."""

    values: tuple[Any, ...]
    uses: list[Slot]
    default: Any = REQUIRED
    name: str = ""

    @property
    def is_width(self) -> bool:
        """Whether it counts channels or features."""
        return _role(self.uses[0].argument) == "width"


@dataclass(frozen=True, slots=True)
class Expression:
    """What is written for a slot: a value, or a parameter with something around it."""

    value: Any = ABSENT
    parameter: Parameter | None = None
    around: str = "{}"

    def __str__(self) -> str:
        return self.around.format(self.parameter.name) if self.parameter else written(self.value)


@dataclass(eq=False, slots=True)
class Constructor:
    """The parameters of one class and what each slot is written as.

    Attributes:
        parameters: in the order of the signature: first widths, last what has a default.
        expressions: of every slot.
        conditions: when a line is there that some instances lack, by ``present``.
        variables: what changes from round to round of a loop: the name of its variable.
    """

    parameters: list[Parameter] = field(default_factory=list)
    expressions: dict[Slot, Expression] = field(default_factory=dict)
    conditions: dict[tuple[bool, ...], str] = field(default_factory=dict)
    variables: dict[Slot, str] = field(default_factory=dict)

    def text(self, slot: Slot) -> str:
        """Return what is written for a slot."""
        return self.variables.get(slot) or str(self.expressions[slot])

    def is_default(self, slot: Slot) -> bool:
        """Say whether a slot can be left out."""
        expression = self.expressions[slot]
        return expression.parameter is None and alike(expression.value, slot.default)

    def arguments(self, instance: int) -> tuple[Argument, ...]:
        """Return what the call of one instance says."""
        return tuple(
            Argument(
                each.name,
                each.default if each.values[instance] is ABSENT else each.values[instance],
                each.default,
                positional=each.is_width and each.default is REQUIRED,
            )
            for each in self.parameters
        )


def written(value: Any) -> str:
    """Return a value as Python: a product with its factors."""
    return " * ".join(map(str, value.factors)) if isinstance(value, Product) else repr(value)


def constructor(entries: tuple[Entry, ...], *, side_by_side: bool) -> Constructor:
    """Return the constructor that these entries need; without any parameter if all instances agree.

    Args:
        entries: what the class is made of.
        side_by_side: whether its parts are joined, so that what comes out is no single layer's width.
    """
    made = Constructor()
    every = [slot for entry in entries for slot in slots(entry)]
    widths = [slot for slot in every if slot.argument.startswith("out_") and ABSENT not in slot.values]
    output = None if side_by_side or not widths else widths[-1]
    for slot in every:
        made.expressions[slot] = _expression(slot, made.parameters, output)
    _name(made.parameters, made.expressions[output] if output else None, side_by_side=side_by_side)
    for entry in conditional(entries):
        made.conditions[entry.present] = _condition(entry, output, made)
    _set_variables(entries, every, made)
    made.parameters.sort(key=lambda each: (each.default is not REQUIRED, not each.is_width))
    return made


def _role(argument: str) -> str:
    """Return what an argument is about: slots of one role may share a parameter."""
    word = argument.rpartition("_")[2]
    return "width" if word in {"channels", "features", "groups"} else word


def _expression(slot: Slot, parameters: list[Parameter], output: Slot | None) -> Expression:
    """Return what a slot is: always the same, a parameter, what follows from one, or else a new parameter."""
    here = [index for index, value in enumerate(slot.values) if value is not ABSENT]
    constant = not here or all(alike(slot.values[index], slot.values[here[0]]) for index in here)
    if constant and len(here) in {0, len(slot.values)}:
        return Expression(slot.values[here[0]] if here else 0)
    same_role = [each for each in parameters if _role(each.uses[0].argument) == _role(slot.argument)]
    for parameter in same_role:
        if all(alike(slot.values[index], parameter.values[index]) for index in here):
            parameter.uses.append(slot)
            return Expression(parameter=parameter)
    if constant:
        return Expression(slot.values[here[0]])
    if _role(slot.argument) == "width":
        is_output = output is not None and slot.values == output.values
        for parameter in same_role:
            around = _formula(slot, parameter, here)
            if around and not (is_output and parameter is parameters[0]):
                return Expression(parameter=parameter, around=around)
    default = slot.default if any(alike(slot.values[index], slot.default) for index in here) else REQUIRED
    if len(here) < len(slot.values) and default is REQUIRED:
        default = None
    parameters.append(Parameter(slot.values, [slot], default))
    return Expression(parameter=parameters[-1])


def _formula(slot: Slot, parameter: Parameter, here: list[int]) -> str | None:
    """Return how a slot follows from a parameter in all instances, None if it does not."""
    pairs = [(slot.values[index], parameter.values[index]) for index in here]
    if any(not isinstance(number, int) for pair in pairs for number in pair):
        return None
    for factor in FACTORS:
        if all(value == base * factor for value, base in pairs):
            return f"{factor} * {{}}"
        if all(value * factor == base for value, base in pairs):
            return f"{{}} // {factor}"
    return None


def _name(parameters: list[Parameter], output: Expression | None, *, side_by_side: bool) -> None:
    """Name parameters as torch does; where that is ambiguous, by the layer or path that they are for."""
    wanted: dict[str, list[Parameter]] = {}
    for position, parameter in enumerate(parameters):
        name = _wanted(parameter, is_first=position == 0)
        if output and output.parameter is parameter and output.around != "{}":
            name = name.removeprefix("out_")  # what comes out is a multiple of it
        wanted.setdefault(name, []).append(parameter)
    ambiguous: list[tuple[str, Parameter]] = []
    for name, several in wanted.items():
        plain = several[0] if len(several) == 1 or name.startswith("in_") else None
        if plain is None and output and output.parameter in several:
            plain = output.parameter
        for parameter in several:
            parameter.name = name if parameter is plain else ""
        ambiguous += [(name, parameter) for parameter in several if parameter is not plain]
    taken = {parameter.name for parameter in parameters}
    prefixes = [_prefixes(parameter, outermost=side_by_side) for _, parameter in ambiguous]
    for (name, parameter), own in zip(ambiguous, prefixes, strict=True):
        base = name.removeprefix("in_").removeprefix("out_") if parameter.is_width else name
        others = [prefix for each in prefixes if each is not own for prefix in each[:2]]
        prefix = next((each for each in own if each not in others), own[-1])
        count = name.startswith("num_") and not parameter.is_width
        parameter.name = _fresh(name if count else f"{prefix}_{base}", taken)
        taken.add(parameter.name)


def _wanted(parameter: Parameter, *, is_first: bool) -> str:
    """Return the name that torch has for it: what goes in, else what comes out, else that of its first use."""
    arguments = [slot.argument for slot in parameter.uses]
    if not parameter.is_width:
        return arguments[0]
    if is_first and arguments[0] in {"in_channels", "in_features", "num_features"}:
        return next((each for each in arguments if each.startswith("in_")), "in_channels")
    return next((argument for argument in arguments if argument.startswith("out_")), arguments[0])


def _prefixes(parameter: Parameter, *, outermost: bool) -> list[str]:
    words = [f"layer{word}" if word.isdigit() else word.lower() for word in parameter.uses[0].place]
    ends = [words[0], words[-1]] if outermost else [words[-1], words[0]]
    return [*ends, "_".join(words)]


def _fresh(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found


def _condition(entry: Entry, output: Slot | None, made: Constructor) -> str:
    """Return when an entry is there: where the width changes, or the stride is not 1, or a parameter says so."""
    present = entry.present
    if present in made.conditions:
        return made.conditions[present]
    full = [each for each in made.parameters if ABSENT not in each.values]
    if full and output and full[0].is_width and _tells(present, full[0].values, output.values):
        return f"{full[0].name} != {made.expressions[output]}"
    for one in full:
        if one.default not in {REQUIRED, None} and _tells(present, one.values, (one.default,) * len(present)):
            return f"{one.name} != {one.default!r}"
    name = _fresh(f"use_{entry.name.lower() or 'layer'}", {each.name for each in made.parameters})
    slot = Slot((), name, default=False, positional=False, values=present)
    made.parameters.append(Parameter(present, [slot], default=False, name=name))
    return name


def _tells(present: tuple[bool, ...], ones: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    return all(
        is_there == (not alike(one, other))
        for is_there, one, other in zip(present, ones, others, strict=True)
    )


def _set_variables(entries: Iterable[Entry], every: list[Slot], made: Constructor) -> None:
    """Name what changes in each loop: the parameter itself, if nothing needs its first value any more."""
    taken = {parameter.name for parameter in made.parameters}
    for entry in entries:
        if isinstance(entry, Series):
            _set_variables(entry.entries, every, made)
        if not isinstance(entry, Loop):
            continue
        begin = min(every.index(slot) for slot in slots(entry))
        same: dict[tuple[Any, ...], list[Running]] = {}
        for slot in entry.running:
            step = slot.step and slot.step.values
            same.setdefault((slot.values, slot.follows and slot.follows.values, step), []).append(slot)
        for several in same.values():
            first = made.expressions[several[0]]
            others = [slot for slot in every[begin:] if slot not in several]
            needed = any(made.expressions[slot].parameter is first.parameter for slot in others)
            asked = any(str(first) in condition.split() for condition in made.conditions.values())
            if first.parameter and first.around == "{}" and not needed and not asked:
                name = first.parameter.name
            else:
                argument = several[0].argument
                told = argument in taken or argument == "num_features"
                name = _fresh("channels" if told and _role(argument) == "width" else argument, taken)
            taken.add(name)
            for slot in several:
                made.variables[slot] = name
