"""Rules that people learn by experience, each with its reason and what to do instead."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace as with_fields
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from cnnviz.diagnosis import edits, ends
from cnnviz.diagnosis.edits import Edit, called
from cnnviz.diagnosis.flow import Flow, Passed, upstream
from cnnviz.diagnosis.problems import Message, message
from cnnviz.diagnosis.sizes import spans, usual_padding
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.shapes.windows import conv_padding
from cnnviz.spec import (
    GELU,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Branches,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Dropout2d,
    Flatten,
    Layer,
    Linear,
    LogSoftmax,
    MaxPool2d,
    Network,
    ReLU,
    Shape,
    Sigmoid,
    Softmax,
    Tanh,
)
from cnnviz.spec.checks import pair

Placed = tuple[str, Layer]
"""A layer with its path."""

ACTIVATIONS = (ReLU, Sigmoid, Tanh, GELU)
LEARNED = (Conv2d, ConvTranspose2d, Linear)
NORMALISING = (BatchNorm1d, BatchNorm2d)
BENT = (*ACTIVATIONS, MaxPool2d, AdaptiveMaxPool2d, Softmax, LogSoftmax)
"""After these the result is no longer a linear function of what went in."""

LARGE = 50_000_000
"""Parameters from which a linear layer is worth a word, if it has most of the network's."""

UNSEEN = 8
"""Cells that no window reaches are worth a word if they are at least this part (1/8) of a side."""


class Remark(NamedTuple):
    """What could be better at a place, and a function that returns what to do; it is asked only if it is shown."""

    path: str
    reason: Message
    ideas: Callable[[], list[Edit]]


def about_the_end(network: Network, loss: str) -> Iterator[Remark]:
    """Yield what should not come after the scores."""
    found = ends.last_leaf(network)
    if found is None:
        return
    path, last = found
    match last:
        case Softmax() if loss == "cross_entropy":
            reason = N_(
                "cross_entropy takes plain scores and does the softmax itself. With {layer} it would be done twice, and"
                " the network learns slowly."
            )
        case LogSoftmax() if loss == "cross_entropy":
            reason = N_(
                "cross_entropy does the log-softmax itself. {layer} does no harm, because done twice it gives the same"
                " result, but it is not needed."
            )
        case ReLU() | GELU() | Sigmoid() | Tanh():
            reason = N_(
                "{layer} comes after the scores: it takes away how far below zero or how large a score is."
            )
        case Dropout() | Dropout2d():
            reason = N_(
                "{layer} comes after the scores: in training it sets some classes' scores to 0 by chance."
            )
        case _:
            return
    yield Remark(path, message(reason, layer=called(path, last)), lambda: [edits.remove(network, path)])


def usual_activation(rows: list[list[Placed]]) -> Layer:
    """Return the activation that a network uses most, ReLU if it has none."""
    kinds = Counter(type(layer) for row in rows for _, layer in row if isinstance(layer, ACTIVATIONS))
    return kinds.most_common(1)[0][0]() if kinds else ReLU()


def about_straight_lines(network: Network, row: list[Placed], usual: Layer) -> Iterator[Remark]:
    """Yield where two convolutions or linear layers follow one another with nothing bent between them."""
    before: int | None = None
    for index, (path, layer) in enumerate(row):
        if isinstance(layer, BENT):
            before = None
        elif isinstance(layer, LEARNED):
            if before is not None and getattr(row[before][1], "groups", 1) == 1:
                behind = before + 1
                while isinstance(row[behind][1], NORMALISING):
                    behind += 1
                yield Remark(
                    path,
                    message(
                        N_(
                            "There is no activation between {first} and {second}: together they can do no more than one"
                            " such layer alone."
                        ),
                        first=called(*row[before]), second=called(path, layer),
                    ),
                    partial(_bent, network, row[behind][0], usual),
                )  # fmt: skip
            before = index


def _bent(network: Network, path: str, activation: Layer) -> list[Edit]:
    return [edits.insert_before(network, path, with_fields(activation, name="act"))]


