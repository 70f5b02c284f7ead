"""The documented network that a network comes from: what it does otherwise is a likely cause of what is wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import Any, NamedTuple

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.edits import Edit
from cnnviz.diagnosis.problems import Why, message
from cnnviz.errors import SpecError
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.spec import Chain, Layer, Linear, Network, leaves, tree
from cnnviz.zoo import ZOO, get

ALIKE = 0.6
"""At least so much of two networks' layers must have the same place for them to be relatives."""

MOST_DIFFERENCES = 6
"""With more differences it is a network of its own."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A layer that two networks do not share.

    Attributes:
        path: its place.
        ours: as it is here, None if it is missing.
        theirs: as the relative has it, None if it has none there.
    """

    path: str
    ours: Layer | None
    theirs: Layer | None

    @property
    def values(self) -> dict[str, tuple[Any, Any]]:
        """The parameters in which layers of the same kind differ: ours, theirs."""
        if type(self.ours) is not type(self.theirs) or self.ours is None:
            return {}
        pairs = {
            entry.name: (getattr(self.ours, entry.name), getattr(self.theirs, entry.name))
            for entry in fields(self.ours)
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@dataclass(frozen=True, slots=True)
class Relative:
    """A documented network and in what a network differs from it.

    Attributes:
        title: what people call it.
        network: the documented network.
        differences: in the order of execution.
    """

    title: str
    network: Network
    differences: tuple[Difference, ...]


class Suggestion(NamedTuple):
    """What a relative suggests: how unlikely it is, the change, and the cause that it takes away."""

    cost: float
    edit: Edit
    why: Why | None


def relative(network: Network) -> Relative | None:
    """Return the documented network that is most like a network; None if it is one of its own."""
    ours = dict(leaves(network.body))
    paths = set(ours)
    scored = [
        (len(paths & theirs.keys()) / max(len(paths), len(theirs), 1), known.name == network.name, name)
        for name, (known, theirs) in _documented().items()
    ]
    found = [
        Relative(ZOO[name].title, theirs, differences(ours, theirs))
        for share, same_name, name in sorted(scored, reverse=True)[:4]
        if share >= (ALIKE / 2 if same_name else ALIKE)
        for theirs in _variants(name, network)
    ]
    near = [
        one for one in found if len(one.differences) <= MOST_DIFFERENCES and _mostly_the_same(one, len(ours))
    ]
    return min(near, key=lambda one: (len(one.differences), one.network.name != network.name), default=None)


def differences(ours: dict[str, Layer], network: Network) -> tuple[Difference, ...]:
    """Return in which layers a network differs from another; activations and dropout say nothing about shapes."""
    theirs = dict(leaves(network.body))
    places = list(theirs) + [path for path in ours if path not in theirs]
    return tuple(
        Difference(path, ours.get(path), theirs.get(path))
        for path in places
        if ours.get(path) != theirs.get(path) and (_shapes(ours.get(path)) or _shapes(theirs.get(path)))
    )


def suggestions(network: Network, near: Relative, place: str) -> Iterator[Suggestion]:
    """Yield for each difference the change that undoes it, and what it says about the error at a place."""
    for rank, difference in enumerate(near.differences):
        cost = 0.01 * rank
        if difference.values:
            # Who gives other channels mostly means it: rather the next layer should take them.
            cost += 1.2 if set(difference.values) <= {"out_channels", "out_features"} else 0
            edit = edits.set_parameters(network, difference.path, **_theirs(difference))
            yield Suggestion(cost, edit, _other_values(near, difference, place))
        elif difference.theirs is None:
            yield Suggestion(cost + 1.6, edits.remove(network, difference.path), None)
        elif difference.ours is None:
            yield _put_back(network, near, difference.path, difference.theirs, cost)
        else:
            said = message(
                N_("{relative} has {code} in the place of {layer}"),
                relative=near.title, code=edits.code(difference.theirs),
                layer=edits.called(difference.path, difference.ours),
            )  # fmt: skip
            edit = edits.swap(network, difference.path, difference.theirs)
            yield Suggestion(cost + 0.5, edit, Why(said, cause=False))
    yield _all(network, near)
    picture = near.network.input_shape
    if picture != network.input_shape:
        said = message(
            N_("{relative} is made for pictures of {shape}"), relative=near.title, shape=say(picture)
        )
        yield Suggestion(1.4, edits.other_input(network, picture), Why(said, cause=False))


def _put_back(network: Network, near: Relative, path: str, layer: Layer, cost: float) -> Suggestion:
    into = path.rpartition(".")[0]
    try:
        chain = tree.node_at(network, into)
        siblings = tree.inside(tree.node_at(near.network, into))
    except SpecError:
        return Suggestion(cost, None, None)
    if not isinstance(chain, Chain) or not layer.name:
        return Suggestion(cost, None, None)
    before = [item.name for item in siblings[: siblings.index(layer)]]
    position = max((index + 1 for index, item in enumerate(chain.items) if item.name in before), default=0)
    title = message(N_("Insert {code} as `{path}`"), code=edits.code(layer), path=path)
    said = message(
        N_("`{path}` is missing: {relative} has {code} there"),
        path=path, relative=near.title, code=edits.code(layer),
    )  # fmt: skip
    return Suggestion(cost, (title, edits.inserted(network, into, position, (layer,))), Why(said))


def _all(network: Network, near: Relative) -> Suggestion:
    """Return the change that undoes all differences of parameters at once."""
    changed = [one for one in near.differences if one.values]
    for one in changed:
        edit = edits.set_parameters(network, one.path, **_theirs(one))
        if edit is None or len(changed) < 2:
            return Suggestion(0.2, None, None)
        network = edit[1]
    layers = ", ".join(f"`{one.path}`" for one in changed)
    title = message(N_("Make {layers} as {relative} has them"), layers=layers, relative=near.title)
    said = message(N_("{layers} differ from those of {relative}"), layers=layers, relative=near.title)
    return Suggestion(0.2, (title, network), Why(said))


def _theirs(difference: Difference) -> dict[str, Any]:
    """Return the parameters that a layer should take over; the stride of a pooling in numbers."""
    values = {name: pair[1] for name, pair in difference.values.items()}
    if values.get("stride", 0) is None:
        values["stride"] = getattr(difference.theirs, "kernel_size", 1)
    return values


def _other_values(near: Relative, difference: Difference, place: str) -> Why:
    assert difference.ours is not None
    theirs = edits.setting(_theirs(difference))
    if difference.path == place:
        here = message(N_("{relative} uses {theirs} there"), relative=near.title, theirs=theirs)
        return Why(here, cause=False)
    layer = edits.called(difference.path, difference.ours)
    if set(difference.values) == {"padding"} and difference.values["padding"][0] in (0, (0, 0), "valid"):
        return Why(
            message(
                N_("{layer} has no padding: {relative} uses {theirs}"),
                layer=layer, relative=near.title, theirs=theirs,
            )
        )  # fmt: skip
    return Why(
        message(
            N_("{layer} has {ours}: {relative} uses {theirs}"),
            layer=layer, ours=edits.setting({name: pair[0] for name, pair in difference.values.items()}),
            relative=near.title, theirs=theirs,
        )
    )  # fmt: skip


def _shapes(layer: Layer | None) -> bool:
    return layer is not None and type(layer).__name__ not in {
        "ReLU", "Sigmoid", "Tanh", "GELU", "Identity", "Dropout",
    }  # fmt: skip


def _mostly_the_same(near: Relative, layers: int) -> bool:
    return len(near.differences) <= max(1, layers // 4)


@cache
def _documented() -> dict[str, tuple[Network, dict[str, Layer]]]:
    """Return each documented network, and its layers by their paths."""
    networks = {name: get(name) for name in ZOO}
    return {name: (network, dict(leaves(network.body))) for name, network in networks.items()}


def _variants(name: str, network: Network) -> list[Network]:
    """Return a documented network, and the same for our pictures and classes where it can be had."""
    known, layers = _documented()[name]
    channels, height, width = network.input_shape
    wanted = {
        "channels": channels,
        "size": height if height == width else 0,
        "classes": _scores(layer for _, layer in leaves(network.body)),
    }
    theirs = {
        "channels": known.input_shape[0], "size": known.input_shape[1], "classes": _scores(layers.values())
    }  # fmt: skip
    other = tuple((option, value) for option, value in wanted.items() if value and value != theirs[option])
    return [known, *_fitted(name, other)]


def _scores(layers: Iterable[Layer]) -> int:
    """Return how many scores the last linear layer gives, 0 without one."""
    return next((layer.out_features for layer in reversed([*layers]) if isinstance(layer, Linear)), 0)


@lru_cache(maxsize=64)
def _fitted(name: str, wanted: tuple[tuple[str, int], ...]) -> tuple[Network, ...]:
    """Return a documented network with those of its options that are wanted, one more at a time."""
    found: list[Network] = []
    options: dict[str, Any] = {}
    for option, value in wanted:
        if option in ZOO[name].options:
            options[option] = value
            try:
                found.append(get(name, **options))
            except SpecError:
                del options[option]
    return tuple(found)
