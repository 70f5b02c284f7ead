"""TensorBoard reads a run's folder: what it finds there is what the events say, also after a fall."""

import math

import pytest

from cnnviz.store import board
from cnnviz.train.events import EpochEnd, Resumed, Started, Steps, to_line
from cnnviz.train.history import EVENTS, read
from tests import shelf


def scalars(run):
    """Return tag -> [(step, value), ...] as the real tensorboard reads them; it may be asked to in CI only."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = accumulator.EventAccumulator(str(run.path / "tb"), {"scalars": 0})
    found.Reload()
    return {tag: [(each.step, each.value) for each in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


def approximately(points):
    return [(step, pytest.approx(value, rel=1e-6)) for step, value in points]


def test_tensorboard_reads_every_curve(runs_folder):
    run = shelf.made(runs_folder, "a")
    assert board.write(run).parent == run.path / "tb"
    found, history = scalars(run), read(run)
    assert found["loss/step"] == approximately(zip(history.steps, history.loss, strict=True))
    assert found["accuracy/step"] == approximately(zip(history.steps, history.accuracy, strict=True))
    assert found["loss/validation"] == approximately(zip(history.val_steps, history.val_loss, strict=True))
    assert found["accuracy/train"] == approximately(
        zip(history.epoch_steps, history.train_accuracy, strict=True)
    )
    assert found["rate/learning_rate"] == approximately(zip(history.rate_steps, history.rates, strict=True))
    assert found["weight_norm/conv1"] == approximately(
        (each.step, each.weight_norms[0]) for each in history.watched
    )
    assert found["accuracy/test"] == approximately([(30, history.end.test_accuracy)])


def test_piece_by_piece_gives_the_same_file_as_all_at_once(runs_folder):
    whole = shelf.made(runs_folder, "whole")
    once = board.write(whole).read_bytes()
    pieces = shelf.made(runs_folder, "pieces")
    data = (pieces.path / EVENTS).read_bytes()
    (pieces.path / EVENTS).write_bytes(b"")
    assert board.write(pieces) is None
    for end in range(0, len(data) + 700, 700):  # in the middle of lines, too
        (pieces.path / EVENTS).write_bytes(data[:end])
        board.write(pieces)
    assert board.write(pieces).read_bytes() == once


def test_what_a_killed_worker_left_half_written_is_cut_off(runs_folder):
    run = shelf.made(runs_folder, "a", end="none")
    file = board.write(run)
    good = file.read_bytes()
    file.write_bytes(good + b"\x07half a record")
    assert board.write(run).read_bytes() == good


def test_after_a_fall_the_steps_that_never_were_are_gone(runs_folder):
    run = shelf.made(runs_folder, "a", end="none", epochs=2)
    board.write(run)
    lines = (run.path / EVENTS).read_text().splitlines(keepends=True)
    cut = next(at for at, line in enumerate(lines) if '"EpochEnd"' in line) + 1
    losses = tuple(
        9.0 + number for number in range(50)
    )  # grown longer than it was before it is looked at again
    anew = [
        Resumed(0.0, 10, 6),
        Steps(60, 6, losses, losses, 0.1, 1.0, 9.0, 0.0),
        EpochEnd(6, 60, 9.0, 0.5, 1.0, 0.5, 9.5),
    ]
    (run.path / EVENTS).write_text("".join([*lines[:cut], *map(to_line, anew)]))
    board.write(run)
    history = read(run)
    assert scalars(run)["loss/step"] == approximately(zip(history.steps, history.loss, strict=True))
    assert len(list((run.path / "tb").glob("*tfevents*"))) == 1


def test_long_epochs_are_thinned_and_numbers_that_are_none_do_no_harm(runs_folder):
    run = shelf.made(runs_folder, "a", end="none")
    losses = (math.nan, math.inf, 1e300, *[1.0] * 4997)
    said = [
        Started(shelf.BEGAN, "cpu", "CPU", 9, 9, 9, 5000, 1, 9),
        Steps(5000, 1, losses, losses, 0.1, 1.0, 9.0, 0.0),
    ]
    (run.path / EVENTS).write_text("".join(map(to_line, said)))
    board.write(run)
    assert [step for step, _ in scalars(run)["loss/step"]] == list(range(10, 5001, 10))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "../../evil", "offset": 0, "size": 1, "tail": 1}'])
def test_a_damaged_position_makes_it_write_anew(runs_folder, text):
    run = shelf.made(runs_folder, "a")
    before = board.write(run).read_bytes()
    (run.path / "tb" / board.POSITION).write_text(text)
    assert board.write(run).read_bytes() == before


def test_it_never_stands_in_a_training_s_way(runs_folder):
    run = shelf.made(runs_folder, "a")
    (run.path / "tb").write_text("a file where a folder should be")
    assert board.write(run) is None
    (run.path / EVENTS).unlink()
    assert board.write(run) is None