def about_neighbours(network: Network, one: Placed, other: Placed) -> Iterator[Remark]:
    """Yield what is done twice in a row."""
    (first, before), (second, after) = one, other
    if isinstance(before, ACTIVATIONS) and isinstance(after, ACTIVATIONS):
        template: str = (
            N_("{second} does nothing: after {first} there is nothing negative left.")
            if isinstance(before, ReLU | Sigmoid) and isinstance(after, ReLU)
            else N_("{first} and {second} are two activations in a row: one is enough.")
        )
    elif isinstance(before, NORMALISING) and type(before) is type(after):
        template = N_("{second} does nothing new: {first} has just normalised the same values.")
    else:
        return
    reason = message(template, first=called(first, before), second=called(second, after))
    yield Remark(second, reason, lambda: [edits.remove(network, second), edits.remove(network, first)])


def about_a_layer(network: Network, flow: Flow, path: str, layer: Layer, shape: Shape) -> Iterator[Remark]:
    """Yield what is odd about one layer and what it gets."""
    name = called(path, layer)
    match layer:
        case Softmax() | LogSoftmax() if layer.dim % (len(shape) + 1) == 0:
            reason = message(
                N_(
                    "{layer} works along dimension 0, the batch: it compares pictures with one another, not classes."
                ),
                layer=name,
            )
            yield Remark(path, reason, lambda: [edits.set_parameters(network, path, dim=1)])
        case Dropout(p=p) | Dropout2d(p=p) if p == 1:
            reason = message(
                N_("{layer} with p=1 sets everything to 0: nothing can be learned before it."), layer=name
            )
            yield Remark(path, reason, lambda: [edits.set_parameters(network, path, p=0.5)])
        case Linear() if len(shape) > 1:
            reason = message(
                N_("{layer} works on each row of {shape} alone, {count} values at a time: a Flatten before it is missing."),
                layer=name, shape=say(shape), count=shape[-1],
            )  # fmt: skip
            yield Remark(
                path,
                reason,
                lambda: [ends.adapted(flow, edits.insert_before(network, path, Flatten(name="flatten")))],
            )
        case Linear():
            yield from _about_size(network, flow, path, layer)
        case Flatten() if len(shape) == 1:
            yield _nothing_to_lay_out(network, path, layer)
        case Conv2d(padding_mode="zeros") if blind := seeing_padding(layer, shape):
            reason = message(
                N_(
                    "{layer} has padding={padding} but a window of only {window}: {blind} of the {size} places of its"
                    " output see nothing but padding."
                ),
                layer=name, padding=layer.padding, window=say(spans(layer)), blind=f"{blind[0]:,}",
                size=f"{blind[1]:,}",
            )  # fmt: skip
            less = {"padding": usual_padding(layer)}
            yield Remark(
                path, reason, lambda: [ends.adapted(flow, edits.set_parameters(network, path, **less))]
            )
        case MaxPool2d() | AvgPool2d() if missed := unseen(layer, shape):
            values: dict[str, Any] = {"ceil_mode": True}
            if layer.stride is not None and max(pair(layer.stride)) > max(pair(layer.kernel_size)):
                values = {"stride": layer.kernel_size}
            reason = message(
                N_("{layer} never looks at {missed} of the {size} rows or columns that it gets."),
                layer=name, missed=missed[0], size=missed[1],
            )  # fmt: skip
            yield Remark(
                path, reason, lambda: [ends.adapted(flow, edits.set_parameters(network, path, **values))]
            )
        case _:
            return


def _about_size(network: Network, flow: Flow, path: str, layer: Linear) -> Iterator[Remark]:
    count = layer.in_features * layer.out_features + layer.out_features * layer.bias
    result = flow.run(network)
    if isinstance(result, Passed) and count >= LARGE and 2 * count >= result.params:
        reason = message(
            N_(
                "{layer} has {params} of the network's {total} parameters. An average of the whole picture before it would"
                " need far fewer."
            ),
            layer=called(path, layer), params=f"{count:,}", total=f"{result.params:,}",
        )  # fmt: skip
        yield Remark(path, reason, lambda: [ends.adapted(flow, ends.pooled(network, flow, path))])


