"""Weights of somebody else's network, put where they fit into ours.

Three steps, each for what the one before it left: the same name and shape; the same order of layers; shapes that only
one layer on either side has. Whatever does not fit is listed, never bent: a head for other classes stays as it was
initialised.

Order is a puzzle, for a safetensors file keeps its tensors sorted by name: ``norm0`` comes after ``denseblock1``. But
names are trees too (``features.denseblock1.denselayer1.norm1``), so we look for an order of the brothers in each node
that makes their layers, one after the other, those of our network.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import safetensors.torch
import torch
from torch import Tensor

from cnnviz.nets.build import build
from cnnviz.spec import Conv2d, Linear, Network, Shape, leaves

PREFIXES = frozenset({"module", "model", "backbone", "net", "network", "_orig_mod"})
"""What wrappers (DataParallel, Lightning, torch.compile) put before every name."""

COUNTER = "num_batches_tracked"
"""Batch normalisation's counter of batches: it changes nothing that the network computes, so we pass it over."""

FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)

MOST_STEPS = 50_000
"""Attempts after which we give up looking for an order; torchvision's largest networks take a hundredth of it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A tensor that fits: its name in the file, its name in our network, and what told us so."""

    theirs: str
    ours: str
    shape: Shape
    by: Literal["name", "order", "shape"]


@dataclass(frozen=True, slots=True)
class Misfit:
    """A tensor that belongs together with one of ours, but has another shape."""

    theirs: str
    ours: str
    their_shape: Shape
    our_shape: Shape


@dataclass(frozen=True, slots=True)
class Lone:
    """A tensor of one side only."""

    name: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Match:
    """What of a file fits into a network.

    Attributes:
        fits: loaded.
        misfits: left out because of their shape.
        broken: left out because they hold numbers that are not finite.
        missing: of our network, that nothing in the file goes into (misfits and broken ones are not repeated here).
        unused: of the file, that nothing in our network wants.
        converted: how many tensors of each other type became float32.
    """

    fits: tuple[Fit, ...]
    misfits: tuple[Misfit, ...]
    broken: tuple[Fit, ...]
    missing: tuple[Lone, ...]
    unused: tuple[Lone, ...]
    converted: Mapping[str, int]

    @property
    def wanted(self) -> int:
        """How many tensors our network has."""
        return len(self.fits) + len(self.fresh)

    @property
    def fresh(self) -> tuple[Lone, ...]:
        """Those of our network that nothing is loaded into: they stay as they were initialised."""
        return (
            *(Lone(misfit.ours, misfit.our_shape) for misfit in self.misfits),
            *(Lone(fit.ours, fit.shape) for fit in self.broken),
            *self.missing,
        )


def match(network: Network, tensors: Mapping[str, Tensor]) -> Match:
    """Return which tensors of a file fit where in a network.

    Raises:
        ShapeError: if the network's layers do not fit together.
    """
    with torch.device("meta"):
        state = build(network).state_dict()
    ours = {name: tuple(tensor.shape) for name, tensor in state.items() if not name.endswith(COUNTER)}
    theirs = {
        name: tuple(tensor.shape) for name, tensor in tensors.items() if tensor.dtype in FLOATS and not name.endswith(COUNTER)
    }  # fmt: skip
    same_names = _by_name(theirs, ours)
    pairs = {name: pair for name, pair in same_names.items() if theirs[name] == ours[pair[0]]}
    for step in (_by_order, _by_shape, _by_name):
        left = {name: shape for name, shape in theirs.items() if name not in pairs}
        taken = {our for our, _ in pairs.values()}
        pairs |= step(left, {name: shape for name, shape in ours.items() if name not in taken})
    order = {name: number for number, name in enumerate(ours)}
    placed = sorted(
        (Fit(name, our, theirs[name], by) for name, (our, by) in pairs.items()),
        key=lambda fit: order[fit.ours],
    )
    right = [fit for fit in placed if fit.shape == ours[fit.ours]]
    fits = [fit for fit in right if bool(torch.isfinite(tensors[fit.theirs].float()).all())]
    kinds = [str(tensors[fit.theirs].dtype).removeprefix("torch.") for fit in fits]
    used = {fit.ours for fit in placed}
    return Match(
        tuple(fits),
        tuple(Misfit(fit.theirs, fit.ours, fit.shape, ours[fit.ours]) for fit in placed if fit not in right),
        tuple(fit for fit in right if fit not in fits),
        tuple(Lone(name, shape) for name, shape in ours.items() if name not in used),
        tuple(
            Lone(name, tuple(tensor.shape)) for name, tensor in tensors.items()
            if name not in pairs and not name.endswith(COUNTER)
        ),
        {kind: kinds.count(kind) for kind in sorted(set(kinds)) if kind != "float32"},
    )  # fmt: skip


