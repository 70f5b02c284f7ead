"""Random pictures for the tests of this folder."""

import numpy as np
from hypothesis import strategies as st


def two(least, most):
    return st.tuples(st.integers(least, most), st.integers(least, most))


@st.composite
def pictures(draw, *, whole=False):
    """A picture (C, H, W); whole numbers from a few, so that many are equal."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(1, 3)), *draw(two(1, 12))
    return random.integers(-4, 5, size).astype(np.float64) if whole else random.normal(size=size)
