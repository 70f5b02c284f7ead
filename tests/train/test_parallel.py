"""Two processes that share each batch learn what one learns, and hold together in every fall."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cnnviz.errors import CnnvizError
from cnnviz.spec import BatchNorm2d, Chain, Conv2d, Flatten, Linear, Network, ReLU
from cnnviz.train import runs
from cnnviz.train.config import TrainConfig
from cnnviz.train.control import Pause, Rate, Step, send
from cnnviz.train.events import Changed, EpochEnd, Failed, Finished, Steps, from_line
from cnnviz.train.history import EVENTS, read
from cnnviz.train.loop import train
from cnnviz.train.parallel import Team
from tests.train.conftest import tiny_network

BOTH = {"device": "cpu+cpu", "batch_size": 61, "epochs": 2, "learning_rate": 0.05, "optimizer": "sgd"}


def config_of(network=None, **changes):
    return TrainConfig(network or tiny_network(), **(BOTH | changes))


def trained(config, folder=None):
    """Return all losses, the ends of the epochs, and the last event."""
    losses, ends, event = [], [], None
    for event in train(config, folder=folder):
        if isinstance(event, Steps):
            losses += event.losses
        elif isinstance(event, EpochEnd):
            ends.append(event)
    return losses, ends, event


def status(pid):
    """Return a process's state and its parent; a process that is gone is a zombie of nobody."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return b"Z", 0
    return fields[0], int(fields[1])


