"""Checkpoints come back whole, or not at all and with one sentence."""

import dataclasses
import json
import os
import pickle

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import RunError
from cnnviz.nets import checkpoint as room
from cnnviz.nets.build import build
from cnnviz.nets.checkpoint import Checkpoint, load, save
from cnnviz.spec import BatchNorm2d, Chain, Conv2d, Flatten, Linear, Network, to_data
from cnnviz.zoo import get
from tests.zoo.test_zoo import narrow

NETWORK = Network(
    "Small", (1, 8, 8), Chain("", (Conv2d(1, 2, 3), BatchNorm2d(2), Flatten(), Linear(72, 3, name="end")))
)


def sample() -> Checkpoint:
    torch.manual_seed(0)
    weights = build(NETWORK).state_dict()
    return Checkpoint(NETWORK, ("a", "b", "c"), (0.1,), (0.3,), "mnist", 2, 40, weights, {"seed": 0})


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("checkpoint") / "best.safetensors"
    save(path, sample())
    return path.read_bytes()


def test_what_is_saved_comes_back(tmp_path):
    path = tmp_path / "best.safetensors"
    save(path, sample())
    save(path, sample())
    back = load(path)
    for entry in dataclasses.fields(Checkpoint):
        if entry.name != "weights":
            assert getattr(back, entry.name) == getattr(sample(), entry.name)
    for name, tensor in sample().weights.items():
        assert torch.equal(back.weights[name], tensor)
    assert [entry.name for entry in tmp_path.iterdir()] == ["best.safetensors"]
    x = torch.rand(2, 1, 8, 8)
    again = build(NETWORK)
    again.load_state_dict(dict(sample().weights))
    assert torch.equal(back.module()(x), again.eval()(x))


@pytest.mark.parametrize("name", ["googlenet", "resnet18", "densenet"])
def test_a_network_with_branches_comes_back_with_its_weights(tmp_path, name):
    network, path = narrow(get(name)), tmp_path / "best.safetensors"
    torch.manual_seed(0)
    module = build(network)
    module(torch.rand(2, *network.input_shape))  # running mean and variance of the batch norms are kept too
    save(path, dataclasses.replace(sample(), network=network, weights=module.state_dict()))
    x = torch.rand(1, *network.input_shape)
    assert load(path).network == network
    with torch.no_grad():
        assert torch.equal(load(path).module()(x), module.eval()(x))


def test_weights_in_another_memory_order_come_back_equal(tmp_path):
    module = build(NETWORK).to(memory_format=torch.channels_last)
    save(tmp_path / "x", dataclasses.replace(sample(), weights=module.state_dict()))
    assert torch.equal(load(tmp_path / "x").weights["0.weight"], module.state_dict()["0.weight"])


@given(st.data())
def test_a_file_cut_short_or_changed_is_refused_or_read_but_never_crashes(tmp_path_factory, written, data):
    content = bytearray(written)
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
        must_fail = True
    else:
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
        must_fail = False
    path = tmp_path_factory.mktemp("damaged") / "x.safetensors"
    path.write_bytes(content)
    try:
        load(path)
    except RunError as error:
        assert "damaged" in str(error)
    else:
        assert not must_fail


def test_what_is_none_of_ours_is_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    for content in (b"", b"PK\x03\x04", pickle.dumps({"a": 1}), b"\xff" * 100, b"x" * 5000):
        path.write_bytes(content)
        with pytest.raises(RunError, match="damaged or none of cnnviz"):
            load(path)
    safetensors.torch.save_file({"w": torch.zeros(2)}, path)
    with pytest.raises(RunError, match="none of cnnviz"):
        load(path)
    with pytest.raises(RunError, match="there is no checkpoint"):
        load(tmp_path / "nothing")
    with pytest.raises(RunError, match="cannot be read"):
        load(tmp_path)


def forged(path, *, weights=None, **changes) -> None:
    about = {
        "version": 1, "network": to_data(NETWORK), "classes": ["a", "b", "c"], "mean": [0.1], "std": [0.3],
        "dataset": "mnist", "epoch": 1, "step": 1, "card": {},
    } | changes  # fmt: skip
    tensors = weights if weights is not None else dict(sample().weights)
    safetensors.torch.save_file(tensors, path, {"cnnviz": json.dumps(about)})


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2}, {"mean": [0.1, 0.2]}, {"mean": ["x"]}, {"std": [0.0]}, {"std": [float("nan")]},
        {"std": "1"}, {"classes": []}, {"classes": [1]}, {"network": {}}, {"epoch": None}, {"card": 3},
        {"network": to_data(Network("Other", (1, 8, 8), Chain("", (Flatten(), Linear(64, 3)))))},
        {"network": to_data(NETWORK.with_input((1, 9, 9)))},
    ],
)  # fmt: skip
def test_metadata_that_do_not_fit_are_refused(tmp_path, changes):
    forged(tmp_path / "good")
    load(tmp_path / "good")
    forged(tmp_path / "bad", **changes)
    with pytest.raises(RunError, match="damaged or none of cnnviz"):
        load(tmp_path / "bad")


def test_weights_that_do_not_fit_the_network_are_refused(tmp_path):
    weights = dict(sample().weights)
    for wrong in (
        {name: tensor for name, tensor in weights.items() if name != "end.bias"},
        weights | {"more": torch.zeros(1)},
        weights | {"end.bias": torch.zeros(4)},
        weights | {"end.bias": torch.zeros(3, dtype=torch.float64)},
        weights | {"end.bias": torch.tensor([0.0, float("nan"), 0.0])},
    ):
        forged(tmp_path / "bad", weights=wrong)
        with pytest.raises(RunError, match="damaged or none of cnnviz"):
            load(tmp_path / "bad")


def test_too_large_a_file_is_refused_unread(tmp_path, monkeypatch):
    save(tmp_path / "x", sample())
    monkeypatch.setattr(room, "MOST_BYTES", 100)
    with pytest.raises(RunError, match="too large"):
        load(tmp_path / "x")


def test_a_disk_that_is_full_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "last.safetensors"
    save(path, sample())
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(path, dataclasses.replace(sample(), epoch=3))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["last.safetensors"]
