"""What this machine has, and what it has not; GPUs that it lacks are played."""

from dataclasses import dataclass, replace

import pytest
import torch

from cnnviz.errors import DeviceError
from cnnviz.train import devices, queue
from cnnviz.train.devices import Device, available, name_of, parts, pick, resolve

CPU = Device("cpu", "a CPU", "cpu", 1000, 2000, 4)
FULL = Device("cuda:0", "a GPU", "cuda", 10, 80)
EMPTY = Device("cuda:1", "a GPU", "cuda", 70, 80)


def test_the_cpu_is_there_with_its_name_cores_and_memory():
    cpu = available()[0]
    assert (cpu.id, cpu.kind) == ("cpu", "cpu")
    assert cpu.name
    assert cpu.cores >= 1
    assert 0 < cpu.memory_free <= cpu.memory_total
    assert name_of("cpu") == cpu.name
    assert name_of("cpu+cpu") == f"2 × {cpu.name}"


def test_auto_takes_a_device_that_is_there():
    assert resolve("auto") in {device.id for device in available()}
    assert resolve("cpu") == "cpu"
    assert resolve("cpu+cpu") == "cpu+cpu"


@pytest.mark.parametrize("wanted", ["cuda:99", "tpu", "", "../cpu", "cpu+cuda:99", "cpu+"])
def test_an_unknown_device_is_refused_with_the_known_ones(wanted):
    with pytest.raises(DeviceError, match="auto, cpu"):
        resolve(wanted)


def test_auto_takes_the_gpu_that_the_fewest_use_then_the_emptiest():
    def ids(*found):
        return [device.id for device in pick("auto", [CPU, *found])]

    assert ids(FULL, EMPTY) == ["cuda:1"]
    assert ids(FULL, replace(EMPTY, users=("ada",))) == ["cuda:0"]
    assert ids(replace(FULL, users=("ada", "ben")), replace(EMPTY, users=("carl",))) == ["cuda:1"]
    assert ids() == ["cpu"]
    assert ids(Device("mps", "Apple MPS", "mps")) == ["mps"]


def test_several_gpus_are_several_and_no_gpu_is_two():
    assert pick("cuda:0+cuda:1", [CPU, FULL, EMPTY]) == [FULL, EMPTY]
    assert pick("cuda", [CPU, FULL]) == [FULL]
    assert parts("cuda:0+cuda:1") == ("cuda:0", "cuda:1")
    with pytest.raises(DeviceError, match="twice"):
        pick("cuda:0+cuda:0", [CPU, FULL])


def test_a_device_knows_which_runs_use_it(tmp_path):
    with queue.place(tmp_path, ["cpu"], "ada"):
        assert available(tmp_path)[0].users == ("ada",)
    assert available(tmp_path)[0].users == ()


@dataclass
class Properties:
    name: str
    uuid: str


@pytest.fixture
def two_gpus(monkeypatch):
    """A machine with two GPUs, as torch tells of them."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda number: Properties(f"GPU {number}", f"ab-{number}")
    )
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda number: (number + 1, 10))


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Say what nvidia-smi says."""

    def say(script):
        tool = tmp_path / "nvidia-smi"
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return say


def test_the_driver_tells_the_memory_of_each_gpu_whatever_their_order(two_gpus, driver, tmp_path):
    driver("echo 'GPU-AB-1, 300, 400'; echo 'GPU-AB-0, 100, 200'")
    _cpu, first, second = available(tmp_path)
    assert (first.id, first.name, first.memory_free, first.memory_total) == (
        "cuda:0",
        "GPU 0",
        100 << 20,
        200 << 20,
    )
    assert (second.id, second.memory_free) == ("cuda:1", 300 << 20)
    assert resolve("auto", tmp_path) == "cuda:1"
    with queue.place(tmp_path, ["cuda:1"], "ada"):
        assert resolve("auto", tmp_path) == "cuda:0"


@pytest.mark.parametrize(
    "script", ["exit 1", "echo rubbish", "echo 'GPU-other, 1, 2'", "echo 'GPU-ab-0, [N/A], 3'"]
)
def test_without_an_answer_of_the_driver_torch_is_asked(two_gpus, driver, tmp_path, script):
    driver(script)
    assert [device.memory_free for device in available(tmp_path)[1:]] == [1, 2]


def test_a_driver_that_does_not_answer_stops_nothing(two_gpus, driver, tmp_path, monkeypatch):
    driver("exec sleep 20")
    monkeypatch.setattr(devices, "SLOWEST_ANSWER", 0.1)
    assert [device.memory_free for device in available(tmp_path)[1:]] == [1, 2]
