"""A window that is larger than what is left of the picture, and other sizes that cannot be."""

from dataclasses import replace as with_fields
from math import ceil, prod
from typing import Any

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.flow import MOST_PARAMETERS, upstream
from cnnviz.diagnosis.problems import Message, message
from cnnviz.diagnosis.search import Search
from cnnviz.diagnosis.sizes import is_plausible, keeping, spans, try_inputs, try_windows, windows_before
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.shapes.windows import conv_padding
from cnnviz.spec import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    Branches,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Layer,
    Linear,
    LogSoftmax,
    MaxPool2d,
    Shape,
    Softmax,
    Upsample,
)
from cnnviz.spec.checks import pair, short

USUAL = (3, 5)
"""Sides of the windows that most convolutions have, the commonest first."""


def padded(layer: Conv2d | MaxPool2d | AvgPool2d, shape: Shape) -> tuple[int, int]:
    """Return the size of a layer's input with its padding."""
    if isinstance(layer, Conv2d):
        height, width = (shape[1 + axis] + sum(conv_padding(layer, axis)) for axis in (0, 1))
        return height, width
    pads = pair(layer.padding)
    return shape[1] + 2 * pads[0], shape[2] + 2 * pads[1]


def explain_window(search: Search) -> Message:
    """Return why a window does not fit; offer a smaller one, padding, fewer poolings, larger pictures."""
    stop, network = search.stop, search.network
    layer, shape, path = stop.node, stop.shape, stop.path
    assert isinstance(layer, Conv2d | MaxPool2d | AvgPool2d)
    covers, room = spans(layer), padded(layer, shape)
    _smaller(search, layer, covers, shape)
    for distance, (place, node) in enumerate(windows_before(search, path)):
        if isinstance(node, MaxPool2d | AvgPool2d) and distance < 8:
            search.offer(1.7 + 0.02 * distance, edits.remove(network, place), family="remove")
    search.offer(1.3 if not isinstance(layer, Conv2d) else 3.0, edits.remove(network, path), family="remove")
    try_inputs(search, 2.0)
    try_inputs(search, 2.4, adapting=True)
    try_windows(search, windows_before(search, path), 1.9, adapting=True)
    return _said(search, layer, covers, room)


def _said(search: Search, layer: Layer, covers: tuple[int, int], room: tuple[int, int]) -> Message:
    assert isinstance(layer, Conv2d | MaxPool2d | AvgPool2d)
    name, window, shape = edits.called(search.stop.path, layer), say(covers), search.stop.shape
    picture, left = say(search.network.input_shape[1:]), say(shape[1:])
    if covers != pair(layer.kernel_size):
        dilated = (
            N_("{layer} spans {window} with its dilation, more than the {left} that it gets")
            if room == shape[1:]
            else N_(
                "{layer} spans {window} with its dilation, more than the {left} that it gets ({room} with"
                " padding={padding})"
            )
        )
        return message(dilated, layer=name, window=window, left=left, room=say(room), padding=layer.padding)
    shrinking = [edits.called(*one) for one in reversed(_shrinking(search))]
    if not shrinking:
        whole = (
            N_("{layer} looks at {window}, but the picture has only {left}")
            if room == shape[1:]
            else N_(
                "{layer} looks at {window}, but the picture has only {left} ({room} with padding={padding})"
            )
        )
        return message(whole, layer=name, window=window, left=left, room=say(room), padding=layer.padding)
    template = (
        N_("{layer} looks at {window}, but only {left} is left of the picture {picture} after {layers}")
        if room == shape[1:]
        else N_(
            "{layer} looks at {window}, but only {left} is left of the picture {picture} after {layers} ({room} with"
            " padding={padding})"
        )
    )
    shown = shrinking if len(shrinking) <= 5 else [*shrinking[:2], "...", *shrinking[-2:]]
    return message(
        template,
        layer=name,
        window=window,
        left=left,
        picture=picture,
        layers=", ".join(shown),
        room=say(room),
        padding=layer.padding,
    )


