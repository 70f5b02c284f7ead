"""A run taken along: its curves as CSV, its weights, a PyTorch program that runs alone, the whole folder.

steps(run) epochs(run) -> CSV    weights(run, "best") -> Path    source(run) folder(run) -> ZIP
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from cnnviz.errors import RunError
from cnnviz.spec import LogSoftmax, Network, Softmax, leaves
from cnnviz.train.history import read
from cnnviz.train.run import LOCK, Run

PROGRAM = Path(__file__).parent / "program"
LEFT_OUT = re.compile(r"\..*|state(\.previous)?\.safetensors|reserve|" + re.escape(LOCK))
"""What is of use only to the worker: the state to go on from (three times the weights), the lock."""

PACKED = frozenset({".safetensors", ".npz"})
"""What does not get smaller by packing it."""

MOST_HEADER = 8_000_000


def name_of(run: Run, ending: str) -> str:
    """Return what a file of a run is called: ``20261121-092553-lenet-3f95a0.csv``."""
    return f"{run.name}{ending}"


def steps(run: Run) -> str:
    """Return every step as CSV: step, loss, accuracy (0 to 1), seconds; the learning rate where it was noted."""
    history = read(run)
    rates = dict(zip(history.rate_steps, history.rates, strict=True))
    rows = zip(history.steps, history.loss, history.accuracy, history.seconds_at, strict=False)
    return _csv(
        ("step", "loss", "accuracy", "seconds", "learning_rate"),
        ((step, loss, accuracy, f"{seconds:.6g}", rates.get(step)) for step, loss, accuracy, seconds in rows),
    )


def epochs(run: Run) -> str:
    """Return every epoch as CSV: losses and accuracies (0 to 1) in training and on the validation pictures."""
    names = ("epoch", "step", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "seconds")
    return _csv(names, ([getattr(epoch, name) for name in names] for epoch in read(run).epochs))


def table(rows: Sequence[Any]) -> str:
    """Return runs as CSV, a line each: what was trained and what came of it.

    Args:
        rows: ``cnnviz.store.overview.Record``.
    """
    facts = ("name", "title", "state", "network", "dataset", "seed", "parameters", "epochs", "steps",
             "train_loss", "train_accuracy", "val_loss", "val_accuracy", "best_epoch", "test_loss",
             "test_accuracy", "seconds", "samples_per_second", "device", "search")  # fmt: skip
    known = ("mode", "optimizer", "learning_rate", "momentum", "weight_decay", "schedule", "batch_size",
             "validation_fraction", "label_smoothing", "clip_norm", "patience", "initialisation")  # fmt: skip
    return _csv(
        (*facts, *known, "augment", "tags"),
        (
            (
                *(getattr(row, name) for name in facts),
                *(getattr(row.config, name, None) for name in known),
                " ".join(row.config.augment) if row.config else None,
                ", ".join(row.tags),
            )
            for row in rows
        ),
    )


def weights(run: Run, which: Literal["best", "last"] = "best") -> Path:
    """Return the safetensors file of a run's weights.

    Raises:
        RunError: if there are none (yet).
    """
    path = run.path / f"{which}.safetensors"
    if not path.is_file():
        raise RunError("the run {run} has no {which} weights yet", run=run.name, which=which)
    return path


def source(run: Run, which: Literal["best", "last"] = "best") -> bytes:
    """Return a ZIP that recognises pictures with nothing but torch, safetensors and Pillow.

    ``model.py`` is the network as code, ``weights.safetensors`` its weights, ``predict.py`` asks it about
    pictures, exactly as cnnviz does; ``README.md`` says how.

    Raises:
        RunError: if there are no weights, or they cannot be read.
    """
    from cnnviz.nets.source import class_name, written  # noqa: PLC0415  (imports torch)

    path = weights(run, which)
    network, about = run.config().network, _about(path)
    facts = {
        "classes": tuple(map(str, about["classes"])),
        "mean": tuple(map(float, about["mean"])),
        "std": tuple(map(float, about["std"])),
        "shape": network.input_shape,
        "ends_in": _ends_in(network),
    }
    program = (PROGRAM / "predict.txt").read_text(encoding="utf-8")
    readme = (PROGRAM / "readme.txt").read_text(encoding="utf-8")
    settings = "\n".join(
        f"{name.upper()} = {value!r}" for name, value in facts.items() if name != "class_name"
    )
    names = {
        "model.py": written(network).text,
        "predict.py": program.replace("@CLASS@", class_name(network)).replace("@SETTINGS@", settings),
        "README.md": readme.replace("@NETWORK@", network.name.replace("\n", " "))
        .replace("@DATASET@", str(about["dataset"]).replace("\n", " "))
        .replace("@EPOCH@", str(about["epoch"])),
        "requirements.txt": "torch>=2.2\nsafetensors>=0.4\npillow>=10\nnumpy\n",
        "config.json": run.config().to_json(),
    }  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in names.items():
            archive.writestr(f"{run.name}/{name}", text)
        archive.write(path, f"{run.name}/weights.safetensors", zipfile.ZIP_STORED)
    return file.getvalue()


def folder(run: Run) -> bytes:
    """Return a run's folder as a ZIP, without what is of use only to its worker.

    Raises:
        RunError: if a file cannot be read.
    """
    file = io.BytesIO()
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files(run):
                kind = zipfile.ZIP_STORED if path.suffix in PACKED else zipfile.ZIP_DEFLATED
                archive.write(path, str(Path(run.name) / path.relative_to(run.path)), kind)
    except (OSError, ValueError) as error:
        raise RunError("{path} cannot be read: {reason}", path=str(run.path), reason=str(error)) from None
    return file.getvalue()


def files(run: Run) -> list[Path]:
    """Return the files of a run's folder that others can use, by name; never one that a link leads out to."""
    try:
        found = sorted(run.path.rglob("*"))
    except OSError:
        return []
    return [
        path
        for path in found
        if path.is_file()
        and not path.is_symlink()
        and not any(LEFT_OUT.fullmatch(part) for part in path.relative_to(run.path).parts)
    ]


def _about(path: Path) -> dict[str, Any]:
    """Return what a checkpoint says of itself, without its weights and without torch."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > MOST_HEADER:
                raise ValueError("its header is too long")
            found: dict[str, Any] = json.loads(json.loads(file.read(length))["__metadata__"]["cnnviz"])
        return {name: found[name] for name in ("classes", "mean", "std", "dataset", "epoch")}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(
            "the checkpoint {file} is damaged or none of cnnviz: {reason}", file=str(path), reason=str(error)
        ) from None


def _ends_in(network: Network) -> str:
    last = [layer for _, layer in leaves(network.body)][-1]
    return {LogSoftmax: "log probabilities", Softmax: "probabilities"}.get(type(last), "scores")


def _csv(names: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A table program takes what begins so for a formula: a name that somebody typed is none."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
