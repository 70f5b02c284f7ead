"""Searches: start one in a process of its own, find it again, know its trials, stop it, take it up again.

    runs_root()/_searches/NAME/
        search.json   what is searched (``SearchConfig``)      study.jsonl   Optuna's own journal
        news.jsonl    the trials as they went                  lock, log.txt as in ``tasks``
    runs_root()/NAME-001/ ...                                  each trial is a run like any other

The search's process (``cnnviz.search.searcher``) may die at any moment, and so may its trials: taken up again, it goes
on with the trials that it had.
"""

import json
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from cnnviz.data import catalog
from cnnviz.errors import CnnvizError, RunError
from cnnviz.search import tasks
from cnnviz.search.space import SearchConfig, Value
from cnnviz.search.tasks import TaskState
from cnnviz.train import locks, runs
from cnnviz.train.about import write_whole
from cnnviz.train.config import check_classes
from cnnviz.train.events import Failed
from cnnviz.train.run import ALIVE as RUN_ALIVE
from cnnviz.train.run import Run

FOLDER, CONFIG, STUDY = "_searches", "search.json", "study.jsonl"
DELETED = ".deleted-"
MOST_CONFIG_BYTES = 4_000_000

STOP_SECONDS = 3.0
"""So long a search has to end its trials' runs and itself."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")

TrialState = Literal["running", "finished", "pruned", "failed", "stopped"]


LEARNED = 0.1
"""Part of the way from guessing to all right that a trial must have gone to have learned anything."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial of a search.

    Attributes:
        number: counted from 1. run: the name of its run; "" where it could not even begin.
        values: what was varied. state: where it is; "stopped" until its search goes on.
        epochs: done so far. accuracy: the best on the validation pictures so far, from 0 to 1.
        seconds: of the search, at its newest news.
        failure: why it failed.
    """

    number: int
    run: str
    values: dict[str, Value]
    state: TrialState = "running"
    epochs: int = 0
    accuracy: float | None = None
    seconds: float = 0.0
    failure: Failed | None = None


@dataclass(slots=True)
class Progress:
    """What a search has told so far.

    Attributes:
        trials: by their numbers. seconds: that it has searched. offset: bytes of its news that are in here.
    """

    trials: dict[int, Trial] = field(default_factory=dict)
    seconds: float = 0.0
    offset: int = 0

    def of(self, *states: TrialState) -> list[Trial]:
        """Return the trials in one of these states, by number."""
        return [trial for _number, trial in sorted(self.trials.items()) if trial.state in states]

    def best(self) -> Trial | None:
        """Return the finished trial with the highest accuracy, the first of equals; None where none has finished."""
        return max(self.of("finished"), key=lambda trial: trial.accuracy or 0.0, default=None)

    def none_learned(self, classes: int) -> bool:
        """Return whether trials have finished and none is clearly better than guessing one of so many classes."""
        guess = 1 / max(1, classes)
        best = self.best()
        return best is not None and (best.accuracy or 0.0) < min(2 * guess, guess + LEARNED * (1 - guess))


@dataclass(frozen=True, slots=True)
class Search(tasks.Task):
    """A search, past or present: its folder is all that there is of it."""

    def config(self) -> SearchConfig:
        """Return what is searched.

        Raises:
            RunError: if its folder is damaged.
        """
        path = self.path / CONFIG
        try:
            if path.stat().st_size > MOST_CONFIG_BYTES:
                raise ValueError("too large")
            return SearchConfig.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, CnnvizError) as error:
            raise RunError(
                "the search {search} is damaged: its settings cannot be read ({reason})",
                search=self.name, reason=str(error)[:300],
            ) from None  # fmt: skip

    @property
    def created(self) -> float:
        """When it was begun, in seconds since 1970; 0 where nobody knows."""
        with suppress(OSError, ValueError, TypeError, KeyError), (self.path / tasks.NEWS).open("rb") as file:
            return float(json.loads(file.readline(200))["begun"])
        return 0.0

    def run_of(self, number: int) -> Path:
        """Return the folder of a trial's run: the number says the name, so no crash can lose it."""
        return self.path.parent.parent / f"{self.name}-{number:03d}"


def start(config: SearchConfig, name: str = "") -> Search:
    """Start a search in a process that outlives this one.

    Args:
        config: what to search.
        name: letters, digits, ``_`` and ``-``; the time by default.

    Raises:
        CnnvizError: if config and data set do not fit together, the name is taken or none.
    """
    base = config.base
    check_classes(base.network, len(catalog.lookup(base.dataset).classes), base.dataset)
    problem = catalog.status(base.dataset).problem
    if problem is not None:
        raise problem
    name = name or tasks.stamp("search")
    if not _NAME.fullmatch(name):
        raise RunError("`{name}` is no name of a search: take letters, digits, _ and -", name=name[:60])
    folder = root() / name
    first = runs.runs_root() / f"{name}-001"
    if folder.exists() or first.exists():
        raise RunError("there is already a search {search}", search=name)
    try:
        folder.mkdir(parents=True)
        write_whole(folder / CONFIG, config.to_json().encode())
        lock = locks.take(folder / tasks.LOCK)
    except OSError as error:
        raise RunError(
            "the folder {path} cannot be made: {reason}", path=str(folder), reason=error.strerror or ""
        ) from None
    tasks.begin("cnnviz.search.searcher", folder, lock)
    return Search(folder)


