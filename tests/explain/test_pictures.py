"""The pictures that are shown are those that were asked, or none."""

import pytest

from cnnviz.data.datasets import fit, load
from cnnviz.explain.pictures import pictures


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.mark.parametrize("test", [True, False])
def test_pictures_come_in_the_order_of_their_numbers(digits, test):
    x, y = (digits.test_x, digits.test_y) if test else (digits.train_x, digits.train_y)
    numbers = [7, 0, 200]
    found = pictures(digits, numbers, y[numbers].tolist(), test=test, longest=96)
    assert found.tolist() == x[numbers].tolist()


def test_a_large_picture_becomes_smaller_and_keeps_its_form(digits):
    found = pictures(digits, [3], [int(digits.test_y[3])], test=True, longest=14)
    assert found.tolist() == fit(digits.test_x[[3]], (1, 14, 14)).tolist()


def test_pictures_that_show_something_else_by_now_are_not_shown(digits):
    truth = digits.test_y[:3].tolist()
    assert pictures(digits, [0, 1, 2], truth, test=True, longest=96) is not None
    assert (
        pictures(digits, [0, 1, 2], [truth[0], truth[1], (truth[2] + 1) % 10], test=True, longest=96) is None
    )
    assert pictures(digits, [10**6], [0], test=True, longest=96) is None
    assert pictures(digits, [-1], [0], test=True, longest=96) is None
    assert pictures(digits, [], [], test=True, longest=96) is None
