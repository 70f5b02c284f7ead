"""What this machine has, and what it has not."""

import pytest

from cnnviz.errors import DeviceError
from cnnviz.train.devices import available, name_of, resolve


def test_the_cpu_is_there_with_its_name_and_cores():
    cpu = available()[0]
    assert (cpu.id, cpu.kind) == ("cpu", "cpu")
    assert cpu.name
    assert cpu.cores >= 1
    assert name_of("cpu") == cpu.name


def test_auto_takes_a_device_that_is_there():
    assert resolve("auto") in {device.id for device in available()}
    assert resolve("cpu") == "cpu"


@pytest.mark.parametrize("wanted", ["cuda:99", "tpu", "", "../cpu"])
def test_an_unknown_device_is_refused_with_the_known_ones(wanted):
    with pytest.raises(DeviceError, match="auto, cpu"):
        resolve(wanted)
