"""The list of documented networks: each is a function that returns a description, registered once under its name."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from cnnviz.errors import SpecError
from cnnviz.spec import Network
from cnnviz.zoo.options import OPTIONS, Option, Value

Builder = Callable[..., Network]

IMAGENET: Mapping[str, Value] = {"channels": 3, "size": 224, "classes": 1000}
"""What torchvision's networks are made for."""


@dataclass(frozen=True, slots=True)
class Source:
    """Whose version of a network it is.

    Attributes:
        text: paper, notes or code that it follows.
        defaults: options whose default is another one in this version.
    """

    text: str
    defaults: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A documented network.

    Attributes:
        name: what commands and links call it.
        title: what people call it.
        about: one sentence for a learner; an English message of the catalogue.
        sources: by the values of the option ``follow``, the documented one first; where there is one source only
            its name is "".
        build: the function; its keyword arguments are the options.
    """

    name: str
    title: str
    about: str
    sources: Mapping[str, Source]
    build: Builder

    @property
    def options(self) -> dict[str, Option]:
        """The options, in the order of ``OPTIONS``, with the defaults of the documented network.

        Each value that they offer gives a network, the other options at their defaults; so the least size is that
        which the network needs.
        """
        own = self.defaults()
        offered = {
            name: replace(option, default=own[name]) for name, option in OPTIONS.items() if name in own
        }
        if "follow" in offered:
            offered["follow"] = replace(offered["follow"], choices=tuple(self.sources))
        if "size" in offered:
            offered["size"] = replace(offered["size"], least=_least_size(self.build))
        return offered

    @property
    def source(self) -> str:
        """What the documented network follows."""
        return self.source_of({})

    def source_of(self, options: Mapping[str, Any]) -> str:
        """Return what the network of these options follows: paper, notes or code."""
        return self.sources[self._follow(options)].text

    def defaults(self, options: Mapping[str, Any] | None = None) -> dict[str, Value]:
        """Return every option's default, in the version that these options follow."""
        own = {name: each.default for name, each in inspect.signature(self.build).parameters.items()}
        follow = self._follow(options or {})
        if len(self.sources) > 1:
            own["follow"] = follow
        else:
            own.pop("follow", None)  # a choice of one is none
        return {**own, **self.sources[follow].defaults}

    def _follow(self, options: Mapping[str, Any]) -> str:
        asked = options.get("follow")
        return str(asked) if asked in self.sources else next(iter(self.sources))


ZOO: dict[str, Entry] = {}


def register(
    name: str, title: str, *, about: str, source: str | Mapping[str, Source]
) -> Callable[[Builder], Builder]:
    """Return the decorator that puts a network into the zoo.

    Args:
        name: what commands and links call it.
        title: what people call it.
        about: one sentence for a learner; an English message of the catalogue.
        source: what it follows; or, where sources differ, each value of its option ``follow`` with its source, the
            documented one first.

    Raises:
        ValueError: if the name is taken.
    """

    def enter(build: Builder) -> Builder:
        if name in ZOO:
            raise ValueError(f"the zoo already has a network called {name}")
        sources = {"": Source(source)} if isinstance(source, str) else source
        ZOO[name] = Entry(name, title, about, sources, build)
        return build

    return enter


def get(name: str, **options: Any) -> Network:
    """Return a documented network by name; options that are not given are those of the source that it follows.

    Raises:
        SpecError: for an unknown name, option or value, or a size too small; says what there is.
    """
    entry = _entry(name)
    known = entry.options
    for option, value in options.items():
        _known(entry, option, known)
        _rule(option, known).check(value)
    return entry.build(**entry.defaults(options) | options)


def read(name: str, texts: Mapping[str, str]) -> dict[str, Value]:
    """Return the options of a network that texts from a command or link mean, for ``get``.

    Raises:
        SpecError: as in ``get``.
    """
    entry = _entry(name)
    known = entry.options
    for option in texts:
        _known(entry, option, known)
    return {option: _rule(option, known).read(text) for option, text in texts.items()}


def _rule(option: str, known: Mapping[str, Option]) -> Option:
    """Too small a picture is refused by the network itself: how small depends on its other options."""
    return OPTIONS[option] if option == "size" else known[option]


@cache
def _least_size(build: Builder) -> int:
    """Ask the network itself: the smallest picture is refused with the least that would do."""
    try:
        build(size=1)
    except SpecError as error:
        return int(error.values["least"])
    return 1


def _entry(name: str) -> Entry:
    if name not in ZOO:
        raise SpecError(
            "there is no network `{name}`; there are: {names}", name=name[:60], names=", ".join(sorted(ZOO))
        )
    return ZOO[name]


def _known(entry: Entry, option: str, known: Mapping[str, Option]) -> None:
    if option not in known:
        raise SpecError(
            "`{name}` has no option `{option}`; it has: {options}",
            name=entry.name, option=option[:60], options=", ".join(known) or "-",
        )  # fmt: skip
