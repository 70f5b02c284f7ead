"""The training itself, on pictures made for the test."""

import dataclasses
import math

import pytest
import torch

from cnnviz.data.datasets import Dataset
from cnnviz.errors import SpecError
from cnnviz.nets.checkpoint import load
from cnnviz.spec import BatchNorm1d, Chain, Conv2d, Flatten, Linear, LogSoftmax, Network, ReLU, Softmax
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import EpochEnd, Failed, Finished, Started, Steps, Stopped
from cnnviz.train.loop import train
from cnnviz.train.recipe import loss_of, rate_at
from tests.train.conftest import tiny_network


def toy(count: int = 200, shape: tuple[int, int, int] = (1, 28, 28), classes: int = 10) -> Dataset:
    """Each class is a bright bar in a place of its own: easily learned."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(count) % classes
    x = torch.randint(0, 60, (count, *shape), generator=generator, dtype=torch.uint8)
    for image, label in zip(x, y.tolist(), strict=True):
        at = 2 + label * 2
        image[:, at : at + 2] = 250
    names = tuple(map(str, range(classes)))
    return Dataset("mnist", names, x, y, x[::3], y[::3], (0.2,) * shape[0], (0.3,) * shape[0])


def line(*end: object, out: int = 10) -> Network:
    return Network("Line", (1, 28, 28), Chain("", (Flatten(), Linear(784, out), *end)))


CONFIG = TrainConfig(line(), "mnist", device="cpu", learning_rate=0.005, epochs=6, batch_size=16)


def test_events_come_in_their_order_and_the_toy_is_learned():
    events = list(train(CONFIG, dataset=toy()))
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert events[-1].test_accuracy == 1.0
    assert (events[0].samples, events[0].validation_samples, events[0].test_samples) == (180, 20, 67)
    assert events[0].parameters == 7850
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    assert [event.epoch for event in epochs] == [1, 2, 3, 4, 5, 6]
    assert epochs[-1].step == events[0].steps_per_epoch * 6 == 72
    for epoch in range(1, 7):
        told = [event for event in events if isinstance(event, Steps) and event.epoch == epoch]
        steps = [step for event in told for step in range(event.step - len(event.losses) + 1, event.step + 1)]
        assert steps == list(range((epoch - 1) * 12 + 1, epoch * 12 + 1))  # each step once, in its order
        assert all(len(event.losses) == len(event.accuracies) for event in told)


def test_the_same_seed_gives_the_same_numbers_on_a_cpu():
    def numbers(config: TrainConfig) -> list[object]:
        events = train(config, dataset=toy())
        return [dataclasses.replace(event, seconds=0.0) for event in events if isinstance(event, EpochEnd)]

    config = dataclasses.replace(CONFIG, augment=("drawing",), epochs=2)
    assert numbers(config) == numbers(config)
    assert numbers(config) != numbers(dataclasses.replace(config, seed=1))


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop"])
@pytest.mark.parametrize("schedule", ["constant", "step", "one_cycle", "cosine"])
def test_every_optimiser_and_schedule_learns(optimizer, schedule):
    config = dataclasses.replace(CONFIG, optimizer=optimizer, schedule=schedule, epochs=2, momentum=0.5)
    first, last = [e for e in train(config, dataset=toy()) if isinstance(e, EpochEnd)]
    assert last.train_loss < first.train_loss


@pytest.mark.parametrize("augment", [(), ("shift",), ("flip", "drawing")])
def test_every_augmentation_trains(augment):
    config = dataclasses.replace(CONFIG, augment=augment, epochs=1)
    assert isinstance(list(train(config, dataset=toy()))[-1], Finished)


def test_networks_that_end_in_probabilities_are_trained_on_the_same_loss():
    torch.manual_seed(0)
    scores, y = torch.randn(8, 10), torch.arange(8)
    for smoothing in (0.0, 0.1):
        want = loss_of(line(), smoothing)(scores, y)
        torch.testing.assert_close(loss_of(line(LogSoftmax()), smoothing)(scores.log_softmax(1), y), want)
        torch.testing.assert_close(loss_of(line(Softmax()), smoothing)(scores.softmax(1), y), want)


def test_the_best_weights_are_those_with_the_best_validation_and_are_the_ones_tested(tmp_path):
    events = list(train(CONFIG, dataset=toy(), folder=tmp_path))
    end = events[-1]
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    assert end.val_accuracy == max(event.val_accuracy for event in epochs)
    best, last = load(tmp_path / "best.safetensors"), load(tmp_path / "last.safetensors")
    assert (best.epoch, last.epoch) == (end.best_epoch, 6)
    assert best.card["test_accuracy"] == end.test_accuracy
    assert (best.network, best.classes, best.dataset) == (CONFIG.network, tuple("0123456789"), "mnist")
    data = toy()
    x = (data.test_x / 255 - torch.tensor(best.mean)) / torch.tensor(best.std)
    right = (best.module()(x).argmax(1) == data.test_y).float().mean().item()
    assert right == pytest.approx(end.test_accuracy)


def test_without_validation_pictures_the_newest_weights_are_the_best():
    config = dataclasses.replace(CONFIG, validation_fraction=0.0, epochs=3)
    end = list(train(config, dataset=toy()))[-1]
    assert (end.best_epoch, end.val_accuracy, end.val_loss) == (3, None, None)


def test_a_loss_that_explodes_is_one_clear_sentence(tmp_path):
    wild = dataclasses.replace(CONFIG, optimizer="sgd", learning_rate=100.0, epochs=50)
    deep = Network(
        "Deep", (1, 28, 28), Chain("", (Flatten(), Linear(784, 64), ReLU(), Linear(64, 64), Linear(64, 10)))
    )
    events = list(train(dataclasses.replace(wild, network=deep), dataset=toy(), folder=tmp_path))
    assert isinstance(events[-1], Failed)
    assert "smaller learning rate" in events[-1].template
    assert events[-1].values["rate"] == 100.0
    losses = [loss for event in events if isinstance(event, Steps) for loss in event.losses]
    assert all(map(math.isfinite, losses))
    assert len(losses) == events[-1].values["step"] - 1  # every good step is told


def test_too_little_memory_is_one_clear_sentence(monkeypatch):
    def no_memory(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("cnnviz.train.training.Feed", no_memory)
    (event,) = train(CONFIG, dataset=toy())
    assert isinstance(event, Failed)
    assert "too little memory" in event.template
    assert 0 < event.values["largest"] < CONFIG.batch_size


@pytest.mark.parametrize("after", [0, 1, 5, 12, 13, 14, 20])
def test_it_stops_whenever_it_is_asked(after, tmp_path):
    asked = iter([False] * after)
    events = list(train(CONFIG, dataset=toy(), should_stop=lambda: next(asked, True), folder=tmp_path))
    assert isinstance(events[-1], Stopped)
    assert sum(isinstance(event, Finished | Stopped | Failed) for event in events) == 1
    assert (tmp_path / "last.safetensors").exists() == (events[-1].step > 0)


@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 28, 28), (3, 40, 24), (1, 14, 14)])
@pytest.mark.parametrize("most", [10**9, 0])
def test_pictures_are_fitted_to_the_network(shape, most, monkeypatch):
    monkeypatch.setattr("cnnviz.train.feed.MOST_FITTED", most)
    channels, height, width = shape
    body = Chain("", (Conv2d(channels, 2, 3, padding=1), Flatten(), Linear(2 * height * width, 10)))
    config = dataclasses.replace(CONFIG, network=Network("Fits", shape, body), epochs=1)
    for data in (toy(60), toy(60, (3, 32, 32))):
        assert isinstance(list(train(config, dataset=data))[-1], Finished)


def test_a_single_last_picture_does_not_break_batch_norm():
    network = Network(
        "Norm", (1, 28, 28), Chain("", (Flatten(), Linear(784, 8), BatchNorm1d(8), Linear(8, 10)))
    )
    config = dataclasses.replace(CONFIG, network=network, validation_fraction=0.0, batch_size=20, epochs=1)
    events = list(train(config, dataset=toy(101)))
    assert isinstance(events[-1], Finished)
    assert events[0].steps_per_epoch == 5


def test_a_network_that_does_not_end_in_a_score_a_class_is_refused():
    body = Chain("", (Flatten(), Linear(784, 7)))
    config = dataclasses.replace(CONFIG, dataset="folder:toys", network=Network("Seven", (1, 28, 28), body))
    with pytest.raises(
        SpecError, match="must end in 10 scores"
    ):  # a folder's classes are known once it is loaded
        list(train(config, dataset=toy()))


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing():
    config = TrainConfig(tiny_network(), schedule="one_cycle", learning_rate=1.0)
    rates = [rate_at(config, step, 100, 10) for step in range(100)]
    assert max(rates) == pytest.approx(1.0, abs=0.02)
    assert rates.index(max(rates)) in {29, 30}
    assert rates[0] < 0.02
    assert 0 < rates[-1] < 0.01
    assert all(rate > 0 for rate in rates)
