import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.ops.pooling import adaptive_axis, avg_pool, lp_pool, max_pool, pooling_axis
from tests.ops.pictures import pictures, two

kernels = two(1, 5)


def axes(x, kernel, stride, padding, dilation, ceil_mode):
    """Return the axes, or skip what torch refuses."""
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    assume(all(2 * p <= k for p, k in zip(padding, kernel, strict=True)))
    assume(all(ceil_mode or s <= n + 2 * p for s, n, p in zip(spans, x.shape[1:], padding, strict=True)))
    rows, cols = (
        pooling_axis(x.shape[1 + i], kernel[i], stride[i], padding[i], dilation[i], ceil_mode=ceil_mode)
        for i in (0, 1)
    )
    assume(rows.outputs and cols.outputs)
    return rows, cols


@given(pictures(whole=True), kernels, two(1, 4), two(0, 2), two(1, 3), st.booleans())
def test_max_pooling_and_its_winners_equal_torch(x, kernel, stride, padding, dilation, ceil_mode):
    rows, cols = axes(x, kernel, stride, padding, dilation, ceil_mode)
    values, winners = max_pool(x, rows, cols)
    theirs, indices = F.max_pool2d(
        torch.tensor(x), kernel, stride, padding, dilation, ceil_mode, return_indices=True
    )
    np.testing.assert_array_equal(values, theirs.numpy())
    np.testing.assert_array_equal(winners[winners >= 0], indices.numpy()[winners >= 0])
    assert (np.isneginf(values) == (winners < 0)).all()


@given(
    pictures(), kernels, two(1, 4), two(0, 2), st.booleans(), st.booleans(), st.one_of(st.none(), st.integers(1, 9))
)  # fmt: skip
def test_average_pooling_equals_torch(x, kernel, stride, padding, ceil_mode, count_include_pad, divisor):
    rows, cols = axes(x, kernel, stride, padding, (1, 1), ceil_mode)
    values, divisors = avg_pool(x, rows, cols, count_include_pad=count_include_pad, divisor_override=divisor)
    theirs = F.avg_pool2d(torch.tensor(x), kernel, stride, padding, ceil_mode, count_include_pad, divisor)
    np.testing.assert_allclose(values, theirs.numpy(), atol=1e-10)
    ones = F.avg_pool2d(
        torch.ones_like(torch.tensor(x)), kernel, stride, padding, ceil_mode, count_include_pad, 1
    )
    assert (divisors >= ones[0].numpy()).all() or divisor is not None


@given(pictures(), kernels, two(1, 4), st.booleans(), st.sampled_from([1, 2, 3, 4, -2, 1.5]))
def test_power_pooling_equals_torch(x, kernel, stride, ceil_mode, norm_type):
    x = np.abs(x) + 0.1 if norm_type in {-2, 1.5} else x
    rows, cols = axes(x, kernel, stride, (0, 0), (1, 1), ceil_mode)
    theirs = F.lp_pool2d(torch.tensor(x), norm_type, kernel, stride, ceil_mode).numpy()
    np.testing.assert_allclose(lp_pool(x, rows, cols, norm_type, kernel), theirs, rtol=1e-7, atol=1e-7)


@given(pictures(whole=True), two(1, 12))
def test_adaptive_pooling_equals_torch(x, output_size):
    rows, cols = (adaptive_axis(x.shape[1 + i], output_size[i]) for i in (0, 1))
    theirs, indices = F.adaptive_max_pool2d(torch.tensor(x), output_size, return_indices=True)
    values, winners = max_pool(x, rows, cols)
    np.testing.assert_array_equal(values, theirs.numpy())
    np.testing.assert_array_equal(winners, indices.numpy())
    means = F.adaptive_avg_pool2d(torch.tensor(x), output_size).numpy()
    np.testing.assert_allclose(avg_pool(x, rows, cols)[0], means, atol=1e-10)


def test_a_window_over_the_edge_is_divided_by_the_cells_that_it_has():
    rows = cols = pooling_axis(5, 2, 2, ceil_mode=True)
    values, divisors = avg_pool(np.ones((1, 5, 5)), rows, cols)
    assert divisors.tolist() == [[4, 4, 2], [4, 4, 2], [2, 2, 1]]
    assert (values == 1).all()


@pytest.mark.parametrize(("include", "corner"), [(True, 9), (False, 4)])
def test_padding_counts_in_the_mean_or_not(include, corner):
    rows = cols = pooling_axis(4, 3, 1, 1)
    values, divisors = avg_pool(np.ones((1, 4, 4)), rows, cols, count_include_pad=include)
    assert divisors[0, 0] == corner
    assert values[0, 0, 0] == pytest.approx(4 / corner)


def test_the_notes_windows():
    counting, rows = np.arange(9.0).reshape(1, 3, 3), pooling_axis(3, 2)
    assert max_pool(counting, rows, rows)[0].tolist() == [[[4, 5], [7, 8]]]
    assert avg_pool(counting, rows, rows)[0].tolist() == [[[2, 3], [5, 6]]]
    negative, rows = -np.arange(1.0, 17).reshape(1, 4, 4), pooling_axis(4, 3, 1, 1)
    assert max_pool(negative, rows, rows)[0][0, 0, 0] == -1  # padding with zeros would make it 0
    dilated = pooling_axis(4, 2, dilation=2)
    assert max_pool(-negative - 1, dilated, dilated)[0].tolist() == [[[10, 11], [14, 15]]]
