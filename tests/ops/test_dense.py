import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from cnnviz.ops import dense

moves = st.integers(-dense.FIRST, dense.SIDE - 3 - dense.FIRST)


@given(moves, moves)
@settings(deadline=None)
def test_both_responses_equal_torchs(down, right):
    x = dense.picture(down, right)
    weight = torch.tensor(dense.picture()).reshape(1, -1)
    assert dense.unit(x) == pytest.approx(F.linear(torch.tensor(x).reshape(1, -1), weight).item())
    theirs = F.conv2d(torch.tensor(x)[None, None], torch.tensor(dense.PATTERN)[None, None])[0, 0]
    np.testing.assert_allclose(dense.response(x), theirs.numpy(), atol=1e-12)


@given(moves, moves)
@settings(deadline=None)
def test_the_largest_response_follows_the_pattern_and_keeps_its_size(down, right):
    responses = dense.response(dense.picture(down, right))
    assert dense.strongest(responses) == (dense.FIRST + down, dense.FIRST + right)
    assert (responses == responses.max()).sum() == 1
    assert responses.max() == dense.PATTERN.sum() == 5


@given(moves, moves)
@settings(deadline=None)
def test_the_dense_unit_answers_fully_only_at_the_first_place(down, right):
    assert (dense.unit(dense.picture(down, right)) == 5) == (down == right == 0)


@pytest.mark.parametrize("move", [(-3, 0), (0, 8)])
def test_the_pattern_may_not_leave_the_picture(move):
    with pytest.raises(ValueError, match="inside"):
        dense.picture(*move)


@given(st.integers(1, 20), st.integers(1, 4), st.integers(1, 9), st.integers(1, 5))
def test_weights_are_counted_as_torch_counts_them(side, channels, outputs, kernel):
    assert (
        dense.linear_weights(side, channels, outputs)
        == nn.Linear(side * side * channels, outputs).weight.numel()
    )
    assert (
        dense.convolution_weights(kernel, channels, outputs)
        == nn.Conv2d(channels, outputs, kernel).weight.numel()
    )


def test_the_numbers_of_the_notes():
    assert dense.linear_weights(1000, 1, 1000) == 10**9
    assert dense.convolution_weights(3, 3, 10) == 270
    assert sum(each.numel() for each in nn.Conv2d(3, 10, 3).parameters()) == 280
    assert (dense.linear_weights(100, 1, 1), dense.convolution_weights(3, 1, 1)) == (10_000, 9)