def ends(network: Network) -> tuple[str, str]:
    """Return the paths of the first and the last layer that has weights; "" for both where none has.

    The first one's tell how many channels its pictures have, the last one's how many classes it tells apart.
    """
    paths = [path for path, layer in leaves(network.body) if isinstance(layer, Conv2d | Linear)] or [""]
    return paths[0], paths[-1]


def told(network: Network, matched: Match) -> dict[str, int]:
    """Return what a file says of its own network where ours is another one: ``channels``, ``classes``.

    Args:
        network: ours.
        matched: what ``match`` says of it and the file.
    """
    first, last = ends(network)
    axes = {f"{first}.weight": 1, f"{last}.weight": 0, f"{last}.bias": 0}
    found = {}
    for misfit in matched.misfits:
        axis = axes.get(misfit.ours)
        if axis is not None and len(misfit.their_shape) == len(misfit.our_shape):
            theirs, ours = list(misfit.their_shape), list(misfit.our_shape)
            size = theirs.pop(axis)
            ours.pop(axis)
            if theirs == ours:
                found["classes" if axis == 0 else "channels"] = size
    return found


def fill(
    network: Network, tensors: Mapping[str, Tensor], matched: Match, *, seed: int = 0
) -> dict[str, Tensor]:
    """Return the network's ``state_dict`` with what fits taken from the file, the rest freshly initialised.

    Args:
        network: ours.
        tensors: the file's.
        matched: what ``match`` says of the two.
        seed: of the rest.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        state = dict(build(network).state_dict())
    return state | {
        fit.ours: tensors[fit.theirs].to(torch.float32, copy=True).contiguous() for fit in matched.fits
    }


def pack(network: Network, tensors: Mapping[str, Tensor], matched: Match, *, seed: int = 0) -> bytes:
    """Return what ``fill`` returns as a safetensors file that our PyTorch code loads."""
    return safetensors.torch.save(fill(network, tensors, matched, seed=seed))


Shapes = Mapping[str, Shape]
Pairs = dict[str, tuple[str, Literal["name", "order", "shape"]]]
"""Their name -> (our name, how it was found)."""


def _by_name(theirs: Shapes, ours: Shapes) -> Pairs:
    pairs: Pairs = {name: (name, "name") for name in theirs if name in ours}
    found: dict[str, list[str]] = {}
    for name, plain in _plain(list(theirs), {name.partition(".")[0] for name in ours}).items():
        found.setdefault(plain, []).append(name)
    for our, names in found.items():
        if our in ours and our not in pairs and len(names) == 1:  # two candidates are none
            pairs[names[0]] = (our, "name")
    return pairs


def _plain(names: Sequence[str], heads: set[str]) -> dict[str, str]:
    """Return each name without the prefixes of wrappers, or one that all names have, unless our names have it."""
    plain = dict(zip(names, names, strict=True))
    while True:
        first = {name.partition(".")[0] for name in plain.values()}
        drop = (first if len(first) == 1 else first & PREFIXES) - heads
        shorter = {
            name: rest if head in drop and "." in rest else text
            for name, text in plain.items()
            for head, _, rest in [text.partition(".")]
        }
        if shorter == plain:
            return plain
        plain = shorter


@dataclass(frozen=True, eq=False)
class _Part:
    """A node in the tree of their names: a layer with its tensors, or parts."""

    path: str
    tensors: dict[str, Shape] = field(default_factory=dict)
    parts: dict[str, "_Part"] = field(default_factory=dict)

    @cached_property
    def children(self) -> tuple["_Part", ...]:
        """The parts below in the order of their names, numbers as numbers; its own tensors come first."""
        below = [self.parts[name] for name in sorted(self.parts, key=_natural)]
        return (_Part(self.path, self.tensors), *below) if self.tensors else tuple(below)

    @cached_property
    def like(self) -> int:
        """Equal for parts that are interchangeable: the same tensors in the same places."""
        return hash(
            (tuple(sorted(self.tensors.items())), tuple(part.like for part in self.children if self.parts))
        )


def _by_order(theirs: Shapes, ours: Shapes) -> Pairs:
    wanted = list(_layers(ours).items())
    root = _tree(theirs)
    if len(_layers(theirs)) < len(wanted):
        return {}
    for strict in (True, False):
        found = _ordered(root, [tensors for _, tensors in wanted], strict=strict)
        if found:
            return {
                _joined(part.path, kind): (_joined(path, kind), "order")
                for part, (path, tensors) in zip(found, wanted, strict=True)
                for kind in tensors
            }
    return {}


def _by_shape(theirs: Shapes, ours: Shapes) -> Pairs:
    """Pair layers whose tensors' shapes occur once on either side."""
    sides: list[dict[object, list[str]]] = []
    for shapes in (theirs, ours):
        alike: dict[object, list[str]] = {}
        for path, tensors in _layers(shapes).items():
            alike.setdefault(tuple(sorted(tensors.items())), []).append(path)
        sides.append(alike)
    return {
        _joined(paths[0], kind): (_joined(sides[1][key][0], kind), "shape")
        for key, paths in sides[0].items()
        if len(paths) == 1 and len(sides[1].get(key, ())) == 1
        for kind in _layers(theirs)[paths[0]]
    }


