import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from cnnviz.ops.dropout import drop, keep_mask, kept

shapes = st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 6))
shares = st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0])
seeds = st.integers(0, 2**32 - 1)


@given(shapes, shares, seeds, st.booleans())
def test_given_the_mask_that_torch_drew_the_output_is_torchs(shape, p, seed, whole):
    x = np.random.default_rng(seed).uniform(0.1, 2, shape) * np.random.default_rng(seed).choice(
        [-1, 1], shape
    )
    torch.manual_seed(seed)
    function = F.dropout2d if whole else F.dropout
    theirs = function(torch.tensor(x)[None], p, training=True)[0].numpy()
    np.testing.assert_allclose(drop(x, (theirs != 0).astype(float), p), theirs, rtol=1e-12)
    if whole:  # torch's mask keeps or drops whole channels, as ours does
        assert all(channel.all() or not channel.any() for channel in theirs)


@given(shapes, shares, seeds)
def test_dropout2d_keeps_or_drops_whole_channels(shape, p, seed):
    mask = keep_mask(shape, p, seed, whole_channels=True)
    assert mask.shape == shape
    assert all(channel.min() == channel.max() for channel in mask)
    assert set(np.unique(mask)) <= {0.0, 1.0}


@given(shapes, st.floats(0, 1), st.floats(0, 1), seeds, st.booleans())
def test_what_is_dropped_stays_dropped_when_p_grows(shape, one, other, seed, whole):
    few, many = sorted((one, other))
    assert (
        keep_mask(shape, many, seed, whole_channels=whole)
        <= keep_mask(shape, few, seed, whole_channels=whole)
    ).all()


def test_p_0_keeps_everything_and_p_1_nothing():
    x = np.arange(1.0, 9).reshape(2, 2, 2)
    assert (drop(x, keep_mask(x.shape, 0, 3, whole_channels=False), 0) == x).all()
    assert not drop(x, keep_mask(x.shape, 1, 3, whole_channels=False), 1).any()


@pytest.mark.parametrize("whole", [False, True])
def test_the_mean_of_many_draws_is_the_input(whole):
    shape, p, draws = (4, 3, 3), 0.25, 20_000
    mean = kept(shape, p, 7, draws, whole_channels=whole) / draws / (1 - p)
    np.testing.assert_allclose(mean, 1, atol=0.02)  # seven standard deviations


def test_the_first_of_many_draws_is_the_shown_mask():
    shape = (3, 4, 5)
    assert (
        kept(shape, 0.5, 9, 1, whole_channels=False) == keep_mask(shape, 0.5, 9, whole_channels=False)
    ).all()


def test_the_notes_example_drops_channels_1_and_3_and_scales_the_others_by_four_thirds():
    x = np.arange(1.0, 37).reshape(4, 3, 3)
    out = drop(x, keep_mask(x.shape, 0.25, 10, whole_channels=True), 0.25)
    assert out[:, 0, 0] == pytest.approx([1.333333, 0, 25.333333, 0], abs=1e-6)
