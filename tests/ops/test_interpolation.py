import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cnnviz.ops.interpolation import interpolate, interpolation_axis
from cnnviz.ops.pooling import avg_pool, pooling_axis
from tests.ops.pictures import pictures, two

MODES = st.sampled_from(
    [("nearest", None), ("area", None), ("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True)]
)  # fmt: skip


def ours(x, mode, align_corners, size=(None, None), scale=(None, None)):
    rows, cols = (
        interpolation_axis(
            x.shape[1 + i], size[i], scale_factor=scale[i], mode=mode, align_corners=bool(align_corners)
        )
        for i in (0, 1)
    )
    return interpolate(x, rows, cols)


def theirs(x, mode, align_corners, **how):
    return F.interpolate(torch.tensor(x)[None], mode=mode, align_corners=align_corners, **how)[0].numpy()


@given(pictures(), MODES, two(1, 30))
def test_interpolation_to_a_size_equals_torch(x, mode, size):
    np.testing.assert_allclose(ours(x, *mode, size=size), theirs(x, *mode, size=size), atol=1e-10)


@given(
    pictures(),
    MODES,
    st.sampled_from([0.25, 0.5, 0.75, 1.0, 1.04, 1.15, 1.5, 2.0, 3.0, 4.0]) | st.floats(0.2, 5),
)
@example(np.arange(12.0).reshape(1, 3, 4), ("bicubic", False), 1.2)
@example(np.arange(12.0).reshape(1, 3, 4), ("bilinear", False), 1.2)
@example(np.arange(12.0).reshape(1, 3, 4), ("nearest", None), 1.2)
@example(np.arange(12.0).reshape(1, 3, 4), ("area", None), 1.2)
@example(np.arange(2.0).reshape(1, 1, 2), ("nearest", None), 2.25)
def test_interpolation_by_a_factor_equals_torch(x, mode, scale):
    assume(min(x.shape[1:]) * scale >= 1)
    expected = theirs(x, *mode, scale_factor=scale)
    np.testing.assert_allclose(ours(x, *mode, scale=(scale, scale)), expected, atol=1e-10)


@pytest.mark.parametrize("size", range(1, 60))
def test_nearest_takes_torchs_cell_at_every_size(size):
    x = np.arange(size, dtype=np.float64).reshape(1, 1, size)
    for output in range(1, 120):
        chosen = [taps[0][0] for taps in interpolation_axis(size, output).taps]
        assert chosen == theirs(x, "nearest", None, size=(1, output))[0, 0].tolist()


@given(st.integers(1, 20), MODES, st.integers(1, 40))
@settings(deadline=None)
def test_the_weights_of_a_cell_sum_to_one(size, mode, output_size):
    axis = interpolation_axis(size, output_size, mode=mode[0], align_corners=bool(mode[1]))
    assert [sum(weights) for weights in axis.weights] == pytest.approx([1] * output_size)


def test_a_missing_neighbour_is_replaced_by_the_outermost_cell():
    axis = interpolation_axis(2, 4, mode="bicubic")
    assert [cell for cell, _ in axis.taps[0]] == [0, 0, 0, 1]


def test_the_notes_bilinear_examples():
    small = np.array([[[1.0, 2], [3, 4]]])
    assert ours(small, "bilinear", False, scale=(2, 2)).tolist() == [
        [[1, 1.25, 1.75, 2], [1.5, 1.75, 2.25, 2.5], [2.5, 2.75, 3.25, 3.5], [3, 3.25, 3.75, 4]]
    ]
    grid, windows = np.arange(16.0).reshape(1, 4, 4), pooling_axis(4, 2, 2)
    halved = ours(grid, "bilinear", False, scale=(0.5, 0.5))
    assert halved.tolist() == [[[2.5, 4.5], [10.5, 12.5]]]
    assert halved.tolist() == avg_pool(grid, windows, windows)[0].tolist()
    picture = np.zeros((1, 28, 28))
    assert [ours(picture, "bilinear", False, scale=(f, f)).shape[1] for f in (0.5, 2)] == [14, 56]


@pytest.mark.parametrize("how", [{}, {"output_size": 2, "scale_factor": 2.0}])
def test_size_and_factor_exclude_each_other(how):
    with pytest.raises(ValueError, match="either"):
        interpolation_axis(3, **how)