def _smaller(search: Search, layer: Layer, covers: tuple[int, int], shape: Shape) -> None:
    """Offer a window that fits, padding that makes room, no dilation."""
    assert isinstance(layer, Conv2d | MaxPool2d | AvgPool2d)
    network, path = search.network, search.stop.path
    if isinstance(layer, Conv2d):
        smaller = _usual_windows(search, layer)
        # A wide window that is given room by padding sees mostly padding: rarely what was meant.
        cost = 2.8 if smaller else 1.0
        keep = keeping(layer.kernel_size, layer.dilation)
        if keep is not None:
            search.offer(cost, edits.set_parameters(network, path, padding=keep), family="padding")
        least = [max(0, ceil((cover - size) / 2)) for cover, size in zip(covers, shape[1:], strict=True)]
        roomy = edits.set_parameters(network, path, padding=short(least[0], least[1]))
        search.offer(cost + 0.6, roomy, family="padding")
    if not isinstance(layer, AvgPool2d) and pair(layer.dilation) != (1, 1):
        search.offer(0.8, edits.set_parameters(network, path, dilation=1))
    side = min(shape[1:])
    fitting = side if side % 2 or not isinstance(layer, Conv2d) else side - 1
    if fitting > (0 if isinstance(layer, Conv2d) else 1):
        sides = [min(fitting, own) for own in pair(layer.kernel_size)]
        largest = short(sides[0], sides[1])
        cost = 1.5 if isinstance(layer, Conv2d) else 1.2
        family = "kernel" if isinstance(layer, Conv2d) else ""
        search.offer(cost, edits.set_parameters(network, path, kernel_size=largest), family=family)
        unpadded = edits.set_parameters(network, path, kernel_size=largest, padding=0)
        search.offer(cost + 0.1, unpadded, family=family)
    if not isinstance(layer, Conv2d):
        search.offer(1.9, edits.set_parameters(network, path, ceil_mode=True))


def _usual_windows(search: Search, layer: Conv2d) -> bool:
    """Offer the usual windows that are smaller, padded so that what follows fits; return whether one runs."""
    network, path, found = search.network, search.stop.path, False
    for rank, size in enumerate(USUAL):
        sides = [min(size, own) for own in pair(layer.kernel_size)]
        window = short(sides[0], sides[1])
        if pair(window) == pair(layer.kernel_size):
            break
        ideas = []
        for padding in (layer.padding, keeping(window, layer.dilation), 0):
            values: dict[str, Any] = {
                "kernel_size": window,
                **({} if padding == layer.padding else {"padding": padding}),
            }
            if padding is not None and is_plausible(with_fields(layer, **values)):
                ideas.append(edits.set_parameters(network, path, **values))
        cost = 1.0 + rank / 10
        found |= any(search.offer(cost, idea, family="kernel", adapting=False) for idea in ideas) or any(
            search.offer(cost, idea, family="kernel") for idea in ideas
        )
    return found


def _shrinking(search: Search) -> list[tuple[str, Layer]]:
    """Return the layers upstream that made the picture smaller, the nearest first."""
    found = []
    for path, layer in windows_before(search, search.stop.path):
        result = search.flow.through(layer, search.arrived[path])
        if prod(result.shape[1:]) < prod(search.arrived[path][1:]):
            found.append((path, layer))
    return found


def explain_mirror(search: Search) -> Message:
    """Return why a mirrored or circular padding is too wide; offer less of it, or another mode."""
    stop, network = search.stop, search.network
    layer, path = stop.node, stop.path
    assert isinstance(layer, Conv2d)
    side = min(stop.shape[1:])
    most = side - 1 if layer.padding_mode == "reflect" else side
    search.offer(1.0, edits.set_parameters(network, path, padding_mode="zeros"))
    search.offer(1.1, edits.set_parameters(network, path, padding_mode="replicate"))
    search.offer(1.4, edits.set_parameters(network, path, padding=most))
    keep = keeping(layer.kernel_size, layer.dilation)
    if keep is not None and max(pair(keep)) <= most:
        search.offer(0.9, edits.set_parameters(network, path, padding=keep))
    widest = max(sum((conv_padding(layer, axis) for axis in (0, 1)), ()))
    template = (
        N_(
            "{layer} mirrors the picture at its edge: a padding of {padding} needs more than {padding} rows and"
            " columns, but it gets {size}"
        )
        if layer.padding_mode == "reflect"
        else N_(
            "{layer} continues the picture at its other edge: a padding of {padding} needs as many rows and columns,"
            " but it gets {size}"
        )
    )
    return message(template, layer=edits.called(path, layer), padding=widest, size=say(stop.shape[1:]))


