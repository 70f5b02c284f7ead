"""Commands about trained networks: a run's report, a whole data set asked, pictures recognised."""

import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnviz.cli.frame import LANGUAGE, Json, Named, _, app, percent, print_json, print_table, write
from cnnviz.errors import DataError
from cnnviz.spec.checks import one_of


@app.command(help=_("Write a run's report: one HTML page with curves, tables and how to repeat it."))
def report(
    run: Named,
    *,
    out: Annotated[Path | None, typer.Option(help=_("The file; by default RUN.html here."))] = None,
) -> None:
    """Write a report."""
    from cnnviz.store import report as reports  # noqa: PLC0415
    from cnnviz.train import runs  # noqa: PLC0415

    found = runs.find(run)
    file = out or Path(f"{found.name}.html")
    write(file, reports.html(found, LANGUAGE).encode())
    typer.echo(str(file))


@app.command(
    help=_("Ask a trained network about a whole data set: accuracy, classes, confusion, calibration.")
)
def evaluate(
    checkpoint: Annotated[
        str, typer.Argument(metavar="CHECKPOINT", help=_("A shipped checkpoint, kept weights, or the name of a run."))
    ],
    *,
    dataset: Annotated[
        str | None, typer.Option(help=_("Whose pictures; by default those that it was trained on."))
    ] = None,
    part: Annotated[str, typer.Option(help=_("test, or validation where it is a run."))] = "test",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Evaluate a checkpoint."""
    from tqdm import tqdm  # noqa: PLC0415

    from cnnviz.explain.checkpoints import path_of  # noqa: PLC0415
    from cnnviz.explain.evaluation import evaluate as ask  # noqa: PLC0415
    from cnnviz.nets.checkpoint import load  # noqa: PLC0415  (imports torch)

    one_of("part", part, ("test", "validation"))
    known = load(path_of(checkpoint))
    with tqdm(total=100, unit="%", file=sys.stderr, disable=None) as bar:
        found = ask(known, dataset, part, progress=lambda share: bar.update(round(100 * share) - bar.n))  # type: ignore[arg-type]
    rows = found.per_class()
    if as_json:
        print_json(
            {
                "checkpoint": checkpoint, "dataset": dataset or known.dataset, "part": part, "pictures": len(found),
                "accuracy": found.accuracy, "loss": found.loss,
                "per_class": [{name: _plain(value) for name, value in asdict(row).items()} for row in rows],
                "confusion": found.confusion().tolist(),
            }
        )  # fmt: skip
        return
    typer.echo(
        _("{accuracy} of {count:,} pictures are right").format(
            accuracy=percent(found.accuracy), count=len(found)
        )
    )
    print_table(
        (_("class"), _("precision"), _("recall"), "F1", _("pictures")),
        [
            (
                row.name,
                *(percent(_plain(value)) for value in (row.precision, row.recall, row.f1)),
                f"{row.support:,}",
            )
            for row in rows
        ],
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: a share of nothing is null."""
    return None if isinstance(value, float) and math.isnan(value) else value


@app.command(help=_("Recognise pictures of digits, the way the canvas does."))
def predict(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE...", help=_("PNG, JPEG, …; dark on light or light on dark.")),
    ],
    *,
    checkpoint: Annotated[
        str, typer.Option(help=_("A shipped checkpoint, or the name of a run."))
    ] = "digit_recognizer",
    as_json: Json = False,
) -> None:
    """Recognise pictures."""
    from cnnviz.data.images import read  # noqa: PLC0415
    from cnnviz.explain.checkpoints import path_of  # noqa: PLC0415
    from cnnviz.explain.predict import Predictor  # noqa: PLC0415  (imports torch)

    pictures = [(file, read(file)) for file in images]
    predictor = Predictor.of(path_of(checkpoint))
    rows: list[dict[str, Any]] = []
    for file, grey in pictures:
        try:
            _picture, answer = predictor.read(grey)
        except DataError as error:
            raise error.at(str(file)) from None
        rows.append({"file": str(file), "digit": answer.digit, "label": answer.label, "probabilities": list(answer.probabilities)})  # fmt: skip
    if as_json:
        print_json(rows)
        return
    print_table(
        (_("file"), _("digit"), _("sure")),
        [(row["file"], row["label"], percent(max(row["probabilities"]))) for row in rows],
    )
