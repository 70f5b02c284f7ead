"""Commands about trained networks: a run's report, a whole data set asked, pictures recognised."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnviz.cli.frame import LANGUAGE, Json, Named, _, app, percent, print_json, print_table, write
from cnnviz.errors import DataError


@app.command(help=_("Write a run's report: one HTML page with curves, tables and how to repeat it."))
def report(
    run: Named,
    *,
    out: Annotated[Path | None, typer.Option(help=_("The file; by default RUN.html here."))] = None,
) -> None:
    """Write a report."""
    from cnnviz.train import report as reports  # noqa: PLC0415
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
    from cnnviz.explain import evaluation  # noqa: PLC0415  (imports torch)
    from cnnviz.explain.checkpoints import path_of  # noqa: PLC0415
    from cnnviz.nets.checkpoint import load  # noqa: PLC0415

    loaded = load(path_of(checkpoint))
    found = evaluation.evaluate(loaded, dataset or loaded.dataset, part=part)
    rows = found.per_class()
    if as_json:
        print_json(
            {
                "checkpoint": checkpoint, "dataset": dataset or loaded.dataset, "part": part, "pictures": len(found.labels),
                "accuracy": found.accuracy, "per_class": [asdict(row) for row in rows],
                "confusion": found.confusion().tolist(),
            }
        )  # fmt: skip
        return
    typer.echo(_("{accuracy} of {count:,} pictures are right").format(accuracy=percent(found.accuracy), count=len(found.labels)))  # fmt: skip
    print_table(
        (_("class"), _("precision"), _("recall"), "F1", _("pictures")),
        [
            (row.name, percent(row.precision), percent(row.recall), percent(row.f1), f"{row.support:,}")
            for row in rows
        ],
    )


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
