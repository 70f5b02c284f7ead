"""The same batches, wherever the pictures lie: on the device, in memory, or in files that a loader reads ahead."""

import gc

import pytest
import torch
from PIL import Image

from cnnviz.data.datasets import fingerprint, load
from cnnviz.data.folder import Files
from cnnviz.errors import DataError
from cnnviz.spec import Chain, Flatten, Linear, Network
from cnnviz.train.config import TrainConfig
from cnnviz.train.feed import Feed
from tests.train.conftest import tiny_network

CPU = torch.device("cpu")


def network(shape=(3, 12, 16), classes=2):
    return Network("Line", shape, Chain("", (Flatten(), Linear(shape[0] * shape[1] * shape[2], classes))))


@pytest.fixture
def pets(tmp_path):
    chance = torch.Generator().manual_seed(0)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(20):
            pixels = torch.randint(0, 256, (18, 25, 3), generator=chance, dtype=torch.uint8)
            Image.fromarray(pixels.numpy()).save(tmp_path / name / f"{number}.png")
    return tmp_path


def batches(feed, *, plan=True):
    """One epoch of training batches, then validation, then test: pictures and labels."""
    order = feed.train[torch.randperm(len(feed.train), generator=torch.Generator().manual_seed(3))].split(5)
    if plan:
        feed.plan(order)
    found = [feed.learn(numbers) for numbers in order]
    found += [feed.validate(first) for first in range(0, len(feed.validation), feed.evaluation_batch)]
    return found + [feed.test(first) for first in range(0, feed.test_count, feed.evaluation_batch)]


def same(one, other):
    return len(one) == len(other) and all(
        torch.equal(x, u) and torch.equal(y, v) for (x, y), (u, v) in zip(one, other, strict=True)
    )


def test_a_folder_gives_the_same_batches_from_memory_and_from_its_files(pets, monkeypatch):
    monkeypatch.setattr(Feed, "evaluation_batch", 3)
    config = TrainConfig(
        network(), f"folder:{pets}", augment=("flip", "crop", "colour"), validation_fraction=0.25
    )
    in_memory = load(config.dataset, shape=(3, 12, 16))
    in_files = load(config.dataset, shape=(3, 12, 16), room=3 * 12 * 16 * 40 - 1)
    assert isinstance(in_memory.train_x, torch.Tensor)
    assert isinstance(in_files.train_x, Files)
    assert (in_files.mean, in_files.std) == (in_memory.mean, in_memory.std)
    resident, loaded = Feed(in_memory, config, CPU), Feed(in_files, config, CPU)
    assert (resident.resident, loaded.resident) == (True, False)
    want = batches(resident)
    before = torch.random.get_rng_state()
    assert same(batches(loaded), want)
    assert torch.equal(torch.random.get_rng_state(), before)  # dropout's numbers are as without a loader
    assert same(
        [resident.learn(resident.train[:5])], [loaded.learn(loaded.train[:5])]
    )  # a second epoch, unplanned
    del loaded
    gc.collect()  # ends the readers here, where a warning of theirs would be seen


def test_what_is_asked_out_of_its_turn_is_read_at_once_and_the_plan_goes_on(pets):
    data = load(f"folder:{pets}", shape=(3, 12, 16), room=0)
    feed = Feed(data, TrainConfig(network(), data.name), CPU)
    order = feed.train.split(4)
    feed.plan(order)
    first = feed.learn(order[0])[0]
    assert torch.equal(feed.learn(order[3])[0], feed.learn(order[3])[0])
    assert torch.equal(feed.learn(order[0])[0], first)
    assert torch.equal(feed.learn(order[1])[1], data.train_y[order[1]])
    feed.plan(order[2:])  # the epoch is left in the middle and begun anew from there
    assert torch.equal(feed.learn(order[2])[0], feed.learn(order[2])[0])


def test_a_file_that_becomes_unreadable_is_named_in_one_sentence(pets):
    data = load(f"folder:{pets}", shape=(3, 12, 16), room=0)
    feed = Feed(data, TrainConfig(network(), data.name), CPU)
    name = data.train_x.paths[7]
    (pets / name).write_bytes(b"no picture any more")
    feed.plan([torch.tensor([7, 8])])
    with pytest.raises(DataError, match=name) as raised:
        feed.learn(torch.tensor([7, 8]))
    assert "Traceback" not in str(raised.value)


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 32, 32), (3, 20, 36)])
def test_pictures_that_do_not_fit_on_the_device_give_the_same_batches(shape):
    config = TrainConfig(network(shape, 10), "digits", augment=("shift",))
    data = load("digits")
    there, border = Feed(data, config, CPU), 28 * 28 * shape[0] * 1797
    elsewhere = Feed(data, config, CPU, room=border - 1)
    unfitted = Feed(data, config, CPU, room=border)
    assert [feed.resident for feed in (there, elsewhere, unfitted)] == [True, False, True]
    assert (there.mean, there.std) == (elsewhere.mean, elsewhere.std)
    want = batches(there)
    assert same(batches(elsewhere), want)
    assert same(batches(unfitted), want)


