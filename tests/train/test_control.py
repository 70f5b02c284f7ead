"""What is asked of a living training happens, in the real worker, within a batch; and a fall forgets none of it."""

import dataclasses
import os
import signal
import time

import pytest

from cnnviz.errors import RunError
from cnnviz.train import control, queue, records, resuming, runs, state
from cnnviz.train.config import TrainConfig
from cnnviz.train.control import Continue, Inbox, More, Pause, Rate, Step, send
from cnnviz.train.events import Changed, EpochEnd, Finished, Paused, Resumed, Steps, Waiting, from_line
from cnnviz.train.history import EVENTS, read
from cnnviz.train.loop import train
from cnnviz.train.progress import Progress
from cnnviz.train.run import ALIVE
from tests.train.conftest import tiny_network

LONG = TrainConfig(
    tiny_network(), device="cpu", epochs=10_000, batch_size=32, schedule="cosine", learning_rate=0.01
)
SHORT = dataclasses.replace(LONG, epochs=3)


def events_of(run: runs.Run) -> list[object]:
    return [from_line(line) for line in (run.path / EVENTS).read_bytes().splitlines()]


@pytest.fixture
def living(nursery, wait_for):
    """A long training that is under way."""
    run = runs.create(LONG)
    nursery.begin(run, CNNVIZ_SAVE_SECONDS="")
    wait_for(lambda: read(run).step > 0)
    yield run
    if run.state() in ALIVE:
        runs.stop(run)
    nursery.ended()


def test_it_pauses_at_once_stands_still_and_goes_on(living, wait_for):
    began = time.monotonic()
    send(living, Pause())
    wait_for(lambda: living.state() == "paused", 10)
    assert time.monotonic() - began < 4  # one second, and patience with a busy machine
    step = read(living).step
    time.sleep(0.3)
    assert read(living).step == step
    paused = read(living)
    assert paused.paused
    send(living, Continue())
    wait_for(lambda: read(living).step > step, 10)
    assert living.state() == "running"
    history = read(living)
    assert not history.paused
    later = next(seconds for at, seconds in zip(history.steps, history.seconds_at, strict=True) if at > step)
    assert later - paused.seconds < 0.3  # its clock stood still


def test_single_steps_move_exactly_so_many_batches(living, wait_for):
    send(living, Pause())
    wait_for(lambda: living.state() == "paused", 10)
    step = read(living).step
    for count in (1, 3):
        send(living, Step(count))
        wait_for(lambda count=count, step=step: read(living).step == step + count and read(living).paused, 10)
        step += count
    wait_for(lambda: isinstance(events_of(living)[-1], Paused), 10)
    history = read(living)
    assert history.steps[-4:] == [step - 3, step - 2, step - 1, step]
    assert [watched.step for watched in history.watched][-2:] == [step - 3, step]


def test_another_rate_scales_the_schedule_from_the_next_batch_on(living, wait_for):
    send(living, Rate(0.003))
    wait_for(lambda: read(living).changes, 10)
    (changed,) = read(living).changes
    assert (changed.name, changed.value) == ("learning_rate", 0.003)
    wait_for(lambda: read(living).step > changed.step + 3, 10)
    after = [event for event in events_of(living) if isinstance(event, Steps) and event.step > changed.step]
    assert after[0].rate == pytest.approx(0.003, rel=0.01)
    before = [event for event in events_of(living) if isinstance(event, Steps) and event.step <= changed.step]
    assert before[-1].rate == pytest.approx(0.01, rel=0.01)


def test_stopping_in_a_pause_takes_less_than_a_second_and_leaves_a_state(living, wait_for):
    send(living, Pause())
    wait_for(lambda: living.state() == "paused", 10)
    began = time.monotonic()
    assert runs.stop(living) == "stopped"
    assert time.monotonic() - began < 3
    assert living.can_resume()
    assert living.checkpoint("last") is not None
    with pytest.raises(RunError, match="already ended"):
        send(living, Pause())


def test_more_epochs_follow_those_that_were_planned_and_their_schedule_begins_anew():
    asked = iter([[More(2)]])
    events = list(train(SHORT, requests=lambda: next(asked, [])))
    assert [event.value for event in events if isinstance(event, Changed)] == [5.0]
    ends = [event for event in events if isinstance(event, EpochEnd)]
    assert [event.epoch for event in ends] == [1, 2, 3, 4, 5]
    rates = {event.step: event.rate for event in events if isinstance(event, Steps)}
    assert rates[ends[2].step] < 0.001 * LONG.learning_rate  # cosine, down to nothing
    assert rates[ends[4].step] < 0.001 * LONG.learning_rate
    assert Progress([3, 2]).rate(SHORT, 40, 120) > 0.99 * LONG.learning_rate
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("patience", [0, 1])
def test_a_finished_run_trains_on_and_the_test_pictures_are_asked_once_more(patience, nursery):
    config = dataclasses.replace(SHORT, patience=patience, epochs=2)
    run = runs.create(config)
    assert nursery.train(run) == 0
    first = read(run)
    assert isinstance(first.end, Finished)
    assert records.read_card(run.path)["test_asked"] == 1
    with pytest.raises(RunError, match="say how many more"):
        runs.resume(run)
    runs.resume(run, epochs=2)
    assert run.state() in {"starting", "running", "finished"}
    (again,) = [event for event in events_of(run) if isinstance(event, Resumed)]
    assert again.epochs == first.epoch + 2
    _wait_until_ended(run)
    history = read(run)
    assert isinstance(history.end, Finished)
    assert [event.epoch for event in history.epochs] == [1, 2, 3, 4][: history.epoch]
    assert history.loss[: len(first.loss)] == first.loss
    assert history.epochs_ahead == 4
    assert sum(isinstance(event, Finished) for event in events_of(run)) == 1
    card = records.read_card(run.path)
    assert card["test_asked"] == 2
    assert len(card["resumed"]) == 1


