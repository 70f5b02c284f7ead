"""The doctor names what a run has, says nothing of what it has not, and everything is in the catalogue's words."""

import math
from dataclasses import replace

import pytest

from cnnviz.spec import BatchNorm2d, Chain, Conv2d, Flatten, Linear, Network, ReLU, Sigmoid
from cnnviz.train.config import TrainConfig
from cnnviz.train.doctor import ORDER, examine
from cnnviz.train.events import Changed, EpochEnd, Failed, Finished, Started, Steps, Watched
from cnnviz.train.history import History

CLASSES = tuple("0123456789")
CHANCE = math.log(10)


def network(activation):
    return Network(
        "Small", (1, 28, 28), Chain("", (Conv2d(1, 4, 5), activation, Flatten(), Linear(2304, 10)))
    )


RELU, SIGMOID = (TrainConfig(network(layer), epochs=20) for layer in (ReLU(), Sigmoid()))


def story(losses, accuracies, *, epochs=(), config=RELU, watched=(), end=None):
    """A run of one event a step; ``epochs`` are (train accuracy, validation loss, validation accuracy)."""
    history = History()
    history.fold(Started(0.0, "cpu", "CPU", 900, 100, 100, 10, config.epochs, 1000, (), CLASSES))
    for step, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), 1):
        history.fold(Steps(step, 1, (loss,), (accuracy,), 0.001, 100.0, step / 10, 1.0))
    for epoch, (train, val_loss, val) in enumerate(epochs, 1):
        history.fold(EpochEnd(epoch, epoch * 10, 0.5, train, val_loss, val, epoch * 1.0))
    for event in [*watched, *([end] if end else [])]:
        history.fold(event)
    return examine(history, config)


def falling(count=200, start=2.3, last=0.1):
    return [last + (start - last) * math.exp(-5 * step / count) for step in range(count)]


def rising(count=200):
    return [1 - math.exp(-5 * step / count) for step in range(count)]


def said(findings):
    return [(finding.severity, str(finding.message)) for finding in findings]


def test_a_run_that_goes_well_gets_no_advice():
    assert story(falling(), rising(), epochs=[(0.9, 1 / n, 0.9) for n in range(1, 9)]) == ()


def test_a_run_that_has_just_begun_is_not_judged():
    assert story([2.31] * 5, [0.1] * 5) == ()


def test_a_loss_that_stays_where_guessing_is_has_not_learned():
    [(severity, text)] = said(story([CHANCE] * 150, [0.1] * 150))
    assert severity == "warning"
    assert "not learned anything yet: 10.0 % right" in text


def test_sigmoids_are_advised_patience_and_another_activation():
    [finding] = story([CHANCE] * 150, [0.1] * 150, config=SIGMOID)
    assert any("ReLU instead of sigmoid" in str(advice) for advice in finding.advice)


def test_a_loss_that_grows_diverges():
    losses = [*falling(60), *(0.2 * 1.2**step for step in range(40))]
    [(severity, text)] = said(story(losses, [0.3] * 100))
    assert severity == "warning"
    assert "grows instead of falling" in text


def test_numbers_that_are_not_finite_name_the_layer_first():
    end = Failed("the loss is no longer finite", {"layer": "0", "what": "gradient", "step": 41})
    first = story([2.0] * 40, [0.1] * 40, end=end)[0]
    assert first.severity == "error"
    assert "at step 41: the gradient of `0`" in str(first.message)
    assert any("0.0001" in str(advice) for advice in first.advice), "a tenth of the rate"


def test_learning_by_heart_is_seen_and_the_best_epoch_named():
    epochs = [(0.6 + 0.05 * n, [0.6, 0.5, 0.4, 0.5, 0.6, 0.7][n], 0.8 + 0.01 * (n == 2)) for n in range(6)]
    [finding] = story(falling(), rising(), epochs=epochs)
    assert "by heart" in str(finding.message)
    assert "grows since epoch 3" in str(finding.message)
    assert "3 is what Draw" in str(finding.advice[0])


def test_standing_still_is_seen_once_it_lasts():
    epochs = [(0.7, max(0.5, 1 - 0.1 * n), 0.7) for n in range(16)]
    assert "stands still: for 6 epochs" in said(story(falling(), rising(), epochs=epochs))[0][1]
    assert story(falling(), rising(), epochs=epochs[:9]) == ()


