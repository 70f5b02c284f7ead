import math

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn

from cnnviz.explain.learning import HOPELESS, descend, edges, picture, valley

RATES = {"sum": 0.03, "mean": 1.26}


def loss_of(kernel, reduction):
    out = nn.functional.conv2d(
        picture().double(), torch.as_tensor(kernel, dtype=torch.float64).reshape(1, 1, 1, 2)
    )
    return nn.MSELoss(reduction=reduction)(out, edges().double()).item()


def test_ten_steps_of_the_notes_find_the_kernel():
    """Claim c063; the loop prints the loss before each step, the last one before the tenth."""
    descent = descend(0, 0.03, 10, "sum")
    assert (descent.losses[9], *descent.kernels[10]) == pytest.approx((0.0433, 1.0063, -0.9662), abs=5e-5)
    assert descent.found


def test_the_mean_needs_forty_two_times_the_rate():
    """Claim c064."""
    slow = descend(0, 0.03, 10, "mean")
    assert (slow.losses[9], *slow.kernels[10]) == pytest.approx((0.3706, 0.0267, 0.2146), abs=5e-5)
    assert not slow.found
    assert not slow.diverges
    same, summed = descend(0, 1.26, 10, "mean"), descend(0, 0.03, 10, "sum")
    np.testing.assert_allclose(same.kernels, summed.kernels, atol=1e-5)
    np.testing.assert_allclose(42 * np.array(same.losses), summed.losses, rtol=1e-4)


def test_the_curvatures_bound_the_rate():
    """Claim c065."""
    assert valley("sum").bends == pytest.approx((12, 60))
    assert valley("sum").largest_rate == pytest.approx(2 / 60)
    assert valley("mean").largest_rate == pytest.approx(1.4)


@pytest.mark.parametrize("reduction", RATES)
def test_the_second_derivatives_are_those_of_autograd(reduction):
    def loss(kernel):
        out = nn.functional.conv2d(picture(), kernel.reshape(1, 1, 1, 2))
        return nn.functional.mse_loss(out, edges(), reduction=reduction)

    torchs = torch.autograd.functional.hessian(loss, torch.tensor([0.3, -0.7]))
    np.testing.assert_allclose(valley(reduction).hessian, torchs.numpy(), atol=1e-5)


@pytest.mark.parametrize("reduction", RATES)
@given(level=st.floats(0.001, 100))
@settings(deadline=None)
def test_every_kernel_of_a_contour_has_its_loss(reduction, level):
    w1, w2 = valley(reduction).contour(level, points=9)
    for kernel in zip(w1, w2, strict=True):
        assert loss_of(kernel, reduction) == pytest.approx(level, rel=1e-6)


@pytest.mark.parametrize(("rate", "diverges"), [(0.0333, False), (0.0334, True)])
def test_just_below_the_bound_the_loss_ends_lower_and_just_above_it_higher(rate, diverges):
    descent = descend(0, rate, 200, "sum")
    assert descent.diverges == diverges
    assert (descent.losses[200] > descent.losses[100]) == diverges


@given(seed=st.integers(0, 99), rate=st.floats(0.001, 10), reduction=st.sampled_from(["sum", "mean"]))
@settings(max_examples=40, deadline=None)
def test_no_number_is_ever_infinite(seed, rate, reduction):
    descent = descend(seed, rate, 200, reduction)
    assert all(
        math.isfinite(v) for v in (*descent.losses, *np.ravel(descent.kernels), *descent.output.ravel())
    )
    assert max(descent.losses) < HOPELESS
    assert descent.made == 200 or descent.diverges


def test_the_random_numbers_of_others_are_left_alone():
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    descend(0, 0.03, 1, "sum")
    assert torch.equal(torch.rand(3), wanted)


def test_the_output_is_the_last_kernel_over_the_picture():
    descent = descend(3, 0.02, 25, "sum")
    w1, w2 = descent.kernels[-1]
    np.testing.assert_allclose(descent.output[0], [w1 + w2, w1, 0, 0, 0, w2, w1 + w2], atol=1e-6)
    assert descent.wanted[0].tolist() == [0, 1, 0, 0, 0, -1, 0]
