"""Commands about training: start, list and stop runs, and ask what they learned."""

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnviz.cli.frame import LANGUAGE, Json, Options, _, app, network_of, percent, print_json, print_table
from cnnviz.errors import CnnvizError, DataError, SpecError
from cnnviz.language import Message, render


@app.command(help=_("Train a network; the run is kept and can be stopped, watched and drawn with."))
def train(
    network: Annotated[str, typer.Option(help=_("A documented network, or a JSON file."))] = "lenet",
    dataset: Annotated[
        str, typer.Option(help=_("digits, mnist, fashion_mnist, cifar10 or folder:PATH."))
    ] = "digits",
    *,
    options: Options = None,
    device: Annotated[str, typer.Option(help=_("auto, cpu, cuda:N or mps."))] = "auto",
    epochs: Annotated[int | None, typer.Option(help=_("Times that every picture is seen."))] = None,
    batch_size: Annotated[int | None, typer.Option(help=_("Pictures a step."))] = None,
    learning_rate: Annotated[float | None, typer.Option(help=_("The largest rate of the schedule."))] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam, adamw, sgd, rmsprop")] = None,
    schedule: Annotated[str | None, typer.Option(help="constant, one_cycle, cosine")] = None,
    weight_decay: Annotated[float | None, typer.Option(help=_("As torch's optimisers take it."))] = None,
    label_smoothing: Annotated[
        float | None, typer.Option(help=_("Part of the target spread over all classes."))
    ] = None,
    augment: Annotated[str | None, typer.Option(help="none, shift, drawing")] = None,
    validation_fraction: Annotated[
        float | None, typer.Option(help=_("Part of the training pictures kept for validation."))
    ] = None,
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same run on a CPU."))] = 0,
    run_dir: Annotated[
        Path | None, typer.Option(help=_("Where to put the run; by default among the others."))
    ] = None,
    as_json: Json = False,
) -> None:
    """Train in a process of its own and follow its events."""
    from dataclasses import replace  # noqa: PLC0415

    from cnnviz.train import config, devices, runs  # noqa: PLC0415

    given = {
        "epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "optimizer": optimizer,
        "schedule": schedule, "weight_decay": weight_decay, "label_smoothing": label_smoothing, "augment": augment,
        "validation_fraction": validation_fraction, "seed": seed,
    }  # fmt: skip
    chosen = replace(
        config.suggested(network_of(network, options), dataset), device=device,
        **{name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
    )  # fmt: skip
    devices.resolve(device)
    run = runs.start(chosen, run_dir=run_dir)
    typer.echo(_("run {run}").format(run=run.path), err=True)
    try:
        _follow(run)
    except KeyboardInterrupt:
        runs.stop(run)
    result = _run_data(run)
    if as_json:
        print_json(result)
    elif result["test_accuracy"] is not None:
        typer.echo(
            _("test accuracy {accuracy} after {seconds:.1f} s, {speed:,.0f} samples a second").format(
                accuracy=f"{100 * result['test_accuracy']:.2f} %", seconds=result["seconds"],
                speed=result["samples_per_second"],
            )
        )  # fmt: skip
    if result["error"]:
        typer.echo(result["error"], err=True)
    if result["state"] == "failed":
        raise typer.Exit(1)


@app.command(help=_("List the runs, the newest first."))
def runs(*, as_json: Json = False) -> None:
    """List the runs with their states."""
    from cnnviz.train.runs import list_runs  # noqa: PLC0415

    rows = [_run_data(run) for run in list_runs()]
    if as_json:
        print_json(rows)
        return
    print_table(
        (_("run"), _("state"), _("network"), _("data set"), _("test accuracy")),
        [(row["run"], _(row["state"]), row["network"] or "?", row["dataset"] or "?", percent(row["test_accuracy"])) for row in rows],
    )  # fmt: skip


@app.command(help=_("Stop a run within a second."))
def stop(
    run: Annotated[str, typer.Argument(metavar="RUN", help=_("Its name, as in the list of runs."))],
) -> None:
    """Stop a run."""
    from cnnviz.train import runs as store  # noqa: PLC0415

    found = store.find(run)
    if found.state() not in {"starting", "running"}:
        raise SpecError(
            "the run {run} has already ended: it is {state}", run=run, state=Message(found.state())
        )
    began = time.monotonic()
    state = store.stop(found)
    typer.echo(
        _("{run} is {state} after {seconds:.2f} s").format(
            run=run, state=_(state), seconds=time.monotonic() - began
        )
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


def _follow(run: Any) -> None:
    """Draw a progress bar on standard error from the run's events until it ends."""
    from tqdm import tqdm  # noqa: PLC0415

    from cnnviz.train.history import read  # noqa: PLC0415

    history = read(run)
    with tqdm(file=sys.stderr, unit=_("step"), disable=None, mininterval=0.2) as bar:
        while run.state() in {"starting", "running"}:
            time.sleep(0.1)
            history = read(run, history)
            bar.total = history.total_steps
            bar.n = history.step
            if history.loss:
                bar.set_postfix(loss=f"{history.loss[-1]:.4f}", epoch=history.epoch, refresh=False)
            bar.refresh()


def _run_data(run: Any) -> dict[str, Any]:
    from cnnviz.train.history import read  # noqa: PLC0415

    history, state, failure = read(run), run.state(), run.failure()
    try:
        config = run.config()
    except CnnvizError:
        config = None
    end = history.end

    def last(name: str) -> Any:
        return getattr(end, name, None)

    return {
        "run": run.name, "path": str(run.path), "state": state,
        "network": config.network.name if config else None, "dataset": config.dataset if config else None,
        "device": history.started.device if history.started else None, "seed": config.seed if config else None,
        "epochs": history.epoch, "steps": history.step,
        "train_loss": last("train_loss"), "train_accuracy": last("train_accuracy"), "val_loss": last("val_loss"),
        "val_accuracy": last("val_accuracy"), "test_loss": last("test_loss"), "test_accuracy": last("test_accuracy"),
        "samples_per_second": history.samples_per_second, "seconds": history.seconds,
        "checkpoint": str(file) if (file := run.checkpoint()) else None,
        "error": render(failure.template, failure.values, LANGUAGE) if failure else None,
    }  # fmt: skip
