"""Which trained networks there are to ask: the shipped ones, those of the runs, those brought along. No torch at import."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.errors import RunError
from cnnviz.train import runs

if TYPE_CHECKING:
    from cnnviz.nets.checkpoint import Checkpoint

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"

DEFAULT = "digit_recognizer"

IMPORTED = "_imported"
"""The folder of what was brought along, beside the runs; no run can have such a name."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def shipped() -> list[str]:
    """Return the names of the checkpoints that come with cnnviz."""
    return sorted(path.stem for path in WEIGHTS.glob("*.safetensors"))


def of_runs() -> list[str]:
    """Return the names of the runs that ended with weights to use, the newest first."""
    return [
        run.name
        for run in runs.list_runs()
        if run.state() in {"finished", "stopped"} and run.checkpoint() is not None
    ]


def imported() -> list[str]:
    """Return the names of the networks that were kept with somebody else's weights."""
    return sorted(path.stem for path in _folder().glob("*.safetensors") if _NAME.fullmatch(path.stem))


def keep(name: str, checkpoint: "Checkpoint") -> Path:
    """Keep a network with weights that were brought along under a new name, and return its file.

    Raises:
        RunError: if the name cannot be, is taken, or the file cannot be written.
    """
    from cnnviz.nets.checkpoint import save  # noqa: PLC0415  (imports torch)

    check_name(name)
    file = _folder() / f"{name}.safetensors"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save(file, checkpoint)
    except OSError as error:
        raise RunError(
            "the weights cannot be kept in {file}: {reason}", file=str(file), reason=error.strerror or ""
        ) from None
    return file


def check_name(name: str) -> None:
    """Refuse a name that weights cannot be kept under.

    Raises:
        RunError: if it has other characters than a file's name may have, or is taken.
    """
    if not _NAME.fullmatch(name):
        raise RunError(
            "`name` (={name}) must be 1 to 60 letters, digits, - or _, the first a letter or digit",
            name=name[:80],
        )
    if name in {*shipped(), *imported(), *(run.name for run in runs.list_runs())}:
        raise RunError("there is already a trained network called {name}; choose another name", name=name)


def forget(name: str) -> None:
    """Delete what was kept under a name.

    Raises:
        RunError: if there is no such file, or it cannot be deleted.
    """
    if name not in imported():
        raise RunError("there are no kept weights called {name}", name=name[:80])
    try:
        (_folder() / f"{name}.safetensors").unlink()
    except OSError as error:
        raise RunError("{name} cannot be deleted: {reason}", name=name, reason=error.strerror or "") from None


def path_of(name: str) -> Path:
    """Return the file of a shipped checkpoint, of weights that were kept, or of a run's best weights.

    Raises:
        RunError: if there is none; says what is shipped.
    """
    if name in shipped():
        return WEIGHTS / f"{name}.safetensors"
    if name in imported():
        return _folder() / f"{name}.safetensors"
    try:
        run = runs.find(name)
    except RunError:
        raise RunError(
            "there is no checkpoint `{name}`; shipped are {shipped}, besides the names of runs",
            name=name[:100], shipped=", ".join(shipped()) or "-",
        ) from None  # fmt: skip
    file = run.checkpoint()
    if file is None:
        raise RunError("the run {run} has no checkpoint yet", run=run.name)
    return file


def _folder() -> Path:
    return runs.runs_root() / IMPORTED
