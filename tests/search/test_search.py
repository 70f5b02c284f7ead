"""What a search varies: bounds, choices, grids, and the config of each trial."""

import json
import math

import pytest

from cnnviz import zoo
from cnnviz.errors import SpecError
from cnnviz.search.importance import LEAST_TRIALS, importance
from cnnviz.search.searches import Trial
from cnnviz.search.space import (
    MOMENTUM_USERS,
    Choice,
    Range,
    SearchConfig,
    proposed,
    read_space,
    text_of,
    variables,
)
from cnnviz.train.config import TrainConfig, suggested
from tests.train.conftest import tiny_network

BASE = TrainConfig(tiny_network(), device="cpu")
RATES = Range(1e-4, 1e-1, log=True)


def test_a_trial_is_the_base_with_its_values_and_without_the_test_pictures():
    config = SearchConfig(BASE, {"learning_rate": RATES, "optimizer": Choice(("adam", "sgd"))})
    trial = config.trial({"learning_rate": 0.01, "optimizer": "sgd"})
    assert (trial.learning_rate, trial.optimizer, trial.test) == (0.01, "sgd", False)
    assert trial.seed == BASE.seed
    assert trial.network == BASE.network
    assert BASE.test


def test_a_networks_options_make_another_network():
    base = suggested(zoo.get("lenet"))
    config = SearchConfig(base, {"network.activation": Choice(("relu", "tanh"))}, "lenet", {"pooling": "max"})
    trial = config.trial({"network.activation": "relu"})
    assert trial.network == zoo.get("lenet", activation="relu", pooling="max")


def test_what_augments_may_be_several_at_once():
    config = SearchConfig(BASE, {"augment": Choice(("none", "shift+rotate"))})
    assert config.trial({"augment": "none"}).augment == ()
    assert config.trial({"augment": "shift+rotate"}).augment == ("shift", "rotate")


def test_nesterov_stays_only_where_it_can_be():
    base = TrainConfig(tiny_network(), optimizer="sgd", nesterov=True)
    config = SearchConfig(base, {"optimizer": Choice(("adam", "sgd"))})
    assert not config.trial({"optimizer": "adam"}).nesterov
    assert config.trial({"optimizer": "sgd"}).nesterov


def test_momentum_is_no_matter_for_adam_and_a_grid_says_so_once():
    space = {"optimizer": Choice(("adam", "sgd")), "momentum": Choice((0.5, 0.9))}
    config = SearchConfig(BASE, space, sampler="grid", trials=100)
    found = config.grid()
    assert {"optimizer": "adam"} in found
    assert len(found) == config.most_trials == 3
    assert all(("momentum" in values) == (values["optimizer"] in MOMENTUM_USERS) for values in found)


def test_a_grid_has_its_bounds_and_equal_factors_between_its_values():
    values = RATES.grid()
    assert values == pytest.approx((1e-4, 1e-3, 1e-2, 1e-1))
    assert Range(2, 17, whole=True, points=4).grid() == (2, 7, 12, 17)
    assert Range(3, 3).grid() == (3,)
    odd = Range(0.12345678, 0.87654321, points=3).grid()
    assert (odd[0], odd[-1]) == (0.12345678, 0.87654321)


@pytest.mark.parametrize(
    ("space", "rule"),
    [
        ({}, "something to vary"),
        ({"speed": RATES}, "cannot vary `speed`"),
        ({"network.width": Choice((1,))}, "cannot vary"),
        ({"learning_rate": Range(0.1, 0.01)}, "from one number up to another"),
        ({"learning_rate": Range(0, 0.01)}, "from one number up to another"),
        ({"learning_rate": Range(math.nan, 0.01)}, "from one number up to another"),
        ({"momentum": Range(0, 0.9, log=True)}, "above 0 on a logarithmic scale"),
        ({"optimizer": Choice(("adam", "lion"))}, "optimizer"),
        ({"optimizer": Choice(())}, "1 to 12 different values"),
        ({"optimizer": RATES}, "must be one of some values"),
        ({"augment": Choice(("none", "shift+fly"))}, "augment"),
        ({"batch_size": Choice((0, 32))}, "from one number up to another"),
    ],
)
def test_a_space_that_cannot_be_is_refused_with_its_rule(space, rule):
    with pytest.raises(SpecError, match=rule):
        SearchConfig(BASE, space)


@pytest.mark.parametrize(
    "change",
    [{"sampler": "guess"}, {"pruner": "all"}, {"trials": 0}, {"trials": 5000}, {"parallel": 99}, {"seconds": -1}, {"seconds": math.nan}],
)  # fmt: skip
def test_numbers_out_of_their_bounds_are_refused(change):
    with pytest.raises(SpecError):
        SearchConfig(BASE, {"learning_rate": RATES}, **change)


def test_a_search_needs_validation_pictures():
    with pytest.raises(SpecError, match="validation_fraction"):
        SearchConfig(TrainConfig(tiny_network(), validation_fraction=0.0), {"learning_rate": RATES})


def test_a_search_goes_through_json_and_back():
    base = suggested(zoo.get("simple_cnn"))
    space = {
        "batch_size": Choice((16, 32)), "learning_rate": RATES, "network.dropout": Range(0.0, 0.5),
    }  # fmt: skip
    config = SearchConfig(base, space, "simple_cnn", {}, "random", "none", 7, 60.0, 2, 3)
    assert SearchConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cnnviz_search": 2}', '{"cnnviz_search": 1, "base": 3}', "9" * 5000]
)
def test_what_is_no_search_is_refused(text):
    with pytest.raises(SpecError):
        SearchConfig.from_json(text)


def test_a_json_with_an_unknown_field_is_refused():
    data = json.loads(SearchConfig(BASE, {"learning_rate": RATES}).to_json()) | {"colour": "red"}
    with pytest.raises(SpecError, match="no search"):
        SearchConfig.from_json(json.dumps(data))


def test_texts_mean_spaces_and_are_written_back():
    texts = [
        "learning_rate=0.0001..0.1",
        "optimizer=adam,sgd",
        "network.batch_norm=false,true",
        "batch-size=16,32",
    ]
    space = read_space(texts, None)
    assert space["learning_rate"] == RATES
    assert space["network.batch_norm"] == Choice((False, True))
    assert space["batch_size"] == Choice((16, 32))
    assert [f"{name}={text_of(each)}" for name, each in space.items()] == [
        text.replace("-", "_") for text in texts
    ]
    for wrong in ("rate", "speed=1..2", "learning_rate=a..b", "learning_rate=x"):
        with pytest.raises(SpecError):
            read_space([wrong])


@pytest.mark.parametrize("name", list(zoo.ZOO))
def test_what_is_proposed_can_be_searched(name):
    base = suggested(zoo.get(name, channels=1, classes=10) if name != "vgg" else zoo.get(name))
    space = {each: proposed(base, each, name) for each in variables(name)}
    config = SearchConfig(base, space, name)
    assert list(config.space) == list(variables(name))


def test_importance_finds_what_decided():
    space = {"learning_rate": RATES, "optimizer": Choice(("adam", "sgd"))}
    trials = [
        Trial(number, "", {"learning_rate": 10 ** (-1 - 3 * number / 29), "optimizer": ("adam", "sgd")[number % 2]},
              "finished", 1, 1 - number / 30)
        for number in range(30)
    ]  # fmt: skip
    found = importance(space, trials)
    assert list(found) == ["learning_rate", "optimizer"]
    assert found["learning_rate"] > 0.8
    assert sum(found.values()) == pytest.approx(1)
    assert importance(space, trials[: LEAST_TRIALS - 1]) == {}
