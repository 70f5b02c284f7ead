"""Memory before the start: exact where it can be, and never far from what a real training takes."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from cnnviz import zoo
from cnnviz.shapes.memory import memory
from cnnviz.train.config import TrainConfig
from cnnviz.train.devices import Device
from cnnviz.train.estimate import (
    BASELINE,
    MARGIN,
    MOST_BATCH,
    WITHIN,
    _evaluated,
    _Known,
    estimate,
    largest_after_overflow,
    largest_batch,
)
from tests.train.conftest import tiny_network

GB = 1_000_000_000
GPU = Device("cuda:0", "a GPU", "cuda", 4 * GB, 8 * GB)

# Peak of the resident memory of a training like the loop's, with the worker's allocator.
TRAINED = """
import json, resource, sys
from cnnviz.train.worker import keep_memory, yield_cores
keep_memory(); yield_cores()
import torch
from cnnviz.train.config import TrainConfig
from cnnviz.train.loop import train
config = TrainConfig.from_json(sys.stdin.read())
for event in train(config):
    pass
assert type(event).__name__ == "Finished", event
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)))
"""


def config_of(network, **changes):
    return TrainConfig(network, **({"device": "cpu", "batch_size": 64} | changes))


def test_what_is_kept_is_what_shapes_memory_says():
    config = config_of(zoo.get("lenet"), optimizer="adam", batch_size=32)
    found, exact = estimate(config), memory(config.network, 32, "adam")
    assert found.gradients == exact.gradients
    assert found.weights == 2 * exact.weights  # the best ones so far, too
    assert found.optimizer == exact.optimizer == 2 * exact.weights
    assert found.activations == exact.activations
    assert found.data == (1438 + 359) * (28 * 28 + 8)
    assert found.total >= exact.total + found.data + BASELINE["cpu"]


@pytest.mark.parametrize("name", ["lenet", "digit_recognizer", "densenet"])
@pytest.mark.parametrize("free", [1.5 * GB, 2 * GB, 6 * GB])
def test_the_largest_batch_fits_and_one_more_does_not(name, free):
    network = zoo.get(name, channels=1, size=32, classes=10)
    device = Device("cuda:0", "a GPU", "cuda", int(free), 8 * GB)
    config = config_of(network, device="cuda:0")
    found = estimate(config, device).largest_batch
    assert found == largest_batch(config, int(free), "cuda")
    assert 1 < found <= MOST_BATCH
    assert estimate(replace(config, batch_size=found), device).fits
    if found < MOST_BATCH:
        assert _Known(config, "cuda", int(free)).total(found + 1) > MARGIN * int(free)


def test_the_largest_batch_is_what_trying_them_all_by_halves_finds():
    config = config_of(zoo.get("resnet18", channels=1, size=64, classes=10))
    known, room = _Known(config, "cuda", 3 * GB), int(MARGIN * 3 * GB)
    low, high = 0, MOST_BATCH
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if known.total(middle) <= room else (low, middle - 1)
    assert largest_batch(config, 3 * GB, "cuda") == low


def test_where_not_even_one_picture_fits_the_largest_batch_is_none():
    found = estimate(config_of(zoo.get("vgg19", classes=10)), Device("cuda:0", "old", "cuda", GB, GB))
    assert (found.largest_batch, found.fits) == (0, False)


def test_a_device_that_does_not_tell_its_memory_is_not_judged():
    found = estimate(config_of(tiny_network()), Device("mps", "Apple MPS", "mps"))
    assert (found.free, found.fits, found.largest_batch) == (0, True, MOST_BATCH)


def test_several_devices_have_each_their_part_of_the_batch():
    network = zoo.get("digit_recognizer")
    alone = estimate(config_of(network, device="cuda:0"), GPU)
    both = estimate(config_of(network, device="cuda:0+cuda:1"), GPU)
    assert both.activations == memory(network, 32).activations
    assert both.largest_batch == 2 * alone.largest_batch
    cpu = Device("cpu", "a CPU", "cpu", 4 * GB, 8 * GB, 2)
    assert estimate(config_of(network, device="cpu+cpu"), cpu).free == 2 * GB  # two processes, one memory


def test_data_that_are_too_large_for_the_device_are_read_batch_by_batch():
    network = zoo.get("resnet18", channels=3, size=224, classes=10)
    large = config_of(network, dataset="cifar10", device="cuda:0", batch_size=8)
    assert estimate(large, GPU).data == 0
    assert estimate(large, replace(GPU, memory_free=80 * GB)).data == 60_000 * (3 * 224 * 224 + 8)


def test_evaluation_asks_about_as_many_pictures_as_the_feed():
    import torch

    from cnnviz.data.datasets import load
    from cnnviz.train.feed import Feed

    for size in (28, 64):
        network = zoo.get("resnet18", channels=1, size=size, classes=10)
        feed = Feed(load("digits", shape=network.input_shape), config_of(network), torch.device("cpu"))
        assert feed.evaluation_batch == _evaluated(network)


@pytest.mark.parametrize(
    ("network", "batch"),
    [(zoo.get("lenet"), 32), (zoo.get("digit_recognizer"), 1024)],
    ids=["LeNet, batch 32", "DigitRecognizer, batch 1024"],
)
def test_a_real_training_peaks_near_the_estimate(network, batch):
    config = config_of(network, batch_size=batch, epochs=1)
    done = subprocess.run(
        [sys.executable, "-c", TRAINED], input=config.to_json(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    peak, said = json.loads(done.stdout.splitlines()[-1]), estimate(config).total
    assert said / WITHIN <= peak <= said * WITHIN, f"peak {peak / 1e6:.0f} MB, estimated {said / 1e6:.0f} MB"


def test_after_an_overflow_the_advice_is_always_a_smaller_batch():
    from cnnviz.train.devices import emptied

    config = config_of(zoo.get("lenet"), batch_size=512)
    assert largest_after_overflow(config, GPU) == 256  # though the estimate thinks that it fits
    assert largest_after_overflow(replace(config, batch_size=1), GPU) == 0
    assert 0 < largest_after_overflow(config, emptied("cpu")) <= 256


def test_a_batch_is_never_larger_than_what_there_is_to_learn_from():
    lenet = zoo.get("lenet")
    whole, huge = (
        estimate(config_of(lenet, batch_size=size, validation_fraction=0.1)) for size in (1294, 8192)
    )
    assert huge.activations == whole.activations
    assert huge.total == whole.total
