"""Where a training can run: the CPU, each CUDA GPU by name, Apple's MPS. Torch is imported when asked."""

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from cnnviz.errors import DeviceError
from cnnviz.train import queue

SEVERAL = "+"
"""Between the ids of devices that share each batch: "cuda:0+cuda:1"."""

SLOWEST_ANSWER = 10.0
"""Seconds that nvidia-smi has to say how much memory is free."""


@dataclass(frozen=True, slots=True)
class Device:
    """One place to compute.

    Attributes:
        id: what a config calls it: "cpu", "cuda:0", "mps".
        name: the maker's name.
        kind: "cpu", "cuda" or "mps".
        memory_free, memory_total: bytes; 0 where the system does not tell.
        cores: of the CPU; 0 for the others.
        users: the names of the runs that compute on it or wait for it, in their order.
    """

    id: str
    name: str
    kind: Literal["cpu", "cuda", "mps"]
    memory_free: int = 0
    memory_total: int = 0
    cores: int = 0
    users: tuple[str, ...] = ()


def available(root: Path | None = None) -> list[Device]:
    """Return the devices of this machine, the CPU first.

    Args:
        root: the folder of the runs whose queue tells the users; the one of ``runs.runs_root`` by default.
    """
    import torch  # noqa: PLC0415

    from cnnviz.train.runs import runs_root  # noqa: PLC0415

    users = queue.users(root or runs_root())
    devices = [_cpu(users.get("cpu", ()))]
    if torch.cuda.is_available():
        known = _gpu_memory()
        for number in range(torch.cuda.device_count()):
            id_, properties = f"cuda:{number}", torch.cuda.get_device_properties(number)
            free, total = known.get(_uuid(str(getattr(properties, "uuid", "")))) or torch.cuda.mem_get_info(
                number
            )
            devices.append(Device(id_, properties.name, "cuda", free, total, users=users.get(id_, ())))
    if torch.backends.mps.is_available():
        devices.append(Device("mps", "Apple MPS", "mps", users=users.get("mps", ())))
    return devices


def resolve(wanted: str, root: Path | None = None) -> str:
    """Return the id of the device that is meant, see ``pick``; "cpu" is known without torch.

    Raises:
        DeviceError: if it is not there; lists what is.
    """
    if set(wanted.split(SEVERAL)) == {"cpu"}:
        return wanted
    return SEVERAL.join(device.id for device in pick(wanted, available(root)))


def pick(wanted: str, devices: Sequence[Device]) -> list[Device]:
    """Return the devices that are meant, one for each process of a training.

    "auto" takes among the CUDA GPUs that the fewest runs use the one with most free memory, then MPS, then the
    CPU. Several ("cuda:0+cuda:1") stay several.

    Raises:
        DeviceError: if one is not there; lists what is.
    """
    if wanted == "auto":
        gpus = [device for device in devices if device.kind == "cuda"]
        return [max(gpus, key=lambda gpu: (-len(gpu.users), gpu.memory_free), default=devices[-1])]
    known = {device.id: device for device in devices}
    ids = parts("cuda:0" if wanted == "cuda" else wanted)
    for each in ids:
        if each not in known:
            raise DeviceError(
                "there is no device `{device}` here; there are: {known}",
                device=each[:40], known=", ".join(["auto", *known]),
            )  # fmt: skip
    twice = len(set(ids)) < len(ids)
    if twice and set(ids) != {"cpu"}:
        raise DeviceError("`{device}` names the same GPU twice", device=wanted[:80])
    return [known[each] for each in ids]


def parts(device: str) -> tuple[str, ...]:
    """Return the ids of the single devices that a resolved device is made of: one for each process."""
    return tuple(device.split(SEVERAL))


def emptied(device: str) -> Device:
    """Return one of our devices with as much free memory as it had without this process."""
    import torch  # noqa: PLC0415

    found = pick(parts(device)[0], available())[0]
    if found.kind == "cuda":
        return replace(found, memory_free=found.memory_free + torch.cuda.memory_reserved(found.id))
    ours = sum(
        int(line.split()[1]) * 1024 for line in _lines("/proc/self/status") if line.startswith("RssAnon:")
    )
    return replace(found, memory_free=found.memory_free + ours)


def name_of(wanted: str) -> str:
    """Return the name of a device by its id; the id itself where it is not there."""
    names = {device.id: device.name for device in available()}
    each = [names.get(part, part) for part in parts(wanted)]
    return (
        each[0] if len(each) == 1 else f"{len(each)} × {each[0]}" if len(set(each)) == 1 else " + ".join(each)
    )


def _cpu(users: tuple[str, ...]) -> Device:
    free, total = _memory()
    return Device("cpu", _processor(), "cpu", free, total, queue.cores(), users)


def _memory() -> tuple[int, int]:
    """Return the free and all memory in bytes, those of our container where it has less; 0 where nobody tells."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total, free = page * os.sysconf("SC_PHYS_PAGES"), page * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        total, free = 0, 0
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemAvailable:"):  # what the file cache holds can be had
            free = int(line.split()[1]) * 1024
    limit, used = ("".join(_lines(f"/sys/fs/cgroup/memory.{name}")) for name in ("max", "current"))
    if limit.isdecimal() and used.isdecimal():
        total = min(total, int(limit))
        free = min(free, max(0, int(limit) - int(used)))
    return free, total


def _gpu_memory() -> dict[str, tuple[int, int]]:
    """Return free and all bytes of each NVIDIA GPU by its uuid, as nvidia-smi says them; {} without it.

    Asking torch would make a context on each GPU, which takes half a gigabyte there and stays.
    """
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return {}
    asked = [tool, "--query-gpu=uuid,memory.free,memory.total", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(  # noqa: S603
            asked,
            capture_output=True,
            text=True,
            timeout=SLOWEST_ANSWER,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout
        rows = [line.split(",") for line in said.splitlines() if line.strip()]
        return {_uuid(uuid): (int(free) << 20, int(total) << 20) for uuid, free, total in rows}
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}


def _uuid(text: str) -> str:
    return text.strip().removeprefix("GPU-").lower()


@cache
def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "CPU"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return []
