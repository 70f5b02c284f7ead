"""The bytes that training keeps, against what torch's own hooks count on the CPU, each storage once."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from cnnviz import zoo
from cnnviz.errors import SpecError
from cnnviz.nets.build import build
from cnnviz.shapes import trace
from cnnviz.shapes.memory import COPIES, memory
from cnnviz.spec import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Branches,
    Chain,
    Conv2d,
    Dropout,
    Dropout2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
)
from tests.strategies import networks
from tests.zoo.test_zoo import LARGE, narrow


def kept(network, batch_size):
    """The bytes that torch saves for the backward pass, without the module's own parameters and buffers."""
    built = build(network).train()
    own = {tensor.untyped_storage().data_ptr() for tensor in (*built.parameters(), *built.buffers())}
    held, sizes = [], {}

    def keep(tensor):
        held.append(tensor)  # so that no other tensor gets the same address
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        built(torch.rand(batch_size, *network.input_shape))
    return sum(sizes.values())


@given(networks(), st.integers(1, 3))
def test_what_a_random_network_keeps_is_what_torch_saves(network, batch_size):
    try:
        counted = kept(network, batch_size)
    except ValueError as error:  # one value for each channel has no deviation
        assert "more than 1 value per channel" in str(error)
        assume(False)
    assert memory(network, batch_size).activations == counted


@pytest.mark.parametrize("name", sorted(zoo.ZOO))
def test_what_a_documented_network_keeps_is_what_torch_saves(name):
    network = zoo.get(name, size=zoo.ZOO[name].options["size"].least)
    network = narrow(network) if trace(network).params > LARGE else network
    assert memory(network, 2).activations == kept(network, 2)


def small(*items):
    return Network("Small", (2, 8, 8), Chain("", items))


CONV = Conv2d(2, 4, 3)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize(
    "items",
    [
        (ReLU(), MaxPool2d(2)),  # nothing is learned: nothing is kept
        (ReLU(), Conv2d(2, 4, 3), ReLU()),
        (Conv2d(2, 4, 2, padding="same"), Conv2d(4, 4, (2, 3), padding="same", dilation=(1, 2))),
        (Conv2d(2, 4, 3, padding=1, padding_mode="reflect"), Conv2d(4, 4, 3, padding_mode="replicate")),
        (CONV, Conv2d(4, 4, 3, padding=1, padding_mode="circular")),
        (CONV, Dropout(0.0), Dropout(1.0), Dropout2d(1.0), Dropout(0.5), Dropout2d(0.5)),
        (CONV, AdaptiveAvgPool2d(1), Flatten(), Linear(4, 2)),
        (BatchNorm2d(2, affine=False), BatchNorm2d(2)),
        (CONV, Branches("", (Chain("", ()), Chain("", (ReLU(), ReLU())), Chain("", (Dropout(0.0),))), "add")),
    ],
    ids=str,
)
def test_what_a_layer_keeps_depends_on_its_settings_and_neighbours(items):
    for batch_size in (1, 3):
        assert memory(small(*items), batch_size).activations == kept(small(*items), batch_size)


def test_the_output_of_a_relu_is_the_input_of_the_next_convolution_and_counts_once():
    images, after = 4 * 2 * 8 * 8, 4 * 4 * 6 * 6
    assert memory(small(CONV, ReLU()), 5).activations == 5 * (images + after)
    assert memory(small(CONV, ReLU(), Conv2d(4, 4, 3)), 5).activations == 5 * (images + after)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("name", list(COPIES))
def test_an_optimiser_remembers_what_torchs_own_does(name, momentum):
    network = small(CONV, Flatten(), Linear(144, 3))
    module = build(network)
    kinds = {
        "sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop,
    }  # fmt: skip
    options = {"momentum": momentum} if name in {"sgd", "rmsprop"} else {}
    optimizer = kinds[name](module.parameters(), 0.1, **options)
    nn.functional.mse_loss(module(torch.rand(2, 2, 8, 8)), torch.zeros(2, 3)).backward()
    optimizer.step()
    tensors = [
        value for state in optimizer.state.values() for value in state.values() if torch.is_tensor(value)
    ]
    found = memory(network, 2, name, momentum)
    assert found.optimizer == sum(
        tensor.nbytes for tensor in tensors if tensor.dim()
    )  # not the counter of steps
    assert found.weights == sum(each.nbytes for each in module.parameters())
    assert found.gradients == sum(each.grad.nbytes for each in module.parameters())


def test_the_total_counts_the_pictures_once():
    found = memory(small(CONV, ReLU()), 10, "sgd")
    assert found.input == 10 * 4 * 128
    assert found.total == 2 * found.weights + found.activations
    found = memory(small(ReLU(), CONV), 10, "adam")
    assert found.total == 4 * found.weights + found.activations + found.input


def test_an_unknown_optimiser_is_refused():
    with pytest.raises(
        SpecError, match="`optimizer` \\(='lion'\\) must be one of: sgd, rmsprop, adam, adamw"
    ):
        memory(small(CONV), 1, "lion")
