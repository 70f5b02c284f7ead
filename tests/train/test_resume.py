"""Whatever kills a worker, and whenever: the run goes on bit for bit as if nothing had happened."""

import contextlib
import dataclasses
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from cnnviz.spec import BatchNorm2d, Chain, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Network, ReLU, Tanh
from cnnviz.train import records, runs, state
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import Finished, Resumed, from_line, whole_lines
from cnnviz.train.history import EVENTS, read

SEED = int(os.environ.get("CNNVIZ_TEST_SEED", "0")) or random.SystemRandom().randrange(10**9)

NORMED = Network(
    "Normed",
    (1, 28, 28),
    Chain(
        "",
        (
            MaxPool2d(2), Conv2d(1, 6, 3), BatchNorm2d(6), ReLU(), Dropout(0.25), MaxPool2d(2), Flatten(),
            Linear(216, 24), ReLU(), Dropout(0.3), Linear(24, 10),
        ),
    ),
)  # fmt: skip
PLAIN = Network(
    "Plain", (1, 28, 28), Chain("", (MaxPool2d(4), Conv2d(1, 4, 3), Tanh(), Flatten(), Linear(100, 10)))
)
CONFIGS = {
    "adam": TrainConfig(
        NORMED, device="cpu", augment=("shift", "rotate"), batch_size=64, epochs=6, seed=3, schedule="one_cycle",
        learning_rate=0.01, label_smoothing=0.1,
    ),
    "sgd": TrainConfig(
        PLAIN, device="cpu", optimizer="sgd", momentum=0.9, nesterov=True, schedule="cosine", learning_rate=0.1,
        batch_size=64, epochs=6, warm_up=1.0, clip_norm=1.0, weight_decay=0.001,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(nursery, tmp_path_factory):
    """What each config gives when nobody kills it."""
    found = {}
    for name, config in CONFIGS.items():
        run = runs.create(config, run_dir=tmp_path_factory.mktemp(name) / "run")
        assert nursery.train(run, CNNVIZ_SAVE_SECONDS="") == 0
        found[name] = outcome(run)
    return found


def tensors(path: Path) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in safetensors.numpy.load(path.read_bytes()).items()}


def arrays(path: Path) -> dict[str, bytes]:
    with np.load(path, allow_pickle=False) as data:
        return {name: data[name].tobytes() for name in data.files}


def outcome(run: runs.Run) -> dict[str, object]:
    """Everything that must not depend on how often a run fell."""
    history = read(run)
    assert isinstance(history.end, Finished), run.failure()
    lines = (run.path / EVENTS).read_bytes().splitlines()
    assert sum(b'"event": "Finished"' in line for line in lines) == 1
    epochs = sorted((run.path / "epochs").iterdir())
    return {
        "steps": history.steps,
        "loss": history.loss,
        "accuracy": history.accuracy,
        "epochs": [dataclasses.replace(epoch, seconds=0.0) for epoch in history.epochs],
        "end": dataclasses.replace(history.end, seconds=0.0, samples_per_second=0.0),
        "last": tensors(run.path / "last.safetensors"),
        "best": tensors(run.path / "best.safetensors"),
        "state": tensors(run.path / state.STATE),
        "records": {path.name: arrays(path) for path in [*epochs, run.path / records.TEST]},
    }


def saved_step(run: runs.Run) -> int:
    found = state.newest(run.path, checked=False)
    return found[1].step if found else 0


def same(found: dict[str, object], wanted: dict[str, object]) -> None:
    for name, value in wanted.items():
        assert found[name] == value, name


@pytest.mark.parametrize("name", CONFIGS)
def test_killed_at_random_moments_again_and_again_it_ends_as_if_nothing_had_happened(
    name, nursery, undisturbed
):
    chance = random.Random(f"{SEED} {name}")
    run = runs.create(CONFIGS[name])
    kills, steps = 0, []
    while kills < 12:
        begun = saved_step(run)
        pid = nursery.begin(run)
        if chance.random() < 0.25:  # anywhere, while it reads its state, too
            time.sleep(chance.uniform(0.0, 0.2))
        else:  # so many steps later, at any moment of a step
            goal, until = begun + chance.randint(1, 12), time.monotonic() + 60
            while saved_step(run) < goal and run.end() is None and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(chance.uniform(0.0, 0.01))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        code = nursery.ended()
        steps.append(saved_step(run))
        if code != -signal.SIGKILL or run.end() is not None:
            break
        kills += 1
        assert run.state() == "failed"
        assert run.can_resume()
    print(f"CNNVIZ_TEST_SEED={SEED}: killed {kills} times, at steps {steps}")  # noqa: T201
    if run.end() is None:
        assert nursery.train(run) == 0
    assert kills >= 10, (SEED, steps)
    same(outcome(run), undisturbed[name])


PLACES = [
    ("half state.safetensors", 7), ("before state.previous.safetensors", 8), ("after state.previous.safetensors", 7),
    ("before state.safetensors", 1), ("after state.safetensors", 24), ("before last.safetensors", 2),
    ("before best.safetensors", 2), ("after best.safetensors", 2), ("half best.safetensors", 1),
    ("before 0002.npz", 1), ("after card.json", 1), ("before card.json", 2), ("after test.npz", 1), ("sync", 60),
]  # fmt: skip
"""Where a fall is worst: between state and weights, in the middle of a file, around the test."""


@pytest.mark.parametrize(("place", "count"), PLACES)
def test_at_every_named_place_a_fall_changes_nothing(place, count, nursery, undisturbed):
    name = "sgd" if count % 2 else "adam"
    run = runs.create(CONFIGS[name])
    assert nursery.train(run, (place, count)) == -signal.SIGKILL, "this place is never reached"
    assert run.state() == "failed"
    assert nursery.train(run) == 0
    same(outcome(run), undisturbed[name])
    assert not [path for path in run.path.iterdir() if path.name.startswith(".")]


def test_falling_while_it_is_taken_up_changes_nothing(nursery, undisturbed):
    run = runs.create(CONFIGS["sgd"])
    assert nursery.train(run, ("after state.safetensors", 20)) == -signal.SIGKILL
    for count in range(1, 12):
        assert nursery.train(run, ("sync", count)) == -signal.SIGKILL
    assert nursery.train(run) == 0
    same(outcome(run), undisturbed["sgd"])


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "gone", "rubbish"])
def test_a_damaged_state_is_found_out_and_the_one_before_is_taken(damage, nursery, undisturbed):
    run = runs.create(CONFIGS["sgd"])
    assert nursery.train(run, ("after state.safetensors", 20)) == -signal.SIGKILL
    path = run.path / state.STATE
    data = bytearray(path.read_bytes())
    match damage:
        case "flip":
            data[-100] ^= 1
        case "cut":
            del data[-1000:]
        case "empty":
            data.clear()
        case "rubbish":
            data[:] = os.urandom(len(data))
    path.write_bytes(data)
    if damage == "gone":
        path.unlink()
    before = state.position(run.path / state.PREVIOUS)
    assert nursery.train(run, ("after state.safetensors", 2)) == -signal.SIGKILL
    (again,) = [event for event in events_of(run) if isinstance(event, Resumed)]
    assert again.step == before.step
    assert nursery.train(run) == 0
    same(outcome(run), undisturbed["sgd"])


def test_with_both_states_damaged_it_begins_anew_and_comes_to_the_same(nursery, undisturbed):
    run = runs.create(CONFIGS["sgd"])
    assert nursery.train(run, ("after state.safetensors", 20)) == -signal.SIGKILL
    for name in (state.STATE, state.PREVIOUS):
        (run.path / name).write_bytes(b"\0" * 100)
    assert nursery.train(run) == 0
    same(outcome(run), undisturbed["sgd"])


def events_of(run: runs.Run) -> list[object]:
    data = (run.path / EVENTS).read_bytes() if (run.path / EVENTS).exists() else b""
    return [from_line(line) for line in whole_lines(data)]
