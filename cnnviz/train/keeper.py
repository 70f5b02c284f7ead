"""Keeps a training on disk: its state, then the newest and the best weights to use, as often as it may cost.

The state is written first and holds the best weights, too. So whatever a fall leaves behind, the weights on disk are
never newer than the state, and taking up the run writes both anew from it.
"""

import os
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from cnnviz.nets import checkpoint
from cnnviz.train import faults, snapshot, state
from cnnviz.train.events import EpochEnd

if TYPE_CHECKING:
    from cnnviz.train.training import Training

EVERY = 10.0
"""Seconds between two states in the middle of an epoch; ``CNNVIZ_SAVE_SECONDS`` says another number."""

MOST_OF_THE_TIME = 0.02
"""Part of the time that saving may take, where nobody asked for it."""

SOON = 0.4
"""Seconds that whoever stops a training waits for its weights to be saved."""

BYTES_A_SECOND = 2e8
"""What the first saving is taken to manage, before one was measured."""


class Keeper:
    """Saves one training into its folder; without a folder it does nothing."""

    def __init__(self, training: "Training", folder: Path | None) -> None:
        self._training, self.folder = training, folder
        self.closed = False
        given = os.environ.get("CNNVIZ_SAVE_SECONDS", "")
        self._given = float(given) if given.replace(".", "", 1).isdecimal() else None
        numbers = sum(parameter.numel() for parameter in training.module.parameters())
        self._cost = 0.01 + 4 * numbers * 5 / BYTES_A_SECOND
        self._saved_at = time.perf_counter()
        self._best_saved: EpochEnd | None = None

    def due(self, now: float) -> bool:
        """Return whether a state may be saved in the middle of an epoch."""
        if self.folder is None:
            return False
        if self._given is not None:
            return now - self._saved_at >= self._given
        return now - self._saved_at >= max(EVERY, self._cost / MOST_OF_THE_TIME)

    @property
    def eager(self) -> bool:
        """Whether states are wanted as often as can be."""
        return self._given == 0

    def due_after_epoch(self, now: float) -> bool:
        """Return whether a state may be saved after an epoch: wherever it is cheap enough."""
        return self._given is not None or now - self._saved_at >= self._cost / MOST_OF_THE_TIME

    @property
    def quick(self) -> bool:
        """Whether saving takes so little time that nobody minds."""
        return self._cost < SOON

    def save(self, *, weights: bool) -> None:
        """Save the state, then the weights: the newest where asked for, the best where they are new.

        Raises:
            LossError: if the weights are no longer finite; what was saved before stays.
            OSError: if it cannot be written (a full disk).
        """
        if self.folder is None or self.closed:
            return
        began = time.perf_counter()
        data, tensors = snapshot.take(self._training)
        self._check(tensors)
        state.save(self.folder, data, tensors)
        if weights:
            self.save_weights()
        self._saved_at = time.perf_counter()
        self._cost = self._saved_at - began

    def save_weights(self) -> None:
        """Write ``last.safetensors``, and ``best.safetensors`` where there is a better epoch than is in there."""
        training, progress = self._training, self._training.progress
        self._write("last", training.module.state_dict(), progress.end if progress.whole else None)
        if training.best_weights is not None and progress.best is not self._best_saved:
            self._write("best", training.best_weights, progress.best)
            self._best_saved = progress.best

    def save_tested(self, accuracy: float | None) -> None:
        """Write the best weights once more, now with what they score on the test pictures."""
        training = self._training
        if self.folder is not None and training.best_weights is not None:
            self._write("best", training.best_weights, training.progress.best, test_accuracy=accuracy)

    def _check(self, tensors: dict[str, Tensor]) -> None:
        for name, value in tensors.items():
            if name.startswith((snapshot.MODEL, snapshot.OPTIMIZER)) and value.is_floating_point():
                if bool(torch.isfinite(value).all()):
                    continue
                training = self._training
                layer, what = faults.culprit(training.module, None)
                path = (
                    name.removeprefix(snapshot.MODEL).rpartition(".")[0]
                    if name.startswith(snapshot.MODEL)
                    else ""
                )
                raise faults.beyond_bounds(
                    training.progress.step, training.rate, layer or path, what if layer else "weights"
                )

    def _write(
        self,
        name: str,
        weights: dict[str, Tensor],
        end: EpochEnd | None,
        *,
        test_accuracy: float | None = None,
    ) -> None:
        training = self._training
        if self.folder is None:
            return
        config, progress = training.config, training.progress
        card = {
            entry.name: getattr(config, entry.name) for entry in fields(config) if entry.name != "network"
        }
        card |= {"val_accuracy": end.val_accuracy if end else None, "test_accuracy": test_accuracy}
        card |= {
            "seconds": round(training.seconds, 1),
            "torch": torch.__version__,
            "device": training.device_id,
        }
        epoch, step = (end.epoch, end.step) if end else (progress.epoch, progress.step)
        checkpoint.save(
            self.folder / f"{name}.safetensors",
            checkpoint.Checkpoint(
                config.network, training.classes, training.feed.mean, training.feed.std, config.dataset, epoch, step,
                weights, card,
            ),
        )  # fmt: skip