def test_the_random_changes_go_on_where_their_state_was_taken():
    feed = Feed(load("digits"), TrainConfig(tiny_network(), augment=("rotate", "drawing")), CPU)
    feed.learn(feed.train[:8])
    state = feed.state()
    want = [feed.learn(feed.train[8:16])[0], feed.learn(feed.train[16:20])[0]]
    fresh = Feed(load("digits"), TrainConfig(tiny_network(), augment=("rotate", "drawing")), CPU)
    fresh.load_state(state)
    assert torch.equal(fresh.learn(feed.train[8:16])[0], want[0])
    assert torch.equal(fresh.learn(feed.train[16:20])[0], want[1])


def test_two_devices_that_share_a_batch_see_what_one_would_see():
    kinds = ("flip", "crop", "shift", "rotate", "colour", "drawing")
    one, first, second = (
        Feed(load("digits"), TrainConfig(tiny_network(), augment=kinds), CPU) for _ in range(3)
    )
    for start in (0, 9):
        numbers = one.train[start : start + 9]
        parts = [first.learn(numbers[:5], total=9, first=0), second.learn(numbers[5:], total=9, first=5)]
        whole = one.learn(numbers)
        assert torch.equal(torch.cat([x for x, _ in parts]), whole[0])
        assert torch.equal(torch.cat([y for _, y in parts]), whole[1])


def test_the_handful_is_of_every_class_and_always_the_same():
    data = load("digits")
    feed = Feed(data, TrainConfig(network((1, 32, 32), 10)), CPU)
    numbers, pictures, labels = feed.handful(12)
    assert labels.tolist() == [*range(10), 0, 1]
    assert set(numbers.tolist()) <= set(feed.validation.tolist())
    assert (pictures.shape, pictures.dtype) == ((12, 1, 32, 32), torch.uint8)
    assert torch.equal(pictures[:, :, 2:30, 2:30], data.train_x[numbers])
    where = {number: place for place, number in enumerate(feed.validation.tolist())}
    place = where[int(numbers[0])]
    assert torch.equal(feed.as_input(pictures[:1]), feed.validate(0)[0][place : place + 1])
    lone = Feed(data, TrainConfig(tiny_network(), validation_fraction=0.0), CPU)
    assert set(lone.handful(3)[0].tolist()) <= set(lone.train.tolist())


def test_a_fingerprint_tells_data_apart(pets):
    first = fingerprint(load("digits"))
    assert first == fingerprint(load("digits"))
    changed = load("digits")
    changed.train_x[5, 0, 3, 3] ^= 1
    assert fingerprint(changed) != first
    relabelled = load("digits")
    relabelled.test_y[0] = (relabelled.test_y[0] + 1) % 10
    assert fingerprint(relabelled) != first
    name = f"folder:{pets}"
    lazy = fingerprint(load(name, room=0))
    assert lazy == fingerprint(load(name, room=0))
    (pets / "cat" / "0.png").unlink()
    assert fingerprint(load(name, room=0)) != lazy


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU here")
def test_a_gpu_gets_the_same_batches_from_its_own_memory_and_through_pinned_memory(pets):
    gpu = torch.device("cuda:0")
    config = TrainConfig(network((1, 28, 28), 10), "digits", augment=("flip", "shift", "colour"))
    resident, loaded = Feed(load("digits"), config, gpu), Feed(load("digits"), config, gpu, room=0)
    assert (resident.resident, loaded.resident) == (True, False)
    found, cpu = batches(resident), batches(Feed(load("digits"), config, CPU))
    assert same(batches(loaded), found)
    assert all(torch.allclose(x.cpu(), u, atol=1e-5) for (x, _), (u, _) in zip(found, cpu, strict=True))
    files = TrainConfig(network(), f"folder:{pets}", augment=("flip",))
    lazy = Feed(load(files.dataset, shape=(3, 12, 16), room=0), files, gpu)
    assert same(batches(lazy), batches(Feed(load(files.dataset, shape=(3, 12, 16)), files, gpu)))
