"""The shelf of runs: what is said of each, what is thrown away, and how it is taken back.

    about(run)  rename  tag  untag  note     delete(run) -> undo()     trash()  empty()     records()

A run that is deleted lies in ``runs_root()/_trash`` until the trash is emptied; a run whose worker lives stays.
"""

import json
import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from cnnviz.errors import RunError
from cnnviz.store.overview import Record, card, record, records
from cnnviz.train import about as saying
from cnnviz.train import locks
from cnnviz.train.about import About
from cnnviz.train.run import LOCK, Run
from cnnviz.train.runs import find, runs_root

__all__ = [
    "About", "Deleted", "Record", "about", "card", "delete", "empty", "find", "note", "record", "records", "rename", "tag",
    "trash", "undo", "untag",
]  # fmt: skip

TRASH = "_trash"
DELETED = "deleted.json"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A run in the trash.

    Attributes:
        run: its folder there; everything in it can still be read.
        name: what it was found by, and will be again.
        time: when it was thrown away, in seconds since 1970.
        size: bytes of its files.
    """

    run: Run
    name: str
    time: float
    size: int


def about(run: Run) -> About:
    """Return what people say of a run; nothing where the file is missing or damaged."""
    return saying.read(run.path)


def rename(run: Run, name: str) -> About:
    """Call a run something; "" takes its name away. The folder keeps its own name, so links stay true.

    Raises:
        RunError: if the name cannot be, or the folder cannot be written.
    """
    return _put(run, replace(about(run), name=saying.checked_name(name)))


def tag(run: Run, *tags: str) -> About:
    """Add tags to a run.

    Raises:
        RunError: if one cannot be, there would be too many, or the folder cannot be written.
    """
    known = about(run)
    return _put(run, replace(known, tags=saying.checked_tags((*known.tags, *tags))))


def untag(run: Run, *tags: str) -> About:
    """Take tags off a run; those that it has not are passed over.

    Raises:
        RunError: if the folder cannot be written.
    """
    known = about(run)
    return _put(run, replace(known, tags=tuple(name for name in known.tags if name not in tags)))


def note(run: Run, text: str) -> About:
    """Write down what is to be remembered of a run, instead of what was there.

    Raises:
        RunError: if the text is too long or none, or the folder cannot be written.
    """
    return _put(run, replace(about(run), note=saying.checked_note(text)))


def delete(run: Run) -> Deleted:
    """Throw a run away: it moves into the trash, whole.

    Raises:
        RunError: if it lives (stop it first), lies outside the folder of runs, or cannot be moved.
    """
    root = runs_root()
    if run.path.parent.absolute() != root.absolute():
        raise RunError("{path} does not lie among the runs: delete it by hand", path=str(run.path))
    find(run.name)
    try:
        lock = locks.take(run.path / LOCK)
    except BlockingIOError:
        raise RunError("the run {run} is still going: stop it first", run=run.name) from None
    except OSError as error:
        raise _immovable(run.name, error) from None
    try:  # the lock is held until it has gone: nobody takes it up again meanwhile
        bin_ = root / TRASH
        target = _free(bin_, run.name)
        saying.write_whole(run.path / DELETED, json.dumps({"name": run.name, "time": time.time()}).encode())
        bin_.mkdir(exist_ok=True)
        run.path.rename(target)
    except OSError as error:
        raise _immovable(run.name, error) from None
    finally:
        os.close(lock)
    return _deleted(target)


def undo(name: str | None = None) -> Run:
    """Take a run out of the trash: the one of that name, or the one that was thrown away last.

    Raises:
        RunError: if it is not there, its name is taken meanwhile, or it cannot be moved.
    """
    found = [entry for entry in trash() if name in {None, entry.name, entry.run.name}]
    if not found:
        raise RunError("there is no such run in the trash")
    entry = found[0]
    target = runs_root() / entry.name
    if target.exists():
        raise RunError("there is already a run {run}", run=entry.name)
    try:
        entry.run.path.rename(target)
        (target / DELETED).unlink(missing_ok=True)
    except OSError as error:
        raise _immovable(entry.name, error) from None
    return Run(target)


def trash() -> list[Deleted]:
    """Return the runs in the trash, the one that was thrown away last first."""
    try:
        paths = [path for path in (runs_root() / TRASH).iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted(map(_deleted, paths), key=lambda entry: (entry.time, entry.name), reverse=True)


def empty(entries: Iterable[Deleted] | None = None) -> int:
    """Delete runs in the trash for good, all by default; return how many bytes that frees.

    Raises:
        RunError: if a file cannot be deleted; the others are.
    """
    freed = 0
    failed: OSError | None = None
    for entry in trash() if entries is None else entries:
        if entry.run.path.parent != runs_root() / TRASH:
            continue
        try:
            shutil.rmtree(entry.run.path)
            freed += entry.size
        except OSError as error:
            failed = error
    if failed is not None:
        raise _immovable(TRASH, failed)
    return freed


def _put(run: Run, said: About) -> About:
    saying.write(run.path, said)
    return said


def _free(folder: Path, name: str) -> Path:
    """Return a path in the trash that nobody has: a name may come back after its run was deleted."""
    target, number = folder / name, 2
    while target.exists():
        target, number = folder / f"{name}~{number}", number + 1
    return target


def _deleted(path: Path) -> Deleted:
    name, when = path.name.partition("~")[0], 0.0
    try:
        when = path.stat().st_mtime
        said = json.loads((path / DELETED).read_text(encoding="utf-8"))
        when = float(said["time"])
        if said["name"] == name:  # whoever writes another name there cannot move the folder elsewhere
            name = str(said["name"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return Deleted(Run(path), name, when, _size(path))


def _size(path: Path) -> int:
    total = 0
    for folder, _folders, files in os.walk(path):
        for file in files:
            try:
                total += os.lstat(os.path.join(folder, file)).st_size  # noqa: PTH118
            except OSError:
                continue
    return total


def _immovable(name: str, error: OSError) -> RunError:
    return RunError(
        "{run} cannot be moved or deleted: {reason}", run=name, reason=error.strerror or str(error)
    )
