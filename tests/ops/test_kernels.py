import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ops import kernels, samples
from cnnviz.ops.convolution import convolve
from cnnviz.ops.windows import convolution_axis


def slid(x, kernel):
    rows, cols = (convolution_axis(size, k) for size, k in zip(x.shape, kernel.shape, strict=True))
    return convolve(x[None], kernel[None, None], rows, cols)[0]


def test_the_notes_edge_kernel_finds_both_edges_of_the_stripe_and_none_in_its_transpose():
    out = slid(samples.stripe(), kernels.edge(1, 2))
    assert (out == [0, 1, 0, 0, 0, -1, 0]).all()
    assert not slid(samples.stripe().T, kernels.edge(1, 2)).any()


def test_presets_at_3x3_are_the_textbooks():
    assert kernels.sobel_x(3, 3).tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert kernels.sobel_y(3, 3).tolist() == [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    assert kernels.laplacian(3, 3).tolist() == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    assert kernels.sharpen(3, 3).tolist() == [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    assert kernels.emboss(3, 3).tolist() == [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
    assert (kernels.gaussian(3, 3) * 16).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


@pytest.mark.parametrize("name", sorted(kernels.PRESETS))
@given(st.tuples(st.integers(1, 11), st.integers(1, 11)))
def test_every_preset_has_the_size_that_was_asked_for(name, size):
    kernel = kernels.PRESETS[name][1](*size)
    assert kernel.shape == size
    assert np.isfinite(kernel).all()
    if name in {"identity", "box", "gaussian", "sharpen"}:
        assert kernel.sum() == pytest.approx(1)
