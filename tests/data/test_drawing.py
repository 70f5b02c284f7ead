import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.data.drawing import prepare, resize
from cnnviz.errors import DataError


def seven(side=280, width=20, at=(0, 0)):
    """White strokes of a 7 on black."""
    picture = np.zeros((side, side), dtype=np.float32)
    y, x = at
    picture[40 + y : 40 + width + y, 60 + x : 200 + x] = 1
    for step in range(180):
        row, col = 40 + y + step, 200 - width + x - step // 3
        picture[row, col : col + width] = 1
    return picture


def test_a_drawing_is_fitted_into_20x20_and_centred_by_its_mass():
    out = prepare(seven())
    assert out.shape == (28, 28)
    assert out.dtype == np.float32
    rows, cols = np.flatnonzero(out.any(axis=1)), np.flatnonzero(out.any(axis=0))
    assert rows[-1] - rows[0] + 1 == 20
    assert cols[-1] - cols[0] + 1 <= 20
    assert abs((out.sum(axis=1) * np.arange(28)).sum() / out.sum() - 13.5) <= 0.5
    assert abs((out.sum(axis=0) * np.arange(28)).sum() / out.sum() - 13.5) <= 0.5
    assert out.max() == 1


@given(st.integers(-35, 50), st.integers(-50, 70))
@settings(max_examples=30)
def test_where_on_the_canvas_it_is_drawn_does_not_matter(down, right):
    assert np.array_equal(prepare(seven()), prepare(seven(at=(down, right))))


def test_dark_on_light_gives_the_same_picture_as_light_on_dark():
    np.testing.assert_allclose(prepare(1 - seven()), prepare(seven()), atol=1e-6)
    np.testing.assert_allclose(prepare((255 * (1 - seven())).astype(np.uint8)), prepare(seven()), atol=1e-6)


def test_grey_ink_on_grey_paper_is_stretched():
    np.testing.assert_allclose(prepare(0.7 - 0.3 * seven()), prepare(seven()), atol=1e-5)


@pytest.mark.parametrize("picture", [np.zeros((280, 280)), np.ones((5, 9)), np.full((1, 1), 0.5)])
def test_an_empty_picture_says_so(picture):
    with pytest.raises(DataError, match="nothing drawn"):
        prepare(picture)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=60)
def test_resizing_keeps_the_mean(height, width, new_height, new_width):
    picture = np.random.default_rng(0).random((height, width), dtype=np.float32)
    out = resize(picture, new_height, new_width)
    assert out.shape == (new_height, new_width)
    assert out.mean() == pytest.approx(picture.mean(), rel=1e-4)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
@settings(max_examples=100)
def test_any_picture_gives_a_picture_or_a_sentence(height, width, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    try:
        out = prepare(picture)
    except DataError:
        return
    assert out.shape == (28, 28)
    assert np.isfinite(out).all()
    assert 0 <= out.min() <= out.max() <= 1
