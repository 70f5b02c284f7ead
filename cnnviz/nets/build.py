"""From the description to a torch module whose names are the tree's paths."""

from collections import OrderedDict
from dataclasses import fields
from functools import reduce

import torch
from torch import Tensor, nn

from cnnviz.errors import DeviceError
from cnnviz.shapes import trace
from cnnviz.spec import Branches, Chain, Layer, Network, Node, named

MOST_PARAMETERS = 2_000_000_000
"""Largest network that is built at all: 8 GB of float32 weights."""


class Merge(nn.Module):
    """Run every path on the same input, then add the results or join their channels."""

    def __init__(self, paths: "OrderedDict[str, nn.Module]", merge: str) -> None:
        super().__init__()
        self.merge = merge
        for name, path in paths.items():
            self.add_module(name, path)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the merged (N, C', H', W')."""
        results = [path(x) for path in self.children()]
        return torch.cat(results, dim=1) if self.merge == "concat" else reduce(torch.add, results)


def build(network: Network) -> nn.Module:
    """Return the network as a torch module, initialised by torch's own defaults.

    The module maps (N, *network.input_shape) to (N, classes); ``state_dict`` keys follow from the tree's paths.

    Raises:
        ShapeError: if the layers do not fit together.
        DeviceError: if it has more than two thousand million parameters.
    """
    parameters = trace(network).params
    if parameters > MOST_PARAMETERS:
        raise DeviceError(
            "this network has {parameters:,} parameters ({gigabytes:.0f} GB of weights); at most {most:,} are built",
            parameters=parameters, gigabytes=parameters * 4 / 1e9, most=MOST_PARAMETERS,
        )  # fmt: skip
    return module(network.body)


def module(node: Node) -> nn.Module:
    """Return one node of the tree as a torch module."""
    match node:
        case Chain(items=items):
            return nn.Sequential(OrderedDict((name, module(item)) for name, item in named(items)))
        case Branches(paths=paths, merge=merge):
            return Merge(OrderedDict((name, module(path)) for name, path in named(paths)), merge)
        case _:
            return _leaf(node)


def _leaf(layer: Layer) -> nn.Module:
    """Our layers carry torch's own parameter names, so the class of that name takes them as they are."""
    arguments = {entry.name: getattr(layer, entry.name) for entry in fields(layer) if entry.name != "name"}
    made = getattr(nn, type(layer).__name__)(**arguments)
    assert isinstance(made, nn.Module)
    return made
