"""Curves as SVG: every point is where its numbers say, whatever the numbers are."""

import math
import re
from xml.etree import ElementTree

import pytest

from cnnviz.figures.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Line, legend, lines, powers, ticks


def drawn(points, **how):
    return ElementTree.fromstring(lines([Line("a", points)], title="T", x_title="x", **how))


def corners(svg):
    text = next(each for each in svg.iter() if each.tag == "polyline").get("points")
    return [tuple(map(float, pair.split(","))) for pair in text.split()]


def test_percent_fills_the_whole_height():
    assert corners(drawn([(0, 0.0), (10, 1.0)], percent=True)) == [
        (LEFT, HEIGHT - BOTTOM),
        (WIDTH - RIGHT, TOP),
    ]


def test_equal_ratios_are_equally_high_on_a_log_scale():
    (_, a), (_, b), (_, c) = corners(drawn([(1, 0.01), (2, 0.1), (3, 1.0)], log=True))
    assert a - b == pytest.approx(b - c, abs=0.2)


def test_a_loss_that_exploded_has_few_enough_powers_of_ten_to_be_read():
    assert powers(0.1, 24.4) == [1e4, 1e8, 1e12, 1e16, 1e20, 1e24]
    assert len(powers(-12, 300)) <= 9


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize(
    "points",
    [
        [(1, 5.0)],
        [(1, 2.0), (2, 2.0)],
        [(1, 0.0), (2, 0.0)],
        [(1, -1e300), (2, 1e300)],
        [(3, 1e-9), (3, 1e9)],
    ],
)
def test_odd_curves_stay_inside_the_picture(points, log):
    text = lines([Line("a", points)], title="T", x_title="x", log=log)
    if text:
        assert "nan" not in text
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners(ElementTree.fromstring(text)))


def test_what_is_not_finite_is_left_out_and_nothing_left_is_nothing():
    assert len(corners(drawn([(1, 1.0), (2, math.nan), (3, math.inf), (4, 2.0)]))) == 2
    assert lines([Line("a", [(1, math.nan)])], title="T", x_title="x") == ""
    assert lines([Line("a", [(1, 0.0), (2, -1.0)])], title="T", x_title="x", log=True) == ""
    assert lines([], title="T", x_title="x") == ""


def test_names_are_escaped():
    text = lines([Line("a", [(1, 1.0)])], title='<b>"', x_title="<i>")
    assert "<b>" not in text + legend([Line("<b>", [(1, 1.0)])])
    assert "<i>" not in text


@pytest.mark.parametrize(("low", "high"), [(0, 1), (3, 97), (-5, 5), (1, 1), (0.001, 0.0012), (0, 12345)])
def test_ticks_are_round_and_inside(low, high):
    found = ticks(low, high)
    assert 1 <= len(found) <= 7
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in found)
    assert all(re.fullmatch(r"-?[\d.]+(e[-+]\d+)?", f"{value:g}") for value in found)


def test_few_powers_of_ten_are_helped_by_their_halves():
    assert powers(0, 4) == [1, 10, 100, 1000, 10000]
    assert powers(-1, 0) == pytest.approx([0.1, 0.2, 0.5, 1])
    assert len(powers(0.01, 0.02)) == 2
