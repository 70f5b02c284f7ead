"""Real searches: every trial is a run, none looks at the test pictures, and nothing is lost when something is killed."""

import json
import os
import random
import signal
import time

import pytest

from cnnviz.errors import RunError, SpecError
from cnnviz.search import searches, tasks
from cnnviz.search.searches import STUDY, Search
from cnnviz.search.space import Choice, Range, SearchConfig
from cnnviz.train import about, locks, runs
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import Finished
from cnnviz.train.history import read
from cnnviz.train.run import Run
from tests.train.conftest import tiny_network

RATES = Range(1e-3, 0.1, log=True)
SHORT = TrainConfig(tiny_network(), device="cpu", epochs=2)
LONG = TrainConfig(tiny_network(), device="cpu", epochs=12, batch_size=16)


@pytest.fixture
def searching():
    """Start searches, and see to it that none survives its test."""
    made: list[Search] = []

    def start(base=SHORT, space=None, **changes) -> Search:
        made.append(searches.start(SearchConfig(base, space or {"learning_rate": RATES}, **changes)))
        return made[-1]

    yield start
    for search in made:
        searches.stop(search)
        for run in runs.list_runs():
            runs.stop(run)


@pytest.fixture
def done(wait_for):
    def wait(search: Search, seconds: float = 120.0) -> str:
        wait_for(lambda: search.state() not in tasks.ALIVE, seconds)
        return search.state()

    return wait


def kill(folder) -> None:
    os.kill(int((folder / tasks.LOCK).read_text()), signal.SIGKILL)


def learning(search: Search, number: int = 1):
    run = Run(search.run_of(number))
    return lambda: run.path.is_dir() and read(run).step > 0


def test_each_trial_is_a_run_like_any_other_and_none_asks_the_test_pictures(searching, done):
    search = searching(trials=2)
    assert done(search) == "finished"
    assert search.failure() is None
    found = searches.progress(search)
    assert [trial.state for trial in found.of("finished")] == ["finished"] * 2
    for trial in found.of("finished"):
        run = runs.find(trial.run)
        end = run.end()
        assert isinstance(end, Finished)
        assert (end.test_accuracy, end.test_loss) == (None, None)
        assert not (run.path / "test.npz").exists()
        assert end.val_accuracy == trial.accuracy
        assert about.read(run.path).search == search.name
        assert run.config().learning_rate == trial.values["learning_rate"]
        assert run.checkpoint() is not None
    best = found.best()
    assert best is not None
    assert best.accuracy == max(trial.accuracy for trial in found.of("finished"))
    assert searches.list_searches() == [search]


def test_more_trials_go_on_from_what_is_known_and_do_not_repeat_it(searching, done):
    search = searching(trials=1, sampler="random")
    done(search)
    searches.resume(search, trials=3)
    assert done(search) == "finished"
    values = [trial.values["learning_rate"] for trial in searches.progress(search).of("finished")]
    assert len(set(values)) == 3


def test_a_killed_searcher_takes_up_the_trial_that_still_trains(searching, wait_for, done):
    search = searching(LONG, trials=1)
    wait_for(learning(search), 60)
    kill(search.path)
    wait_for(lambda: not search.alive, 5)
    assert search.state() == "failed"
    assert "killed" in search.failure().template
    (run,) = searches.still_going(list(searches.progress(search).trials.values()))
    began = read(run).started.time
    searches.resume(search)
    assert done(search) == "finished"
    found = searches.progress(search)
    assert [(trial.number, trial.state) for trial in found.trials.values()] == [(1, "finished")]
    assert read(run).started.time == began  # it was not begun anew
    assert [each.name for each in runs.list_runs()] == [run.name]


def test_a_killed_trial_is_taken_up_where_it_was(searching, wait_for, done):
    search = searching(LONG, trials=1)
    run = Run(search.run_of(1))
    wait_for(learning(search), 60)
    kill(run.path)
    assert done(search) == "finished"
    (trial,) = searches.progress(search).trials.values()
    assert trial.state == "finished"
    history = read(run)
    assert history.steps == list(range(1, history.total_steps + 1))  # every step once


def test_when_searcher_and_trial_are_killed_none_is_lost(searching, wait_for, done):
    search = searching(LONG, trials=2)
    wait_for(learning(search), 60)
    kill(search.path)
    kill(search.run_of(1))
    wait_for(lambda: not search.alive and not locks.held(search.run_of(1) / "lock"), 5)
    for path in (search.path / STUDY, search.path / tasks.NEWS):
        with path.open("ab") as file:
            file.write(b'{"op_code":4,"worker_id":"torn')
    searches.resume(search)
    assert done(search) == "finished"
    found = searches.progress(search)
    assert [(trial.number, trial.state) for trial in found.trials.values()] == [
        (1, "finished"),
        (2, "finished"),
    ]


@pytest.mark.parametrize("moment", [0.0, 0.2, 0.4, 0.6, 0.8])
def test_a_searcher_killed_while_it_begins_loses_no_trial(searching, wait_for, done, moment):
    search = searching(LONG, trials=1)
    time.sleep(moment)
    kill(search.path)
    wait_for(lambda: not search.alive, 5)
    searches.resume(search)
    assert done(search) == "finished"
    assert [trial.state for trial in searches.progress(search).trials.values()] == ["finished"]
    assert len(runs.list_runs()) == 1


