"""Run folders as a worker writes them, and a worker that only pretends: for what reads and shows runs.

    folders.written(root)                     a run that has ended, with all its files
    with folders.living(root) as run: ...     one that lives: it grows, and does what control.jsonl asks

``python -m tests.train.folders RUN_DIR`` is the pretending worker; it needs no torch.
"""

import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cnnviz.train import control, locks
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import (
    Changed,
    Continued,
    EpochEnd,
    Event,
    Failed,
    Finished,
    Paused,
    Started,
    Steps,
    Stopped,
    Waiting,
    Watched,
    to_line,
)
from cnnviz.train.history import EVENTS
from cnnviz.train.run import LOCK, LOG, Run
from cnnviz.zoo import get

ROOT = Path(__file__).resolve().parents[2]
STEPS = 40
HANDFUL = 12
LAYERS = ("features.0", "features.3", "classifier.1", "classifier.3", "classifier.5")
ACTIVATIONS = ("features.1", "features.4", "classifier.2", "classifier.4")


def config(**changes: object) -> TrainConfig:
    """A LeNet with ReLU on the embedded digits."""
    return TrainConfig(get("lenet", activation="relu"), **{"epochs": 6, "batch_size": 32, **changes})


class Pretended:
    """The events of a training whose curves fall as they do in life."""

    def __init__(self, given: TrainConfig) -> None:
        self.config = given
        self.noise = random.Random(given.seed)
        self.truths = tuple(float(number % 10) for number in range(HANDFUL))
        self.epochs = given.epochs
        self.scale = 1.0
        self.step = 0

    def started(self) -> Started:
        return Started(
            time.time(), "cpu", "Test CPU, 2 cores", 1293, 144, 360, STEPS, self.epochs, 61_706, self.truths, tuple("0123456789")
        )  # fmt: skip

    @property
    def rate(self) -> float:
        part = min(1.0, self.step / (STEPS * self.epochs))
        wave = part / 0.3 if part < 0.3 else max(0.0, 1 - (part - 0.3) / 0.7)
        return self.config.learning_rate * wave * self.scale

    def steps(self, count: int) -> Steps:
        losses = []
        for _ in range(count):
            self.step += 1
            losses.append(2.3 * math.exp(-self.step / 90) + 0.08 + 0.12 * self.noise.random())
        accuracies = tuple(
            min(1.0, max(0.05, 1 - 0.36 * loss + 0.05 * self.noise.random())) for loss in losses
        )
        left = max(0, STEPS * self.epochs - self.step) * 0.02
        return Steps(
            self.step, 1 + (self.step - 1) // STEPS, tuple(losses), accuracies, self.rate, 1600 + 200 * self.noise.random(), 0.02 * self.step, left
        )  # fmt: skip

    def watched(self) -> Watched:
        sure = 1 - math.exp(-self.step / 120)
        rows = []
        for number, truth in enumerate(self.truths):
            guess = int(truth) if number % 5 or self.step > 150 else (int(truth) + 3) % 10
            rest = (1 - (0.1 + 0.88 * sure)) / 9
            rows.append(tuple(0.1 + 0.88 * sure if at == guess else rest for at in range(10)))
        gradients = tuple(
            math.exp(-self.step / 200 - at) * (0.8 + 0.4 * self.noise.random()) for at in range(len(LAYERS))
        )
        weights = tuple(2.0 + at + 0.004 * self.step for at in range(len(LAYERS)))
        dead = {path: min(1.0, 0.04 * at + 0.0004 * self.step) for at, path in enumerate(ACTIVATIONS)}
        return Watched(
            self.step, 0.02 * self.step, LAYERS, weights, gradients, dead, tuple(rows), 412_000_000
        )

    def epoch_end(self) -> EpochEnd:
        loss = 2.3 * math.exp(-self.step / 90) + 0.14
        return EpochEnd(
            self.step // STEPS,
            self.step,
            loss,
            1 - 0.36 * loss,
            1.05 * loss,
            1 - 0.4 * loss,
            0.02 * self.step,
        )

    def finished(self) -> Finished:
        return Finished(0.14, 0.96, 0.16, 0.951, 0.17, 0.9472, self.epochs, 1702.0, 0.02 * self.step + 0.4)


def pictures(folder: Path, step: int) -> None:
    """Write ``live.npz``: kernels that move, the handful's pictures."""
    draw = np.random.default_rng(0)
    kernels = draw.normal(size=(6, 1, 5, 5)) * 0.3 + np.linspace(-1, 1, 5) * min(1.0, step / 200)
    lines = np.zeros((HANDFUL, 1, 28, 28), np.uint8)
    for number in range(HANDFUL):
        lines[number, 0, 4 + number : 8 + number, 4:24] = 220
        lines[number, 0, 4:24, 6 + number : 9 + number] = 255
    temporary = folder / ".live.npz"
    with temporary.open("wb") as file:
        np.savez(
            file, kernels=kernels.astype(np.float16), step=np.int64(step), pictures=lines,
            labels=np.arange(HANDFUL, dtype=np.int64) % 10,
        )  # fmt: skip
    temporary.replace(folder / "live.npz")


