import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn

from cnnviz.ops.activations import ACTIVATIONS, STEEPEST, backward_through

NUMBERS = st.floats(-60, 60)


def torchs(name):
    return getattr(nn, ACTIVATIONS[name].name)()


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(values=st.lists(NUMBERS, min_size=1, max_size=20))
@settings(deadline=None)
def test_value_and_gradient_are_those_of_torch(name, values):
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    y = torchs(name)(x)
    y.sum().backward()
    function = ACTIVATIONS[name]
    np.testing.assert_allclose(function.value(np.array(values)), y.detach().numpy(), rtol=0, atol=1e-9)
    np.testing.assert_allclose(function.gradient(np.array(values)), x.grad.numpy(), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(x=st.floats(-6, 6), depth=st.integers(0, 20))
@settings(deadline=None)
def test_what_is_left_of_a_gradient_is_what_autograd_brings_back(name, x, depth):
    start = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    here, layer = start, torchs(name)
    for _ in range(depth):
        here = layer(here)
    here.backward()
    left = backward_through(name, x, depth)
    assert len(left) == depth + 1
    assert left[-1] == pytest.approx(start.grad.item(), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_far_out_nothing_overflows(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x in (-1e6, -800.0, 800.0, 1e6):
            assert np.isfinite(ACTIVATIONS[name].value(np.array(x)))
            assert np.isfinite(ACTIVATIONS[name].gradient(np.array(x)))


@pytest.mark.parametrize("name", STEEPEST)
@given(x=NUMBERS)
@settings(deadline=None)
def test_no_gradient_is_steeper_than_it_is_said_to_be(name, x):
    assert 0 <= float(ACTIVATIONS[name].gradient(np.array(x))) <= STEEPEST[name]


def test_the_notes_sigmoid_has_at_most_a_quarter_and_relu_one():
    assert float(ACTIVATIONS["sigmoid"].gradient(np.array(0.0))) == 0.25
    assert float(ACTIVATIONS["relu"].gradient(np.array(3.0))) == 1.0
    assert STEEPEST["sigmoid"] ** 5 == pytest.approx(0.00098, abs=5e-6)
    assert backward_through("relu", 0.1, 20)[-1] == 1.0
