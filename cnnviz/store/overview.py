"""Every run as one row of numbers, for lists: cheap enough to ask for hundreds of runs again and again.

A row is kept until one of the files that it is made of changes. Of the events only the lines are read that a row
needs: the start, the ends of epochs, the end.
"""

import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.errors import CnnvizError
from cnnviz.train import about as saying
from cnnviz.train.about import About
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import (
    Changed,
    EpochEnd,
    Failed,
    Finished,
    Resumed,
    Started,
    Steps,
    Stopped,
    from_line,
    whole_lines,
)
from cnnviz.train.history import EVENTS
from cnnviz.train.run import ALIVE, CONFIG, Run, State
from cnnviz.train.runs import list_runs

CARD = "card.json"
MOST_CARD_BYTES = 1_000_000
MOST_KEPT = 4000

_NEEDED = tuple(
    json.dumps({"event": kind.__name__})[:-1].encode()
    for kind in (Started, EpochEnd, Changed, Resumed, Finished, Stopped, Failed)
)
_STEPS = json.dumps({"event": Steps.__name__})[:-1].encode()


@dataclass(frozen=True, slots=True)
class Record:
    """A run as lists show it; None where something is not known (yet, or any more).

    Attributes:
        run: the run itself; ``name`` finds it.
        about: what people say of it.
        state: where it is now.
        config: what is trained; None where it is damaged.
        parameters: numbers that are learned. device: what it ran on. steps, epochs: how far it went.
        epochs_ahead: how many epochs it was to have, as far as is known now.
        changes: what somebody changed by hand after its start, the oldest first: its config does not say so.
        val_accuracy, val_loss, best_epoch: of the epoch with the best validation accuracy, 0 to 1.
        train_accuracy, train_loss: of the last epoch.
        test_accuracy, test_loss: of the best weights on the test pictures, once it has finished.
        seconds: from its start to now or to its end. samples_per_second: while it trained.
        created: when it was made, in seconds since 1970.
        failure: why it failed, where its events say so.
    """

    run: Run
    about: About
    state: State
    config: TrainConfig | None
    parameters: int | None
    device: str | None
    steps: int
    epochs: int
    epochs_ahead: int
    changes: tuple[Changed, ...]
    val_accuracy: float | None
    val_loss: float | None
    best_epoch: int | None
    train_accuracy: float | None
    train_loss: float | None
    test_accuracy: float | None
    test_loss: float | None
    seconds: float | None
    samples_per_second: float | None
    created: float
    failure: Failed | None

    @property
    def name(self) -> str:
        """What ``runs.find`` knows it by."""
        return self.run.name

    @property
    def title(self) -> str:
        """What it is called: by whoever named it, a trial as its folder, else by what it trains and when it was made."""
        if self.about.name or self.search:
            return self.about.name or self.name
        made = time.strftime("%m-%d %H:%M", time.localtime(self.created))
        return f"{self.config.network.name}, {made}" if self.config else self.name

    @property
    def tags(self) -> tuple[str, ...]:
        """Words to find it by."""
        return self.about.tags

    @property
    def network(self) -> str | None:
        """The network's name."""
        return self.config.network.name if self.config else None

    @property
    def dataset(self) -> str | None:
        """The data set's name."""
        return self.config.dataset if self.config else None

    @property
    def seed(self) -> int | None:
        """The seed."""
        return self.config.seed if self.config else None

    @property
    def search(self) -> str:
        """The search whose trial it is; "" for none."""
        return self.about.search


Stamp = tuple[tuple[int, int, int], ...]

_kept: OrderedDict[Path, tuple[Stamp, Record]] = OrderedDict()
_turn = threading.Lock()


def records(root: Path | None = None, *, search: str | None = None) -> list[Record]:
    """Return a row for each run, the newest first.

    Args:
        root: the folder of the runs.
        search: only the trials of this search; "" for runs that belong to none.
    """
    found = [record(run) for run in list_runs(root)]
    return [row for row in found if search is None or row.search == search]


def record(run: Run) -> Record:
    """Return the row of one run; a damaged run has one, too."""
    stamp = tuple(_stamp(run.path / name) for name in (CONFIG, EVENTS, saying.ABOUT))
    with _turn:
        known = _kept.get(run.path)
    if known is not None and known[0] == stamp and not _may_change(known[1]):
        return known[1]
    row = _read(run)
    with _turn:
        _kept[run.path] = (stamp, row)
        _kept.move_to_end(run.path)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return row


def card(run: Run) -> dict[str, Any]:
    """Return what a run says of itself (``card.json``); nothing where it is missing or damaged."""
    path = run.path / CARD
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= MOST_CARD_BYTES else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _may_change(row: Record) -> bool:
    """Return whether a run's state can change without a word in its files: its worker may have died."""
    return row.state in ALIVE


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _read(run: Run) -> Record:
    state = run.state()
    config = _config(run)
    facts: dict[str, Any] = dict.fromkeys(
        ("parameters", "device", "val_accuracy", "val_loss", "best_epoch", "train_accuracy", "train_loss",
         "test_accuracy", "test_loss", "seconds", "samples_per_second", "failure")
    )  # fmt: skip
    facts |= {"steps": 0, "epochs": 0, "epochs_ahead": config.epochs if config else 0, "changes": ()}
    for line in _lines(run.path / EVENTS):
        try:
            _fold(facts, from_line(line))
        except ValueError:
            continue
    return Record(run, saying.read(run.path), state, config, created=run.created, **facts)


def _config(run: Run) -> TrainConfig | None:
    try:
        return run.config()
    except CnnvizError:
        return None


def _lines(path: Path) -> list[bytes]:
    """Return the lines of an event file that a row needs, the newest steps last but for the end."""
    try:
        lines = whole_lines(path.read_bytes())
    except OSError:
        return []
    last = next((line for line in reversed(lines) if line.startswith(_STEPS)), None)
    return [line for line in lines if line.startswith(_NEEDED) or line is last]


def _fold(facts: dict[str, Any], event: object) -> None:
    match event:
        case Started():
            facts |= {"parameters": event.parameters, "device": event.device_name}
            facts["epochs_ahead"] = max(facts["epochs_ahead"], event.epochs)
        case Changed():
            facts["changes"] += (event,)
            if event.name == "epochs":
                facts["epochs_ahead"] = int(event.value)
        case Resumed():
            if event.epochs != facts["epochs_ahead"]:
                facts["epochs_ahead"] = event.epochs
                seconds = facts["seconds"] or 0.0
                facts["changes"] += (Changed(event.step, "epochs", float(event.epochs), seconds),)
        case Steps():
            facts |= {"steps": event.step, "seconds": event.seconds}
            facts["samples_per_second"] = event.samples_per_second
        case EpochEnd():
            facts |= {"steps": event.step, "epochs": event.epoch, "seconds": event.seconds}
            facts |= {"train_loss": event.train_loss, "train_accuracy": event.train_accuracy}
            best = facts["val_accuracy"]
            if event.val_accuracy is not None and (best is None or event.val_accuracy > best):
                facts |= {"val_accuracy": event.val_accuracy, "val_loss": event.val_loss}
                facts["best_epoch"] = event.epoch
        case Finished():
            facts |= {"test_loss": event.test_loss, "test_accuracy": event.test_accuracy}
            facts |= {"val_loss": event.val_loss, "val_accuracy": event.val_accuracy}
            facts |= {"best_epoch": event.best_epoch, "seconds": event.seconds}
            facts["samples_per_second"] = event.samples_per_second
        case Stopped():
            facts |= {"steps": event.step, "seconds": event.seconds}
        case Failed():
            facts["failure"] = event
