"""What does a trained network see in a picture, and how sure is it?"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.data.datasets import fit
from cnnviz.data.drawing import Picture, prepare
from cnnviz.errors import RunError
from cnnviz.nets.checkpoint import Checkpoint, load
from cnnviz.spec import LogSoftmax, Softmax, leaves


@dataclass(frozen=True, slots=True)
class Prediction:
    """An answer: the index of the likeliest class, its name, and the probability of each class."""

    digit: int
    label: str
    probabilities: tuple[float, ...]


class Predictor:
    """A trained network, ready to be asked; it is never changed.

    Raises:
        RunError: if a drawing can be no picture for it.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        channels = len(checkpoint.mean)
        if channels not in {1, 3}:
            raise RunError(
                "this network looks at pictures of {channels} channels; a drawing has 1, or 3 as a colour picture",
                channels=channels,
            )
        self.checkpoint = checkpoint
        self._module = checkpoint.module()
        self._mean = torch.tensor(checkpoint.mean).view(1, channels, 1, 1)
        self._std = torch.tensor(checkpoint.std).view(1, channels, 1, 1)
        last = [layer for _, layer in leaves(checkpoint.network.body)][-1]
        self._last = type(last)

    @classmethod
    def of(cls, path: Path) -> "Predictor":
        """Return the predictor of a checkpoint file.

        Raises:
            RunError: if the file is missing, damaged, none of ours, or no drawing can be a picture for its network.
        """
        return cls(load(path))

    def read(self, drawing: NDArray[np.float32]) -> tuple[Picture, Prediction]:
        """Return a drawing or photograph of a digit as the network sees it, (28, 28), and the answer.

        The canvas, the command line and the tests all go this way.

        Raises:
            DataError: if nothing is drawn.
        """
        picture = prepare(drawing)
        return picture, self.predict(picture[None])[0]

    def predict(self, pictures: NDArray[np.float32]) -> list[Prediction]:
        """Return an answer for each picture.

        Args:
            pictures: (N, H, W) from 0 to 1, ink bright on dark, as ``cnnviz.data.drawing.prepare`` makes them;
                fitted to the network's input.

        Raises:
            RunError: if the network does not give one score a class.
        """
        batch = torch.from_numpy((np.clip(pictures, 0, 1) * 255).round().astype(np.uint8))[:, None]
        batch = fit(batch, self.checkpoint.network.input_shape).float() / 255
        with torch.inference_mode():
            scores = self._module((batch - self._mean) / self._std)
        classes = self.checkpoint.classes
        if scores.shape[1:] != (len(classes),):
            raise RunError(
                "this network gives {shape}, not one score for each of {count} classes",
                shape="x".join(map(str, scores.shape[1:])), count=len(classes),
            )  # fmt: skip
        rows = self._probabilities(scores).tolist()
        return [
            Prediction(best := max(range(len(row)), key=row.__getitem__), classes[best], tuple(row))
            for row in rows
        ]

    def _probabilities(self, scores: Tensor) -> Tensor:
        """A network may end in log-probabilities, in probabilities, or in raw scores."""
        if self._last is LogSoftmax:
            return scores.exp()
        return scores if self._last is Softmax else scores.softmax(dim=1)
