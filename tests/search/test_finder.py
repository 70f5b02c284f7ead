"""The learning-rate range test: its curve, its suggestions, its process."""

import math
import os
import signal
from dataclasses import replace
from itertools import pairwise

import pytest

from cnnviz import zoo
from cnnviz.errors import DataError
from cnnviz.search import finding, tasks
from cnnviz.search.finder import sweep
from cnnviz.search.finding import Point, suggest
from cnnviz.train import queue, runs
from cnnviz.train.config import TrainConfig, suggested
from tests.train.conftest import tiny_network

CONFIG = TrainConfig(tiny_network(), device="cpu")


def test_the_rate_grows_by_the_same_factor_and_the_mean_is_not_drawn_to_zero():
    points = list(sweep(CONFIG, steps=20, least=1e-5, most=1e-2))
    assert len(points) == 20
    assert (points[0].rate, points[-1].rate) == pytest.approx((1e-5, 1e-2))
    factors = [after.rate / before.rate for before, after in pairwise(points)]
    assert factors == pytest.approx([factors[0]] * 19)
    assert points[0].smooth == pytest.approx(points[0].loss)
    assert all(min(p.loss for p in points) <= point.smooth <= max(p.loss for p in points) for point in points)


def test_it_gives_the_same_curve_each_time_and_asks_for_the_configs_own_batch_and_optimiser():
    assert list(sweep(CONFIG, steps=5)) == list(sweep(CONFIG, steps=5))
    for change in ({"batch_size": 8}, {"optimizer": "sgd"}, {"seed": 1}, {"augment": ("shift",)}):
        assert list(sweep(replace(CONFIG, **change), steps=5)) != list(sweep(CONFIG, steps=5))


def test_it_ends_where_the_loss_explodes():
    points = list(sweep(replace(CONFIG, optimizer="sgd", momentum=0.99), least=1e-3, most=1e9))
    assert 0 < len(points) < finding.STEPS
    assert all(math.isfinite(point.loss) for point in points)


def test_a_data_set_smaller_than_a_batch_is_gone_through_again():
    assert len(list(sweep(replace(CONFIG, batch_size=5000), steps=3))) == 3


def curve(losses):
    return [Point(10 ** (-7 + 8 * number / 99), loss, loss) for number, loss in enumerate(losses)]


def test_the_suggestion_is_where_the_loss_falls_fastest_and_a_tenth_of_where_it_is_lowest():
    losses = [2.3 - 2 / (1 + math.exp(-(number - 50) / 4)) for number in range(80)] + [
        0.3 + number for number in range(20)
    ]
    found = suggest(curve(losses))
    assert found is not None
    assert found.steepest == pytest.approx(10 ** (-7 + 8 * 50 / 99), rel=0.25)
    assert found.tenth == pytest.approx(10 ** (-8 + 8 * 79 / 99), rel=0.25)


def test_one_lucky_batch_is_no_suggestion():
    losses = [2.3 - 2 / (1 + math.exp(-(number - 60) / 4)) for number in range(90)]
    losses[20] = 1.9
    found = suggest(curve(losses))
    assert found is not None
    assert found.steepest == pytest.approx(10 ** (-7 + 8 * 60 / 99), rel=0.4)


def test_a_wobble_at_the_beginning_is_no_suggestion():
    losses = [2.7 - 0.2 * math.sin(number / 3) / (1 + number / 20) for number in range(50)]
    falls = [2.65 - 1.8 / (1 + math.exp(-(number - 70) / 4)) for number in range(50, 90)]
    found = suggest(curve(losses + falls))
    assert found is not None
    assert 10 ** (-7 + 8 * 62 / 99) < found.steepest < 10 ** (-7 + 8 * 80 / 99)
    assert not found.apart


@pytest.mark.parametrize("seed", [0, 3])  # seeds whose losses wander most
def test_lenet_with_sigmoids_learns_too_little_for_a_suggestion(seed):
    points = list(sweep(replace(suggested(zoo.get("lenet")), device="cpu", seed=seed)))
    assert len(points) > finding.STEPS / 2
    assert suggest(points) is None


def test_suggestions_that_contradict_each_other_say_so():
    assert finding.Suggestion(2e-6, 6e-4).apart
    assert not finding.Suggestion(0.02, 0.004).apart


@pytest.mark.parametrize(
    "losses", [[], [2.3], [2.3] * 100, [2.3 + number for number in range(100)], [2.3] * 4]
)
def test_a_curve_that_does_not_fall_speaks_for_no_rate(losses):
    assert suggest(curve(losses)) is None


def test_a_network_with_relus_gets_a_rate_that_trains():
    points = list(sweep(replace(suggested(zoo.get("simple_cnn")), device="cpu", validation_fraction=0.1)))
    found = suggest(points)
    assert found is not None
    assert 1e-4 < found.steepest < 2e-2
    assert 1e-4 < found.tenth < 2e-2


def test_the_process_tells_its_points_and_leaves_the_runs_alone(wait_for):
    task = finding.start(CONFIG)
    assert task.state() in tasks.ALIVE
    wait_for(lambda: task.state() not in tasks.ALIVE, 60)
    assert task.state() == "finished"
    found = finding.read(task)
    assert found.total == finding.STEPS
    assert 10 < len(found.points) <= finding.STEPS
    assert finding.find(task.name) == task
    assert finding.config_of(task) == CONFIG
    assert runs.list_runs() == []
    assert found.points[:3] == list(sweep(CONFIG))[:3]


def test_it_waits_for_its_device_and_can_be_stopped_meanwhile(wait_for, runs_folder, monkeypatch):
    monkeypatch.setenv("CNNVIZ_CPU_PLACES", "1")
    with queue.place(runs_folder, ["cpu"], "another"):
        task = finding.start(CONFIG)
        wait_for(lambda: finding.read(task).waiting == 1, 60)
        finding.stop(task)
    assert task.state() == "stopped"
    assert finding.read(task).points == []


def test_a_killed_process_is_failed_with_a_sentence(wait_for):
    task = finding.start(CONFIG)
    os.kill(int((task.path / tasks.LOCK).read_text()), signal.SIGKILL)
    wait_for(lambda: not task.alive, 5)
    assert task.state() == "failed"
    assert "killed" in task.failure().template


def test_what_goes_wrong_is_said(wait_for, monkeypatch, tmp_path):
    task = finding.start(replace(CONFIG, device="cuda:99"))
    wait_for(lambda: task.state() not in tasks.ALIVE, 60)
    assert task.state() == "failed"
    assert "there is no device" in task.failure().template
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    with pytest.raises(DataError):
        finding.start(TrainConfig(tiny_network(), "mnist"))


@pytest.mark.parametrize("name", ["", "..", "../x", "20261121-094947-lr-zzzz", "x"])
def test_a_name_that_no_test_has_is_none(name):
    assert finding.find(name) is None


def test_only_the_newest_are_kept(monkeypatch, runs_folder, wait_for):
    monkeypatch.setattr(finding, "KEPT", 2)
    for number in range(4):
        (runs_folder / finding.FOLDER / f"20200101-00000{number}-lr-0000").mkdir(parents=True)
    task = finding.start(CONFIG)
    assert sorted(path.name for path in (runs_folder / finding.FOLDER).iterdir()) == [
        "20200101-000003-lr-0000", task.name,
    ]  # fmt: skip
    finding.stop(task)
