"""What a search varies and how: one frozen value that checks itself and lies in the search's folder as JSON.

A search of learning rates and optimisers, say:

    SearchConfig(base, {"learning_rate": Range(1e-4, 1e-1, log=True), "optimizer": Choice(("adam", "sgd"))})
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from cnnviz import zoo
from cnnviz.errors import SpecError
from cnnviz.spec.checks import integer, one_of, shown
from cnnviz.train.config import AUGMENTS, INITIALISATIONS, OPTIMIZERS, SCHEDULES, TrainConfig

VERSION = 1
SAMPLERS = ("tpe", "random", "grid")
PRUNERS = ("median", "none")
OPTION = "network."
"""What the names of a network's own options begin with."""

NO_AUGMENT, AND = "none", "+"
MOMENTUM_USERS = ("sgd", "rmsprop")
FIXED_OPTIONS = frozenset({"follow", "blocks", "channels", "classes"})
"""Options that a search does not vary: the data decide some of them, the others are another network."""

MOST_TRIALS, MOST_CHOICES, MOST_PARALLEL, MOST_GRID = 1000, 12, 16, 5000

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Range:
    """A number from ``least`` to ``most``.

    Attributes:
        least, most: the bounds, both of them may be taken.
        log: whether each power of ten gets the same share; ``least`` is positive then.
        whole: whether only whole numbers count.
        points: how many values of it a grid has.
    """

    least: float
    most: float
    log: bool = False
    whole: bool = False
    points: int = 4

    def grid(self) -> tuple[float, ...]:
        """Return the values that a grid tries, the bounds among them."""
        if self.least == self.most or self.points == 1:
            return (self.least,)
        shares = [number / (self.points - 1) for number in range(self.points)]
        if self.log:
            found = [self.least * (self.most / self.least) ** share for share in shares]
        else:
            found = [self.least + (self.most - self.least) * share for share in shares]
        inner = [round(value) if self.whole else float(f"{value:.4g}") for value in found[1:-1]]
        return tuple(dict.fromkeys([self.least, *inner, self.most]))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values."""

    values: tuple[Value, ...]

    def grid(self) -> tuple[Value, ...]:
        """Return the values that a grid tries: all."""
        return self.values


Space = Mapping[str, Range | Choice]


def variables(network: str | None = "") -> dict[str, Range | Choice]:
    """Return what can be varied, the widest range or all choices of each, in the order in which it is asked.

    A name is one of the config's fields, or "network." and the name of a network's option.

    Args:
        network: a documented network, whose options can be varied too; None for every option of any network.
    """
    known: dict[str, Range | Choice] = {
        "learning_rate": Range(1e-7, 10, log=True),
        "batch_size": Range(1, 65536, log=True, whole=True),
        "optimizer": Choice(OPTIMIZERS),
        "momentum": Range(0, 0.999),
        "weight_decay": Range(1e-8, 1, log=True),
        "schedule": Choice(SCHEDULES),
        "label_smoothing": Range(0, 0.5),
        "augment": Choice((NO_AUGMENT, *AUGMENTS)),
        "initialisation": Choice(INITIALISATIONS),
    }
    options = zoo.OPTIONS if network is None else zoo.ZOO[network].options if network in zoo.ZOO else {}
    for name, option in options.items():
        if name in FIXED_OPTIONS:
            continue
        match option.kind:
            case "choice":
                known[OPTION + name] = Choice(option.choices)
            case "flag":
                known[OPTION + name] = Choice((False, True))
            case "integer" | "number":
                whole = option.kind == "integer"
                known[OPTION + name] = Range(option.least, option.most, whole=whole)
    return known


def proposed(
    base: TrainConfig, name: str, network: str = "", options: Mapping[str, Any] | None = None
) -> Range | Choice:
    """Return sensible bounds for a variable around what a config has.

    Args:
        base: the config.
        name: of the variable.
        network: the documented network that it trains; "" for another.
        options: that network's options.
    """
    match name:
        case "learning_rate":
            rate = base.learning_rate
            return Range(_short(max(1e-7, rate / 10)), _short(min(10.0, rate * 10)), log=True)
        case "batch_size":
            size = base.batch_size
            return Choice(tuple(dict.fromkeys(max(2, value) for value in (size // 2, size, size * 2))))
        case "optimizer":
            return Choice(("adam", "adamw", "sgd"))
        case "momentum":
            return Range(0.5, 0.99)
        case "weight_decay":
            return Range(1e-6, 1e-2, log=True)
        case "schedule":
            return Choice(("constant", "cosine", "one_cycle"))
        case "label_smoothing":
            return Range(0.0, 0.2)
        case "augment":
            return Choice((NO_AUGMENT, "shift"))
        case "initialisation":
            return Choice(("torch", "xavier", "kaiming"))
    widest = variables(network)[name]
    if isinstance(widest, Choice):
        return widest
    now = {**zoo.ZOO[network].defaults(options), **(options or {})}[name.removeprefix(OPTION)]
    if not widest.whole:
        return Range(0.0, 0.5)
    side = int(now)
    return Range(max(int(widest.least), side // 2), min(int(widest.most), side * 2), whole=True)


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """Everything that decides how a search goes.

    Args:
        base: what all trials have in common: data, epochs, seed, device and all that is not varied.
        space: what varies: names of ``variables`` with ranges or choices.
        network: the documented network of ``base`` where its options are varied; "" for as it is.
        options: that network's options, those that are not varied.
        sampler: "tpe" (learns from earlier trials where good values are), "random" or "grid" (all combinations).
        pruner: "median" ends a trial that after an epoch is worse than half of the earlier ones; "none".
        trials: how many at most.
        seconds: after so long no new trial begins; 0 for no limit.
        parallel: trials at the same time; they share the devices' queue with everybody.
        seed: of the sampler; the trials have the seed of ``base``, so that all are measured on the same pictures.

    Raises:
        SpecError: with the parameter, its value and the rule.
    """

    base: TrainConfig
    space: Space
    network: str = ""
    options: Mapping[str, Value] = field(default_factory=dict)
    sampler: str = "tpe"
    pruner: str = "median"
    trials: int = 20
    seconds: float = 0.0
    parallel: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        one_of("sampler", self.sampler, SAMPLERS)
        one_of("pruner", self.pruner, PRUNERS)
        for name, value, most in (
            ("trials", self.trials, MOST_TRIALS),
            ("parallel", self.parallel, MOST_PARALLEL),
        ):
            integer(name, value, least=1)
            if value > most:
                raise SpecError(
                    "`{parameter}` (={value}) must be at most {most}", parameter=name, value=value, most=most
                )
        integer("seed", self.seed, least=0)
        good = isinstance(self.seconds, int | float) and not isinstance(self.seconds, bool)
        if not good or not 0 <= self.seconds <= 1e7:
            raise SpecError(
                "`{parameter}` (={value}) must be a number from {least} to {most}",
                parameter="seconds", value=shown(self.seconds), least=0, most=10_000_000,
            )  # fmt: skip
        if not self.base.validation_fraction:
            raise SpecError("a search compares on validation pictures: set `validation_fraction` above 0")
        if not self.space:
            raise SpecError("a search needs something to vary")
        known = variables(self.network)
        for name in self.space:
            if name not in known:
                raise SpecError(
                    "a search cannot vary `{name}`; it can vary: {names}",
                    name=str(name)[:40], names=", ".join(known),
                )  # fmt: skip
            _check(name, self.space[name], known[name])
        ordered = {name: self.space[name] for name in known if name in self.space}
        object.__setattr__(self, "space", ordered)
        if self.network:
            zoo.get(self.network, **self.options)
        if self.sampler == "grid" and math.prod(len(each.grid()) for each in ordered.values()) > MOST_GRID:
            raise SpecError("this grid has more than {most} combinations: vary less", most=MOST_GRID)

    @property
    def most_trials(self) -> int:
        """How many trials there will be at most: a grid ends by itself."""
        return min(self.trials, len(self.grid())) if self.sampler == "grid" else self.trials

    def varies(self, name: str, values: Mapping[str, Value]) -> bool:
        """Return whether a variable matters, beside the values that come before it: Adam has no momentum."""
        return name != "momentum" or values.get("optimizer", self.base.optimizer) in MOMENTUM_USERS

    def grid(self) -> list[dict[str, Value]]:
        """Return all combinations of a grid, each once."""
        found: dict[tuple[tuple[str, Value], ...], None] = {}
        for values in product(*(each.grid() for each in self.space.values())):
            chosen = dict(zip(self.space, values, strict=True))
            found[tuple((name, value) for name, value in chosen.items() if self.varies(name, chosen))] = None
        return [dict(pairs) for pairs in found]

    @property
    def combinations(self) -> int | None:
        """How many different trainings there can be; None where they are too many to count, as within a range."""
        parts = [
            math.inf if isinstance(each, Range) and each.least < each.most else len(each.grid())
            for each in self.space.values()
        ]
        return len(self.grid()) if math.prod(parts) <= MOST_GRID else None

    def trial(self, values: Mapping[str, Value]) -> TrainConfig:
        """Return the config of the trial with these values; it does not touch the test pictures.

        Raises:
            CnnvizError: if they give no network or config.
        """
        options = {
            name.removeprefix(OPTION): value for name, value in values.items() if name.startswith(OPTION)
        }
        given: dict[str, Any] = {name: value for name, value in values.items() if not name.startswith(OPTION)}
        if "augment" in given:
            given["augment"] = _augments(given["augment"])
        if options:
            given["network"] = zoo.get(self.network, **{**self.options, **options})
        optimizer = given.get("optimizer", self.base.optimizer)
        momentum = given.get("momentum", self.base.momentum)
        given["nesterov"] = self.base.nesterov and optimizer == "sgd" and momentum > 0
        return replace(self.base, **given, test=False)

    def to_json(self) -> str:
        """Return the search as JSON text, the network inside it."""
        data = {
            "cnnviz_search": VERSION, "base": json.loads(self.base.to_json()),
            "space": {name: _written(each) for name, each in self.space.items()},
            "network": self.network, "options": dict(self.options), "sampler": self.sampler, "pruner": self.pruner,
            "trials": self.trials, "seconds": self.seconds, "parallel": self.parallel, "seed": self.seed,
        }  # fmt: skip
        return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "SearchConfig":
        """Return the search that a JSON text describes.

        Raises:
            SpecError: if the text is no JSON or describes no search.
            DataError: for a data set that is not in the catalog.
        """
        try:
            data = json.loads(text)
            if data.pop("cnnviz_search") != VERSION:
                raise ValueError("another version")
            base = TrainConfig.from_json(json.dumps(data.pop("base")))
            space = {str(name): _read(each) for name, each in data.pop("space").items()}
            return cls(base, space, **data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SpecError("this is no search: {reason}", reason=str(error)[:200]) from None


def _check(name: str, given: object, widest: Range | Choice) -> None:
    match given, widest:
        case Range(), Range():
            good = all(type(value) in {int, float} for value in (given.least, given.most))
            if not good or not widest.least <= given.least <= given.most <= widest.most:
                raise SpecError(
                    "`{name}` must go from one number up to another, both from {least} to {most}",
                    name=name, least=widest.least, most=widest.most,
                )  # fmt: skip
            if given.log and given.least <= 0:
                raise SpecError("`{name}` must begin above 0 on a logarithmic scale", name=name)
            integer("points", given.points, least=1)
        case Choice(), _:
            if not 1 <= len(given.values) <= MOST_CHOICES or len(set(map(str, given.values))) < len(
                given.values
            ):
                raise SpecError(
                    "`{name}` must have 1 to {most} different values", name=name, most=MOST_CHOICES
                )
            for value in given.values:
                if name == "augment":
                    _augments(value)
                elif isinstance(widest, Choice):
                    one_of(name, value, widest.values)
                else:
                    _check(name, Range(value, value), widest)  # type: ignore[arg-type]
        case _:
            raise SpecError("`{name}` must be one of some values", name=name)


def _augments(value: object) -> tuple[str, ...]:
    """Return the augmentations that "shift+rotate" means; none for "none"."""
    names = () if value == NO_AUGMENT else tuple(str(value).split(AND))
    for name in names:
        one_of("augment", name, AUGMENTS)
    return names


def _written(given: Range | Choice) -> dict[str, Any]:
    if isinstance(given, Choice):
        return {"values": list(given.values)}
    return {
        "least": given.least,
        "most": given.most,
        "log": given.log,
        "whole": given.whole,
        "points": given.points,
    }


def _read(data: Mapping[str, Any]) -> Range | Choice:
    return Choice(tuple(data["values"])) if "values" in data else Range(**data)


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def text_of(each: Range | Choice) -> str:
    """Return bounds or choices as ``read_space`` reads them."""
    if isinstance(each, Range):
        return f"{each.least:g}..{each.most:g}"
    return ",".join(str(value).lower() if isinstance(value, bool) else str(value) for value in each.values)


def read_space(texts: Sequence[str], network: str | None = "") -> dict[str, Range | Choice]:
    """Return the space that texts from a command mean: ``learning_rate=1e-4..1e-1``, ``optimizer=adam,sgd``.

    Raises:
        SpecError: if one means nothing.
    """
    return dict(_read_variable(text, variables(network)) for text in texts)


def _read_variable(text: str, known: Space) -> tuple[str, Range | Choice]:
    name, equals, meant = text.partition("=")
    name = name.strip().replace("-", "_")
    if not equals or name not in known:
        raise SpecError(
            "`{text}` must be NAME=LEAST..MOST or NAME=VALUE,VALUE with one of these names: {names}",
            text=text[:60], names=", ".join(known),
        )  # fmt: skip
    widest = known[name]
    least, dots, most = meant.partition("..")
    try:
        if dots and isinstance(widest, Range):
            make = int if widest.whole else float
            return name, Range(make(least), make(most), log=widest.log, whole=widest.whole)
        return name, Choice(tuple(_values(meant, widest)))
    except ValueError:
        raise SpecError(
            "`{text}` must be NAME=LEAST..MOST or NAME=VALUE,VALUE with one of these names: {names}",
            text=text[:60], names=", ".join(known),
        ) from None  # fmt: skip


def _values(text: str, widest: Range | Choice) -> Iterator[Value]:
    for part in map(str.strip, text.split(",")):
        if isinstance(widest, Range):
            yield int(part) if widest.whole else float(part)
        else:
            yield next((value for value in widest.values if str(value).lower() == part.lower()), part)