def _ordered(root: _Part, wanted: Sequence[Shapes], *, strict: bool) -> list[_Part]:
    """Return the layers of a tree that are the wanted ones, in their order; none if there is no such order."""
    taken: list[_Part] = []
    moves = [_next(((root,),))]
    for _ in range(MOST_STEPS):
        if len(taken) == len(wanted):
            return taken
        move = next(moves[-1], None)
        if move is None:  # the way ends here: take the last layer back and try another
            moves.pop()
            if not taken:
                return []
            taken.pop()
        elif _alike(move[0].tensors, wanted[len(taken)], set() if strict else _free(len(taken), len(wanted))):
            taken.append(move[0])
            moves.append(_next(move[1]))
    return []


Open = tuple[tuple[_Part, ...], ...]
"""The parts that are begun, from the outside in: what is left of each."""


def _next(begun: Open) -> Iterator[tuple[_Part, Open]]:
    """Yield each layer that may come next, with what is begun then."""
    while begun and not begun[-1]:
        begun = begun[:-1]
    if not begun:
        return
    tried = set()
    for position, part in enumerate(begun[-1]):
        if part.like in tried:
            continue
        tried.add(part.like)
        rest = (*begun[:-1], begun[-1][:position] + begun[-1][position + 1 :])
        if part.parts:
            yield from _next((*rest, part.children))
        else:
            yield part, rest


def _free(place: int, count: int) -> set[int]:
    """The first layer may look at pictures of other channels (axis 1), the last one tell other classes (axis 0)."""
    return {axis for axis, there in ((1, 0), (0, count - 1)) if place == there}


def _alike(found: Shapes, wanted: Shapes, free: set[int]) -> bool:
    """Are these one layer's tensors, whatever the sizes of the free axes?"""
    if found.keys() != wanted.keys():
        return False
    return all(
        len(found[kind]) == len(shape)
        and all(
            have == want or axis in free
            for axis, (have, want) in enumerate(zip(found[kind], shape, strict=True))
        )
        for kind, shape in wanted.items()
    )


def _layers(shapes: Shapes) -> dict[str, dict[str, Shape]]:
    """Return the tensors of each layer: path -> weight, bias, ... -> shape."""
    layers: dict[str, dict[str, Shape]] = {}
    for name, shape in shapes.items():
        path, _, kind = name.rpartition(".")
        layers.setdefault(path, {})[kind] = shape
    return layers


def _tree(shapes: Shapes) -> _Part:
    root = _Part("")
    for path, tensors in _layers(shapes).items():
        part = root
        for name in path.split(".") if path else ():
            part = part.parts.setdefault(name, _Part(_joined(part.path, name)))
        part.tensors.update(tensors)
    return root


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]{1,9})", name)]
