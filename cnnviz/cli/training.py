"""Commands about training: start, resume, list and stop runs."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.frame import (
    LANGUAGE,
    Json,
    Named,
    Options,
    _,
    app,
    network_of,
    percent,
    print_json,
    print_table,
)
from cnnviz.errors import CnnvizError, DataError, SpecError
from cnnviz.language import Message, render

if TYPE_CHECKING:
    from cnnviz.train.config import TrainConfig
    from cnnviz.train.run import Run


@app.command(help=_("Train a network; the run is kept and can be stopped, resumed, watched and drawn with."))
def train(
    network: Annotated[str | None, typer.Option(help=_("A documented network, or a JSON file."))] = None,
    dataset: Annotated[
        str | None, typer.Option(help=_("digits, mnist, fashion_mnist, cifar10 or folder:PATH."))
    ] = None,
    *,
    options: Options = None,
    config: Annotated[
        Path | None, typer.Option(help=_("Settings that the Train page or a run saved; what else is given replaces them."))
    ] = None,
    device: Annotated[str | None, typer.Option(help=_("auto, cpu, cuda:N, cuda:0+cuda:1 or mps."))] = None,
    mode: Annotated[str | None, typer.Option(help=_("exact (32 bits) or fast (bfloat16)."))] = None,
    compiled: Annotated[bool | None, typer.Option("--compiled", help=_("Compile first; only in the mode fast."))] = None,
    epochs: Annotated[int | None, typer.Option(help=_("Times that every picture is seen."))] = None,
    batch_size: Annotated[int | None, typer.Option(help=_("Pictures a step."))] = None,
    learning_rate: Annotated[float | None, typer.Option(help=_("The largest rate of the schedule."))] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam, adamw, sgd, rmsprop")] = None,
    momentum: Annotated[float | None, typer.Option(help=_("Of sgd and rmsprop."))] = None,
    nesterov: Annotated[bool | None, typer.Option("--nesterov", help=_("Nesterov's momentum, with sgd."))] = None,
    beta1: Annotated[float | None, typer.Option(help=_("Of adam and adamw: the part of the mean gradient that a step keeps."))] = None,
    beta2: Annotated[float | None, typer.Option(help=_("Of adam and adamw: the part of the mean squared gradient that a step keeps."))] = None,
    schedule: Annotated[str | None, typer.Option(help="constant, step, cosine, one_cycle")] = None,
    step_epochs: Annotated[int | None, typer.Option(help=_("Epochs between two steps of the schedule step."))] = None,
    step_factor: Annotated[float | None, typer.Option(help=_("What each of these steps multiplies the rate by."))] = None,
    warm_up: Annotated[float | None, typer.Option(help=_("Epochs in which the rate rises."))] = None,
    weight_decay: Annotated[float | None, typer.Option(help=_("As torch's optimisers take it."))] = None,
    label_smoothing: Annotated[
        float | None, typer.Option(help=_("Part of the target spread over all classes."))
    ] = None,
    clip_norm: Annotated[float | None, typer.Option(help=_("Largest norm of all gradients; 0 for any."))] = None,
    patience: Annotated[int | None, typer.Option(help=_("Epochs without a better validation loss before it ends early."))] = None,
    augment: Annotated[str | None, typer.Option(help="flip,crop,shift,rotate,colour,drawing; none")] = None,
    initialisation: Annotated[str | None, typer.Option(help="auto, torch, xavier, kaiming")] = None,
    validation_fraction: Annotated[
        float | None, typer.Option(help=_("Part of the training pictures kept for validation."))
    ] = None,
    seed: Annotated[int | None, typer.Option(help=_("The same seed gives the same run on a CPU."))] = None,
    run_dir: Annotated[
        Path | None, typer.Option(help=_("Where to put the run; by default among the others."))
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Train in a process of its own and follow its events."""
    from cnnviz.train import devices, runs  # noqa: PLC0415

    given = {
        "device": device, "mode": mode, "compiled": compiled, "epochs": epochs, "batch_size": batch_size,
        "learning_rate": learning_rate, "optimizer": optimizer, "momentum": momentum, "nesterov": nesterov,
        "beta1": beta1, "beta2": beta2, "schedule": schedule, "step_epochs": step_epochs, "step_factor": step_factor,
        "warm_up": warm_up, "weight_decay": weight_decay, "label_smoothing": label_smoothing, "clip_norm": clip_norm,
        "patience": patience, "augment": _words(augment), "initialisation": initialisation,
        "validation_fraction": validation_fraction, "seed": seed,
    }  # fmt: skip
    chosen = replace(
        base(config, network, dataset, options),
        **{name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
    )
    devices.resolve(chosen.device)
    _finish(runs.start(chosen, run_dir=run_dir), as_json)


@app.command(
    help=_(
        "Take up a run that was stopped, failed or fell, exactly where it was; or train a finished one on."
    )
)
def resume(
    run: Named,
    *,
    epochs: Annotated[int | None, typer.Option(help=_("Train so many epochs more than was planned."), min=1)] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Resume a run and follow its events."""
    from cnnviz.train import runs  # noqa: PLC0415

    _finish(runs.resume(runs.find(run), epochs=epochs), as_json)


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
def stop(run: Named) -> None:
    """Stop a run."""
    from cnnviz.train import runs as store  # noqa: PLC0415
    from cnnviz.train.run import ALIVE  # noqa: PLC0415

    found = store.find(run)
    if found.state() not in ALIVE:
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


def base(
    file: Path | None, network: str | None, dataset: str | None, options: list[str] | None
) -> "TrainConfig":
    """Return what the command line's own numbers replace: a config file's, or the suggested ones."""
    from cnnviz.train.config import TrainConfig, suggested  # noqa: PLC0415

    if file is None:
        return suggested(network_of(network or "lenet", options), dataset or "digits")
    try:
        config = TrainConfig.from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            "`{file}` cannot be read: {reason}", file=str(file), reason=error.strerror or ""
        ) from None
    except UnicodeDecodeError:
        raise DataError("`{file}` is not a text file", file=str(file)) from None
    except CnnvizError as error:
        raise error.at(str(file)) from None
    if network or options:
        config = replace(config, network=network_of(network or "lenet", options))
    return replace(config, dataset=dataset) if dataset else config


def _words(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return () if text in {"", "none"} else tuple(text.split(","))


def _finish(run: "Run", as_json: bool) -> None:
    """Follow a run to its end and say what came of it; Ctrl-C stops it."""
    from cnnviz.train import runs  # noqa: PLC0415

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


def _follow(run: "Run") -> None:
    """Draw a progress bar on standard error from the run's events until it ends."""
    from tqdm import tqdm  # noqa: PLC0415

    from cnnviz.train.history import read  # noqa: PLC0415
    from cnnviz.train.run import ALIVE  # noqa: PLC0415

    history = read(run)
    with tqdm(file=sys.stderr, unit=_("step"), disable=None, mininterval=0.2) as bar:
        while (state := run.state()) in ALIVE:
            time.sleep(0.1)
            history = read(run, history)
            bar.total = history.total_steps
            bar.n = history.step
            if state != "running":
                bar.set_description(_(state), refresh=False)
            elif history.loss:
                bar.set_description(None, refresh=False)
                bar.set_postfix(loss=f"{history.loss[-1]:.4f}", epoch=history.epoch, refresh=False)
            bar.refresh()


def _run_data(run: "Run") -> dict[str, Any]:
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
