"""What all tabs share of a run: only what is new is read, and long curves are thinned as they grow."""

import pytest

from cnnviz.train.events import Changed, to_line
from cnnviz.train.history import EVENTS
from cnnviz.ui import live_reading
from cnnviz.ui.live_curves import corners
from cnnviz.ui.live_reading import CHUNK, Reduced, reading
from tests.train import folders


def grown(values, by):
    """Take in a curve as it grows, a stretch at a time."""
    reduced = Reduced()
    for end in [*range(by, len(values), by), len(values)]:
        reduced.update(list(range(1, end + 1)), values[:end])
    return reduced


@pytest.mark.parametrize("count", [0, 1, 300, 5_000, 40_000])
def test_a_thinned_curve_keeps_its_ends_its_extremes_and_its_mean(count):
    values = [1 / (1 + number / 50) + (number * 7919 % 101) / 500 for number in range(count)]
    if count:
        values[count // 3] = 9.0
    steps = list(range(1, count + 1))
    points, means = grown(values, 777).drawn(steps, values, 400)
    assert len(points) <= 400
    assert len(means) <= 200
    assert [x for x, _y in points] == sorted({x for x, _y in points})
    if count:
        assert points[0] == (1.0, values[0])
        assert points[-1] == (float(count), values[-1])
        assert max(y for _x, y in points) == 9.0
    if count > live_reading.MEANS:
        assert means[-1][0] == count
        assert sum(y for _x, y in means) / len(means) == pytest.approx(sum(values) / count, rel=0.05)


def test_a_curve_that_grows_is_drawn_as_if_it_were_read_at_once():
    values = [(number * 7919 % 1009) / 1009 for number in range(20 * CHUNK + 5)]
    steps = list(range(1, len(values) + 1))
    assert grown(values, 613).drawn(steps, values, 400) == grown(values, len(values)).drawn(
        steps, values, 400
    )


def test_all_tabs_share_one_reading_and_it_reads_only_what_is_new(tmp_path, monkeypatch):
    run = folders.written(tmp_path, end="")
    known = reading(run)
    known.update()
    assert reading(run) is known
    before, offset = known.history, known.history.offset
    with (run.path / EVENTS).open("a") as file:
        file.write(to_line(Changed(240, "learning_rate", 0.25, 9.0)))
    known.update()
    assert known.history is before
    assert known.history.offset > offset
    assert known.history.changes[-1].value == 0.25


def test_a_run_that_went_on_from_an_earlier_state_is_read_anew(tmp_path):
    run = folders.written(tmp_path, end="stopped")
    known = reading(run)
    known.update()
    before = list(known.history.steps)
    # Cut back after the first hundred steps and grown beyond the old end before anybody looked again.
    told = folders.Pretended(folders.config(seed=3))
    again = [to_line(told.steps(10)) for _ in range(80)]
    (run.path / EVENTS).write_text("".join([to_line(told.started()), *again]))
    known.update()
    assert known.history.steps == list(range(1, 801))
    assert len(known.history.steps) > len(before)
    assert known.history.end is None


def test_an_event_file_that_is_gone_leaves_an_empty_history(tmp_path):
    run = folders.written(tmp_path)
    known = reading(run)
    known.update()
    (run.path / EVENTS).unlink()
    known.update()
    assert known.history.steps == []


def test_what_is_made_is_made_again_only_when_something_changed(tmp_path):
    known = reading(folders.written(tmp_path))
    made = []
    for stamp in (1, 1, 2):
        known.once("it", stamp, lambda: made.append(1) or len(made))
    assert len(made) == 2


def test_only_so_many_runs_are_kept(tmp_path):
    for number in range(live_reading.MOST_READINGS + 3):
        reading(folders.Run(tmp_path / str(number)))
    assert len(live_reading._readings) == live_reading.MOST_READINGS


def test_straight_stretches_of_a_curve_are_left_out():
    rising = [(float(step), 0.001 * step) for step in range(100)]
    falling = [(100.0 + step, 0.1 - 0.001 * step) for step in range(100)]
    assert corners(rising + falling) == [rising[0], falling[0], falling[-1]]
    assert corners([(1.0, 0.5)]) == [(1.0, 0.5)]
