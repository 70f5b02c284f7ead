"""What runs but should not be left so: which remarks are made about a network, and what mends each."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from cnnviz.diagnosis import ends, remarks
from cnnviz.diagnosis.flow import Flow, Passed
from cnnviz.diagnosis.problems import Problem
from cnnviz.diagnosis.remarks import Placed, Remark
from cnnviz.spec import Branches, Chain, Network, Node, named, tree

MOST_OF_A_KIND = 3
"""So often one remark is made at most."""


def advise(network: Network, flow: Flow, loss: str, *, ended: bool) -> tuple[Problem, ...]:
    """Return what could be better in a network whose layers fit.

    Args:
        network: one that runs.
        flow: has seen it.
        loss: see ``diagnose``.
        ended: whether an error about its end has already been told.
    """
    result = flow.run(network)
    assert isinstance(result, Passed)
    unfinished = None if ended else ends.unfinished(network, flow, result.shape, None)
    counts: Counter[str] = Counter()
    found = [unfinished] if unfinished else []
    for remark in _remarks(network, flow, loss, ended=ended):
        counts[remark.reason.template] += 1
        if counts[remark.reason.template] <= MOST_OF_A_KIND:
            fixes = ends.running(flow, network, remark.ideas())
            found.append(Problem(remark.path, "advice", remark.reason, fixes))
    return tuple(found)


def _remarks(network: Network, flow: Flow, loss: str, *, ended: bool) -> Iterator[Remark]:
    arrived = flow.shapes(network)
    rows = list(runs(network.body, ""))
    if not ended:
        yield from remarks.about_the_end(network, loss)
    usual = remarks.usual_activation(rows)
    for row in rows:
        yield from remarks.about_straight_lines(network, row, usual)
        for one, other in pairwise(row):
            yield from remarks.about_neighbours(network, one, other)
        for path, layer in row:
            yield from remarks.about_a_layer(network, flow, path, layer, arrived[path])
    yield from remarks.about_biases(network, rows)


def runs(node: Node, path: str) -> Iterator[list[Placed]]:
    """Yield layers that follow one another without branches between them, with their paths."""
    run: list[Placed] = []
    inner: list[list[Placed]] = []

    def walk(node: Node, path: str) -> None:
        nonlocal run
        match node:
            case Chain(items=items):
                for name, item in named(items):
                    walk(item, tree.join(path, name))
            case Branches(paths=paths):
                inner.append(run)
                run = []
                for name, chain in named(paths):
                    inner.extend(runs(chain, tree.join(path, name)))
            case _:
                run.append((path, node))

    walk(node, path)
    yield from (one for one in [*inner, run] if one)
