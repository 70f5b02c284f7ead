"""One run: what its folder says about it. State = the terminal event + is the lock held."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cnnviz import files
from cnnviz.errors import CnnvizError, RunError
from cnnviz.train import locks
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import (
    Changed,
    Event,
    Failed,
    Finished,
    Noted,
    Paused,
    Resumed,
    Stopped,
    Waiting,
    Watched,
    from_line,
)
from cnnviz.train.history import EVENTS

CONFIG, LOG, LOCK = "config.json", "log.txt", "lock"
MOST_CONFIG_BYTES = 4_000_000

State = Literal["starting", "queued", "running", "paused", "finished", "stopped", "failed"]

ALIVE = frozenset({"starting", "queued", "running", "paused"})
"""The states in which a worker lives."""

STATES = ("state.safetensors", "state.previous.safetensors")
"""What a run goes on from, the newest first."""


@dataclass(frozen=True, slots=True)
class Run:
    """One training, past or present: its folder is all that there is of it."""

    path: Path

    @property
    def name(self) -> str:
        """What ``find`` knows it by."""
        return self.path.name

    @property
    def created(self) -> float:
        """When it was made, in seconds since 1970."""
        for path in (self.path / CONFIG, self.path):
            try:
                return path.stat().st_mtime
            except OSError:
                continue
        return 0.0

    def config(self) -> TrainConfig:
        """Return what is trained.

        Raises:
            RunError: if the run folder's config is missing or damaged.
        """
        path = self.path / CONFIG
        try:
            if path.stat().st_size > MOST_CONFIG_BYTES:
                raise ValueError("too large")
            return TrainConfig.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, CnnvizError) as error:
            raise RunError(
                "the run {run} is damaged: its config cannot be read ({reason})",
                run=self.name, reason=str(error)[:300],
            ) from None  # fmt: skip

    def state(self) -> State:
        """Return where the run is: a terminal event decides, else whether its worker lives."""
        held = locks.held(self.path / LOCK)  # before the events: the worker writes its last one, then lets go
        match self._last():
            case Finished():
                return "finished"
            case Stopped():
                return "stopped"
            case Failed():
                return "failed"
            case _ if not held:
                return "failed"
            case None | Resumed():
                return "starting"
            case Waiting():
                return "queued"
            case Paused():
                return "paused"
        return "running"

    def end(self) -> Finished | Stopped | Failed | None:
        """Return the terminal event; None where there is none (yet)."""
        event = self._last()
        return event if isinstance(event, Finished | Stopped | Failed) else None

    def _last(self) -> Event | None:
        """Return the newest event that decides the state; None where there is none (yet)."""
        for line in reversed(files.tail(self.path / EVENTS).split(b"\n")[:-1]):
            try:
                event = from_line(line)
            except ValueError:
                continue
            if not isinstance(event, Changed | Noted | Watched):
                return event
        return None

    def failure(self) -> Failed | None:
        """Return why the run failed, the last lines of its log as details; None where it did not fail.

        A worker that was killed could not say why, so this says it for it.
        """
        if self.state() != "failed":
            return None
        end = self.end()
        if isinstance(end, Failed):
            return end if end.details else Failed(end.template, end.values, self.log())
        try:
            self.config()
        except RunError as error:
            return Failed.of(error, self.log())
        killed = RunError(
            "the training process ended without a word: it was killed, or the machine was restarted"
        )
        return Failed.of(killed, self.log())

    def log(self, lines: int = 20) -> str:
        """Return the last lines that the worker printed."""
        text = files.tail(self.path / LOG).decode("utf-8", "replace")
        return "\n".join(text.rstrip().splitlines()[-lines:])

    def can_resume(self) -> bool:
        """Return whether ``runs.resume`` can take it up: it does not live, and knows what and where it was.

        A finished run can train more epochs, if its state is there.
        """
        now = self.state()
        if now in ALIVE:
            return False
        try:
            self.config()
        except RunError:
            return False
        return now != "finished" or any((self.path / name).is_file() for name in STATES)

    def checkpoint(self, which: Literal["best", "last"] = "best") -> Path | None:
        """Return the file of the best or the newest weights; the other one where it is missing."""
        for name in (which, "best", "last"):
            path = self.path / f"{name}.safetensors"
            if path.is_file():
                return path
        return None
