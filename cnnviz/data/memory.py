"""How much memory is free, where pictures may lie."""

from pathlib import Path

import torch

SHARE = 3
"""Pictures may take one part in so many of what is free; the rest is the training's."""


def room(device: torch.device | None = None) -> int:
    """Return the bytes that a data set may take on a device: a third of what is free there.

    Args:
        device: the CPU where it is not given.

    Returns:
        As much as anybody could want, where the system does not tell.
    """
    free = _free(device or torch.device("cpu"))
    return free // SHARE if free else 2**62


def _free(device: torch.device) -> int:
    match device.type:
        case "cuda":
            return int(torch.cuda.mem_get_info(device)[0])
        case "mps":
            return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
        case _:
            return _free_here()


def _free_here() -> int:
    """Return the free bytes of this machine, or of our container where it has less; 0 where nobody tells."""
    free = 0
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    limit, used = (_read(f"/sys/fs/cgroup/memory.{name}").strip() for name in ("max", "current"))
    if limit.isdecimal() and used.isdecimal():
        free = min(free, max(0, int(limit) - int(used)))
    return free


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
