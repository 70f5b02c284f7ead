import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.errors import ShapeError
from cnnviz.ops.normalisation import Running, draw, gather, normalise, statistics


@st.composite
def batches(draw):
    """A few batches of one shape, (N, C) or (N, C, H, W)."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.lists(st.integers(1, 5), min_size=2, max_size=2))
    shape += draw(st.sampled_from([[], [1, 1], [2, 3], [4, 4]]))
    return random.normal(draw(st.floats(-5, 5)), draw(st.floats(0, 4)), [draw(st.integers(1, 4)), *shape])


def layer_of(channels, ndim, **how):
    kind = torch.nn.BatchNorm1d if ndim == 2 else torch.nn.BatchNorm2d
    return kind(channels, dtype=torch.float64, **how)


@given(batches(), st.floats(0, 1), st.sampled_from([1e-5, 1e-3, 0.5]), st.integers(0, 2**32 - 1))
def test_training_evaluation_and_running_statistics_equal_torch(steps, momentum, eps, seed):
    assume(steps[0].size // steps.shape[2] > 1)
    channels, random = steps.shape[2], np.random.default_rng(seed)
    gamma, beta = random.normal(size=(2, channels))
    layer, running = layer_of(channels, steps[0].ndim, eps=eps, momentum=momentum), Running.new(channels)
    with torch.no_grad():
        layer.weight[:], layer.bias[:] = torch.tensor(gamma), torch.tensor(beta)
        for x in steps:
            batch = statistics(x)
            running = running.after(batch, momentum)
            ours = normalise(x, batch.mean, batch.var, gamma, beta, eps)
            np.testing.assert_allclose(ours, layer(torch.tensor(x)).numpy(), atol=1e-9)
        np.testing.assert_allclose(running.mean, layer.running_mean.numpy(), atol=1e-10)
        np.testing.assert_allclose(running.var, layer.running_var.numpy(), atol=1e-10)
        assert running.batches == layer.num_batches_tracked == len(steps)
        ours = normalise(steps[0], running.mean, running.var, gamma, beta, eps)
        np.testing.assert_allclose(ours, layer.eval()(torch.tensor(steps[0])).numpy(), atol=1e-9)


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1)])
def test_one_value_per_channel_is_refused_as_torch_does(shape):
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        layer_of(3, len(shape))(torch.ones(shape, dtype=torch.float64))
    with pytest.raises(ShapeError, match="own mean"):
        statistics(np.ones(shape))


def test_one_picture_is_enough_where_a_channel_has_more_values():
    assert statistics(np.ones((1, 3, 1, 2))).count == 2


def test_the_notes_four_numbers():
    x = np.array([[1.0], [2], [3], [4]])
    batch = statistics(x)
    y = normalise(x, batch.mean, batch.var, np.array([2.0]), np.array([1.0]), 1e-5)
    assert y.ravel() == pytest.approx([-1.683271, 0.105576, 1.894424, 3.683271], abs=1e-6)


def test_the_notes_momentum_is_one_minus_torchs():
    x = np.array([[1.0], [2], [3], [4]])
    after = Running.new(1).after(statistics(x), momentum=0.1)
    notes = 0.9
    assert after.mean == pytest.approx(notes * 0 + (1 - notes) * 2.5)
    assert after.var == pytest.approx(
        notes * 1 + (1 - notes) * 1.25 * 4 / 3
    )  # torch's is unbiased, the notes' is not


def test_batches_that_are_drawn_have_the_means_and_spreads_asked_for():
    x = np.concatenate(draw((50, 2, 7, 7), [3, -1], [2, 0.5], 4, seed=0))
    assert x.mean((0, 2, 3)) == pytest.approx([3, -1], abs=0.1)
    assert x.std((0, 2, 3)) == pytest.approx([2, 0.5], abs=0.1)
    assert (draw((5, 2), [0, 0], [1, 1], 3, 1)[1] == draw((5, 2), [0, 0], [1, 1], 2, 1)[1]).all()


def test_running_statistics_come_near_the_datas_own():
    batches = draw((64, 1), [3], [2], 60, seed=0)
    history = gather(map(statistics, batches), 1, momentum=0.1)
    assert (history[0].mean[0], history[0].var[0], len(history)) == (0, 1, 61)
    assert history[-1].mean[0] == pytest.approx(3, abs=0.3)
    assert history[-1].var[0] == pytest.approx(4, abs=0.8)
