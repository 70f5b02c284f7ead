"""Layers take what reaches them: the numbers of channels and features that follow from what comes before."""

from dataclasses import replace

from cnnviz.diagnosis.edits import accepting
from cnnviz.diagnosis.flow import merge
from cnnviz.errors import SpecError
from cnnviz.shapes import apply
from cnnviz.spec import Branches, Chain, Layer, Network, Node, Shape


def fitted(network: Network) -> Network:
    """Return the network with each layer expecting what it gets, as far as that mends it.

    Behind a layer that no number of channels or features mends, everything stays as it is.
    """
    body, _shape = _fit(network.body, network.input_shape)
    assert isinstance(body, Chain)
    return Network(network.name, network.input_shape, body)


def _fit(node: Node, shape: Shape | None) -> tuple[Node, Shape | None]:
    if shape is None:
        return node, None
    match node:
        case Chain(items=items):
            put: list[Node] = []
            for item in items:
                now, shape = _fit(item, shape)
                put.append(now)
            return replace(node, items=tuple(put)), shape
        case Branches(paths=paths):
            ends = [_fit(path, shape) for path in paths]
            shapes = tuple(end for _path, end in ends if end is not None)
            together = replace(node, paths=tuple(path for path, _end in ends if isinstance(path, Chain)))
            return together, merge(node.merge, shapes) if len(shapes) == len(ends) else None
        case _:
            return _fit_layer(node, shape)


def _fit_layer(layer: Layer, shape: Shape) -> tuple[Layer, Shape | None]:
    try:
        return layer, apply(layer, shape).shape
    except SpecError:
        wanted = accepting(layer, shape)
    if wanted:
        try:
            changed = replace(layer, **wanted)
            return changed, apply(changed, shape).shape
        except SpecError:
            pass
    return layer, None
