"""The search for what mends a network: every idea is tried on the whole of it, and the best few are kept."""

from dataclasses import dataclass, replace

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.edits import Edit
from cnnviz.diagnosis.flow import MOST_PARAMETERS, Flow, Passed, Stop
from cnnviz.diagnosis.problems import Fix, Message, Why
from cnnviz.spec import Linear, Network, Shape, leaves
from cnnviz.spec.code import line

MOST_FIXES = 4
MOST_WORK = 1800
"""Layers that one search may ask for; about ten milliseconds."""


@dataclass(frozen=True, slots=True)
class Idea:
    """A network that was tried and found better.

    Attributes:
        cost: how far from likely it is; the smallest is offered first.
        family: of ideas of one family at most two are offered.
        title: what it does.
        network: the mended network.
        why: the cause that it takes away, where it tells one.
        scores: whether the network ends in a row, as class scores do, not in a picture.
    """

    cost: float
    family: str
    title: Message
    network: Network
    why: Why | None = None
    scores: bool = False


class Search:
    """Tries ideas on a network that stops somewhere.

    Attributes:
        network: as it is.
        stop: where it stops.
        flow: remembers the shapes.
        arrived: what each node gets, by its path, as far as the shapes come.
        mending: whether ``network`` has the layer as it was: to leave it so is an idea, to set what was just mended
            to something else is none.
    """

    def __init__(self, network: Network, stop: Stop, flow: Flow, *, mending: bool = False) -> None:
        self.network, self.stop, self.flow, self.mending = network, stop, flow, mending
        self.arrived: dict[str, Shape] = flow.shapes(network)
        self._whole: list[Idea] = []
        self._partial: list[Idea] = []
        self._most = flow.spent + MOST_WORK

    @property
    def tired(self) -> bool:
        """Whether the work is spent: what comes now is not tried any more."""
        return self.flow.spent > self._most

    def offer(
        self, cost: float, edit: Edit, *, family: str = "", why: Why | None = None, adapting: bool = True
    ) -> bool:
        """Try a changed network; keep it if it runs, or gets farther than it did.

        Args:
            cost: see ``Idea``.
            edit: what was changed; None is no idea at all.
            family: see ``Idea``.
            why: see ``Idea``.
            adapting: whether the layers behind the change may take other numbers of channels and features.

        Returns:
            Whether the whole network runs with it.
        """
        if edit is None or self.tired:
            return False
        title, network = edit
        idea = Idea(cost, family or title.template, title, network, why)
        result = self.flow.run(network)
        if isinstance(result, Passed):
            if result.params > MOST_PARAMETERS or (network == self.network and not self.mending):
                return False
            self._whole.append(replace(idea, scores=len(result.shape) == 1))
            return True
        if adapting and (adapted := self._adapted(idea)):
            self._whole.append(adapted)
            return True
        if result.left < self.stop.left:
            self._partial.append(idea)
        return False

    def _adapted(self, idea: Idea) -> Idea | None:
        found = edits.adapt(self.flow, idea.network)
        result = self.flow.run(found.network) if found else None
        if not found or not isinstance(result, Passed) or result.params > MOST_PARAMETERS:
            return None
        if self.mending and any(path == self.stop.path for path, _, _ in found.changes):
            return None
        cost = idea.cost + 0.3 * len(found.changes)
        title = edits.completed(idea.title, found)
        scores = len(result.shape) == 1
        return replace(idea, cost=cost, title=title, network=found.network, scores=scores)

    def fixes(self) -> tuple[Fix, ...]:
        """Return the best: those with which everything runs, else those with which more runs."""
        return tuple(Fix(idea.title, idea.network) for idea in self._best())

    def why(self) -> Why | None:
        """Return the cause that the likeliest idea with a cause takes away."""
        known = [idea for idea in self._whole if idea.why]
        return min(known, key=lambda idea: idea.cost).why if known else None

    def _best(self) -> list[Idea]:
        kept: list[Idea] = []
        # Who has linear layers means to end in a row of scores.
        linear = any(isinstance(layer, Linear) for _, layer in leaves(self.network.body))
        ending = [idea for idea in self._whole if idea.scores or not linear]
        for idea in sorted(ending or self._whole or self._partial, key=lambda idea: idea.cost):
            family = [other for other in kept if other.family == idea.family]
            if len(family) < 2 and not any(_same(idea, other) for other in kept):
                kept.append(idea)
        return kept[:MOST_FIXES]


def _same(one: Idea, other: Idea) -> bool:
    """Whether two ideas differ in no more than the name of a new layer."""
    if one.network == other.network:
        return True
    code = one.title.values.get("code")
    return code is not None and code == other.title.values.get("code") and _bare(one) == _bare(other)


def _bare(idea: Idea) -> list[tuple[str, str]]:
    """Return a network's layers without their names, each with the block that holds it."""
    return [(path.rpartition(".")[0], line(layer)) for path, layer in leaves(idea.network.body)]