def test_what_was_changed_is_not_forgotten_by_a_fall(nursery, wait_for):
    run = runs.create(LONG)
    pid = nursery.begin(run, CNNVIZ_SAVE_SECONDS="")
    wait_for(lambda: read(run).step > 0)
    send(run, Rate(0.002))
    send(run, More(7))
    wait_for(lambda: len(read(run).changes) == 2, 10)
    wait_for(lambda: (run.path / "state.safetensors").exists() and _planned(run) == 10_007, 10)
    os.kill(pid, signal.SIGKILL)
    assert nursery.ended() == -signal.SIGKILL
    pid = nursery.begin(run, CNNVIZ_SAVE_SECONDS="")
    step = read(run).changes[-1].step
    wait_for(lambda: read(run).step > step + 3, 10)
    history = read(run)
    assert [change.value for change in history.changes] == [0.002, 10_007.0]
    assert history.epochs_ahead == 10_007
    assert history.rates[-1] == pytest.approx(0.002, rel=0.01)
    runs.stop(run)
    nursery.ended()


def test_epochs_that_were_asked_for_are_not_forgotten_where_it_falls_before_it_begins(nursery):
    run = runs.create(dataclasses.replace(SHORT, epochs=1))
    assert nursery.train(run) == 0
    assert resuming.prepare(run, epochs=2, checked=False).epochs == 3
    assert nursery.train(run, ("sync", 1)) == -signal.SIGKILL
    assert nursery.train(run) == 0
    assert len(read(run).epochs) == 3


def test_a_run_that_lives_or_is_broken_is_not_taken_up(living, runs_folder):
    with pytest.raises(RunError, match="already being trained"):
        runs.resume(living)
    assert not living.can_resume()
    broken = runs_folder / "broken"
    broken.mkdir()
    assert not runs.Run(broken).can_resume()
    with pytest.raises(RunError, match="damaged"):
        runs.resume(runs.Run(broken))
    with pytest.raises(RunError, match="must be from 1"):
        runs.resume(living, epochs=0)


def test_two_runs_on_one_device_follow_each_other(living, wait_for, ended, monkeypatch):
    monkeypatch.setenv("CNNVIZ_CPU_PLACES", "1")
    second = runs.start(dataclasses.replace(SHORT, epochs=1))
    wait_for(lambda: second.state() == "queued", 20)
    assert isinstance(events_of(second)[-1], Waiting)
    assert read(second).waiting == Waiting("cpu", 1)
    assert queue.users(runs.runs_root())["cpu"] == (living.name, second.name)
    runs.stop(living)
    assert ended(second) == "finished"
    assert read(second).waiting is None
    wait_for(lambda: queue.users(runs.runs_root()) == {}, 5)


def test_a_run_that_waits_can_be_stopped(living, wait_for, monkeypatch):
    monkeypatch.setenv("CNNVIZ_CPU_PLACES", "1")
    second = runs.start(SHORT)
    wait_for(lambda: second.state() == "queued", 20)
    assert runs.stop(second) == "stopped"
    wait_for(lambda: queue.users(runs.runs_root())["cpu"] == (living.name,), 5)


def test_only_good_requests_are_read_and_each_once(runs_folder):
    run = runs.create(LONG)
    inbox = Inbox(run.path)
    path = run.path / control.CONTROL
    lines = [
        '{"do": "pause"}',
        "rubbish",
        '{"do": "rate", "value": -1}',
        '{"do": "step", "count": 2}',
        '{"do": "fly"}',
        "[1]",
    ]
    path.write_text("\n".join(lines) + '\n{"do": "con')
    assert list(inbox.new()) == [Pause(), Step(2)]
    with path.open("a") as file:
        file.write('tinue"}\n')
    assert list(inbox.new()) == [Continue()]
    assert list(inbox.new()) == []
    assert list(Inbox(run.path).new()) == []
    assert list(Inbox(run.path, past=True).new()) == [Pause(), Step(2), Continue()]


def _planned(run: runs.Run) -> int:
    return state.position(run.path / state.STATE).epochs


def _wait_until_ended(run: runs.Run) -> None:
    until = time.monotonic() + 60
    while run.state() in ALIVE:
        assert time.monotonic() < until
        time.sleep(0.02)
