"""Where a training can run: the CPU, each CUDA GPU by name, Apple's MPS. Torch is imported when asked."""

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from cnnviz.errors import DeviceError


@dataclass(frozen=True, slots=True)
class Device:
    """One place to compute.

    Attributes:
        id: what a config calls it: "cpu", "cuda:0", "mps".
        name: the maker's name.
        kind: "cpu", "cuda" or "mps".
        memory_free, memory_total: bytes; 0 where the system does not tell.
        cores: of the CPU; 0 for the others.
    """

    id: str
    name: str
    kind: Literal["cpu", "cuda", "mps"]
    memory_free: int = 0
    memory_total: int = 0
    cores: int = 0


def available() -> list[Device]:
    """Return the devices of this machine, the CPU first."""
    import torch  # noqa: PLC0415

    devices = [_cpu()]
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(number)
            name = torch.cuda.get_device_name(number)
            devices.append(Device(f"cuda:{number}", name, "cuda", free, total))
    if torch.backends.mps.is_available():
        devices.append(Device("mps", "Apple MPS", "mps"))
    return devices


def resolve(wanted: str) -> str:
    """Return the id of the device that is meant: "auto" takes the emptiest CUDA GPU, then MPS, then the CPU.

    Raises:
        DeviceError: if it is not there; lists what is.
    """
    if wanted == "cpu":
        return wanted
    devices = available()
    gpus = [device for device in devices if device.kind == "cuda"]
    if wanted == "auto":
        best = max(gpus, key=lambda device: device.memory_free, default=devices[-1])
        return best.id
    wanted_id = "cuda:0" if wanted == "cuda" else wanted
    if wanted_id not in {device.id for device in devices}:
        raise DeviceError(
            "there is no device `{device}` here; there are: {known}",
            device=wanted[:40], known=", ".join(["auto", *(device.id for device in devices)]),
        )  # fmt: skip
    return wanted_id


def name_of(wanted: str) -> str:
    """Return the name of a device by its id; the id itself where it is not there."""
    return next((device.name for device in available() if device.id == wanted), wanted)


def _cpu() -> Device:
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total, free = page * os.sysconf("SC_PHYS_PAGES"), page * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        total, free = 0, 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Device("cpu", _processor(), "cpu", free, total, cores)


@cache
def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or "CPU"