def followers(parent):
    """Return the process ids of the followers of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and status(entry.name)[1] == parent:
            with suppress(OSError):
                if b"cnnviz.train.follower" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


def alive(pid):
    return status(pid)[0] != b"Z"


def test_a_part_of_each_batch_for_each_process_and_their_mean_is_the_whole():
    teams = [Team(torch.device("cpu"), rank, 3) for rank in range(3)]
    for count in (6, 7, 8, 64, 100):
        batch = torch.arange(count)
        parts = [team.share(batch, 0.1) for team in teams]
        assert torch.equal(torch.cat([part.numbers for part in parts]), batch)
        assert all(torch.equal(batch[part.first :][: len(part.numbers)], part.numbers) for part in parts)
        mean = sum(part.weight * part.numbers.double().mean() for part in parts) / 3
        assert mean == pytest.approx(batch.double().mean())
    small = torch.arange(5)  # not two pictures for each: everybody does all of it
    assert all(torch.equal(team.share(small, 0.1).numbers, small) for team in teams)
    assert {team.share(small, 0.1).weight for team in teams} == {1.0}


@pytest.mark.parametrize(
    "changes",
    [{}, {"optimizer": "adam", "clip_norm": 0.5, "augment": ("shift", "rotate"), "learning_rate": 0.01}],
    ids=["sgd", "adam, clipped, augmented"],
)
def test_two_processes_have_the_curve_and_weights_of_one(changes, tmp_path):
    from cnnviz.nets.checkpoint import load

    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    alone = trained(replace(config_of(**changes), device="cpu"), folders[0])
    both = trained(config_of(**changes), folders[1])
    assert len(both[0]) == len(alone[0]) == 2 * both[1][0].step
    assert both[0] == pytest.approx(alone[0], abs=1e-4)
    for one, two in zip(alone[1], both[1], strict=True):
        assert two.train_loss == pytest.approx(one.train_loss, abs=1e-4)
        assert two.val_loss == pytest.approx(one.val_loss, abs=1e-4)
    assert isinstance(both[2], Finished)
    weights = [load(folder / "last.safetensors").weights for folder in folders]
    for name, value in weights[0].items():
        torch.testing.assert_close(weights[1][name], value, atol=1e-4, rtol=1e-4)


def test_batch_normalisation_keeps_the_leaders_averages_and_trains():
    network = Network(
        "Normed",
        (1, 28, 28),
        Chain("", (Conv2d(1, 4, 5, stride=4), BatchNorm2d(4), ReLU(), Flatten(), Linear(144, 10))),
    )
    losses, _ends, event = trained(config_of(network, epochs=3))
    assert isinstance(event, Finished)
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


@pytest.fixture
def started(wait_for):
    made = []

    def start(**changes):
        made.append(runs.start(config_of(**({"epochs": 10_000} | changes))))
        wait_for(lambda: read(made[-1]).step > 3 or made[-1].state() == "failed", 60)
        return made[-1]

    yield start
    for run in made:
        runs.stop(run)


def pid_of(run):
    return int((run.path / runs.LOCK).read_text())


def test_pause_rate_stop_and_resume_know_nothing_of_the_others(started, wait_for):
    run = started()
    send(run, Pause())
    wait_for(lambda: run.state() == "paused", 10)
    at = read(run).step
    send(run, Step(3))
    wait_for(lambda: read(run).step == at + 3, 10)
    send(run, Rate(0.01))
    wait_for(lambda: any(isinstance(change, Changed) for change in read(run).changes), 10)
    others = followers(pid_of(run))
    assert len(others) == 1
    began = time.monotonic()
    assert runs.stop(run) == "stopped"
    assert time.monotonic() - began < 4
    wait_for(lambda: not any(map(alive, others)), 5)
    runs.resume(run)
    wait_for(lambda: read(run).step > at + 10, 60)
    assert runs.stop(run) == "stopped"


def test_the_others_end_with_a_killed_leader_and_it_goes_on_as_if_nothing_had_happened(
    started, wait_for, ended
):
    changes = {"epochs": 8, "optimizer": "adam", "learning_rate": 0.002, "augment": ("shift",)}
    run = started(**changes)
    leader, others = pid_of(run), followers(pid_of(run))
    assert len(others) == 1
    os.kill(leader, signal.SIGKILL)
    wait_for(lambda: not any(map(alive, others)), 5)
    wait_for(lambda: run.state() == "failed", 5)
    runs.resume(run)
    assert ended(run) == "finished"
    undisturbed, _ends, _event = trained(replace(config_of(**changes), device="cpu"))
    assert read(run).loss == pytest.approx(undisturbed, abs=1e-4)


def test_a_killed_follower_is_a_failure_in_one_sentence(started, wait_for):
    run = started()
    (other,) = followers(pid_of(run))
    os.kill(other, signal.SIGKILL)
    wait_for(lambda: run.state() == "failed", 20)
    lines = (run.path / EVENTS).read_bytes().splitlines()
    failed = [event for event in map(from_line, lines) if isinstance(event, Failed)]
    assert len(failed) == 1
    assert "process" in failed[0].template
    assert "killed" in failed[0].template


@pytest.mark.parametrize(
    ("fall", "said"),
    [
        ("raise DataError('{path} is gone', path='here')", "here is gone"),
        (
            "raise torch.OutOfMemoryError('no more')",
            "cpu has too little memory .* a batch of 30 ",
        ),
    ],
    ids=["data gone", "out of memory"],
)
def test_what_a_follower_falls_over_is_said_by_the_leader(monkeypatch, tmp_path, fall, said):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'follower' in ' '.join(sys.orig_argv):\n"
        "    import torch, cnnviz.data.datasets\n"
        "    from cnnviz.errors import DataError\n"
        f"    def falls(*_, **__): {fall}\n"
        "    cnnviz.data.datasets.load = falls\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    try:
        *_, event = train(config_of())
    except CnnvizError as error:
        assert re.search(said, str(error))
    else:
        assert isinstance(event, Failed)
        assert re.search(said, event.template.format(**event.values))


def test_a_follower_without_a_leader_ends():
    code = "import sys; from cnnviz.train import follower; sys.exit(follower.main(sys.argv[1:]))"
    read_end, write_end = os.pipe()
    os.close(write_end)
    done = subprocess.run(
        [sys.executable, "-c", code, str(read_end)], pass_fds=(read_end,), capture_output=True, check=False
    )
    os.close(read_end)
    assert done.returncode == 1
