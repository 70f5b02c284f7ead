"""How a network ends: in one score for each class, as its loss wants it."""

from math import prod

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.edits import Edit, called
from cnnviz.diagnosis.flow import MOST_PARAMETERS, Flow, Passed, backwards
from cnnviz.diagnosis.problems import Fix, Message, Problem, message
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.spec import (
    AdaptiveAvgPool2d,
    Branches,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Layer,
    Linear,
    LogSoftmax,
    Network,
    ReLU,
    Shape,
    Softmax,
    leaves,
)

CLASSES = 10
"""How many scores an unfinished network is given if nobody says how many classes there are."""


def error(network: Network, flow: Flow, shape: Shape, classes: int | None, loss: str) -> Problem | None:
    """Return why a network whose layers fit cannot be trained as asked; None if it can."""
    if classes is not None and shape != (classes,):
        return unfinished(network, flow, shape, classes) or _classes(network, flow, shape, classes)
    last = last_leaf(network)
    if loss == "nll" and last and not isinstance(last[1], LogSoftmax):
        return _no_logarithm(network, flow, *last)
    return None


def unfinished(network: Network, flow: Flow, shape: Shape, classes: int | None) -> Problem | None:
    """Return what is missing where a network is empty or ends in a picture; None if it ends in features."""
    if len(shape) == 1:
        return None
    last = last_leaf(network)
    count = classes or CLASSES
    wide = Linear(prod(shape), count, name="fc")
    ideas: list[Edit] = []
    if last is None:
        conv = (Conv2d(shape[0], 16, 3, padding=1, name="conv1"), ReLU(name="relu1"))
        pooled = (AdaptiveAvgPool2d(1, name="gap"), Flatten(name="flatten"), Linear(16, count, name="fc"))
        ideas = [
            edits.append(network, "", *conv, *pooled),
            edits.append(network, "", Flatten(name="flatten"), wide),
        ]
    elif len(shape) == 3:
        pool = (AdaptiveAvgPool2d(1, name="gap"), Flatten(name="flatten"))
        if shape[0] == classes:
            ideas.append(edits.append(network, "", *pool))
        if shape[1:] != (1, 1):
            ideas.append(edits.append(network, "", *pool, Linear(shape[0], count, name="fc")))
        ideas.append(edits.append(network, "", Flatten(name="flatten"), wide))
    else:
        ideas.append(edits.append(network, "", Flatten(name="flatten"), wide))
    return Problem(
        last[0] if last else "",
        "error" if classes is not None else "advice",
        message(N_("The network is empty: the picture {shape} comes out as it went in."), shape=say(shape))
        if last is None
        else message(
            N_("The network ends in {shape}, not in one row with a score for each class."), shape=say(shape)
        ),
        running(flow, network, ideas),
    )


def too_large(network: Network, flow: Flow) -> Problem:
    """Return which layer makes a network larger than any that is built."""
    arrived = flow.shapes(network)
    counts = {path: _params(flow, layer, arrived[path]) for path, layer in leaves(network.body)}
    path = max(counts, key=lambda one: counts[one])
    layer = dict(leaves(network.body))[path]
    return Problem(
        path,
        "error",
        message(
            N_("{layer} alone has {params} parameters, {gigabytes} GB. In all at most {most} can be built."),
            layer=called(path, layer),
            params=f"{counts[path]:,}",
            gigabytes=f"{counts[path] * 4 / 1e9:,.0f}",
            most=f"{MOST_PARAMETERS:,}",
        ),
        running(flow, network, smaller(network, flow, path, layer)),
    )


def smaller(network: Network, flow: Flow, path: str, layer: Layer) -> list[Edit]:
    """Return ways to make a very large layer small: average the picture before it is laid out, fewer results."""
    ideas: list[Edit] = []
    if isinstance(layer, Linear):
        ideas.append(pooled(network, flow, path))
        ideas.append(edits.set_parameters(network, path, out_features=min(layer.out_features, 256)))
        ideas.append(edits.set_parameters(network, path, out_features=1))
    if isinstance(layer, Conv2d | ConvTranspose2d):
        for channels in (256, 16):
            ideas.append(edits.set_parameters(network, path, out_channels=layer.groups * channels))
        ideas.append(edits.set_parameters(network, path, kernel_size=3))
        ideas.append(edits.remove(network, path))
    return [adapted(flow, idea) for idea in ideas]


