"""Several devices for one training: each process does its part of every batch, and torch's DDP averages the gradients.

The worker is the leader: it alone decides, evaluates, watches, saves and writes. The others (``follower``) hold the
same network, optimiser and data, and do the batches that the leader names over a pipe. So pause, stop, another rate,
resume and the run folder know nothing of them: a follower without a message waits, and without a leader it ends.

Sums are the same as in one process up to rounding, augmentation included; dropout's masks are each process's own.
Batch normalisation looks at the whole batch on CUDA (SyncBatchNorm) and at each process's own part on the CPU, where
the leader's running averages are kept.
"""

import io
import json
import os
import pickle
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from cnnviz import processes
from cnnviz.data.datasets import Dataset
from cnnviz.errors import CnnvizError, DeviceError
from cnnviz.train import devices, queue
from cnnviz.train.config import TrainConfig
from cnnviz.train.optimizer import Optimizer

BATCH, STATE, END = b"B", b"S", b"E"
"""What a message of the leader begins with."""

READY = b"ready"

PATIENCE = 120.0
"""Seconds that followers have to import torch."""

SILENCE = timedelta(minutes=5)
"""How long one process waits for another in the middle of a batch."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process's part of a batch.

    Attributes:
        numbers: of its pictures. first: place of the first of them in the whole batch. total: pictures in that.
        weight: the factor on the mean loss of this part. The mean over the processes of weight x mean loss is the
            mean loss of the whole batch, however unequal the parts are.
    """

    numbers: Tensor
    first: int
    total: int
    weight: float


