"""What goes wrong in a training is one clear sentence, and what was saved before stays as it was."""

import dataclasses
import errno
import math
import subprocess
from pathlib import Path

import pytest
import torch
from torch import nn

from cnnviz.data.datasets import Dataset
from cnnviz.errors import DataError, RunError
from cnnviz.nets.checkpoint import load
from cnnviz.spec import Chain, Flatten, Linear, Network, ReLU
from cnnviz.train import faults, runs, state
from cnnviz.train.config import TrainConfig
from cnnviz.train.control import Rate
from cnnviz.train.events import EpochEnd, Failed, Finished, Steps
from cnnviz.train.feed import Feed
from cnnviz.train.loop import train
from cnnviz.train.tally import Tally
from tests.train.conftest import tiny_network

DEEP = Network("Deep", (1, 28, 28), Chain("", (Flatten(), Linear(784, 32), ReLU(), Linear(32, 10))))
CONFIG = TrainConfig(DEEP, device="cpu", epochs=3, batch_size=64)


@pytest.mark.parametrize("what", ["output", "weights", "gradient"])
def test_the_layer_that_was_not_finite_first_is_named(what):
    module = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4), nn.Linear(4, 2))
    module(torch.ones(1, 4)).sum().backward()
    x = torch.ones(1, 4)
    with torch.no_grad():
        match what:
            case "output":
                module[2].weight.fill_(3e38)
                module[0].weight.fill_(1.0)
                assert faults.culprit(module, x) == ("2", "output")
            case "weights":
                module[2].weight[0, 0] = math.nan
                module[3].weight[0, 0] = math.inf
                assert faults.culprit(module, x) == ("2", "weights")
            case "gradient":  # going backwards, the last layer is the first
                for at in (0, 2):
                    module[at].weight.grad[0, 0] = math.nan
                    module[at].weight[0, 0] = math.nan
                assert faults.culprit(module, x) == ("2", "gradient")
    assert not any(part._forward_hooks for part in module.modules())


def test_a_network_that_is_fine_has_no_culprit():
    assert faults.culprit(nn.Linear(4, 2), torch.ones(1, 4)) == ("", "output")
    assert "layer" not in faults.beyond_bounds(3, 0.1).values


def test_the_learning_rate_that_was_too_large_is_said_in_three_digits():
    assert str(faults.beyond_bounds(3, 19.64769647696477, "conv2")).endswith(
        "smaller learning rate than 19.6"
    )


def test_a_loss_that_explodes_names_step_and_layer_and_leaves_the_last_good_state(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_SAVE_SECONDS", "0")
    asked = iter([[]] * 30 + [[Rate(100.0)]])
    config = dataclasses.replace(CONFIG, optimizer="sgd", learning_rate=0.01, momentum=0.99, epochs=40)
    deep = Network(
        "Deeper",
        (1, 28, 28),
        Chain(
            "",
            (
                Flatten(),
                *(part for size in (784, 64, 64, 64) for part in (Linear(size, 64), ReLU())),
                Linear(64, 10),
            ),
        ),
    )
    monkeypatch.setattr("cnnviz.train.desk.EVERY", 0.0)
    config = dataclasses.replace(config, network=deep)
    events = list(train(config, folder=tmp_path, requests=lambda: next(asked, [])))
    end = events[-1]
    assert isinstance(end, Failed)
    assert end.values["what"] in {"gradient", "weights", "output"}
    assert end.values["layer"] in {"1", "3", "5", "7", "9"}
    losses = [loss for event in events if isinstance(event, Steps) for loss in event.losses]
    assert len(losses) == end.values["step"] - 1 or not math.isfinite(losses[-1])
    position, tensors = state.load(tmp_path / state.STATE)
    assert position.step < end.values["step"]
    assert all(bool(torch.isfinite(value).all()) for value in tensors.values() if value.is_floating_point())
    assert load(tmp_path / "last.safetensors").step <= position.step


def test_on_a_gpu_too_each_step_is_told_up_to_the_one_that_was_not_finite():
    tally = Tally(torch.device("cpu"))
    tally._rows = torch.zeros((8, 2))  # as on a GPU: read together
    for loss in (1.0, 0.123456789, math.nan):
        tally.add(torch.tensor([loss, 0.25]), 4)
    taken = tally.take()
    assert taken[:2] == [(1.0, 1, 4), (0.1234568, 1, 4)]
    assert math.isnan(taken[2][0])
    assert tally.steps == 0


@pytest.mark.parametrize(
    ("error", "device", "word"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), "cuda:0", "too little memory"),
        (MemoryError(), "cpu", "too little memory"),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
            "cpu",
            "too little memory",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), "cpu", "the disk is full"),
        (OSError(errno.EFBIG, "File too large"), "cpu", "the disk is full"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/data/cat.png"), "cpu", "has disappeared"),
        (RuntimeError("CUDA error: unspecified launch failure\nmore"), "cuda:0", "was lost"),
        (DataError("gone"), "cpu", "gone"),
    ],
)
def test_each_fault_is_one_sentence(error, device, word):
    said = faults.sentence(error, CONFIG, device)
    assert said is not None
    assert word in str(said)
    assert "\n" not in str(said)


def test_what_nobody_knows_stays_what_it_is():
    assert faults.sentence(RuntimeError("CUDA error: what"), CONFIG, "cpu") is None
    assert faults.sentence(ValueError("odd"), CONFIG, "cuda:0") is None
    assert faults.sentence(OSError(errno.EACCES, "denied"), CONFIG, "cpu") is None


