"""Looking inside tells the truth and changes nothing, and takes no more of the time than it may."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.data.datasets import load
from cnnviz.spec import (
    BatchNorm2d,
    Chain,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    LogSoftmax,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
)
from cnnviz.train import records, watch
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import EpochEnd, Finished, Started, Steps, Watched
from cnnviz.train.feed import Feed
from cnnviz.train.loop import train
from cnnviz.train.training import Training

NETWORK = Network(
    "Seen",
    (1, 28, 28),
    Chain(
        "",
        (
            Conv2d(1, 4, 5, stride=3), BatchNorm2d(4), ReLU(), Dropout(0.5), Flatten(), Linear(256, 12), Sigmoid(), Dropout(0.3),
            Linear(12, 10),
        ),
    ),
)  # fmt: skip
CONFIG = TrainConfig(NETWORK, device="cpu", epochs=2, batch_size=64, augment=("shift",))


def curve(events: list[object]) -> list[object]:
    return [
        (event.losses, event.accuracies)
        if isinstance(event, Steps)
        else dataclasses.replace(event, seconds=0.0)
        for event in events
        if isinstance(event, Steps | EpochEnd)
    ]


def flat(events: list[object]) -> tuple[list[float], list[object]]:
    told = [event for event in curve(events) if isinstance(event, tuple)]
    return [loss for losses, _ in told for loss in losses], [
        e for e in curve(events) if isinstance(e, EpochEnd)
    ]


def test_a_training_that_is_watched_at_every_step_is_the_same_to_the_last_bit(monkeypatch, tmp_path):
    monkeypatch.setattr(watch, "EVERY", 1e9)
    seldom = list(train(CONFIG))
    monkeypatch.setattr(watch.Watcher, "due", lambda *_: True)
    monkeypatch.setenv("CNNVIZ_SAVE_SECONDS", "0")
    often = list(train(CONFIG, folder=tmp_path))
    assert (
        sum(isinstance(event, Watched) for event in often)
        > 40
        > sum(isinstance(event, Watched) for event in seldom)
    )
    assert flat(often) == flat(seldom)
    ends = [events[-1] for events in (seldom, often)]
    assert all(isinstance(end, Finished) for end in ends)
    assert ends[0].test_loss == ends[1].test_loss


def test_norms_and_answers_are_those_that_torch_computes():
    training = Training(CONFIG)
    x, y = training.feed.learn(training.feed.train[:64])
    training.quick.train()
    nn.functional.cross_entropy(training.quick(x), y).backward()
    before = torch.get_rng_state()
    found = training.watcher.look(7, 1.5, x, None)
    assert torch.equal(before, torch.get_rng_state())
    assert (found.step, found.seconds) == (7, 1.5)
    assert found.layers == ("0", "5", "8")
    state = dict(training.module.named_parameters())
    for path, norm, gradient in zip(found.layers, found.weight_norms, found.gradient_norms, strict=True):
        weight = state[f"{path}.weight"]
        assert norm == pytest.approx(weight.detach().norm().item(), rel=1e-4)
        assert gradient == pytest.approx(weight.grad.norm().item(), rel=1e-4)
    training.module.eval()
    _, pictures, labels = training.feed.handful(12)
    wanted = training.module(training.feed.as_input(pictures)).softmax(1)
    torch.testing.assert_close(torch.tensor(found.predictions), wanted.detach(), atol=1e-5, rtol=0)
    assert labels.tolist() == training.watcher.labels.tolist()
    assert found.memory > 50_000_000
    assert not any(part._forward_hooks for part in training.module.modules())


def test_dead_and_saturated_units_are_counted():
    training = Training(CONFIG)
    with torch.no_grad():
        training.module[1].bias[:] = torch.tensor([-1e6, 1.0, -1e6, 1.0])  # two of four maps are dead
        training.module[5].weight.zero_()
        training.module[5].bias[:] = torch.tensor([50.0] * 3 + [-50.0] * 3 + [0.0] * 6)
    x, _ = training.feed.learn(training.feed.train[:32])
    assert training.watcher.look(1, 0.0, x, None).activations == {"2": 0.5, "6": 0.5}


def test_no_layer_is_left_in_another_mode():
    training = Training(CONFIG)
    training.module.train()
    training.module[3].eval()
    before = [part.training for part in training.module.modules()]
    training.watcher.look(1, 0.0, None, None)
    training.watcher.answers()
    assert [part.training for part in training.module.modules()] == before


def test_a_dear_look_is_followed_by_a_longer_pause(monkeypatch):
    training = Training(CONFIG)
    clock = [100.0]
    monkeypatch.setattr("cnnviz.train.watch.time.perf_counter", lambda: clock[0])
    monkeypatch.setattr(watch, "memory", lambda _: clock.__setitem__(0, clock[0] + 0.5) or 1)
    watcher = training.watcher
    assert watcher.due(clock[0])
    watcher.look(1, 0.0, None, None)
    assert not watcher.due(clock[0] + 0.5 / watch.MOST_OF_THE_TIME - 0.5 - 0.01)
    assert watcher.due(clock[0] + 0.5 / watch.MOST_OF_THE_TIME - 0.5 + 0.01)


@pytest.mark.parametrize("last", [(), (LogSoftmax(),), (Softmax(),)])
def test_probabilities_are_probabilities_whatever_the_last_layer_is(last):
    network = Network("Ends", (1, 28, 28), Chain("", (Flatten(), Linear(784, 10), *last)))
    training = Training(dataclasses.replace(CONFIG, network=network))
    rows = training.watcher.look(1, 0.0, None, None).predictions
    assert len(rows) == 12
    assert all(sum(row) == pytest.approx(1.0, abs=1e-3) for row in rows)
    assert records.TEST == "test.npz"


def test_what_is_recorded_of_each_epoch_agrees_with_its_events(tmp_path):
    events = list(train(CONFIG, folder=tmp_path))
    feed = Feed(load("digits"), CONFIG, torch.device("cpu"))
    started = events[0]
    assert isinstance(started, Started)
    assert len(started.handful) == 12
    with np.load(tmp_path / "epochs" / "validation.npz", allow_pickle=False) as data:
        numbers, labels = data["numbers"], data["labels"]
    assert numbers.tolist() == feed.validation.tolist()
    assert labels.tolist() == load("digits").train_y[feed.validation].tolist()
    for end in [event for event in events if isinstance(event, EpochEnd)]:
        with np.load(records.epoch_path(tmp_path, end.epoch), allow_pickle=False) as data:
            assert (data["predicted"] == labels).mean() == pytest.approx(end.val_accuracy)
            assert data["confusion"].shape == (10, 10)
            assert data["confusion"].sum() == len(labels)
            assert np.trace(data["confusion"]) == (data["predicted"] == labels).sum()
            assert (data["confusion"].sum(1) == np.bincount(labels, minlength=10)).all()
            assert data["kernels"].shape == (4, 1, 5, 5)
            assert data["kernels"].dtype == data["confidence"].dtype == data["handful"].dtype == np.float16
            assert data["handful"].shape == (12, 10)
    end = events[-1]
    assert isinstance(end, Finished)
    with np.load(tmp_path / "test.npz", allow_pickle=False) as data:
        assert (data["predicted"] == data["labels"]).mean() == pytest.approx(end.test_accuracy)
        assert data["probabilities"].shape == (359, 10)
    with np.load(tmp_path / "live.npz", allow_pickle=False) as data:
        assert data["pictures"].shape == (12, 1, 28, 28)
        assert data["pictures"].dtype == np.uint8
        assert tuple(data["labels"].tolist()) == started.handful
        assert int(data["step"]) == 42
    card = records.read_card(tmp_path)
    assert card["test_asked"] == 1
    assert len(card["fingerprint"]) == 64
    assert card["parameters"] == started.parameters


def test_without_validation_pictures_only_what_there_is_is_recorded(tmp_path):
    config = dataclasses.replace(CONFIG, validation_fraction=0.0, epochs=1)
    assert isinstance(list(train(config, folder=tmp_path))[-1], Finished)
    with np.load(records.epoch_path(tmp_path, 1), allow_pickle=False) as data:
        assert set(data.files) == {"kernels", "handful"}
    assert not (tmp_path / "epochs" / "validation.npz").exists()
