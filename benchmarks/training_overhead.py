"""What telling, watching and keeping cost a training, as a part of the steps' own time; see ``training.py``.

A training is run as a run is, with its events written as lines, and the clock is read around every step's own
computation (``Training.batch``). All other time, less what a bare loop needs too (shuffling, the next batch's numbers,
the rate, the loss kept), is what was added: events (with asking for requests), looks inside, states, weights and
records. That is one training against itself, so it does not matter that two networks lie differently in memory and the
one runs some percent faster than the other, which is more than what is looked for.

What such a sum cannot see is a step made slower by what happened before it (caches). So a second figure: the same
training, turn by turn, a second of bare steps and a second of the whole, compared per step; with what the turns differ.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import report

SECONDS = 25.0
"""That each training is counted; two and a half times as long as a state comes after the one before."""

TURNS = 12
EVERY = 0.1

Way = Callable[[Any, Path], Iterator[int]]


def overhead() -> dict[str, Any]:
    """Return what events, and everything that is watched and kept, add to a step: percent of a bare step's time."""
    from cnnviz.train.worker import keep_memory, yield_cores

    keep_memory()
    yield_cores()
    result = {}
    for network in ("lenet", "digit_recognizer"):
        bare, events, everything = (counted(network, way) for way in (bare_steps, told, told_and_watched))
        result[network] = {
            "bare_loop_percent": bare,
            "events_percent": round(events - bare, 2),
            "everything_percent": round(everything - bare, 2),
            "in_turns": in_turns(network),
        }
    report.table(
        ("", "events %", "everything %", "in turns %", "(quarters)"),
        [
            (
                name, row["events_percent"], row["everything_percent"], row["in_turns"]["median_percent"],
                "{} to {}".format(*row["in_turns"]["quarters_percent"]),
            )
            for name, row in result.items()
        ],
    )  # fmt: skip
    return {"networks": result}


def counted(network: str, way: Way) -> float:
    """Return the time that was not a step's own, as percent of that which was."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        training = begun(network, folder if way is told_and_watched else None)
        inside = 0.0
        learn = training.batch

        def batch(*given: Any) -> Any:
            nonlocal inside
            began = time.perf_counter()
            found = learn(*given)
            inside += time.perf_counter() - began
            return found

        training.batch = batch
        steps = way(training, folder)
        for _ in range(3):  # the first steps are slow, and the first look and state come with them
            next(steps)
        began, inside = time.perf_counter(), 0.0
        while time.perf_counter() - began < SECONDS:
            next(steps)
        whole = time.perf_counter() - began
    return round(100 * (whole - inside) / inside, 2)


def in_turns(network: str) -> dict[str, Any]:
    """Return how much longer a step of the whole takes than a bare one of the same training, in turns of a second."""
    with tempfile.TemporaryDirectory() as name:
        training = begun(network, Path(name))
        steps = told_and_watched(training, Path(name))
        numbers = training.feed.train[: 64 * 800].split(64)
        for _ in range(3):
            next(steps)
        found = []
        for turn in range(TURNS):
            took = {}
            for way in ("bare", "whole") if turn % 2 else ("whole", "bare"):
                began, count = time.perf_counter(), 0
                while time.perf_counter() - began < 1.5:
                    if way == "whole":
                        count += next(steps)
                    else:
                        for each in numbers[count % 700 :][:8]:
                            training.batch(each, training.config.learning_rate)
                            count += 1
                spent = time.perf_counter() - began
                took[way] = spent / count
                if way == "bare":  # in which neither a look nor a state becomes due
                    training.watcher._next += spent
                    training.keeper._saved_at += spent
            found.append(100 * (took["whole"] / took["bare"] - 1))
    low, median, high = statistics.quantiles(found, n=4)
    return {"median_percent": round(median, 1), "quarters_percent": [round(low, 1), round(high, 1)]}


def begun(network: str, folder: Path | None) -> Any:
    """Return a training of MNIST at batch 64; Any, since its parts are exchanged."""
    from cnnviz import zoo
    from cnnviz.train.config import TrainConfig
    from cnnviz.train.training import Training

    config = TrainConfig(
        zoo.get(network),
        "mnist",
        "cpu",
        optimizer="adamw",
        batch_size=64,
        epochs=10_000,
        validation_fraction=0,
    )
    return Training(config, folder=folder)


def bare_steps(training: Any, _folder: Path) -> Iterator[int]:
    """Train in a loop that tells nobody; yield as often as the others do."""
    import torch

    losses: list[float] = []
    training.quick.train()
    since, done = time.perf_counter(), 0
    while True:
        order = training.feed.train[torch.randperm(len(training.feed.train))]
        for numbers in order.split(training.config.batch_size):
            losses.append(training.batch(numbers, training.rate).tolist()[0])
            done += 1
            if time.perf_counter() - since > EVERY:
                yield done
                since, done = time.perf_counter(), 0


def told(training: Any, folder: Path) -> Iterator[int]:
    """Run a training with its events written as lines, nothing looked at or kept; yield the steps since the last time."""
    training.watcher.due = lambda _now: False
    return told_and_watched(training, folder)


def told_and_watched(training: Any, folder: Path) -> Iterator[int]:
    """Run a training as the worker does; yield the number of steps since the last time."""
    from cnnviz.train.events import Steps, to_line

    done = 0
    file = os.open(folder / "events.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for event in training.run():
            os.write(file, to_line(event).encode())
            if isinstance(event, Steps):
                yield event.step - done
                done = event.step
    finally:
        os.close(file)
