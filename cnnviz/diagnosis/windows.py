"""A window that is larger than what is left of the picture, and other sizes that cannot be."""

from math import ceil, prod
from typing import Any

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.flow import MOST_PARAMETERS, upstream
from cnnviz.diagnosis.problems import Message, message
from cnnviz.diagnosis.search import Search
from cnnviz.diagnosis.sizes import keeping, try_inputs, try_windows, windows_before
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


def spans(layer: Conv2d | MaxPool2d | AvgPool2d) -> tuple[int, int]:
    """Return what a window covers, (height, width), dilation counted."""
    dilation = (1, 1) if isinstance(layer, AvgPool2d) else pair(layer.dilation)
    kernel = pair(layer.kernel_size)
    return dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1


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
    search.offer(1.3 if not isinstance(layer, Conv2d) else 2.2, edits.remove(network, path), family="remove")
    try_inputs(search, 2.0)
    try_inputs(search, 2.4, adapting=True)
    try_windows(search, windows_before(search, path), 1.9, adapting=True)
    return _said(search, layer, covers, room)


def _said(search: Search, layer: Layer, covers: tuple[int, int], room: tuple[int, int]) -> Message:
    assert isinstance(layer, Conv2d | MaxPool2d | AvgPool2d)
    name, window, shape = edits.called(search.stop.path, layer), say(covers), search.stop.shape
    picture, left = say(search.network.input_shape[1:]), say(shape[1:])
    if covers != pair(layer.kernel_size):
        dilated = N_("{layer} spans {window} with its dilation, more than the {left} that it gets")
        return message(dilated, layer=name, window=window, left=say(room))
    shrinking = [edits.called(*one) for one in reversed(_shrinking(search))]
    if not shrinking:
        return message(
            N_("{layer} looks at {window}, but the picture has only {left}"),
            layer=name,
            window=window,
            left=say(room),
        )
    template = (
        N_("{layer} looks at {window}, but only {left} is left of the picture {picture} after {layers}")
        if room == shape[1:]
        else N_(
            "{layer} looks at {window}, but only {left} is left of the picture {picture} after {layers} ({room} with"
            " padding)"
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
    )


def _smaller(search: Search, layer: Layer, covers: tuple[int, int], shape: Shape) -> None:
    """Offer padding that makes room, a window that fits, no dilation."""
    assert isinstance(layer, Conv2d | MaxPool2d | AvgPool2d)
    network, path = search.network, search.stop.path
    if isinstance(layer, Conv2d):
        keep = keeping(layer.kernel_size, layer.dilation)
        if keep is not None:
            search.offer(1.0, edits.set_parameters(network, path, padding=keep))
        least = [max(0, ceil((cover - size) / 2)) for cover, size in zip(covers, shape[1:], strict=True)]
        search.offer(1.6, edits.set_parameters(network, path, padding=short(least[0], least[1])))
    if not isinstance(layer, AvgPool2d) and pair(layer.dilation) != (1, 1):
        search.offer(0.8, edits.set_parameters(network, path, dilation=1))
    side = min(shape[1:])
    fitting = side if side % 2 or not isinstance(layer, Conv2d) else side - 1
    if fitting > (0 if isinstance(layer, Conv2d) else 1):
        search.offer(1.2, edits.set_parameters(network, path, kernel_size=fitting))
        search.offer(1.3, edits.set_parameters(network, path, kernel_size=fitting, padding=0))
    if not isinstance(layer, Conv2d):
        search.offer(1.9, edits.set_parameters(network, path, ceil_mode=True))


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
