"""Why a network does not run, said in the same words by diagram, table and page."""

from functools import lru_cache

from cnnviz.components import Problem as Row
from cnnviz.diagnosis import Fix, Problem, diagnose
from cnnviz.errors import ShapeError
from cnnviz.spec import Branches, Network, tree
from cnnviz.ui.i18n import current, sentence


def reason(network: Network, error: ShapeError) -> str:
    """Return why a network that breaks with this error does not run: the learner's words where there are any."""
    problem = _error(network)
    return problem.reason.say(current()) if problem else sentence(error)


def fixes(network: Network) -> tuple[Fix, ...]:
    """Return what mends a network that does not run, the likeliest first."""
    problem = _error(network)
    return problem.fixes if problem else ()


def row(network: Network, error: ShapeError) -> Row:
    """Return the last row of the table: the layer that does not fit, and why."""
    node = tree.node_at(network, error.place)
    kind = node.merge if isinstance(node, Branches) else type(node).__name__
    return {"path": error.place, "kind": kind, "sentence": reason(network, error).replace("`", "")}


@lru_cache(maxsize=32)
def _error(network: Network) -> Problem | None:
    return next((each for each in diagnose(network) if each.severity == "error"), None)