def pooled(network: Network, flow: Flow, path: str) -> Edit:
    """Return the network with a global average before the Flatten in front of a linear layer."""
    arrived = flow.shapes(network)
    order = [place for place, _ in leaves(network.body)]
    before = [
        (place, layer)
        for place, layer in leaves(network.body)
        if isinstance(layer, Flatten) and order.index(place) < order.index(path) and len(arrived[place]) == 3
    ]
    if not before:
        return None
    return edits.insert_before(network, before[-1][0], AdaptiveAvgPool2d(1, name="gap"))


def running(flow: Flow, network: Network, ideas: list[Edit]) -> tuple[Fix, ...]:
    """Return those ideas as fixes with which the whole network runs and can be built."""
    fixes: list[Fix] = []
    for edit in ideas:
        if edit is None or edit[1] == network or any(fix.network == edit[1] for fix in fixes):
            continue
        result = flow.run(edit[1])
        if isinstance(result, Passed) and result.params <= MOST_PARAMETERS:
            fixes.append(Fix(*edit))
    return tuple(fixes[:4])


def last_leaf(network: Network) -> tuple[str, Layer | Branches] | None:
    """Return what a network's output comes from: its last layer, or the branches at its end."""
    return next(backwards(network.body, ""), None)


def adapted(flow: Flow, edit: Edit) -> Edit:
    """Return a change with all that follows taking what it gets."""
    if edit is None or isinstance(flow.run(edit[1]), Passed):
        return edit
    found = edits.adapt(flow, edit[1])
    return (edits.completed(edit[0], found), found.network) if found else None


def _classes(network: Network, flow: Flow, shape: Shape, classes: int) -> Problem:
    giver = next(
        (
            (path, node)
            for path, node in backwards(network.body, "")
            if isinstance(node, Linear | Conv2d | Branches)
        ),
        None,
    )
    ideas: list[Edit] = []
    path, node = giver or last_leaf(network) or ("", network.body)
    if isinstance(node, Linear):
        ideas.append(edits.set_parameters(network, path, out_features=classes))
    if isinstance(node, Conv2d):
        ideas.append(edits.set_parameters(network, path, out_channels=classes))
    ends = last_leaf(network)
    if ends and isinstance(ends[1], Softmax | LogSoftmax):
        ideas.append(edits.insert_before(network, ends[0], Linear(shape[0], classes, name="fc")))
    else:
        ideas.append(edits.append(network, "", Linear(shape[0], classes, name="fc")))
    reason: Message = message(
        N_("{layer} gives {found} scores, but the data set has {classes} classes."),
        layer=called(path, node), found=shape[0], classes=classes,
    )  # fmt: skip
    fixes = [idea for idea in ideas if idea and _output(flow, idea[1]) == (classes,)]
    return Problem(path, "error", reason, running(flow, network, list(fixes)))


def _no_logarithm(network: Network, flow: Flow, path: str, last: Layer | Branches) -> Problem:
    layer = called(path, last)
    if isinstance(last, Softmax):
        return Problem(
            path,
            "error",
            message(
                N_("nll_loss takes the logarithms of probabilities, but {layer} gives the probabilities."),
                layer=layer,
            ),
            running(flow, network, [edits.swap(network, path, LogSoftmax(dim=last.dim))]),
        )
    return Problem(
        path,
        "error",
        message(
            N_(
                "nll_loss takes the logarithms of probabilities, but {layer} gives plain scores: LogSoftmax is missing."
            ),
            layer=layer,
        ),
        running(flow, network, [edits.append(network, "", LogSoftmax(dim=1, name="log_softmax"))]),
    )


def _output(flow: Flow, network: Network) -> Shape:
    result = flow.run(network)
    return result.shape if isinstance(result, Passed) else ()


def _params(flow: Flow, layer: Layer, shape: Shape) -> int:
    result = flow.through(layer, shape)
    return result.params if isinstance(result, Passed) else 0