def test_stopping_ends_the_trials_run_too_and_resuming_goes_on_with_it(searching, wait_for, done):
    search = searching(LONG, trials=1)
    wait_for(learning(search), 60)
    began = time.monotonic()
    assert searches.stop(search) == "stopped"
    assert time.monotonic() - began < 8
    run = Run(search.run_of(1))
    assert run.state() == "stopped"
    (trial,) = searches.progress(search).trials.values()
    assert trial.state == "stopped"
    before = read(run).step
    searches.resume(search)
    with pytest.raises(RunError, match="still going"):
        searches.resume(search)
    assert done(search) == "finished"
    assert read(run).step > before
    assert len(runs.list_runs()) == 1


def test_a_hanging_searcher_is_ended_with_its_runs(searching, wait_for, monkeypatch):
    search = searching(LONG, trials=1)
    wait_for(learning(search), 60)
    os.kill(int((search.path / tasks.LOCK).read_text()), signal.SIGSTOP)
    monkeypatch.setattr(searches, "STOP_SECONDS", 0.2)
    assert searches.stop(search) == "stopped"
    assert Run(search.run_of(1)).state() == "stopped"


def test_a_trial_that_is_worse_than_the_others_is_pruned(searching, done):
    rates = (0.05, 0.04, 0.03, 0.02, 1e-7)
    seed = next(seed for seed in range(1000) if shuffled(rates, seed)[-1] == 1e-7)
    base = TrainConfig(tiny_network(), device="cpu", epochs=12)
    search = searching(base, {"learning_rate": Choice(rates)}, sampler="grid", trials=100, seed=seed)
    assert done(search) == "finished"
    found = searches.progress(search)
    (pruned,) = found.of("pruned")
    assert pruned.values == {"learning_rate": 1e-7}
    assert pruned.epochs < 12
    assert Run(search.run_of(pruned.number)).state() == "stopped"
    assert len(found.of("finished")) == 4
    assert sorted(trial.values["learning_rate"] for trial in found.trials.values()) == sorted(rates)


def shuffled(rates, seed):
    order = list(rates)
    random.Random(seed).shuffle(order)
    return order


def test_trials_at_the_same_time(searching, done, monkeypatch):
    monkeypatch.setenv("CNNVIZ_CPU_PLACES", "2")
    base = TrainConfig(tiny_network(), device="cpu", epochs=80)  # long enough to meet on a busy machine
    search = searching(base, trials=3, parallel=2)
    assert done(search) == "finished"
    found = searches.progress(search)
    assert len(found.of("finished")) == 3
    starts = [read(Run(search.run_of(number))).started.time for number in (1, 2)]
    ends = [Run(search.run_of(number)).path.joinpath("events.jsonl").stat().st_mtime for number in (1, 2)]
    assert max(starts) < min(ends)


def test_a_search_whose_trials_all_fail_ends_with_a_sentence(searching, done):
    search = searching(TrainConfig(tiny_network(), device="cuda:99", epochs=1), trials=50)
    assert done(search) == "failed"
    assert search.failure().template.startswith("the first {count} trials all failed")
    found = searches.progress(search)
    assert 5 <= len(found.of("failed")) < 8
    assert "there is no device" in found.of("failed")[0].failure.template
    assert found.best() is None


def test_values_that_give_no_network_are_failed_trials_not_failed_searches(searching, done):
    from cnnviz import zoo

    base = TrainConfig(zoo.get("lenet"), device="cpu", epochs=1)
    sizes = Choice((4, 28))
    with pytest.raises(SpecError):
        SearchConfig(base, {"network.size": sizes}, "lenet")
    config = SearchConfig(base, {"network.size": Choice((28, 32))}, "lenet", sampler="grid", trials=9)
    path = searches.start(config, "sizes").path
    assert done(Search(path)) == "finished"
    assert {trial.state for trial in searches.progress(Search(path)).trials.values()} == {"finished"}


def test_no_new_trial_begins_after_the_time(searching, done):
    search = searching(LONG, trials=50, seconds=0.2)
    assert done(search) == "finished"
    assert len(searches.progress(search).trials) == 1


def test_names_are_checked_and_not_given_twice(searching, done, runs_folder):
    config = SearchConfig(SHORT, {"learning_rate": RATES}, trials=1)
    for wrong in ("../x", "a b", "_x", "x" * 99, ".x"):
        with pytest.raises(RunError, match="no name"):
            searches.start(config, wrong)
        with pytest.raises(RunError, match="there is no search"):
            searches.find(wrong)
    (runs_folder / "mine-001").mkdir(parents=True)
    with pytest.raises(RunError, match="already"):
        searches.start(config, "mine")
    assert searches.list_searches() == []


def test_a_deleted_search_comes_back_and_a_living_one_stays(searching, wait_for):
    search = searching(LONG, trials=1)
    with pytest.raises(RunError, match="still going"):
        searches.delete(search)
    searches.stop(search)
    gone = searches.delete(search)
    assert searches.list_searches() == []
    assert searches.undo(gone) == search
    assert searches.find(search.name) == search


@pytest.mark.parametrize("name", ["search.json", "news.jsonl"])
@pytest.mark.parametrize("content", [b"", b"\x00rubbish\n", b'{"trial": "x", "spent": []}\n[1]\n'])
def test_a_damaged_search_is_a_sentence_not_an_exception(runs_folder, name, content):
    folder = runs_folder / "_searches" / "broken"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    (search,) = searches.list_searches()
    assert search.state() == "failed"
    assert searches.progress(search).trials == {}
    with pytest.raises(RunError, match="damaged"):
        search.config()
    with pytest.raises(RunError):
        searches.resume(search)
    assert json.dumps(dict(search.failure().values)) is not None
