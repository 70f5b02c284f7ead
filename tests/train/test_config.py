"""A config checks itself and survives its JSON."""

import json
import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnviz import zoo
from cnnviz.errors import CnnvizError, DataError, SpecError
from cnnviz.nets.build import build
from cnnviz.spec import BatchNorm1d, BatchNorm2d, Chain, Conv2d, Flatten, Linear, Network
from cnnviz.train.config import (
    AUGMENTS,
    INITIALISATIONS,
    MODES,
    OPTIMIZERS,
    PATIENCE,
    SCHEDULES,
    TrainConfig,
    expected_seconds,
    suggested,
)
from tests.train.conftest import tiny_network

CONFIGS = st.builds(
    TrainConfig,
    network=st.just(tiny_network()),
    dataset=st.sampled_from(["digits", "mnist", "fashion_mnist", "cifar10"]),
    device=st.sampled_from(["auto", "cpu", "mps", "cuda", "cuda:0", "cuda:17", "cuda:0+cuda:1", "cpu+cpu"]),
    mode=st.sampled_from(MODES),
    compiled=st.booleans(),
    optimizer=st.sampled_from(OPTIMIZERS),
    learning_rate=st.floats(1e-9, 100),
    momentum=st.floats(0, 0.9999),
    weight_decay=st.floats(0, 1),
    schedule=st.sampled_from(SCHEDULES),
    step_epochs=st.integers(1, 100),
    step_factor=st.floats(1e-6, 1),
    warm_up=st.floats(0, 1000),
    batch_size=st.integers(1, 100_000),
    epochs=st.integers(1, 10_000),
    seed=st.integers(0, 2**31 - 1),
    validation_fraction=st.floats(0.01, 0.9),
    augment=st.sets(st.sampled_from(AUGMENTS)).map(tuple),
    label_smoothing=st.floats(0, 0.9),
    clip_norm=st.floats(0, 1e6),
    patience=st.integers(0, 100),
    initialisation=st.sampled_from(INITIALISATIONS),
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(CONFIGS)
def test_json_gives_the_same_config_back(config):
    assert TrainConfig.from_json(config.to_json()) == config


@given(
    st.sampled_from(
        [
            "dataset",
            "device",
            "optimizer",
            "learning_rate",
            "batch_size",
            "epochs",
            "seed",
            "augment",
            "network",
        ]
    ),
    JSON,
)
def test_any_value_in_a_file_is_taken_or_refused_with_a_sentence(name, value):
    data = json.loads(TrainConfig(tiny_network()).to_json()) | {name: value}
    try:
        config = TrainConfig.from_json(json.dumps(data))
    except CnnvizError as error:
        assert str(error)
    else:
        assert TrainConfig.from_json(config.to_json()) == config


@given(st.text(max_size=40))
def test_any_text_is_refused_with_a_sentence(text):
    with pytest.raises(SpecError):
        TrainConfig.from_json(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", math.nan), ("learning_rate", math.inf), ("learning_rate", 0), ("learning_rate", -1),
        ("learning_rate", "0.1"), ("learning_rate", True), ("momentum", 1), ("momentum", math.nan),
        ("weight_decay", -1), ("batch_size", 0), ("batch_size", 1.5), ("epochs", 0), ("epochs", True),
        ("seed", -1), ("validation_fraction", 1), ("validation_fraction", math.nan), ("label_smoothing", 1),
        ("optimizer", "lion"), ("schedule", "steps"), ("augment", "mixup"), ("device", "tpu"),
        ("device", "cuda:x"), ("device", None),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_named(tiny, name, value):
    with pytest.raises(SpecError) as caught:
        TrainConfig(tiny, **{name: value})
    assert f"`{name}`" in str(caught.value)


def test_an_unknown_data_set_is_refused_with_the_known_ones(tiny):
    with pytest.raises(DataError, match="digits, mnist, fashion_mnist, cifar10"):
        TrainConfig(tiny, "imagenet")


def test_a_network_with_the_wrong_number_of_scores_is_refused_with_both_numbers():
    with pytest.raises(
        SpecError, match="must end in 10 scores, one for each class of mnist, but it ends in 7"
    ):
        TrainConfig(tiny_network(classes=7), "mnist")


def test_a_network_that_ends_in_a_picture_is_refused_before_anything_is_built():
    huge = Network("N", (1, 8, 8), Chain("", (Conv2d(1, 10_000_000, 3),)))
    with pytest.raises(SpecError, match="must end in 10 scores.* ends in 10000000x6x6"):
        TrainConfig(huge)


def test_one_picture_at_a_time_is_refused_exactly_where_torch_refuses_it():
    flat = Network("N", (1, 2, 2), Chain("", (Flatten(), BatchNorm1d(4, name="norm"), Linear(4, 10))))
    small = Network("N", (1, 2, 2), Chain("", (Conv2d(1, 3, 2), BatchNorm2d(3, name="norm"), Flatten(), Linear(3, 10))))  # fmt: skip
    large = Network("N", (1, 2, 2), Chain("", (BatchNorm2d(1), Flatten(), Linear(4, 10))))
    for network in (flat, small):
        with pytest.raises(ValueError, match="more than 1 value per channel"):
            build(network).train()(torch.zeros(1, 1, 2, 2))
        with pytest.raises(SpecError, match=r"`batch_size` \(=1\) must be at least 2.*norm"):
            TrainConfig(network, batch_size=1)
        assert TrainConfig(network, batch_size=2)
    build(large).train()(torch.zeros(1, 1, 2, 2))
    assert TrainConfig(large, batch_size=1)


def test_unknown_and_missing_fields_are_refused(tiny):
    data = json.loads(TrainConfig(tiny).to_json())
    with pytest.raises(SpecError, match="no field `colour`"):
        TrainConfig.from_json(json.dumps(data | {"colour": 1}))
    del data["network"]
    with pytest.raises(SpecError, match="needs `network`"):
        TrainConfig.from_json(json.dumps(data))


def test_a_file_may_name_a_documented_network():
    config = TrainConfig.from_json('{"cnnviz_config": 1, "network": "lenet", "epochs": 2}')
    assert config == TrainConfig(zoo.get("lenet"), epochs=2)
    with pytest.raises(SpecError, match="there is no network `letnet`; there are: .*lenet"):
        TrainConfig.from_json('{"cnnviz_config": 1, "network": "letnet"}')


def test_a_mistake_in_the_network_names_its_place(tiny):
    data = json.loads(TrainConfig(tiny).to_json())
    data["network"]["body"][1]["padding"] = -1
    with pytest.raises(SpecError, match="padding.*-1"):
        TrainConfig.from_json(json.dumps(data))


def test_networks_with_sigmoids_are_offered_a_larger_rate(tiny):
    plain = Network("N", (1, 28, 28), Chain("", (Flatten(), Linear(784, 10))))
    assert suggested(tiny, "mnist").learning_rate > suggested(plain, "mnist").learning_rate
    assert suggested(tiny).epochs > suggested(tiny, "mnist").epochs


def test_large_networks_are_offered_the_fast_mode_and_fewer_epochs():
    small, large = suggested(zoo.get("lenet"), "mnist"), suggested(zoo.get("vgg11"), "mnist")
    assert (small.mode, large.mode) == ("exact", "fast")
    assert small.epochs > large.epochs == 1
    assert (large.initialisation, suggested(zoo.get("resnet18"), "mnist").initialisation) == (
        "kaiming",
        "auto",
    )


@pytest.mark.parametrize("name", zoo.ZOO)
@pytest.mark.parametrize("dataset", ["digits", "mnist", "fashion_mnist", "cifar10"])
def test_what_is_suggested_takes_three_minutes_or_the_least_there_is(name, dataset):
    config = suggested(zoo.get(name, **({"channels": 3} if dataset == "cifar10" else {})), dataset)
    assert config.epochs == 1 or expected_seconds(config) <= PATIENCE
    assert config == TrainConfig.from_json(config.to_json())


def test_a_folder_of_unknown_size_gets_a_suggestion_too(tmp_path):
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (8, 8)).save(tmp_path / name / "one.png")
    config = suggested(zoo.get("simple_cnn", channels=3, classes=2), f"folder:{tmp_path}")
    assert config.epochs == 15
    assert expected_seconds(config) == 0


def test_the_expected_time_grows_with_the_work_and_shrinks_with_the_cores(tiny):
    config = TrainConfig(tiny, "mnist", epochs=2)
    assert expected_seconds(replace(config, epochs=4)) == pytest.approx(2 * expected_seconds(config), rel=0.1)
    assert (
        expected_seconds(config, cores=8)
        < expected_seconds(config, cores=2)
        < expected_seconds(config, cores=1)
    )
    large = TrainConfig(zoo.get("digit_recognizer"), "mnist", epochs=2)
    assert expected_seconds(large) > 3 * expected_seconds(config)
    assert expected_seconds(replace(large, mode="fast")) < expected_seconds(large)
