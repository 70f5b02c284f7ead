import pytest
import torch
from hypothesis import given, settings
from torch import nn

from cnnviz.errors import DeviceError
from cnnviz.nets.build import build
from cnnviz.shapes import trace
from cnnviz.spec import Chain, Conv2d, Network, leaves
from cnnviz.spec.network import RESERVED
from tests.strategies import networks


@given(networks())
@settings(max_examples=80, deadline=None)
def test_a_random_tree_has_in_torch_the_shapes_and_parameters_of_its_trace(network):
    module, traced = build(network).eval(), trace(network)
    with torch.no_grad():
        assert tuple(module(torch.zeros(2, *network.input_shape)).shape) == (2, *traced.output_shape)
    assert sum(p.numel() for p in module.parameters()) == traced.params
    assert {path for path, _ in leaves(network.body)} <= {path for path, _ in module.named_modules()}


def test_a_network_too_large_for_any_machine_is_refused_before_memory_is_taken():
    network = Network("Huge", (1, 11, 11), Chain("", (Conv2d(1, 10_000_000, 11), Conv2d(10_000_000, 400, 1))))
    with pytest.raises(DeviceError, match=r"5,220,000,400 parameters"):
        build(network)


def test_names_that_torch_needs_for_itself_are_reserved():
    assert {name for name in {*dir(nn.Sequential()), "merge"} if not name.startswith("_")} <= RESERVED
