"""A look inside a network while it trains: norms, dead units, the handful's answers, the first kernels.

A look asks the network that was built (not the faster one that learns, see ``tuning``) in evaluation mode: no dropout
is drawn, no running mean moves, no gradient is kept. So the training never notices. Hooks hang in the network only
as long as a look lasts. Looks take at most ``MOST_OF_THE_TIME``: after a dear one comes a longer pause.
"""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.spec import LogSoftmax, Network, Softmax, leaves
from cnnviz.train import records
from cnnviz.train.events import Rows, Watched
from cnnviz.train.feed import Feed

EVERY = 1.0
"""Seconds between two looks, at least."""

MOST_OF_THE_TIME = 0.02
HANDFUL = 12
ASKED = 64
"""Pictures of the last batch by which dead and saturated units are told."""

SATURATED = 0.01
"""How near to an end of its range a sigmoid or tanh is saturated, as a part of the range."""


class Watcher:
    """Looks into one module, now and then."""

    def __init__(self, module: nn.Module, network: Network, feed: Feed, device: torch.device) -> None:
        self.module, self.network, self.device = module, network, device
        _, pictures, labels = feed.handful(HANDFUL)
        self.pictures: NDArray[np.uint8] = pictures.numpy()
        self.labels: NDArray[np.int64] = labels.numpy()
        self._handful = feed.as_input(pictures)
        self._layers = [
            (path, part) for path, part in module.named_modules() if getattr(part, "weight", None) is not None
            and part.weight.ndim > 1
        ]  # fmt: skip
        self._next = 0.0

    def due(self, now: float) -> bool:
        """Return whether the next look may come; ``now`` is ``time.perf_counter``'s."""
        return now >= self._next

    def look(self, step: int, seconds: float, batch: Tensor | None, folder: Path | None) -> Watched:
        """Look: return what is seen, and write ``live.npz`` where there is a folder.

        Args:
            step: the newest.
            seconds: since the start.
            batch: the newest pictures, as the network takes them; None where there are none.
            folder: of the run; None where nothing is written.
        """
        began = time.perf_counter()
        weights = [part.weight.detach() for _, part in self._layers]
        gradients = [_gradient(part.weight) for _, part in self._layers]
        found: dict[str, Tensor] = {}
        with self._asking(), torch.inference_mode():
            given = self._handful if batch is None else torch.cat([self._handful, batch[:ASKED]])
            with _listening(self.module, found, first=0 if batch is None else len(self._handful)):
                scores = self.module(given)[: len(self._handful)]
            answers = probabilities(scores, self.network)
        norms = _norms([*weights, *gradients])
        rows: Rows = tuple(tuple(round(p, 5) for p in row) for row in answers.float().tolist())
        watched = Watched(
            step, seconds, tuple(path for path, _ in self._layers), norms[: len(weights)], norms[len(weights) :],
            {path: round(float(part), 5) for path, part in found.items()}, rows, memory(self.device),
        )  # fmt: skip
        if folder is not None:
            seen = {"kernels": kernels(self.module), "pictures": self.pictures, "labels": self.labels}
            records.write(folder / records.LIVE, {**seen, "step": np.array(step)})
        now = time.perf_counter()
        self._next = now + max(EVERY, (now - began) * (1 / MOST_OF_THE_TIME - 1))
        return watched

    def answers(self) -> NDArray[np.float16]:
        """Return the probabilities of the classes for each picture of the handful: float16 (H, C)."""
        with self._asking(), torch.inference_mode():
            found = probabilities(self.module(self._handful), self.network)
        return np.asarray(found.float().cpu().numpy(), dtype=np.float16)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        before = [(part, part.training) for part in self.module.modules()]
        self.module.eval()
        try:
            yield
        finally:
            for part, training in before:
                part.training = training


def probabilities(scores: Tensor, network: Network) -> Tensor:
    """Return the probabilities that a network's scores (N, C) stand for, whatever its last layer is."""
    last = [layer for _, layer in leaves(network.body)][-1:]
    match last:
        case [LogSoftmax()]:
            return scores.float().exp()
        case [Softmax()]:
            return scores.float()
    return scores.float().softmax(1)


def kernels(module: nn.Module) -> NDArray[np.float16] | None:
    """Return the weights of the first convolution: float16 (out, in, height, width); None without one."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            return np.asarray(part.weight.detach().float().cpu().numpy(), dtype=np.float16)
    return None


def memory(device: torch.device) -> int:
    """Return the bytes that this process holds: on the GPU where it has one, else in the machine's memory."""
    if device.type == "cuda":
        return int(torch.cuda.memory_reserved(device))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


@contextmanager
def _listening(module: nn.Module, found: dict[str, Tensor], *, first: int) -> Iterator[None]:
    """Fill ``found`` with the part of each activation's units that are dead or saturated, from picture ``first`` on."""

    def dead(path: str, result: Tensor) -> None:
        units = result[first:].detach().flatten(2).amax(2) if result.ndim > 2 else result[first:].detach()
        found[path] = (units.amax(0) <= 0).float().mean()

    def saturated(path: str, result: Tensor, low: float) -> None:
        near = SATURATED * (1 - low)
        units = result[first:].detach()
        found[path] = ((units < low + near) | (units > 1 - near)).float().mean()

    hooks = []
    for path, part in module.named_modules():
        match part:
            case nn.ReLU() | nn.ReLU6():
                hooks.append(part.register_forward_hook(lambda _m, _x, y, path=path: dead(path, y)))
            case nn.Sigmoid():
                hooks.append(part.register_forward_hook(lambda _m, _x, y, path=path: saturated(path, y, 0.0)))
            case nn.Tanh():
                hooks.append(
                    part.register_forward_hook(lambda _m, _x, y, path=path: saturated(path, y, -1.0))
                )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _gradient(weight: Tensor) -> Tensor:
    return weight.new_zeros(1) if weight.grad is None else weight.grad.detach()


def _norms(tensors: list[Tensor]) -> tuple[float, ...]:
    if not tensors:
        return ()
    norms: list[float] = torch.stack([tensor.float().norm() for tensor in tensors]).tolist()
    return tuple(float(f"{norm:.6g}") for norm in norms)
