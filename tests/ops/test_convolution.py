import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.errors import ShapeError
from cnnviz.ops import kernels, samples
from cnnviz.ops.convolution import cross_correlate
from cnnviz.shapes import apply
from cnnviz.spec import Conv2d

two = lambda least, most: st.tuples(st.integers(least, most), st.integers(least, most))  # noqa: E731


@given(two(1, 14), two(1, 5), two(1, 4), two(0, 4), two(1, 3), st.floats(-2, 2), st.integers(0, 2**32 - 1))
@settings(max_examples=300, deadline=None)
def test_the_sliding_window_equals_torch(size, kernel_size, stride, padding, dilation, bias, seed):
    try:
        shape = apply(Conv2d(1, 1, kernel_size, stride, padding, dilation), (1, *size)).shape
    except ShapeError:
        return
    random = np.random.default_rng(seed)
    x, kernel = random.normal(size=size), random.normal(size=kernel_size)
    ours = cross_correlate(x, kernel, stride=stride, padding=padding, dilation=dilation, bias=bias)
    theirs = torch.nn.functional.conv2d(
        torch.tensor(x)[None, None], torch.tensor(kernel)[None, None], torch.tensor([bias], dtype=torch.float64),
        stride, padding, dilation,
    )[0, 0]  # fmt: skip
    assert ours.shape == shape[1:]
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-10)


def test_the_first_example_of_the_notes():
    out = cross_correlate(samples.counting(), kernels.counting(2, 2))
    assert out.tolist() == [[19, 25], [37, 43]]


def test_the_notes_edge_kernel_finds_both_edges_of_the_stripe_and_none_in_its_transpose():
    out = cross_correlate(samples.stripe(), kernels.edge(1, 2))
    assert (out == [0, 1, 0, 0, 0, -1, 0]).all()
    assert not cross_correlate(samples.stripe().T, kernels.edge(1, 2)).any()


def test_presets_at_3x3_are_the_textbooks():
    assert kernels.sobel_x(3, 3).tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert kernels.sobel_y(3, 3).tolist() == [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    assert kernels.laplacian(3, 3).tolist() == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    assert kernels.sharpen(3, 3).tolist() == [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    assert kernels.emboss(3, 3).tolist() == [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
    assert (kernels.gaussian(3, 3) * 16).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


@pytest.mark.parametrize("name", sorted(kernels.PRESETS))
@given(two(1, 11))
@settings(max_examples=40)
def test_every_preset_has_the_size_that_was_asked_for(name, size):
    kernel = kernels.PRESETS[name][1](*size)
    assert kernel.shape == size
    assert np.isfinite(kernel).all()
    if name in {"identity", "box", "gaussian", "sharpen"}:
        assert kernel.sum() == pytest.approx(1)