def resume(search: Search, *, trials: int | None = None, seconds: float | None = None) -> Search:
    """Take a search up again that has ended in whatever way; unfinished trials go on where they were.

    Args:
        search: that does not live.
        trials: another number of them, all together.
        seconds: another limit of time, all together.

    Raises:
        RunError: if it lives or is damaged.
        SpecError: if a number is out of its bounds.
    """
    try:
        lock = locks.take(search.path / tasks.LOCK, patience=1.0)  # it may have said its last word just now
    except BlockingIOError:
        raise RunError("the search {search} is still going", search=search.name) from None
    except OSError as error:
        raise _unwritable(search.path, error) from None
    try:
        config = search.config()
        given: dict[str, Any] = {"trials": trials, "seconds": seconds}
        changed = replace(config, **{name: value for name, value in given.items() if value is not None})
        if changed != config:
            write_whole(search.path / CONFIG, changed.to_json().encode())
    except BaseException:
        os.close(lock)
        raise
    tasks.begin("cnnviz.search.searcher", search.path, lock)
    return search


def stop(search: Search) -> TaskState:
    """End a search and the runs of its living trials; return the state that it ended in.

    Raises:
        RunError: if a process is not ours to end.
    """
    if not tasks.end(search, STOP_SECONDS):  # it had no time to stop them itself
        for trial in progress(search).of("stopped"):
            runs.stop(Run(search.run_of(trial.number)))
    return search.state()


def delete(search: Search) -> Path:
    """Take a search off the list; its runs stay where they are. Return where it lies, for ``undo``.

    Raises:
        RunError: if it lives, or cannot be moved.
    """
    if search.state() in tasks.ALIVE:
        raise RunError("the search {search} is still going: stop it first", search=search.name)
    target = search.path.with_name(f"{DELETED}{search.name}")
    try:
        if target.exists():
            shutil.rmtree(target)
        return search.path.rename(target)
    except OSError as error:
        raise _unwritable(search.path, error) from None


def undo(deleted: Path) -> Search:
    """Bring a deleted search back.

    Raises:
        RunError: if it is not there any more, or its name is taken.
    """
    target = deleted.with_name(deleted.name.removeprefix(DELETED))
    if target.exists() or not deleted.name.startswith(DELETED):
        raise RunError("there is already a search {search}", search=target.name)
    try:
        return Search(deleted.rename(target))
    except OSError as error:
        raise _unwritable(deleted, error) from None


def list_searches() -> list[Search]:
    """Return all searches, the newest first."""
    try:
        found = [Search(path) for path in root().iterdir() if _NAME.fullmatch(path.name) and path.is_dir()]
    except OSError:
        return []
    return sorted(found, key=lambda search: (search.created, search.name), reverse=True)


def find(name: str) -> Search:
    """Return the search of a name.

    Raises:
        RunError: if the name is none that a search can have, or there is no such search.
    """
    if _NAME.fullmatch(name) and (root() / name).is_dir():
        return Search(root() / name)
    raise RunError("there is no search `{search}`", search=name[:100])


def progress(search: Search, since: Progress | None = None) -> Progress:
    """Return the trials of a search; ``since`` is taken further by what is new."""
    alive = search.alive  # before the news: whatever it told last is in them
    found = Progress() if since is None else since
    news, found.offset = search.news(found.offset)
    for line in news:
        with suppress(KeyError, TypeError, ValueError):
            found.seconds = float(line.get("spent", found.seconds))
            if "trial" in line:
                trial = _trial(line)
                found.trials[trial.number] = trial
    if not alive:
        for trial in found.of("running"):
            found.trials[trial.number] = replace(trial, state="stopped")
    return found


def root() -> Path:
    """Return the folder of all searches."""
    return runs.runs_root() / FOLDER


def still_going(found: Sequence[Trial]) -> list[Run]:
    """Return the living runs of some trials: they outlive a search that was killed."""
    made = [Run(runs.runs_root() / trial.run) for trial in found if trial.run]
    return [run for run in made if run.state() in RUN_ALIVE]


def _trial(line: dict[str, Any]) -> Trial:
    failure = Failed(str(line["template"]), dict(line["details"])) if line.get("template") else None
    accuracy = line.get("accuracy")
    state = line["state"]
    if state not in {"running", "finished", "pruned", "failed", "stopped"}:
        raise ValueError(state)
    return Trial(
        int(line["trial"]), str(line["run"]), dict(line["values"]), state, int(line["epochs"]),
        None if accuracy is None else float(accuracy), float(line["spent"]), failure,
    )  # fmt: skip


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError("{path} cannot be written: {reason}", path=str(path), reason=error.strerror or str(error))