class Team:
    """The processes that share each batch; for one process a team of nobody else, whose verbs do nothing.

    Attributes:
        device: where this process computes. rank, size: which one of how many; the leader is 0.
    """

    def __init__(self, device: torch.device, rank: int = 0, size: int = 1) -> None:
        self.device, self.rank, self.size = device, rank, size

    def wrap(self, module: nn.Module) -> nn.Module:
        """Return what a batch is given to: here the weights become the leader's, and gradients are averaged."""
        if self.size == 1:
            return module
        self.join()
        if self.device.type == "cuda":
            module = nn.SyncBatchNorm.convert_sync_batchnorm(module)  # type: ignore[no-untyped-call]
            return DistributedDataParallel(
                module, device_ids=[self.device.index], gradient_as_bucket_view=True
            )
        return DistributedDataParallel(module, gradient_as_bucket_view=True)

    def join(self) -> None:
        """Meet the others."""

    def begin(self, module: nn.Module, optimizer: Optimizer, feed: Mapping[str, Tensor]) -> None:
        """Let the others take over weights, optimiser and the feed's state that were loaded here."""

    def share(self, numbers: Tensor, rate: float) -> Part:
        """Return this process's part of a batch.

        A batch too small for two pictures each is done by every process as a whole.

        Args:
            numbers: of the batch's pictures, best on the CPU.
            rate: the learning rate of this step.
        """
        count = len(numbers)
        if self.size == 1 or count < 2 * self.size:
            return Part(numbers, 0, count, 1.0)
        first, last = (count * rank // self.size for rank in (self.rank, self.rank + 1))
        return Part(numbers[first:last], first, count, (last - first) * self.size / count)

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean of some values over the processes."""
        if self.size > 1:
            dist.all_reduce(values)
            values /= self.size
        return values

    def close(self) -> None:
        """Let the others go; a second time does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def gather(config: TrainConfig, dataset: Dataset | None = None) -> Team:
    """Return the team of a training and start its other processes, which get ready while this one loads its data.

    Args:
        config: its device is resolved.
        dataset: the pictures, where they are loaded already.
    """
    ids = devices.parts(config.device)
    device = torch.device(ids[0])
    return Team(device) if len(ids) == 1 else Leader(device, ids, config, dataset)


class Leader(Team):
    """The worker's own end of a team of several."""

    def __init__(
        self, device: torch.device, ids: tuple[str, ...], config: TrainConfig, dataset: Dataset | None
    ) -> None:
        super().__init__(device, 0, len(ids))
        self._folder = tempfile.TemporaryDirectory(prefix="cnnviz-team-")
        self._store = str(Path(self._folder.name) / "store")
        self._followers: list[_Follower] = []
        self._joined = self._closed = False
        self._threads = torch.get_num_threads()
        try:
            for rank in range(1, self.size):
                hello = pickle.dumps((rank, ids, self._store, config.to_json(), dataset))
                self._followers.append(_Follower(hello, threads=self._share_of_cores()))
        except OSError as error:
            self.close()
            raise DeviceError(
                "the processes for {device} cannot be started: {reason}",
                device=config.device,
                reason=str(error),
            ) from None
        if device.type == "cpu":
            torch.set_num_threads(min(self._threads, self._share_of_cores()))

    def join(self) -> None:
        """Meet the others as soon as all have torch.

        Raises:
            CnnvizError: if one of them fell.
        """
        if self._joined:
            return
        until = time.monotonic() + PATIENCE
        for follower in self._followers:
            follower.wait_ready(until)
        meet(self.device, 0, self.size, self._store)
        self._joined = True

    def begin(self, module: nn.Module, optimizer: Optimizer, feed: Mapping[str, Tensor]) -> None:
        """Send weights, optimiser and the feed's state."""
        file = io.BytesIO()
        state = {"module": module.state_dict(), "optimizer": optimizer.kept, "feed": dict(feed)}
        torch.save(state, file)
        self._tell(STATE + file.getvalue())

    def share(self, numbers: Tensor, rate: float) -> Part:
        """Tell the others the batch, and return this process's part of it."""
        self._tell(BATCH + struct.pack("<d", rate) + numbers.to("cpu", torch.int64).numpy().tobytes())
        return super().share(numbers, rate)

    def close(self) -> None:
        """Let the others go."""
        if self._closed:
            return
        self._closed = True
        for follower in self._followers:
            follower.end()
        if self._joined:
            with suppress(Exception):
                dist.destroy_process_group()
        for follower in self._followers:
            follower.wait()
        self._folder.cleanup()
        if self.device.type == "cpu":
            torch.set_num_threads(self._threads)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lost = self._why_lost() if isinstance(error, RuntimeError | OSError) else None
        self.close()
        if lost is not None and not isinstance(error, torch.OutOfMemoryError):
            raise lost from None

    def _share_of_cores(self) -> int:
        return max(1, queue.cores() // self.size)

    def _tell(self, message: bytes) -> None:
        for follower in self._followers:
            follower.tell(message)

    def _why_lost(self) -> Exception | None:
        """Return why one of the others fell, if one did: a peer that is gone looks here like a broken line."""
        for follower in self._followers:
            error = follower.failure(1.0)
            if error is not None:
                return error
        return None


class _Follower:
    """Another process of the team, as the leader sees it."""

    def __init__(self, hello: bytes, *, threads: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "cnnviz.train.follower", str(theirs.fileno())],
                stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno() if _has_number(sys.stderr) else None,
                pass_fds=(theirs.fileno(),), env=processes.environment(OMP_NUM_THREADS=str(threads)),
            )  # fmt: skip
        self._line = Connection(ours.detach())
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._error: Exception | None = None
        self._hello = hello
        threading.Thread(target=self._listen, name="follower", daemon=True).start()

    def wait_ready(self, until: float) -> None:
        while not self._ready.wait(0.05):
            if self._ended.is_set() or time.monotonic() > until:
                raise self._error or _gone()

    def tell(self, message: bytes) -> None:
        self._line.send_bytes(message)

    def failure(self, seconds: float) -> Exception | None:
        """Return why it ended, waiting a moment for its last word; None while it lives."""
        if not self._ended.wait(seconds):
            return None
        return self._error or _gone()

    def end(self) -> None:
        with suppress(OSError):
            self._line.send_bytes(END)

    def wait(self) -> None:
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._ended.wait(1.0)
        self._line.close()

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            self._line.send_bytes(self._hello)
            self._hello = b""
            while True:
                message = self._line.recv_bytes()
                if message == READY:
                    self._ready.set()
                else:
                    self._error = _error_of(message)
        self._ended.set()


def meet(device: torch.device, rank: int, size: int, store: str) -> None:
    """Join the process group of a team, on this machine only."""
    if Path("/sys/class/net/lo").exists():
        for name in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
            os.environ.setdefault(name, "lo")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group(
        "nccl" if device.type == "cuda" else "gloo",
        init_method=f"file://{store}", rank=rank, world_size=size, timeout=SILENCE,
    )  # fmt: skip


def follow(
    line: Connection, batch: Callable[[Tensor, float], object], take_over: Callable[[bytes], None]
) -> None:
    """Do what the leader tells, until it lets go or is gone.

    A thread listens, so that a process in the middle of a batch whose leader fell ends, too.
    """
    from queue import SimpleQueue  # noqa: PLC0415  (beside our own ``queue``)

    messages: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        while True:
            try:
                message = line.recv_bytes()
            except (EOFError, OSError):
                message = END
            if message == END:
                os._exit(0)
            messages.put(message)

    threading.Thread(target=listen, name="leader", daemon=True).start()
    while True:
        message = messages.get()
        kind, rest = message[:1], message[1:]
        if kind == STATE:
            take_over(rest)
        elif kind == BATCH:
            (rate,) = struct.unpack("<d", rest[:8])
            batch(torch.frombuffer(bytearray(rest[8:]), dtype=torch.int64), rate)


def told(error: BaseException) -> bytes:
    """Return a follower's last word: its error, for the leader to raise."""
    known = isinstance(error, CnnvizError)
    return json.dumps(
        {
            "memory": isinstance(error, torch.OutOfMemoryError | MemoryError),
            "template": error.template if known else "",  # type: ignore[attr-defined]
            "values": {name: str(value) for name, value in error.values.items()} if known else {},  # type: ignore[attr-defined]
            "text": f"{type(error).__name__}: {error}"[:2000],
        }
    ).encode()


def _error_of(message: bytes) -> Exception:
    said = json.loads(message)
    if said["memory"]:
        return torch.OutOfMemoryError(said["text"])
    if template := said["template"]:
        return DeviceError(template, **said["values"])
    return DeviceError("a process of this training ended with an error: {reason}", reason=said["text"])


def _gone() -> DeviceError:
    return DeviceError("a process of this training ended without a word: it was killed")


def _has_number(file: object) -> bool:
    try:
        file.fileno()  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
    return True
