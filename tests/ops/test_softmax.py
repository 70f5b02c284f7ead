import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from cnnviz.ops.softmax import cross_entropy, nll, softmax

scores = st.lists(st.floats(-1000, 1000), min_size=1, max_size=12)


@given(scores, st.data())
def test_the_stable_form_equals_torch_for_any_logits(values, data):
    target = data.draw(st.integers(0, len(values) - 1))
    z = torch.tensor(values, dtype=torch.float64)
    ours = softmax(np.array(values))
    np.testing.assert_allclose(ours.softmax, torch.softmax(z, 0).numpy(), atol=1e-12)
    np.testing.assert_allclose(ours.log_softmax, torch.log_softmax(z, 0).numpy(), atol=1e-9)
    theirs = F.cross_entropy(z[None], torch.tensor([target])).item()
    assert cross_entropy(np.array(values), target) == pytest.approx(theirs, abs=1e-9)
    assert nll(ours.log_softmax, target) == pytest.approx(theirs, abs=1e-9)


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=10))
def test_for_small_logits_both_forms_agree(values):
    stable, naive = softmax(np.array(values)), softmax(np.array(values), stable=False)
    np.testing.assert_allclose(naive.softmax, stable.softmax, atol=1e-12)
    np.testing.assert_allclose(naive.log_softmax, stable.log_softmax, atol=1e-9)


def test_without_the_maximum_taken_away_large_logits_give_no_number():
    naive = softmax(np.array([1.0, 2, 3]) + 1000, stable=False)
    assert np.isinf(naive.exps).all()
    assert np.isnan(naive.softmax).all()
    assert softmax(np.array([1.0, 2, 3]) + 1000).softmax == pytest.approx([0.0900, 0.2447, 0.6652], abs=1e-4)


def test_one_two_three_of_the_notes():
    ours = softmax(np.array([1.0, 2, 3]))
    assert ours.softmax == pytest.approx([0.0900, 0.2447, 0.6652], abs=1e-4)
    assert ours.softmax.sum() == pytest.approx(1)
    assert cross_entropy(np.array([1.0, 2, 3]), 2) == pytest.approx(-math.log(0.66524096))
