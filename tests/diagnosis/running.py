"""A mended network must be built by torch and take a picture."""

import torch

from cnnviz.nets.build import build
from cnnviz.shapes import trace

MOST_WORK = 2_000_000
"""Multiply-adds from which a network runs on torch's meta device: every shape is checked, nothing is computed."""


def run(network):
    """Return the shape that torch gives for one random picture, without the batch."""
    found = trace(network)
    small = found.macs <= MOST_WORK and found.params <= MOST_WORK
    with torch.device("cpu" if small else "meta"), torch.no_grad():
        torch.manual_seed(0)
        output = build(network).eval()(torch.rand(2, *network.input_shape))
    return tuple(output.shape[1:])
