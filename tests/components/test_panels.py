import base64

import numpy as np
import pytest

from cnnviz.components import Grid, Link, Panel, cell_by_cell, from_all, panels

GRID = Grid(2, 2, [1.0, 2, 3, 4])
LABELS = dict.fromkeys(["help", "keys", "pinned", "more", "save", "save_png", "save_svg", "save_csv"], "")


def test_a_link_becomes_starts_and_cells_in_one_row():
    link = Link("y", "x", [[0, 2], [], [1]], [[0.5, 2], [], [-1]])
    assert link.to_json() == {
        "of": "y", "source": "x", "starts": [0, 2, 2, 3], "cells": [0, 2, 1], "weights": [0.5, 2.0, -1.0],
    }  # fmt: skip


def test_the_two_common_links():
    assert cell_by_cell("y", "x", 3).to_json()["cells"] == [0, 1, 2]
    assert from_all("y", "x", 2, 3).to_json() == {
        "of": "y", "source": "x", "starts": [0, 3, 6], "cells": [0, 1, 2, 0, 1, 2], "weights": None,
    }  # fmt: skip


def test_what_is_no_number_becomes_null():
    data = Panel(
        "x", "", Grid(1, 2, [float("nan"), 1]), numbers={"a": float("nan"), "b": [1, float("nan")]}
    ).to_json()
    assert data["grid"]["values"] == [None, 1]
    assert data["numbers"] == {"a": None, "b": [1, None]}


def test_large_grids_travel_as_floats_in_base64():
    values = np.random.default_rng(0).normal(size=6400)
    data = Panel("x", "", Grid(80, 80, values.tolist())).to_json()["grid"]
    assert np.frombuffer(base64.b64decode(data["f32"]), np.float32) == pytest.approx(values, abs=1e-6)


@pytest.mark.parametrize(
    "wrong", [{"row_labels": ["a"]}, {"column_labels": "abc"}, {"numbers": {"b": [1, 2]}}]
)
def test_a_panel_refuses_what_does_not_fit_its_grid(wrong):
    with pytest.raises(ValueError, match=r"`(row_labels|column_labels|b)` of x \(length"):
        Panel("x", "", GRID, **wrong)


@pytest.mark.parametrize(
    ("row", "links", "says"),
    [
        ([Panel("x", "", GRID), Panel("x", "", GRID)], [], "name of its own"),
        ([Panel("x", "", GRID)], [cell_by_cell("y", "x", 4)], "no panels are called"),
        ([Panel("x", "", GRID), Panel("y", "", GRID)], [cell_by_cell("y", "x", 3)], "has 4 cells, not 3"),
        ([Panel("x", "", GRID), Panel("y", "", GRID)], [from_all("y", "x", 4, 5)], "not all taps"),
    ],
)
def test_links_to_what_is_not_there_are_refused_before_the_browser_sees_them(row, links, says):
    with pytest.raises(ValueError, match=says):
        panels(row, links, LABELS, key="k")


def test_weights_must_be_as_many_as_the_taps():
    with pytest.raises(ValueError, match="as many"):
        Link("y", "x", [[0, 1]], [[1.0]])


def test_infinity_is_sent_as_a_text():
    data = Panel(
        "x", "", Grid(1, 3, [float("inf"), -float("inf"), 1]), numbers={"a": float("-inf")}
    ).to_json()
    assert data["grid"]["values"] == ["inf", "-inf", 1]
    assert data["numbers"] == {"a": "-inf"}
