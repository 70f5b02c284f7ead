"""Loss and accuracy of every step, kept where they are computed until somebody wants to read them."""

import math

import torch
from torch import Tensor

ROOM = 4096
"""Steps between two readings, at most."""


class Tally:
    """Collects each step's numbers; on a GPU they stay there, so that no step waits for the one before."""

    def __init__(self, device: torch.device) -> None:
        self._rows = None if device.type == "cpu" else torch.zeros((ROOM, 2), device=device)
        self._read: list[tuple[float, float]] = []
        self._counts: list[int] = []

    @property
    def full(self) -> bool:
        """Whether it must be read before the next step."""
        return len(self._counts) >= ROOM

    @property
    def steps(self) -> int:
        """How many steps are in it."""
        return len(self._counts)

    def add(self, values: Tensor, count: int) -> None:
        """Take one step's mean loss and part of right answers, (2,), of ``count`` pictures."""
        if self._rows is None:
            loss, right = values.tolist()
            self._read.append((loss, right))
        else:
            self._rows[len(self._counts)].copy_(values)
        self._counts.append(count)

    def take(self) -> list[tuple[float, int, int]]:
        """Return each step's mean loss (7 digits), right answers and pictures, and begin anew.

        The numbers do not depend on how often they are taken, so neither does what is summed from them.
        """
        rows = self._read if self._rows is None else self._rows[: len(self._counts)].tolist()
        taken = [
            (_rounded(loss), round(right * count), count)
            for (loss, right), count in zip(rows, self._counts, strict=True)
        ]
        self._read, self._counts = [], []
        return taken


def _rounded(loss: float) -> float:
    return float(f"{loss:.7g}") if math.isfinite(loss) else loss