def explain_nothing_left(search: Search) -> Message:
    """Return why a transposed convolution gives nothing: its padding cuts everything off."""
    stop, network = search.stop, search.network
    layer, path = stop.node, stop.path
    assert isinstance(layer, ConvTranspose2d)
    for padding in range(max(pair(layer.padding)) - 1, -1, -1):
        if search.offer(1.0 - 0.01 * padding, edits.set_parameters(network, path, padding=padding)):
            break
    search.offer(1.2, edits.set_parameters(network, path, padding=0))
    for size in (3, 4, 5, 7):
        if search.offer(1.5, edits.set_parameters(network, path, kernel_size=size)):
            break
    return message(
        N_("{layer} cuts {padding} off each side of its result, and of {size} nothing is left"),
        layer=edits.called(path, layer), padding=say(pair(layer.padding)), size=say(stop.shape[1:]),
    )  # fmt: skip


def explain_flood(search: Search) -> Message:
    """Return why a layer gives more values than any machine holds; offer a usual size."""
    stop, network = search.stop, search.network
    layer, path = stop.node, stop.path
    options: tuple[dict[str, Any], ...] = ()
    match layer:
        case Conv2d() | ConvTranspose2d():
            options = (
                *({"out_channels": layer.groups * n} for n in (64, 16, 1)),
                {"stride": 1, "out_channels": 64},
            )
        case Upsample():
            options = ({"scale_factor": 2}, {"scale_factor": 1})
        case AdaptiveAvgPool2d() | AdaptiveMaxPool2d():
            options = ({"output_size": 7}, {"output_size": 1})
        case Linear():
            options = ({"out_features": 10}, {"out_features": 1})
        case _:
            options = ()
    for rank, values in enumerate(options):
        if search.offer(1.0 + rank / 10, edits.set_parameters(network, path, **values)):
            break
    try_inputs(search, 1.5, adapting=True)
    search.offer(2.0, edits.remove(network, path))
    error = stop.error.values if stop.error else {}
    count = int(error.get("count", MOST_PARAMETERS))
    return message(
        N_("{layer} would give {shape}: {count} values for one picture, {gigabytes} GB"),
        layer=edits.called(path, layer), shape=error.get("shape", ""), count=f"{count:,}",
        gigabytes=f"{count * 4 / 1e9:,.0f}",
    )  # fmt: skip


def explain_dimension(search: Search) -> Message:
    """Return why a dimension does not exist or cannot be laid out; offer the usual one."""
    stop, network = search.stop, search.network
    layer, path = stop.node, stop.path
    name, shape = edits.called(path, layer), say(stop.shape)
    if isinstance(layer, Softmax | LogSoftmax):
        search.offer(1.0, edits.set_parameters(network, path, dim=1))
        if not any(isinstance(node, Flatten) for _, node in upstream(network, path)) and len(stop.shape) > 1:
            search.offer(2.0, edits.insert_before(network, path, Flatten(name="flatten")))
        return message(
            N_("{layer} works along dimension {dim}, but {shape} with its batch has only the dimensions 0 to {last}"),
            layer=name, dim=layer.dim, shape=shape, last=len(stop.shape),
        )  # fmt: skip
    assert isinstance(layer, Flatten)
    rank = len(stop.shape) + 1
    usual = {"start_dim": 1, "end_dim": -1}
    values = {name: value for name, value in usual.items() if getattr(layer, name) != value}
    search.offer(1.0, edits.set_parameters(network, path, **values))
    search.offer(2.0, edits.remove(network, path))
    if layer.start_dim % rank == 0 and -rank <= layer.start_dim < rank:
        return message(
            N_("{layer} starts at dimension 0, the batch: all pictures would become one row"), layer=name
        )
    return message(
        N_(
            "{layer} lays out dimensions {start} to {end}, but {shape} with its batch has only the dimensions 0 to"
            " {last}, in this order"
        ),
        layer=name, start=layer.start_dim, end=layer.end_dim, shape=shape, last=rank - 1,
    )  # fmt: skip


def is_too_wide_a_mirror(layer: Layer | Branches, shape: Shape) -> bool:
    """Whether a convolution's mirrored or circular padding is wider than the picture."""
    if not isinstance(layer, Conv2d) or layer.padding_mode not in {"reflect", "circular"}:
        return False
    room = 1 if layer.padding_mode == "reflect" else 0
    return any(max(conv_padding(layer, axis)) + room > shape[1 + axis] for axis in (0, 1))