def _nothing_to_lay_out(network: Network, path: str, layer: Flatten) -> Remark:
    giver, node = next(
        (place, node)
        for place, node in upstream(network, path)
        if isinstance(node, Flatten | Linear | Branches)
    )
    template: str = N_("{second} does nothing: {first} gives one row of features already.")
    ideas = [edits.remove(network, path)]
    if isinstance(node, Flatten):
        template = N_("{second} does nothing: {first} has already laid everything out in one row.")
        ideas.append(edits.remove(network, giver))
    return Remark(
        path, message(template, first=called(giver, node), second=called(path, layer)), lambda: ideas
    )


def seeing_padding(layer: Conv2d, shape: Shape) -> tuple[int, int] | None:
    """Return (places of a convolution's output whose window lies in the padding, all places); None if there are none.

    None, too, if the gaps of a dilated window are wider than the picture: it can reach over it and see nothing of it.
    """
    if max(pair(layer.dilation)) > min(shape[1:]):
        return None
    seeing, places = 1, 1
    for axis, span in enumerate(spans(layer)):
        size, stride, (before, after) = shape[1 + axis], pair(layer.stride)[axis], conv_padding(layer, axis)
        count = (size + before + after - span) // stride + 1
        first = max(0, (before - span) // stride + 1)  # the first window that reaches into the picture
        behind = min(count, -(-(size + before) // stride))  # the first that starts behind it
        seeing *= max(0, behind - first)
        places *= count
    return (places - seeing, places) if seeing < places else None


def unseen(layer: MaxPool2d | AvgPool2d, shape: Shape) -> tuple[int, int] | None:
    """Return (rows or columns that no window reaches, all of them) along the worse axis; None if they are few."""
    worst = (0, 1)
    for axis in (0, 1):
        size, kernel = shape[1 + axis], pair(layer.kernel_size)[axis]
        stride = kernel if layer.stride is None else pair(layer.stride)[axis]
        padding = pair(layer.padding)[axis]
        spread = 1 if isinstance(layer, AvgPool2d) else pair(layer.dilation)[axis]
        last = size if layer.ceil_mode else size + padding - spread * (kernel - 1)
        seen = {start + spread * step for start in range(-padding, last, stride) for step in range(kernel)}
        missed = sum(1 for cell in range(size) if cell not in seen)
        worst = max(worst, (missed, size), key=lambda one: one[0] / one[1])
    return worst if worst[0] and worst[0] * UNSEEN >= worst[1] else None


def about_biases(network: Network, rows: list[list[Placed]]) -> Iterator[Remark]:
    """Yield once which layers have a bias that the batch normalisation behind them takes away."""
    found = {
        path: layer
        for row in rows
        for (path, layer), (_, behind) in pairwise(row)
        if isinstance(layer, LEARNED) and layer.bias and isinstance(behind, NORMALISING)
    }
    if not found:
        return
    first = next(iter(found))
    name, others = called(first, found[first]), len(found) - 1
    if others:
        reason = message(
            N_(
                "{layer} and {count} more layers have a bias that does nothing: the BatchNorm behind each subtracts the"
                " mean, and the bias with it."
            ),
            layer=name, count=others,
        )  # fmt: skip
        title = message(N_("Set bias=False in all {count} layers"), count=len(found))
    else:
        reason = message(
            N_(
                "The bias of {layer} does nothing: the BatchNorm behind it subtracts the mean, and the bias with it."
            ),
            layer=name,
        )
        title = message(N_("Set {setting} in {layer}"), setting="bias=False", layer=name)
    without: dict[str, Layer] = {path: with_fields(layer, bias=False) for path, layer in found.items()}
    yield Remark(first, reason, lambda: [(title, edits.replaced(network, without))])
