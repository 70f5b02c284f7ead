"""How much memory a training will take, before it starts: plain arithmetic, no torch.

What is counted exactly is what PyTorch keeps for the backward pass (``cnnviz.shapes.memory``). What exists only in
passing, and PyTorch itself, is estimated from measurements: peaks of real trainings on a CPU, LeNet to ResNet-18,
batches of 32 to 1024, lie within a factor of ``WITHIN``.
"""

from dataclasses import dataclass
from math import ceil, prod

from cnnviz.data import catalog
from cnnviz.shapes import trace
from cnnviz.shapes.memory import FLOAT, memory
from cnnviz.spec import Network
from cnnviz.train.config import TrainConfig
from cnnviz.train.devices import SEVERAL, Device

WITHIN = 2.0
"""Factor within which real peaks were found."""

BASELINE = {"cpu": 700_000_000, "cuda": 800_000_000, "mps": 300_000_000}
"""Bytes that PyTorch needs before it holds a network: its libraries in memory, or on a GPU its context and the
workspace of its convolutions. Measured for the CPU (torch 2.15 with CUDA's libraries), a guess for the others."""

PASSING = 3
"""Times the largest layer's values that exist besides what is kept: gradients before and behind it, and a copy."""

LOADING = 3.5
"""Times its own size that a data set needs in memory while it is loaded and fitted."""

DATA_PART = 1 / 3
"""Part of the free memory that a data set may take as a whole; a larger one is read batch by batch."""

MARGIN = 0.95
"""Part of the free memory that may be filled."""

MOST_BATCH = 65_536
EVALUATION_PICTURES, EVALUATION_PIXELS = 1000, 1_000_000
"""As ``Feed.evaluation_batch`` has them."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes that a training takes in each of its processes.

    Attributes:
        weights: the learned numbers, and the best of them so far.
        gradients: one for each weight.
        optimizer: what the optimiser remembers of each weight.
        activations: what the layers keep for the backward pass, for this process's part of a batch.
        passing: what exists only in passing.
        data: the pictures and labels.
        baseline: PyTorch itself.
        total: all of it at the worst moment; less than the sum where these differ.
        free: what the device has for this process; 0 where it does not tell.
        largest_batch: the largest batch (over all processes) that fits; 0 for none, ``MOST_BATCH`` at most.
        fits: whether this one does.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    passing: int
    data: int
    baseline: int
    total: int
    free: int
    largest_batch: int
    fits: bool


def estimate(config: TrainConfig, device: Device | None = None) -> Estimate:
    """Return what a training takes, against what a device has.

    Args:
        config: the training; where it names several devices, each has its part of the batch.
        device: where; of several the one with the least free memory. None: what is free is not known.

    Raises:
        ShapeError: if the layers do not fit together.
    """
    ids = config.device.split(SEVERAL)
    kind = device.kind if device else "cpu"
    free = device.memory_free // (ids.count(device.id) or 1) if device else 0
    known = _Known(config, kind, free)
    part = ceil(min(config.batch_size, learned_from(config) or config.batch_size) / len(ids))
    now = memory(config.network, part, config.optimizer, config.momentum)
    total = known.total(part)
    largest = MOST_BATCH if not free else min(MOST_BATCH, known.largest(int(MARGIN * free)) * len(ids))
    return Estimate(
        2 * now.weights, now.gradients, now.optimizer, now.activations, known.passing(part), known.data,
        known.baseline, total, free, largest, not free or total <= MARGIN * free,
    )  # fmt: skip


def learned_from(config: TrainConfig) -> int:
    """Return how many pictures there are to learn from, which no batch can exceed; 0 for a folder, which is not counted."""
    return round(catalog.lookup(config.dataset).train_count * (1 - config.validation_fraction))


def largest_batch(config: TrainConfig, free: int, kind: str = "cpu") -> int:
    """Return the largest batch that fits into some free bytes of each device; 0 where none does."""
    parts = config.device.count(SEVERAL) + 1
    return min(MOST_BATCH, _Known(config, kind, free).largest(int(MARGIN * free)) * parts)


def largest_after_overflow(config: TrainConfig, device: Device) -> int:
    """Return the largest batch to try after one did not fit, whatever was estimated: at most half of it; 0 for none."""
    return min(estimate(config, device).largest_batch, config.batch_size // 2)


class _Known:
    """A training's memory as a function of the batch: a fixed part and so much a picture."""

    def __init__(self, config: TrainConfig, kind: str, free: int) -> None:
        network = config.network
        one, two = (memory(network, count, config.optimizer, config.momentum) for count in (1, 2))
        self._each = two.total - one.total
        self._fixed = one.total - self._each + one.weights
        self._layer = PASSING * FLOAT * _largest_layer(network)
        self._asked = _evaluated(network)
        self.baseline = BASELINE[kind]
        self._loading = 0
        self.data = 0
        size = _data_bytes(config)
        if not free or size <= DATA_PART * free:
            self.data = size
            if kind == "cpu":
                self._loading = int(LOADING * size)

    def passing(self, batch: int) -> int:
        """Bytes that exist only in passing: in a step, or when pictures are only asked about."""
        return self._layer * max(batch, self._asked)

    def total(self, batch: int) -> int:
        """Bytes of everything at the worst moment: loading, a step, or an evaluation."""
        step = self._each * batch + self._layer * batch
        working = self.data + self._fixed + max(step, self._layer * self._asked)
        return self.baseline + max(self._loading, working)

    def largest(self, room: int) -> int:
        """The largest batch whose total is at most ``room``."""
        if self.total(1) > room:
            return 0
        return (room - self.baseline - self.data - self._fixed) // (self._each + self._layer)


def _largest_layer(network: Network) -> int:
    """Values of the largest thing that a layer gives, for one picture."""
    return max([prod(network.input_shape), *(prod(row.output_shape) for row in trace(network).rows)])


def _evaluated(network: Network) -> int:
    """Pictures that are evaluated at a time."""
    return max(1, min(EVALUATION_PICTURES, EVALUATION_PIXELS // prod(network.input_shape)))


def _data_bytes(config: TrainConfig) -> int:
    """Bytes of all pictures, fitted to the network's input, and their labels; 0 for a folder, whose size is not known."""
    info = catalog.lookup(config.dataset)
    return (info.train_count + info.test_count) * (prod(config.network.input_shape) + 8)