def written(root: Path, name: str = "20260101-120000-lenet-abcdef", *, end: str = "finished", epochs: int = 6, **changes: object) -> Run:  # fmt: skip
    """Write a run that has ended; ``end`` is finished, stopped, failed, nan, or killed: fell without a word."""
    given = config(epochs=epochs, **changes)
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(given.to_json())
    (folder / LOG).write_text("loading the data\n")
    told = Pretended(given)
    found: list[Event] = [told.started()]
    for epoch in range(epochs):
        for _ in range(STEPS // 10):
            found += [told.steps(10), told.watched()]
        if epoch == 2:
            found.append(Changed(told.step, "learning_rate", 0.0005, 0.02 * told.step))
        found.append(told.epoch_end())
    match end:
        case "finished":
            found.append(told.finished())
        case "stopped":
            found.append(Stopped(told.step, epochs, 0.02 * told.step))
        case "failed":
            found.append(Failed("the disk is full: {reason}", {"reason": "No space left on device"}))
        case "nan":
            found.append(
                Failed(
                    "the loss is no longer a number: the training diverged at step {step}",
                    {"step": told.step, "layer": "classifier.5", "what": "output"},
                )
            )
    (folder / EVENTS).write_text("".join(map(to_line, found)))
    pictures(folder, told.step)
    return Run(folder)


@contextmanager
def living(root: Path, name: str = "20260101-120000-lenet-abcdef", *, mood: str = "run", **changes: object) -> Iterator[Run]:  # fmt: skip
    """Yield a run whose pretending worker lives; ``mood``: run, wait (in the queue)."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(config(**{"epochs": 1000, **changes}).to_json())
    process = subprocess.Popen([sys.executable, "-m", "tests.train.folders", str(folder), mood], cwd=ROOT)
    run = Run(folder)
    until = time.monotonic() + 20
    while run.state() not in {"running", "queued"}:
        assert time.monotonic() < until, "the pretending worker does not begin"
        time.sleep(0.02)
    try:
        yield run
    finally:
        process.terminate()
        process.wait(10)


class Pretender:
    """The pretending worker: events go out, requests come in."""

    def __init__(self, folder: Path, say: Callable[[Event], None]) -> None:
        self.folder, self.say = folder, say
        self.told = Pretended(TrainConfig.from_json((folder / "config.json").read_text()))
        self.inbox = control.Inbox(folder)
        self.paused, self.looked = False, 0.0

    def pause(self) -> None:
        self.paused = True
        self.say(Paused(self.told.step, 1 + self.told.step // STEPS, 0.02 * self.told.step))

    def look(self) -> None:
        self.looked = time.monotonic()
        self.say(self.told.watched())
        pictures(self.folder, self.told.step)

    def obey(self, request: control.Request) -> None:
        told = self.told
        match request:
            case control.Pause():
                self.pause()
            case control.Continue():
                self.paused = False
                self.say(Continued(told.step, 0.02 * told.step))
            case control.Step(number):
                self.say(told.steps(number))
                self.look()
                self.pause()
            case control.Rate(value):
                told.scale *= value / max(told.rate, 1e-9)
                self.say(Changed(told.step, "learning_rate", value, 0.02 * told.step))
            case control.More(epochs):
                told.epochs += epochs
                self.say(Changed(told.step, "epochs", told.epochs, 0.02 * told.step))

    def turn(self) -> None:
        """Do what was asked, then five steps unless it waits."""
        for request in self.inbox.new():
            self.obey(request)
        if self.paused:
            return
        self.say(self.told.steps(5 - self.told.step % 5))
        if time.monotonic() - self.looked > 1:
            self.look()
        if self.told.step % STEPS == 0:
            self.say(self.told.epoch_end())


def pretend(folder: Path, mood: str) -> None:
    """Hold the lock and write events until SIGTERM comes or the epochs are done."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    lock = locks.take(folder / LOCK)
    locks.write_pid(lock, os.getpid())
    (folder / LOG).write_text("loading the data\n")
    with (folder / EVENTS).open("a", buffering=1) as events:
        worker = Pretender(folder, lambda event: print(to_line(event), end="", file=events))
        told = worker.told
        worker.say(Waiting("cpu", 2) if mood == "wait" else told.started())
        while not asked and told.step < STEPS * told.epochs:
            if mood != "wait":
                worker.turn()
            time.sleep(0.1)
        worker.say(Stopped(told.step, 1 + told.step // STEPS, 0.02 * told.step) if asked else told.finished())


if __name__ == "__main__":
    pretend(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "run")