def test_too_little_memory_names_the_largest_batch_that_fits(monkeypatch):
    monkeypatch.setattr("cnnviz.train.estimate.largest_after_overflow", lambda *_: 24)
    said = faults.sentence(torch.OutOfMemoryError(), CONFIG, "cpu")
    assert said is not None
    assert said.values["largest"] == 24
    monkeypatch.setattr("cnnviz.train.estimate.largest_after_overflow", lambda *_: 0)
    said = faults.sentence(torch.OutOfMemoryError(), CONFIG, "cpu")
    assert said is not None
    assert "smaller batch" in str(said)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "/data/cat.png"), "has disappeared"),
        (RuntimeError("CUDA error: device lost"), "was lost"),
        (torch.OutOfMemoryError("CUDA out of memory"), "too little memory"),
        (DataError("the picture {file} cannot be read", file="cat.png"), "cannot be read"),
    ],
)
def test_what_happens_in_the_middle_ends_as_failed_with_state_and_weights_intact(
    error, word, tmp_path, monkeypatch
):
    monkeypatch.setenv("CNNVIZ_SAVE_SECONDS", "0")
    learn, seen = Feed.learn, []

    def failing(self: Feed, numbers: torch.Tensor, **more: int) -> object:
        seen.append(1)
        if len(seen) == 30:
            raise error
        return learn(self, numbers, **more)

    monkeypatch.setattr(Feed, "learn", failing)
    monkeypatch.setattr("cnnviz.train.faults.sentence", _as_if_on_a_gpu(faults.sentence))
    events = list(train(CONFIG, folder=tmp_path))
    assert isinstance(events[-1], Failed)
    assert word in events[-1].template.format(**events[-1].values)
    assert state.load(tmp_path / state.STATE)[0].step == 29
    assert load(tmp_path / "best.safetensors").epoch == 1
    monkeypatch.setattr(Feed, "learn", learn)
    assert isinstance(list(train(CONFIG, folder=tmp_path, resume=True))[-1], Finished)


def _as_if_on_a_gpu(sentence):
    return lambda error, config, _device: sentence(error, config, "cuda:0")


def test_a_data_set_that_disappears_is_told_before_anything_is_cut(tmp_path, nursery):
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
    network = tiny_network(classes=2)
    run = runs.create(TrainConfig(network, f"folder:{tmp_path}/pets", device="cpu"))
    assert nursery.train(run) == 1
    before = (run.path / "events.jsonl").read_bytes()
    (tmp_path / "pets").rename(tmp_path / "gone")
    with pytest.raises(DataError):
        runs.resume(run)
    assert (run.path / "events.jsonl").read_bytes() == before


def test_a_file_that_cannot_grow_ends_as_failed_and_goes_on_once_there_is_room(nursery):
    run = runs.create(CONFIG)
    assert nursery.train(run, CNNVIZ_TEST_LIMIT="70000") == 1  # its state is larger than that
    failure = run.failure()
    assert failure is not None
    assert failure.template == "the disk is full: {reason}"
    assert not (run.path / "reserve").exists()
    assert not [path for path in run.path.iterdir() if path.name.startswith(".")]
    assert nursery.train(run) == 2  # it has ended; taking it up is asked for
    assert run.can_resume()


def test_a_full_disk_leaves_the_last_good_state_and_the_last_line(tmp_path, nursery):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        run = runs.create(dataclasses.replace(CONFIG, epochs=40), run_dir=disk / "run")
        assert nursery.train(run) == 1
        failure = run.failure()
        assert failure is not None
        assert failure.template == "the disk is full: {reason}"
        found = state.newest(run.path, checked=True)
        if found is not None:
            assert state.load(found[0])[0].step > 0
        for name in ("best", "last"):
            path = run.path / f"{name}.safetensors"
            assert not path.exists() or load(path).weights
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_early_stopping_ends_after_so_many_epochs_without_a_lower_loss():
    config = dataclasses.replace(CONFIG, learning_rate=0.05, epochs=60, patience=3)
    events = list(train(config, dataset=noise()))
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.early
    losses = [event.val_loss for event in events if isinstance(event, EpochEnd)]
    assert len(losses) == losses.index(min(losses)) + 1 + 3 < 60


def noise() -> Dataset:
    """Pictures without a rule: nothing about them can be learned, only they themselves."""
    chance = torch.Generator().manual_seed(0)
    x = torch.randint(0, 255, (300, 1, 28, 28), generator=chance, dtype=torch.uint8)
    y = torch.randint(0, 10, (300,), generator=chance)
    return Dataset("digits", tuple("0123456789"), x, y, x[:30], y[:30], (0.5,), (0.3,))


def test_gradients_are_clipped_to_the_norm_that_is_asked_for():
    config = dataclasses.replace(CONFIG, optimizer="sgd", momentum=0.0, learning_rate=1.0, epochs=1)
    moved = {}
    for norm in (0.0, 0.01):
        watched: list[torch.Tensor] = []
        for event in train(dataclasses.replace(config, clip_norm=norm, batch_size=2000)):
            if type(event).__name__ == "Watched":
                watched.append(torch.tensor(event.gradient_norms).norm())
        moved[norm] = float(watched[0])
    assert moved[0.0] > 0.1
    assert 0 < moved[0.01] <= 0.0101


def test_a_damaged_state_is_a_sentence(tmp_path):
    for data in (b"", b"\0" * 7, b"\xff" * 40, b"\x10" + b"\0" * 7 + b"{}              "):
        (tmp_path / state.STATE).write_bytes(data)
        with pytest.raises(RunError, match="damaged"):
            state.load(tmp_path / state.STATE)
    with pytest.raises(RunError, match="there is no state"):
        state.load(Path(tmp_path / "nothing"))