@pytest.mark.parametrize(
    ("config", "words"), [(RELU, "are dead: their ReLU"), (SIGMOID, "are saturated: where a sigmoid")]
)
def test_units_that_say_nothing_are_counted(config, words):
    look = Watched(200, 20.0, ("0", "3"), (1.0, 1.0), (0.1, 0.1), {"1": 0.8}, (), 0)
    findings = story(falling(), rising(), config=config, watched=[look])
    assert any(words in text and "80.0 % of the units of `1`" in text for _, text in said(findings))
    alive = Watched(200, 20.0, ("0", "3"), (1.0, 1.0), (0.1, 0.1), {"1": 0.2}, (), 0)
    assert story(falling(), rising(), config=config, watched=[alive]) == ()


def test_a_gradient_that_does_not_arrive_is_seen():
    look = Watched(200, 20.0, ("0", "1", "3"), (1.0, 1.0, 1.0), (1e-7, 1e-4, 0.1), {}, (), 0)
    assert "Almost no gradient" in said(story(falling(), rising(), watched=[look]))[0][1]


@pytest.mark.parametrize(
    ("train", "test", "words"), [(0.99, 0.985, "learned well"), (0.5, 0.5, "underfitting"), (0.99, 0.8, "")]
)
def test_the_end_is_judged_by_training_and_test(train, test, words):
    end = Finished(0.1, train, 0.1, train, 0.1, test, 3, 100.0, 20.0)
    texts = [text for _, text in said(story(falling(), rising(), end=end))]
    assert [words in text for text in texts] == ([True] if words else [])


def test_of_a_training_that_ended_well_the_good_comes_first():
    look = Watched(200, 20.0, ("0", "1", "3"), (1.0, 1.0, 1.0), (1e-7, 1e-4, 0.1), {}, (), 0)
    end = Finished(0.1, 0.99, 0.1, 0.99, 0.1, 0.985, 3, 100.0, 20.0)
    found = [severity for severity, _ in said(story(falling(), rising(), watched=[look], end=end))]
    assert found == ["good", "advice"]


def test_else_the_most_serious_comes_first():
    look = Watched(200, 20.0, ("0", "1", "3"), (1.0, 1.0, 1.0), (1e-7, 1e-4, 0.1), {}, (), 0)
    losses = [*falling(60), *(0.2 * 1.2**step for step in range(40))]
    found = [severity for severity, _ in said(story(losses, [0.3] * 100, watched=[look]))]
    assert found == sorted(found, key=ORDER.index)
    assert len(found) == 2


def test_a_training_that_learned_within_its_only_epoch_is_not_called_underfitting():
    end = Finished(1.5, 0.468, 0.4, 0.888, 0.4, 0.88, 1, 100.0, 20.0)
    assert story(falling(), rising(), end=end) == ()


def test_a_network_is_given_its_time_before_it_has_not_learned():
    assert story([CHANCE] * 50, [0.1] * 50) == (), "a quarter of the planned steps"
    assert story([CHANCE] * 150, [0.1] * 150, config=replace(RELU, warm_up=16)) == ()
    assert len(story([CHANCE] * 70, [0.1] * 70)) == 1


def test_the_rate_that_is_named_is_the_peak_with_what_was_changed_by_hand():
    one_cycle = replace(RELU, schedule="one_cycle", learning_rate=0.03)
    [finding] = story([CHANCE] * 150, [0.1] * 150, config=one_cycle)  # its momentary rate is 0.001
    assert "(now 0.03)" in str(finding.advice[0])
    doubled = Changed(150, "learning_rate", 0.002, 15.0)
    [finding] = story([CHANCE] * 150, [0.1] * 150, config=one_cycle, watched=[doubled])
    assert "(now 0.06)" in str(finding.advice[0])
    twice = [doubled, Changed(150, "learning_rate", 0.004, 15.0)]
    [finding] = story([CHANCE] * 150, [0.1] * 150, config=one_cycle, watched=twice)
    assert "(now 0.12)" in str(finding.advice[0])


@pytest.mark.parametrize(
    ("config", "word", "advised"),
    [
        (SIGMOID, "Xavier", False), (replace(SIGMOID, initialisation="torch"), "Xavier", True),
        (RELU, "Kaiming", True), (replace(RELU, initialisation="kaiming"), "Kaiming", False),
        (RELU, "batch norm", True), (TrainConfig(network(BatchNorm2d(4)), epochs=20), "batch norm", False),
    ],
)  # fmt: skip
def test_nothing_is_advised_that_is_in_force_already(config, word, advised):
    [finding] = story([CHANCE] * 150, [0.1] * 150, config=config)
    assert any(word in str(advice) for advice in finding.advice) == advised
