"""Real processes: a run is found again, stopped in time, and never shown alive when it is dead."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from cnnviz.errors import DataError, RunError, SpecError
from cnnviz.train import locks, runs
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import Failed, Finished, Stopped, from_line, is_terminal
from cnnviz.train.history import EVENTS, read
from tests.train.conftest import tiny_network

LONG = {"epochs": 10_000, "device": "cpu", "batch_size": 32}


def terminals(run: runs.Run) -> list[object]:
    lines = (run.path / EVENTS).read_bytes().splitlines()
    return [event for event in map(from_line, lines) if is_terminal(event)]


def pid_of(run: runs.Run) -> int:
    return int((run.path / runs.LOCK).read_text())


@pytest.fixture
def started(wait_for):
    """Start long runs, and see to it that none survives its test."""
    made = []

    def start(**changes) -> runs.Run:
        made.append(runs.start(TrainConfig(tiny_network(), **(LONG | changes))))
        return made[-1]

    yield start
    for run in made:
        runs.stop(run)


@pytest.mark.usefixtures("cold")
def test_a_run_goes_from_starting_through_running_to_finished_and_leaves_its_weights(ended):
    run = runs.start(TrainConfig(tiny_network(), epochs=2, device="cpu"))
    assert run.state() in {"starting", "running"}
    assert ended(run) == "finished"
    assert isinstance(run.end(), Finished)
    assert len(terminals(run)) == 1
    assert run.failure() is None
    assert run.config() == TrainConfig(tiny_network(), epochs=2, device="cpu")
    assert {path.name for path in run.path.iterdir()} == {
        "config.json", "events.jsonl", "lock", "log.txt", "last.safetensors", "best.safetensors", "state.safetensors",
        "card.json", "live.npz", "test.npz", "epochs", "tb",
    }  # fmt: skip
    assert runs.find(run.name) == run
    assert runs.stop(run) == "finished"


def test_a_second_process_finds_the_running_run_and_stops_it(started, wait_for):
    run = started()
    wait_for(lambda: run.state() == "running", 60)
    code = (
        "import sys; from cnnviz.train import runs\n"
        "run, = runs.list_runs(); print(run.name, run.state(), runs.stop(run), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [run.name, "running", "stopped", "False"]
    assert len(terminals(run)) == 1


@pytest.mark.usefixtures("cold")
def test_a_run_outlives_the_process_that_started_it(wait_for):
    code = (
        "from cnnviz.train import runs; from cnnviz.train.config import TrainConfig\n"
        "from tests.train.conftest import tiny_network\n"
        "print(runs.start(TrainConfig(tiny_network(), epochs=10_000, device='cpu')).name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    run = runs.find(done.stdout.strip())
    wait_for(lambda: run.state() == "running", 60)
    assert runs.stop(run) == "stopped"


@pytest.mark.usefixtures("cold")
@pytest.mark.parametrize("moment", [0.0, 0.05, 0.4, 1.0, 1.8])
def test_stopping_takes_less_than_a_second_even_while_torch_is_imported(started, moment):
    run = started()
    time.sleep(moment)
    began = time.monotonic()
    assert runs.stop(run) == "stopped"
    assert time.monotonic() - began < 1.2  # one second, and some patience with a busy machine
    assert len(terminals(run)) == 1
    assert not locks.held(run.path / runs.LOCK)


def test_stopping_in_the_middle_says_how_far_it_was_and_keeps_the_weights(started, wait_for):
    run = started()
    wait_for(lambda: read(run).step > 50, 60)
    began = time.monotonic()
    assert runs.stop(run) == "stopped"
    assert time.monotonic() - began < 1.0
    end = run.end()
    assert isinstance(end, Stopped)
    assert end.step > 50
    assert run.checkpoint("last") is not None


def test_a_worker_that_does_not_listen_is_ended_by_the_stopper(started, wait_for):
    run = started()
    wait_for(lambda: read(run).step > 0, 60)
    os.kill(pid_of(run), signal.SIGSTOP)
    assert runs.stop(run, timeout=0.2) == "stopped"
    assert len(terminals(run)) == 1


@pytest.mark.usefixtures("cold")
@pytest.mark.parametrize("when", ["starting", "running"])
def test_a_killed_worker_is_failed_at_once_with_its_last_lines(started, wait_for, when):
    run = started()
    wait_for(lambda: run.state() == when, 60)
    with (run.path / runs.LOG).open("a") as log:
        log.write("the last words\n")
    os.kill(pid_of(run), signal.SIGKILL)
    wait_for(lambda: not locks.held(run.path / runs.LOCK), 5)
    assert run.state() == "failed"
    failure = run.failure()
    assert failure is not None
    assert "killed" in failure.template
    assert failure.details.endswith("the last words")
    assert runs.stop(run) == "failed"


def test_a_killed_worker_leaves_no_zombie(started, wait_for):
    run = started()
    os.kill(pid_of(run), signal.SIGKILL)

    def gone() -> bool:
        try:
            os.kill(pid_of(run), 0)
        except ProcessLookupError:
            return True
        return False

    wait_for(gone, 5)


def test_a_torn_last_line_is_cut_before_the_end_is_written(started, wait_for):
    run = started()
    wait_for(lambda: read(run).step > 0, 60)
    os.kill(pid_of(run), signal.SIGSTOP)
    with (run.path / EVENTS).open("ab") as file:
        file.write(b'{"event": "Steps", "st')
    assert runs.stop(run, timeout=0.05) == "stopped"
    assert len(terminals(run)) == 1


@pytest.mark.usefixtures("cold")
def test_a_run_is_never_seen_dead_while_it_is_being_started(started, wait_for):
    seen = set()
    run = started()
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        seen |= {each.state() for each in runs.list_runs()}
    assert seen <= {"starting", "running"}
    assert runs.stop(run) == "stopped"


def test_a_run_is_trained_by_one_worker_only(started, wait_for):
    run = started()
    wait_for(lambda: run.state() == "running", 60)
    done = subprocess.run(
        [sys.executable, "-m", "cnnviz.train.worker", str(run.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "already being trained" in done.stderr


def test_the_worker_trains_a_created_folder_and_reports_by_its_exit_code():
    run = runs.create(TrainConfig(tiny_network(), epochs=1, device="cpu"))
    assert run.state() == "failed"  # nobody trains it
    worker = [sys.executable, "-m", "cnnviz.train.worker", str(run.path)]
    assert subprocess.run(worker, check=False).returncode == 0
    assert run.state() == "finished"
    again = subprocess.run(worker, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "has already ended" in again.stderr


def test_an_error_in_the_worker_is_one_sentence_and_exit_code_1():
    run = runs.create(TrainConfig(tiny_network(), device="cuda:99"))
    worker = [sys.executable, "-m", "cnnviz.train.worker", str(run.path)]
    assert subprocess.run(worker, capture_output=True, check=False).returncode == 1
    failure = run.failure()
    assert failure is not None
    assert "there is no device" in failure.template
    assert failure.values["device"] == "cuda:99"
    assert "DeviceError" in failure.details


def test_a_run_folder_can_be_given_and_must_be_free(tmp_path):
    run = runs.create(TrainConfig(tiny_network()), run_dir=tmp_path / "a" / "mine")
    assert run.path == tmp_path / "a" / "mine"
    with pytest.raises(RunError, match="in use"):
        runs.create(TrainConfig(tiny_network()), run_dir=run.path)
    (tmp_path / "empty").mkdir()
    assert runs.create(TrainConfig(tiny_network()), run_dir=tmp_path / "empty").path.is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError):
        runs.create(TrainConfig(tiny_network()), run_dir=tmp_path / "file" / "inside")


def test_nothing_is_made_for_data_that_are_not_there(monkeypatch, tmp_path, runs_folder):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    with pytest.raises(DataError, match="download it"):
        runs.create(TrainConfig(tiny_network(), "mnist"))
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
    with pytest.raises(SpecError, match="must end in 2 scores"):
        runs.create(TrainConfig(tiny_network(), f"folder:{tmp_path}/pets"))
    assert not runs_folder.exists()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", ".new-1", "a\n", "a\x00", "-x", "x" * 101, "~", "nothing"]
)
def test_a_name_that_no_run_has_is_refused(name, runs_folder):
    runs_folder.mkdir()
    (runs_folder.parent / "x").mkdir()
    with pytest.raises(RunError, match="there is no run"):
        runs.find(name)


@pytest.mark.parametrize(
    "config",
    [None, b"", b'{"cnnviz_config": 1, "netw', b"\xff\x00", b"[]", b'{"cnnviz_config": 1}', b"9" * 5000],
)
@pytest.mark.parametrize("events", [None, b"", b"\x00rubbish\n", b'{"event": "Steps"'])
def test_a_damaged_folder_is_a_failed_run_not_an_exception(runs_folder, config, events):
    path = runs_folder / "broken"
    path.mkdir(parents=True)
    if config is not None:
        (path / runs.CONFIG).write_bytes(config)
    if events is not None:
        (path / EVENTS).write_bytes(events)
    (run,) = runs.list_runs()
    assert run.state() == "failed"
    assert isinstance(run.failure(), Failed)
    assert runs.stop(run) == "failed"
    with pytest.raises(RunError, match="damaged"):
        run.config()


def test_runs_are_listed_newest_first_and_hidden_ones_are_not(runs_folder):
    assert runs.list_runs() == []
    made = [runs.create(TrainConfig(tiny_network())) for _ in range(3)]
    for age, run in enumerate(made):
        os.utime(run.path / runs.CONFIG, (age, age))
    (runs_folder / ".new-123").mkdir()
    (runs_folder / "a file").write_text("")
    assert runs.list_runs() == made[::-1]


def test_a_full_disk_is_told(monkeypatch, tmp_path):
    from cnnviz.train import journal, worker

    run = runs.create(TrainConfig(tiny_network()))
    book = journal.Journal(run)
    assert (run.path / journal.RESERVE).stat().st_size == journal.RESERVED_BYTES
    book.write(Stopped(1, 1, 1.0))
    assert not (run.path / journal.RESERVE).exists()
    book.write(Stopped(2, 2, 2.0))
    assert terminals(run) == [Stopped(1, 1, 1.0)]
    failed = worker._failure(OSError(28, "No space left on device"))
    assert failed.template.startswith("the disk is full")
    assert json.dumps(dict(failed.values))
