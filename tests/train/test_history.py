"""Events become curves, read only once, and thinned without losing what matters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.train.events import (
    Changed,
    Continued,
    EpochEnd,
    Finished,
    Paused,
    Resumed,
    Started,
    Steps,
    Waiting,
    Watched,
    to_line,
)
from cnnviz.train.history import EVENTS, History, read, thin

STORY = [
    Started(0.0, "cpu", "CPU", 100, 10, 10, 2, 2, 50),
    Steps(1, 1, (2.0,), (0.1,), 0.01, 500.0, 0.1, 0.3),
    Steps(2, 1, (1.5,), (0.3,), 0.01, 510.0, 0.2, 0.2),
    EpochEnd(1, 2, 1.75, 0.2, 1.6, 0.25, 0.25),
    Watched(2, 0.2, ("1",), (1.0,), (0.5,), {}, ((0.5, 0.5),), 1000),
    Steps(4, 2, (1.0, 0.9), (0.5, 0.75), 0.005, 505.0, 0.4, 0.1),
    EpochEnd(2, 4, 0.9, 0.6, None, None, 0.4),
    Finished(0.9, 0.6, 1.6, 0.25, 1.5, 0.3, 1, 507.0, 0.5),
]
TEXT = "".join(map(to_line, STORY)).encode()


def whole() -> History:
    history = History(offset=len(TEXT))
    for event in STORY:
        history.fold(event)
    return history


@given(st.lists(st.integers(0, len(TEXT)), max_size=6))
def test_reading_in_pieces_gives_the_same_as_reading_at_once(tmp_path_factory, cuts):
    folder = tmp_path_factory.mktemp("run")
    history = None
    for cut in [*sorted(cuts), len(TEXT)]:
        (folder / EVENTS).write_bytes(TEXT[:cut])
        history = read(folder, history)
    assert history == whole()


def test_the_curves_stand_where_they_belong():
    history = whole()
    assert history.steps == [1, 2, 3, 4]
    assert history.loss == [2.0, 1.5, 1.0, 0.9]
    assert history.accuracy == [0.1, 0.3, 0.5, 0.75]
    assert history.seconds_at == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert (history.rate_steps, history.rates) == ([1, 2, 4], [0.01, 0.01, 0.005])
    assert (history.val_steps, history.val_accuracy) == ([2], [0.25])
    assert history.epoch_steps == [2, 4]
    assert history.progress == 1.0
    assert history.samples_per_second == 507.0
    assert history.end == history.last == STORY[-1]


def test_waiting_pausing_changing_and_going_on_are_followed():
    history = History()
    history.fold(Waiting("cpu", 2))
    assert history.waiting == Waiting("cpu", 2)
    history.fold(STORY[0])
    assert (history.waiting, history.epochs_ahead, history.total_steps) == (None, 2, 4)
    history.fold(Paused(2, 1, 0.2))
    assert (history.paused, history.seconds_left) == (True, None)
    history.fold(Continued(2, 0.2))
    history.fold(Changed(2, "epochs", 5.0, 0.2))
    assert (history.paused, history.epochs_ahead) == (False, 5)
    history.fold(Resumed(1.0, 2, 7))
    assert (history.epochs_ahead, history.total_steps) == (7, 14)


def test_damaged_lines_are_passed_over(tmp_path):
    lines = TEXT.splitlines(keepends=True)
    (tmp_path / EVENTS).write_bytes(b"".join([*lines[:2], b"\x00\xff rubbish\n", b"\n", *lines[2:]]))
    history = read(tmp_path)
    assert history.steps == [1, 2, 3, 4]
    assert history.end is not None


def test_a_run_without_events_has_an_empty_history(tmp_path):
    assert read(tmp_path) == History()
    assert read(tmp_path / "nowhere").progress == 0.0


def test_a_file_that_became_shorter_is_read_anew(tmp_path):
    (tmp_path / EVENTS).write_bytes(TEXT)
    history = read(tmp_path)
    (tmp_path / EVENTS).write_bytes(TEXT.splitlines(keepends=True)[0])
    assert read(tmp_path, history).steps == []


def test_a_file_that_was_cut_back_and_grew_again_is_read_anew(tmp_path):
    lines = TEXT.splitlines(keepends=True)
    (tmp_path / EVENTS).write_bytes(b"".join(lines[:3]))
    history = read(tmp_path)
    other = to_line(Steps(2, 1, (1.25,), (0.3,), 0.01, 510.0, 0.2, 0.2)).encode()
    (tmp_path / EVENTS).write_bytes(b"".join([*lines[:2], other, *lines[3:]]))
    assert read(tmp_path, history).loss == [2.0, 1.25, 1.0, 0.9]


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=3000),
    st.integers(4, 700),
)
def test_thinning_keeps_the_ends_the_extremes_and_the_order(values, most):
    points = [(float(x), y) for x, y in enumerate(values)]
    kept = thin(points, most)
    assert len(kept) <= max(most, min(len(points), most))
    assert kept == sorted(kept)
    assert set(kept) <= set(points)
    if points:
        assert (kept[0], kept[-1]) == (points[0], points[-1])
        assert {min(values), max(values)} <= {y for _, y in kept}
    if len(points) <= most:
        assert kept == points
