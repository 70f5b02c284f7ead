import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.ops import convolution, samples
from cnnviz.ops.windows import convolution_axis, pad, transposed_axis

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
AXES = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3))


@st.composite
def pictures(draw):
    """Draw an input, groups, and how many output channels each has."""
    groups, per_group, each = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.normal(size=(groups * per_group, height, width)), groups, each, rng


@given(pictures(), AXES, AXES, st.sampled_from(list(MODES)))
def test_convolution_is_torchs(drawn, down, across, mode):
    x, groups, each, rng = drawn
    (kh, sh, ph, dh), (kw, sw, pw, dw) = down, across
    assume(all(d * (k - 1) < n + 2 * p for (k, _, p, d), n in zip((down, across), x.shape[1:], strict=True)))
    least = {
        "reflect": max(ph - x.shape[1], pw - x.shape[2]) < 0,
        "circular": ph <= x.shape[1] and pw <= x.shape[2],
    }
    assume(least.get(mode, True))
    weight, bias = (
        rng.normal(size=(groups * each, x.shape[0] // groups, kh, kw)),
        rng.normal(size=groups * each),
    )
    rows = convolution_axis(x.shape[1], kh, sh, (ph, ph), dh, mode)
    cols = convolution_axis(x.shape[2], kw, sw, (pw, pw), dw, mode)
    padded = F.pad(torch.tensor(x)[None], (pw, pw, ph, ph), mode=MODES[mode])
    np.testing.assert_allclose(pad(x, rows, cols), padded[0], atol=0)
    wanted = F.conv2d(padded, torch.tensor(weight), torch.tensor(bias), (sh, sw), 0, (dh, dw), groups)
    np.testing.assert_allclose(
        convolution.convolve(x, weight, rows, cols, bias, groups), wanted[0], atol=1e-12
    )


@given(pictures(), AXES, AXES, st.integers(0, 2))
def test_transposed_convolution_is_torchs(drawn, down, across, extra):
    x, groups, each, rng = drawn
    (kh, sh, ph, dh), (kw, sw, pw, dw) = down, across
    assume(extra < max(sh, dh) and extra < max(sw, dw))
    sizes = [(n - 1) * s - 2 * p + d * (k - 1) + extra + 1 for (k, s, p, d), n in zip((down, across), x.shape[1:], strict=True)]  # fmt: skip
    assume(min(sizes) >= 1)
    weight, bias = rng.normal(size=(x.shape[0], each, kh, kw)), rng.normal(size=groups * each)
    rows = transposed_axis(x.shape[1], kh, sh, ph, extra, dh)
    cols = transposed_axis(x.shape[2], kw, sw, pw, extra, dw)
    wanted = F.conv_transpose2d(
        torch.tensor(x)[None],
        torch.tensor(weight),
        torch.tensor(bias),
        (sh, sw),
        (ph, pw),
        extra,
        groups,
        (dh, dw),
    )
    # torch's weight has the input channels first; the stage's kernels stand by output channel.
    parted = weight.reshape(groups, -1, each, kh, kw)
    kernels = parted.transpose(0, 2, 1, 3, 4).reshape(groups * each, -1, kh, kw)
    np.testing.assert_allclose(
        convolution.convolve(x, kernels, rows, cols, bias, groups), wanted[0], atol=1e-12
    )


@given(pictures(), st.integers(1, 3), st.integers(1, 3))
def test_true_convolution_is_cross_correlation_with_the_kernel_turned_by_half(drawn, kh, kw):
    x, groups, each, rng = drawn
    assume(kh <= x.shape[1] and kw <= x.shape[2])
    weight = rng.normal(size=(groups * each, x.shape[0] // groups, kh, kw))
    rows, cols = (
        convolution_axis(x.shape[1], kh, flipped=True),
        convolution_axis(x.shape[2], kw, flipped=True),
    )
    wanted = F.conv2d(torch.tensor(x)[None], torch.tensor(weight).flip(2, 3), groups=groups)
    np.testing.assert_allclose(
        convolution.convolve(x, weight, rows, cols, groups=groups), wanted[0], atol=1e-12
    )


def test_the_notes_first_example_and_its_true_convolution():
    kernel = np.array([[[[0.0, 1], [2, 3]]]])
    axis, flipped = convolution_axis(3, 2), convolution_axis(3, 2, flipped=True)
    x = samples.counting()[None]
    assert convolution.convolve(x, kernel, axis, axis).tolist() == [[[19, 25], [37, 43]]]
    assert convolution.convolve(x, kernel, flipped, flipped).tolist() == [[[5, 11], [23, 29]]]
