"""Other windows on the way: what a convolution or a pooling could be so that another size comes out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace as with_fields
from typing import Any

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.flow import Stop, upstream
from cnnviz.diagnosis.problems import Why, message
from cnnviz.diagnosis.search import Search
from cnnviz.errors import SpecError
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.shapes.windows import conv_padding
from cnnviz.spec import (
    AvgPool2d,
    Branches,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
    Upsample,
)
from cnnviz.spec.checks import Pair, pair, short

Window = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d

NEAREST = 10
"""How many layers upstream are tried: the last ones, and as many of the first."""

ENOUGH = 3
"""So many windows that help are found; two of them at most are offered."""

COMMON = (28, 32, 64, 96, 128, 224, 256)
"""Sizes that pictures often have."""


def keeping(kernel_size: Pair, dilation: Pair = 1) -> Pair | None:
    """Return the padding that keeps the size at stride 1; None if an even window has none."""
    spans = [d * (k - 1) for k, d in zip(pair(kernel_size), pair(dilation), strict=True)]
    return None if any(span % 2 for span in spans) else short(spans[0] // 2, spans[1] // 2)


def spans(layer: Conv2d | MaxPool2d | AvgPool2d) -> tuple[int, int]:
    """Return what a window covers, (height, width), dilation counted."""
    dilation = (1, 1) if isinstance(layer, AvgPool2d) else pair(layer.dilation)
    kernel = pair(layer.kernel_size)
    return dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1


def is_plausible(layer: Layer) -> bool:
    """Whether a convolution has no more padding than keeps the size: more makes the picture larger."""
    return not isinstance(layer, Conv2d) or all(
        max(conv_padding(layer, axis)) <= span // 2 for axis, span in enumerate(spans(layer))
    )


def try_less_padding(search: Search, layers: Iterable[tuple[str, Layer]], cost: float) -> None:
    """Offer the nearest convolution that has more padding than is plausible with the padding that keeps the size."""
    for path, layer in layers:
        if isinstance(layer, Conv2d) and not is_plausible(layer):
            wide = message(
                N_("{layer} has padding={padding} for a window of only {window}"),
                layer=edits.called(path, layer), padding=layer.padding, window=say(spans(layer)),
            )  # fmt: skip
            less = edits.set_parameters(search.network, path, padding=usual_padding(layer))
            search.offer(cost, less, family="padding", why=Why(wide, cause=False))
            return


def usual_padding(layer: Conv2d) -> Pair:
    """Return the padding that keeps the size at stride 1, or for an even window almost keeps it."""
    height, width = spans(layer)
    return short((height - 1) // 2, (width - 1) // 2)


def other_windows(layer: Layer) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield other parameters of a layer that give another size, with how unlikely each is."""
    match layer:
        case Conv2d():
            keep = keeping(layer.kernel_size, layer.dilation)
            sooner = 0.0 if is_plausible(layer) else 1.5
            if keep is not None:
                yield 0.0 - sooner, {"padding": keep}
                if pair(layer.stride) != (1, 1):
                    yield 0.8, {"stride": 1, "padding": keep}
            if pair(layer.stride) != (1, 1):
                yield 0.5, {"stride": 1}
            for padding in range(max(pair(layer.kernel_size)) // 2 + 1):
                yield 0.6 - sooner, {"padding": padding}
            for size in (3, 5, 1, 7):
                yield 1.0, {"kernel_size": size}
                yield 1.0, {"kernel_size": size, "padding": size // 2}
            if layer.padding != "same":
                yield 0.8, {"stride": 2}
        case MaxPool2d() | AvgPool2d():
            yield 0.7, {"ceil_mode": not layer.ceil_mode}
            for padding in range(max(pair(layer.kernel_size)) // 2 + 1):
                yield 0.7, {"padding": padding}
            for stride in (layer.kernel_size, 1, 2):
                yield 0.7, {"stride": stride}
            for size in (2, 3):
                yield 1.0, {"kernel_size": size}
            yield 0.9, {"kernel_size": 3, "stride": 1, "padding": 1}
            keep = keeping(layer.kernel_size)
            if keep is not None and pair(layer.kernel_size) != (1, 1):
                yield 0.6, {"stride": 1, "padding": keep}
        case ConvTranspose2d():
            for extra in (0, 1):
                yield 0.6, {"output_padding": extra}
            for padding in range(3):
                yield 0.6, {"padding": padding}
            for stride in (1, 2):
                yield 0.8, {"stride": stride}
        case Upsample():
            for factor in (1, 2, 3, 4):
                yield 0.7, {"scale_factor": factor}
        case _:
            return


def windows_before(search: Search, path: str) -> list[tuple[str, Layer]]:
    """Return the layers upstream of a node that set the size, the nearest first."""
    found: list[tuple[str, Layer]] = [
        (place, node)
        for place, node in upstream(search.network, path)
        if not isinstance(node, Branches) and isinstance(node, Window | Upsample)
    ]
    return found if len(found) <= 2 * NEAREST else found[:NEAREST] + found[-NEAREST:]


def try_windows(
    search: Search, layers: Iterable[tuple[str, Layer]], cost: float, *, adapting: bool = False
) -> None:
    """Offer the network with another window at one of some layers; the cheapest ideas come first.

    What a window gives is asked of the layer alone first: a size that did not help at this place is not tried again.
    """
    ideas = [
        (more + 0.01 * distance, path, layer, values)
        for distance, (path, layer) in enumerate(layers)
        for more, values in other_windows(layer)
    ]
    useless = {
        (path, search.flow.through(layer, search.arrived[path]))
        for _, path, layer, _ in ideas
        if path != search.stop.path
    }
    helping = 0
    for more, path, layer, values in sorted(ideas, key=lambda idea: idea[0]):
        if search.tired or helping == ENOUGH:
            return
        try:
            given = search.flow.through(with_fields(layer, **values), search.arrived[path])
        except SpecError:
            continue
        if isinstance(given, Stop) or (path, given) in useless:
            continue
        edit = edits.set_parameters(search.network, path, **values)
        if search.offer(cost + more, edit, family="window", adapting=adapting):
            helping += 1
        else:
            useless.add((path, given))


def try_inputs(search: Search, cost: float, *, adapting: bool = False) -> None:
    """Offer the network with pictures of another size, the nearest first."""
    channels, height, width = search.network.input_shape
    sizes = sorted(set(COMMON) - {height if height == width else 0}, key=lambda size: abs(size - height))
    for size in sizes:
        if search.offer(
            cost, edits.other_input(search.network, (channels, size, size)), family="input", adapting=adapting
        ):
            return
