"""The list of documented networks: each is a function that returns a description, registered once under its name."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from cnnviz.errors import SpecError
from cnnviz.spec import Network
from cnnviz.spec.checks import shown

Builder = Callable[..., Network]


@dataclass(frozen=True, slots=True)
class Entry:
    """A documented network.

    Attributes:
        name: what commands and links call it.
        title: what people call it.
        about: one sentence for a learner; an English message of the catalogue.
        source: paper, notes or code that it follows.
        build: the function; its keyword arguments are the options.
    """

    name: str
    title: str
    about: str
    source: str
    build: Builder

    @property
    def options(self) -> dict[str, tuple[Any, ...]]:
        """The options with what each may be, its default first."""
        hints = get_type_hints(self.build)
        return {
            name: tuple(dict.fromkeys((parameter.default, *get_args(hints[name]))))
            for name, parameter in inspect.signature(self.build).parameters.items()
        }


ZOO: dict[str, Entry] = {}


def register(name: str, title: str, *, about: str, source: str) -> Callable[[Builder], Builder]:
    """Return the decorator that puts a network into the zoo.

    Raises:
        ValueError: if the name is taken.
    """

    def enter(build: Builder) -> Builder:
        if name in ZOO:
            raise ValueError(f"the zoo already has a network called {name}")
        ZOO[name] = Entry(name, title, about, source, build)
        return build

    return enter


def get(name: str, **options: Any) -> Network:
    """Return a documented network by name.

    Raises:
        SpecError: for an unknown name, option or value; says what there is.
    """
    entry = ZOO.get(name)
    if entry is None:
        raise SpecError(
            "there is no network `{name}`; there are: {names}", name=name[:60], names=", ".join(sorted(ZOO))
        )
    for option, value in options.items():
        if option not in entry.options:
            raise SpecError(
                "`{name}` has no option `{option}`; it has: {options}",
                name=name, option=option[:60], options=", ".join(entry.options) or "-",
            )  # fmt: skip
        if value not in entry.options[option]:
            raise SpecError(
                "`{option}` (={value}) must be one of: {choices}",
                option=option, value=shown(value), choices=", ".join(map(str, entry.options[option])),
            )  # fmt: skip
    return entry.build(**options)
