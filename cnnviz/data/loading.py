"""Where the pictures of a training lie, and how batches of them come to the device.

    Resident   they all lie on the device; a batch is taken there by number
    Loaded     they lie in memory or files; a DataLoader fetches ahead what was announced

Both give the same pictures for the same numbers.
"""

import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as MapDataset

from cnnviz.data.folder import Files, Pictures
from cnnviz.errors import DataError

MOST_WORKERS = 8

Batch = tuple[int, Tensor]
"""Which part (a number of those that were given), and the numbers of the pictures in it."""


class Source(Protocol):
    """Batches of pictures by number, as uint8 (N, C, H, W) on the device."""

    def plan(self, batches: Iterable[Batch]) -> None:
        """Say what ``take`` will be asked for, in this order; it may be left out, and need not be kept to."""

    def take(self, part: int, numbers: Tensor) -> Tensor:
        """Return pictures of a part by number.

        Raises:
            DataError: if a file cannot be read.
        """


class Resident:
    """Pictures that all lie on the device."""

    def __init__(self, parts: Sequence[Tensor], device: torch.device) -> None:
        self._parts, self._device = [part.to(device) for part in parts], device

    def plan(self, batches: Iterable[Batch]) -> None:
        """Need nothing: every picture is there."""

    def take(self, part: int, numbers: Tensor) -> Tensor:
        """Return pictures of a part by number."""
        return self._parts[part][numbers.to(self._device)]


class Loaded:
    """Pictures that lie in memory or in files; those that were announced are fetched ahead.

    Files are read in processes of their own; on CUDA the batches go through pinned memory.

    Args:
        parts: the pictures.
        device: where the batches are wanted.
        workers: processes that read files; all cores but one, at least one and at most eight, by default.
    """

    def __init__(
        self, parts: Sequence[Pictures], device: torch.device, *, workers: int | None = None
    ) -> None:
        self._parts, self._device = list(parts), device
        in_files = any(isinstance(part, Files) for part in parts)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        count = min(max(1, cores - 1), MOST_WORKERS) if workers is None else workers
        count = count if in_files else 0
        self._order = _Order()
        self._loader: DataLoader[Any] = DataLoader(
            _ByNumber(self._parts), batch_sampler=self._order, num_workers=count, collate_fn=_as_it_is,
            pin_memory=device.type == "cuda", worker_init_fn=_die_with_parent, persistent_workers=count > 0,
            generator=torch.Generator(),  # else each epoch would take a number from torch's own, and change a training
        )  # fmt: skip
        self._coming: Iterator[Tensor | DataError] | None = None
        self._planned: deque[Batch] = deque()

    def plan(self, batches: Iterable[Batch]) -> None:
        """Begin to fetch these, in this order; what was announced before is forgotten."""
        self._order.batches = [(part, numbers.cpu()) for part, numbers in batches]
        self._planned = deque(self._order.batches)
        self._coming = iter(self._loader)

    def take(self, part: int, numbers: Tensor) -> Tensor:
        """Return pictures of a part by number; what is not the next of the announced is read at once.

        Raises:
            DataError: if a file cannot be read.
        """
        numbers = numbers.cpu()
        if self._coming and self._planned and _same(self._planned[0], (part, numbers)):
            self._planned.popleft()
            found = next(self._coming)
        else:
            found = _ByNumber(self._parts).__getitems__((part, numbers))
        if isinstance(found, DataError):
            raise found
        return found.to(self._device, non_blocking=True)


class _Order:
    """The batches that a loader fetches; it is asked anew for every plan."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def __iter__(
        self,
    ) -> Iterator[Any]:  # torch's types want lists of numbers; what it sends is its readers' affair
        return iter(self.batches)

    def __len__(self) -> int:
        return len(self.batches)


class _ByNumber(MapDataset[Any]):
    """Pictures as a DataLoader asks for them: a whole batch at a time."""

    def __init__(self, parts: Sequence[Pictures]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __getitem__(self, batch: Batch) -> Tensor | DataError:
        part, numbers = batch
        try:
            return self._parts[part][numbers]
        except (
            DataError
        ) as error:  # raised in a worker it would come as torch's words with a traceback in them
            return error

    def __getitems__(self, batch: Batch) -> Tensor | DataError:
        return self[batch]


def _as_it_is(batch: Any) -> Any:
    return batch


def _same(one: Batch, other: Batch) -> bool:
    return one[0] == other[0] and torch.equal(one[1], other[1])


def _die_with_parent(_worker: int) -> None:
    """End with the training: a reader that outlived it would hold the run's lock for some seconds more."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
