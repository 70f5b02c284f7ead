"""Run folders as the worker leaves them, made without training: for tests of what reads them."""

import json
import os
import random
from pathlib import Path

import numpy as np

from cnnviz.train.config import TrainConfig
from cnnviz.train.events import EpochEnd, Event, Failed, Finished, Started, Steps, Stopped, Watched, to_line
from cnnviz.train.runs import Run
from cnnviz.zoo import get

BEGAN = 1_750_000_000.0
DIGITS = tuple("0123456789")


def config(**changes: object) -> TrainConfig:
    """A small LeNet's config on the embedded digits."""
    return TrainConfig(**{"network": get("lenet"), "epochs": 3, "batch_size": 32, **changes})


def events(given: TrainConfig, *, epochs: int = 3, steps: int = 10, end: str = "finished") -> list[Event]:
    """What such a training says: losses that fall, with the seed's noise."""
    noise = random.Random(given.seed)
    found: list[Event] = [
        Started(BEGAN, "cpu", "CPU (Test)", 1000, 100, 200, steps, epochs, 61_706, (3.0, 7.0), DIGITS)
    ]
    for epoch in range(1, epochs + 1):
        for half in range(2):
            first = (epoch - 1) * steps + half * steps // 2
            count = steps // 2
            losses = tuple(
                2.3 / (1 + 0.2 * (first + number)) + 0.05 * noise.random() for number in range(count)
            )
            accuracies = tuple(max(0.1, 1 - loss / 2.5) for loss in losses)
            seconds = 0.1 * (first + count)
            found.append(Steps(first + count, epoch, losses, accuracies, 0.002, 950.0, seconds, 1.0))
        found.append(
            Watched(
                epoch * steps,
                seconds,
                ("conv1", "fc"),
                (1.0 + epoch, 2.0),
                (0.5, 0.25 / epoch),
                {},
                ((0.1,) * 10, (0.2,) * 10),
                1000,
            )
        )
        accuracy = min(0.99, 0.7 + 0.08 * epoch + 0.01 * noise.random())
        found.append(
            EpochEnd(epoch, epoch * steps, 1.0 / epoch, accuracy - 0.02, 0.9 / epoch, accuracy, seconds)
        )
    match end:
        case "finished":
            found.append(
                Finished(1.0 / epochs, 0.9, 0.9 / epochs, accuracy, 0.31, 0.914, epochs, 950.0, seconds + 0.5)
            )
        case "stopped":
            found.append(Stopped(epochs * steps, epochs, seconds))
        case "failed":
            found.append(Failed("the disk is full: {reason}", {"reason": "<b>no space</b>"}))
    return found  # fmt: skip


def made(root: Path, name: str, given: TrainConfig | None = None, *, age: int = 0, about: dict | None = None, **how: object) -> Run:  # fmt: skip
    """Make a run folder; ``age`` seconds older than now, so that lists have an order."""
    given = given or config()
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(given.to_json())
    (folder / "events.jsonl").write_text("".join(map(to_line, events(given, **how))))
    if about:
        (folder / "about.json").write_text(json.dumps(about))
    when = BEGAN - age
    os.utime(folder / "config.json", (when, when))
    return Run(folder)


def looked_into(run: Run, *, classes: int = 10, epochs: int = 3) -> None:
    """Add what the worker writes for the results: epochs/*.npz, validation.npz, test.npz."""
    draw = np.random.default_rng(0)
    folder = run.path / "epochs"
    folder.mkdir()
    for epoch in range(1, epochs + 1):
        confusion = draw.integers(0, 2, (classes, classes)).astype(np.int32) + 9 * epoch * np.eye(
            classes, dtype=np.int32
        )
        np.savez(
            folder / f"{epoch:04d}.npz",
            kernels=draw.normal(size=(6, 1, 5, 5)).astype(np.float16),
            confusion=confusion.astype(np.int32),
            predicted=draw.integers(0, classes, 100).astype(np.uint16),
            confidence=draw.random(100).astype(np.float16),
        )
    np.savez(folder / "validation.npz", numbers=np.arange(100), labels=draw.integers(0, classes, 100))
    labels = np.arange(200) % classes
    scores = draw.random((200, classes)) + 0.6 * np.eye(classes)[labels]
    np.savez(
        run.path / "test.npz",
        probabilities=(scores / scores.sum(1, keepdims=True)).astype(np.float16), labels=labels.astype(np.int64),
    )  # fmt: skip
