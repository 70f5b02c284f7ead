"""What a network says to pictures that it does not learn from, and the records of it."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from cnnviz.data.datasets import fingerprint
from cnnviz.train import devices, records, watch
from cnnviz.train.events import Event
from cnnviz.train.tuning import precision

if TYPE_CHECKING:
    from cnnviz.train.training import Training


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a network said to some pictures: mean loss and accuracy, and each answer, on the CPU.

    Attributes:
        predicted: int64 (N,). probabilities: float16 (N, C). labels: int64 (N,).
    """

    loss: float
    accuracy: float
    predicted: Tensor
    probabilities: Tensor
    labels: Tensor


def ask(
    training: "Training", batch: Callable[[int], tuple[Tensor, Tensor]], count: int, *, served: bool = True
) -> Generator[Event, None, Asked | None]:
    """Return what a training's network says to some pictures; None for no pictures.

    Args:
        training: whose.
        batch: returns the pictures from a number on, and their labels.
        count: of all pictures.
        served: whether requests are obeyed meanwhile; else only the request to end.
    """
    if not count:
        return None
    sums = torch.zeros(2, device=training.device)
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    training.quick.eval()
    for first in range(0, count, training.feed.evaluation_batch):
        if served:
            yield from training.desk.serve()
        else:
            training.desk.heed()
        with torch.inference_mode():
            x, y = batch(first)
            with precision(training.config, training.device):
                scores = training.quick(x).float()
            predicted = scores.argmax(1)
            sums += torch.stack([training.plain_loss(scores, y) * len(y), (predicted == y).sum()])
            parts.append((predicted, watch.probabilities(scores, training.config.network).half(), y))
    loss, right = sums.tolist()
    predicted, likely, labels = (torch.cat(column).cpu() for column in zip(*parts, strict=True))
    return Asked(loss / count, right / count, predicted, likely, labels)


def ask_test(training: "Training") -> Generator[Event, None, Asked]:
    """Ask the test pictures and record what the network says to them; the card counts how often that was."""
    folder = training.folder
    if folder is not None:
        records.ask_test(folder)
    found = yield from ask(training, training.feed.test, training.feed.test_count, served=False)
    assert found is not None
    if folder is not None:
        records.write(
            folder / records.TEST,
            {
                "probabilities": found.probabilities.numpy(), "labels": found.labels.numpy(),
                "predicted": found.predicted.numpy().astype("uint16"),
            },
        )  # fmt: skip
    return found


def record(training: "Training", folder: Path, found: Asked | None) -> None:
    """Write what an epoch answered; ``found`` is None where there are no validation pictures."""
    classes, arrays = len(training.classes), {}
    if found is not None:
        predicted, likely, labels = (
            part.numpy() for part in (found.predicted, found.probabilities, found.labels)
        )
        arrays = {
            "confusion": records.confusion(predicted, labels, classes),
            "predicted": predicted.astype("uint16"), "confidence": likely.max(1),
        }  # fmt: skip
        path = folder / records.EPOCHS / records.VALIDATION
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            records.write(path, {"numbers": training.feed.validation.numpy(), "labels": labels})
    arrays |= {"kernels": watch.kernels(training.module), "handful": training.watcher.answers()}
    records.write_epoch(folder, training.progress.epoch, arrays)


def describe(training: "Training", folder: Path) -> None:
    """Write the run's card."""
    records.begin_card(
        folder,
        {
            "started": time.time(), "device": training.device_id, "device_name": devices.name_of(training.device_id),
            "torch": torch.__version__, "threads": torch.get_num_threads(), "mode": training.config.mode,
            "parameters": sum(parameter.numel() for parameter in training.module.parameters()),
            "dataset": training.config.dataset, "fingerprint": fingerprint(training.data),
        },
    )  # fmt: skip
