"""A run's events folded into curves; reads only what is new, and thins what is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cnnviz.train.events import (
    Changed,
    Continued,
    EpochEnd,
    Event,
    Failed,
    Finished,
    Noted,
    Paused,
    Resumed,
    Started,
    Steps,
    Stopped,
    Waiting,
    Watched,
    from_line,
    whole_lines,
)

EVENTS = "events.jsonl"

MOST_WATCHED = 2000

TAIL = 200
"""Bytes by which a file is known again."""

Point = tuple[float, float]


class Folder(Protocol):
    """What has a run folder (``cnnviz.train.runs.Run``)."""

    @property
    def path(self) -> Path:
        """The run folder."""


@dataclass(slots=True)
class History:
    """The curves of a run, as far as it went.

    Attributes:
        started: what was begun; None until the worker has loaded the data.
        epochs_ahead: epochs of the whole training, as far as is known now.
        steps, loss, accuracy, seconds_at: equally long; every step's number, loss, accuracy and time.
        rate_steps, rates, throughput, reported: equally long; now and then: the step, its learning rate, samples
            a second, seconds since the start.
        epochs: every ``EpochEnd``, for a table.
        epoch_steps, train_loss, train_accuracy: equally long; means over whole epochs, at their last steps.
        val_steps, val_loss, val_accuracy: equally long; empty where no validation pictures were kept.
        watched: every look inside, the oldest first; at most ``MOST_WATCHED``, older ones thinned.
        changes: what somebody changed in the middle.
        notes: what the user should know.
        waiting: the place in the queue; None once it is over. paused: whether it waits for somebody.
        step, epoch, seconds, seconds_left: where the run is.
        end: the terminal event; None while there is none.
        last: the last event of all.
        offset: bytes of the event file that are folded in. tail: the last of them, by which it is known again: a
            run that is taken up has its events cut back, and then others follow.
    """

    started: Started | None = None
    epochs_ahead: int = 0
    steps: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    seconds_at: list[float] = field(default_factory=list)
    rate_steps: list[int] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    throughput: list[float] = field(default_factory=list)
    reported: list[float] = field(default_factory=list)
    epochs: list[EpochEnd] = field(default_factory=list)
    epoch_steps: list[int] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_steps: list[int] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)
    changes: list[Changed] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    waiting: Waiting | None = None
    paused: bool = False
    step: int = 0
    epoch: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    end: Finished | Stopped | Failed | None = None
    last: Event | None = None
    offset: int = 0
    tail: bytes = field(default=b"", compare=False, repr=False)

    @property
    def samples_per_second(self) -> float | None:
        """The newest throughput; of the whole run once it has finished."""
        if isinstance(self.end, Finished):
            return self.end.samples_per_second
        return self.throughput[-1] if self.throughput else None

    @property
    def total_steps(self) -> int | None:
        """How many steps the whole training has."""
        return self.started.steps_per_epoch * self.epochs_ahead if self.started else None

    @property
    def progress(self) -> float:
        """How much is done, from 0 to 1."""
        total = self.total_steps
        if isinstance(self.end, Finished):
            return 1.0
        return min(1.0, self.step / total) if total else 0.0

    def fold(self, event: Event) -> None:
        """Take in the next event."""
        self.last = event
        match event:
            case Waiting():
                self.waiting = event
            case Started():
                self.started, self.epochs_ahead, self.waiting = event, event.epochs, None
            case Steps():
                self._take_steps(event)
            case EpochEnd():
                self.epochs.append(event)
                self.epoch_steps.append(event.step)
                self.train_loss.append(event.train_loss)
                self.train_accuracy.append(event.train_accuracy)
                if event.val_loss is not None and event.val_accuracy is not None:
                    self.val_steps.append(event.step)
                    self.val_loss.append(event.val_loss)
                    self.val_accuracy.append(event.val_accuracy)
                self.step, self.epoch, self.seconds = event.step, event.epoch, event.seconds
            case Finished() | Stopped():
                self.end, self.seconds, self.seconds_left = event, event.seconds, None
            case Failed():
                self.end, self.seconds_left = event, None
            case Watched():
                self.watched.append(event)
                if len(self.watched) > MOST_WATCHED:
                    del self.watched[1:-1:2]
            case Changed():
                self.changes.append(event)
                if event.name == "epochs":
                    self.epochs_ahead = int(event.value)
            case Paused():
                self.paused, self.seconds, self.seconds_left = True, event.seconds, None
            case Continued():
                self.paused = False
            case Resumed():
                self.paused, self.waiting, self.epochs_ahead = False, None, event.epochs
            case Noted():
                self.notes.append(event)

    def _take_steps(self, event: Steps) -> None:
        count = len(event.losses)
        if len(event.accuracies) != count:  # a damaged line that can still be read
            return
        first = self.seconds_at[-1] if self.seconds_at else 0.0
        self.steps += range(event.step - count + 1, event.step + 1)
        self.loss += event.losses
        self.accuracy += event.accuracies
        self.seconds_at += [
            first + (event.seconds - first) * number / count for number in range(1, count + 1)
        ]
        self.rate_steps.append(event.step)
        self.rates.append(event.rate)
        self.throughput.append(event.samples_per_second)
        self.reported.append(event.seconds)
        self.step, self.epoch = event.step, event.epoch
        self.seconds, self.seconds_left = event.seconds, event.seconds_left


def read(run: Folder | Path, since: History | None = None) -> History:
    """Return the history of a run; ``since`` is taken further by what is new in the event file.

    A line that is still being written is left for the next call; damaged lines are passed over; a file that
    has been cut back since (a run that was taken up) is read anew. A run without events has an empty history.
    """
    path = (run if isinstance(run, Path) else run.path) / EVENTS
    history = History() if since is None else since
    try:
        with path.open("rb") as file:
            file.seek(history.offset - len(history.tail))
            if file.read(len(history.tail)) != history.tail or file.seek(0, 2) < history.offset:
                history = History()
            file.seek(history.offset)
            data = file.read()
    except OSError:
        return history
    for line in whole_lines(data):
        history.offset += len(line) + 1
        history.tail = (line + b"\n")[-TAIL:]
        try:
            history.fold(from_line(line))
        except ValueError:
            continue
    return history


def thin(points: Sequence[Point], most: int = 600) -> list[Point]:
    """Return at most ``most`` of the points, both ends and every stretch's lowest and highest among them.

    Args:
        points: (x, y) in the order of x.
        most: at least 4.
    """
    count = len(points)
    if count <= most:
        return list(points)
    buckets = (most - 2) // 2
    inner = count - 2
    kept = [points[0]]
    for number in range(buckets):
        first, last = 1 + number * inner // buckets, 1 + (number + 1) * inner // buckets
        low = min(range(first, last), key=lambda at: points[at][1])
        high = max(range(first, last), key=lambda at: points[at][1])
        kept += [points[at] for at in sorted({low, high})]
    return [*kept, points[-1]]
