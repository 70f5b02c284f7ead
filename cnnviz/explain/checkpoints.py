"""Which trained networks there are to ask: the shipped ones, then those of the runs. No torch."""

from pathlib import Path

from cnnviz.errors import RunError
from cnnviz.train import runs

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"

DEFAULT = "digit_recognizer"


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


def path_of(name: str) -> Path:
    """Return the file of a shipped checkpoint, or of a run's best weights.

    Raises:
        RunError: if there is neither; says what is shipped.
    """
    if name in shipped():
        return WEIGHTS / f"{name}.safetensors"
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
