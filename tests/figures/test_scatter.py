"""Accuracy against cost: each point where it belongs, with the range of its runs."""

from cnnviz.figures.scatter import Point, scatter


def test_points_lie_at_their_cost_and_percent_with_the_range_of_their_runs():
    points = [Point("A", "here", 1000, 0.9, 0.9, 0.9), Point("B", "published", 2000, 0.8, 0.5, 0.85)]
    here, published = scatter(points, cost="Parameters", accuracy="Accuracy").data
    assert (list(here.x), list(here.y), list(here.text)) == ([1000], [90.0], ["<b>A</b>"])
    assert (list(published.x), list(published.y)) == ([2000], [80.0])
    assert [round(each) for each in (*published.error_y.array, *published.error_y.arrayminus)] == [5, 30]


def test_a_name_gives_way_to_a_point_at_its_right():
    points = [Point(name, "here", cost, 0.9, 0.9, 0.9) for name, cost in (("A", 1e3), ("B", 1.5e3), ("C", 1e5), ("D", 1e7))]  # fmt: skip
    (series,) = scatter(points, cost="", accuracy="").data
    assert list(series.textposition) == ["middle left", "middle right", "middle right", "middle left"]
