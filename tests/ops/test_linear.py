import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from cnnviz.ops.linear import flatten, linear, parameters, places

sides = st.integers(1, 6)


@given(sides, sides, sides, st.integers(1, 10), st.booleans(), st.integers(0, 2**32 - 1))
def test_flatten_and_linear_equal_torchs(channels, height, width, outputs, with_bias, seed):
    random = np.random.default_rng(seed)
    x = random.normal(size=(channels, height, width))
    weight, bias = random.normal(size=(outputs, x.size)), random.normal(size=outputs)
    flat = torch.flatten(torch.tensor(x)[None], 1)
    assert flatten(x).tolist() == flat[0].tolist()
    theirs = F.linear(flat, torch.tensor(weight), torch.tensor(bias) if with_bias else None)[0]
    np.testing.assert_allclose(
        linear(flatten(x), weight, bias if with_bias else None), theirs.numpy(), atol=1e-12
    )


@given(sides, sides, sides)
def test_every_value_says_where_it_came_from(channels, height, width):
    x = np.random.default_rng(0).normal(size=(channels, height, width))
    for index, (c, h, w) in enumerate(places(x.shape).astype(int)):
        assert index == c * height * width + h * width + w
        assert flatten(x)[index] == x[c, h, w]


@given(st.integers(1, 300), st.integers(1, 300), st.booleans())
def test_parameters_are_counted_as_torch_counts_them(inputs, outputs, bias):
    layer = nn.Linear(inputs, outputs, bias=bias)
    assert parameters(inputs, outputs, bias=bias) == sum(each.numel() for each in layer.parameters())


def test_linear_takes_any_axes_before_the_last():
    assert linear(np.zeros((2, 7, 70, 490)), np.zeros((10, 490))).shape == (2, 7, 70, 10)


def test_the_hidden_layer_of_the_notes_makes_the_next_one_smaller_but_not_the_network():
    assert (128 * 10, 9216 * 10) == (1_280, 92_160)
    assert parameters(9216, 128) + parameters(128, 10) == 1_181_066
    assert parameters(9216, 10) == 92_170


def test_the_weights_are_stored_output_by_input():
    assert tuple(nn.Linear(9216, 128).weight.shape) == (128, 9216)
    with pytest.raises(ValueError, match="matmul"):
        linear(np.zeros(9216), np.zeros((9216, 128)))
