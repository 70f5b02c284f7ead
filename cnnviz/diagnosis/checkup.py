"""What is wrong with a network: the first error, or else what could be better."""

from cnnviz.diagnosis import advice, amounts, ends, kinds, merges, windows
from cnnviz.diagnosis.edits import called, remove
from cnnviz.diagnosis.flow import MOST_PARAMETERS, Flow, Stop
from cnnviz.diagnosis.problems import Message, Problem, because, message
from cnnviz.diagnosis.relatives import relative, suggestions
from cnnviz.diagnosis.search import Search
from cnnviz.language import N_
from cnnviz.spec import (
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Branches,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Layer,
    Linear,
    LogSoftmax,
    MaxPool2d,
    Network,
    Softmax,
)
from cnnviz.spec.checks import LARGEST

PICTURES_ONLY = {
    "Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "BatchNorm2d",
    "Dropout2d", "Upsample",
}  # fmt: skip


def diagnose(
    network: Network, *, classes: int | None = None, loss: str = "cross_entropy"
) -> tuple[Problem, ...]:
    """Return what is wrong with a network and what could be better, with fixes to press.

    At most one error, the first: a layer that does not fit what it gets. If all layers fit, there may be an error in
    how the network ends (only if it is asked for: by ``classes`` or a ``loss`` other than cross-entropy), and advice.

    Args:
        network: any; it need not work.
        classes: of the data set; with it, a network that does not give one score a class is an error, without it a
            network that gives no scores at all is advice.
        loss: "cross_entropy" takes scores, "nll" log-probabilities.
    """
    flow = Flow()
    result = flow.run(network)
    if isinstance(result, Stop):
        return (_error(Search(network, result, flow)),)
    if result.params > MOST_PARAMETERS:
        return (ends.too_large(network, flow),)
    error = ends.error(network, flow, result.shape, classes, loss)
    return (*((error,) if error else ()), *advice.advise(network, flow, loss, ended=error is not None))


def _error(search: Search) -> Problem:
    path = search.stop.path
    near = relative(search.network)
    for cost, edit, why in suggestions(search.network, near, path) if near else ():
        search.offer(cost, edit, family="relative", why=why, adapting=False)
    what = _what(search)
    if not search.fixes():
        search.offer(9.0, remove(search.network, path))
    return Problem(path, "error", because(what, search.why()), search.fixes())


def _what(search: Search) -> Message:
    """Return what does not fit; each kind of mistake offers its own fixes."""
    node, shape = search.stop.node, search.stop.shape
    error = search.stop.error
    if isinstance(node, Branches):
        return merges.explain(search)
    assert error is not None
    if error.values.get("most") == LARGEST and "count" in error.values:
        return windows.explain_flood(search)
    if type(node).__name__ in PICTURES_ONLY and len(shape) != 3:
        return kinds.explain_features(search)
    match node:
        case Linear() | BatchNorm1d() if len(shape) == 3:
            return kinds.explain_picture(search)
        case Linear() if len(shape) == 2:
            return kinds.explain_rows(search)
        case Conv2d() | ConvTranspose2d() | BatchNorm2d() | BatchNorm1d() | Linear() if _wrong_number(
            node, shape[0]
        ):
            return amounts.explain(search)
        case Softmax() | LogSoftmax() | Flatten():
            return windows.explain_dimension(search)
        case ConvTranspose2d():
            return windows.explain_nothing_left(search)
        case Conv2d() if windows.is_too_wide_a_mirror(node, shape):
            return windows.explain_mirror(search)
        case Conv2d() | MaxPool2d() | AvgPool2d():
            return windows.explain_window(search)
        case _:  # nothing that we know: what the rule itself says
            return message(
                N_("{layer}: {rule}"),
                layer=called(search.stop.path, node),
                rule=Message(error.template, error.values),
            )


def _wrong_number(layer: Layer, found: int) -> bool:
    return amounts.expected_by(layer) != found
