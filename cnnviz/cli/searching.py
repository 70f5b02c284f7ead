"""Commands that look for good settings: a learning rate (find-lr), or anything else (search)."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz import zoo
from cnnviz.cli.frame import LANGUAGE, Json, Options, _, app, percent, print_json, print_table
from cnnviz.cli.training import base as base_of
from cnnviz.errors import SpecError
from cnnviz.language import render

if TYPE_CHECKING:
    from cnnviz.search.searches import Progress, Search
    from cnnviz.search.tasks import Task

Network = Annotated[str | None, typer.Option(help=_("A documented network, or a JSON file."))]
Dataset = Annotated[str | None, typer.Option(help=_("digits, mnist, fashion_mnist, cifar10 or folder:PATH."))]
Config = Annotated[
    Path | None,
    typer.Option(help=_("Settings that the Train page or a run saved; what else is given replaces them.")),
]
Device = Annotated[str | None, typer.Option(help=_("auto, cpu, cuda:N, cuda:0+cuda:1 or mps."))]
Batch = Annotated[int | None, typer.Option(help=_("Pictures a step."))]
Optimizer = Annotated[str | None, typer.Option(help="adam, adamw, sgd, rmsprop")]
Seed = Annotated[int | None, typer.Option(help=_("The same seed gives the same run on a CPU."))]


@app.command(help=_("Find a learning rate: train with a rate that grows until the loss explodes."))
def find_lr(
    network: Network = None, dataset: Dataset = None, *, options: Options = None, config: Config = None,
    device: Device = None, batch_size: Batch = None, optimizer: Optimizer = None, seed: Seed = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Do the range test in a process of its own and follow it."""
    from tqdm import tqdm  # noqa: PLC0415

    from cnnviz.search import finding  # noqa: PLC0415
    from cnnviz.search.tasks import ALIVE  # noqa: PLC0415

    given = {"device": device, "batch_size": batch_size, "optimizer": optimizer, "seed": seed}
    chosen = replace(base_of(config, network, dataset, options), **_given(given))
    task = finding.start(chosen)
    curve = finding.read(task)
    try:
        with tqdm(file=sys.stderr, total=finding.STEPS, unit=_("step"), disable=None, mininterval=0.1) as bar:
            while task.state() in ALIVE:
                time.sleep(0.1)
                curve = finding.read(task, curve)
                bar.n = len(curve.points)
                if curve.points:
                    bar.set_postfix(rate=f"{curve.points[-1].rate:.1e}", loss=f"{curve.points[-1].smooth:.3f}", refresh=False)  # fmt: skip
                bar.refresh()
    except KeyboardInterrupt:
        finding.stop(task)
    curve = finding.read(task, curve)
    found = curve.suggestion
    if as_json:
        print_json(
            {
                "state": task.state(), "path": str(task.path), "network": chosen.network.name, "dataset": chosen.dataset,
                "steepest": found.steepest if found else None, "tenth_of_minimum": found.tenth if found else None,
                "points": [{"rate": point.rate, "loss": point.loss, "smooth": point.smooth} for point in curve.points],
                "error": _failure(task),
            }
        )  # fmt: skip
    elif found:
        typer.echo(_("the loss falls fastest at {rate}").format(rate=f"{found.steepest:.2g}"))
        typer.echo(_("a tenth of the rate where it is lowest: {rate}").format(rate=f"{found.tenth:.2g}"))
        if found.apart:
            typer.echo(_("the two lie far apart: the curve is not clear"))
    elif task.state() == "finished":
        typer.echo(_("the loss hardly fell at any rate: this test says nothing about this network"))
    _end(task)


@app.command(help=_("Search good settings: many trainings, compared on the validation pictures."))
def search(
    network: Network = None, dataset: Dataset = None, *, options: Options = None, config: Config = None,
    device: Device = None, batch_size: Batch = None, optimizer: Optimizer = None, seed: Seed = None,
    epochs: Annotated[int | None, typer.Option(help=_("Of each trial."))] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=LEAST..MOST|NAME=VALUE,VALUE",
            help=_("What varies, such as learning_rate=1e-4..1e-1, optimizer=adam,sgd or network.width=0.5,1."),
        ),
    ] = None,
    trials: Annotated[int | None, typer.Option(help=_("How many trainings at most."))] = None,
    seconds: Annotated[float | None, typer.Option(help=_("After so long no new trial begins."))] = None,
    sampler: Annotated[str, typer.Option(help="tpe, random, grid")] = "tpe",
    pruner: Annotated[str, typer.Option(help="median, none")] = "median",
    parallel: Annotated[int, typer.Option(help=_("Trials at the same time."))] = 1,
    name: Annotated[str, typer.Option(help=_("What the search is called; by default the time."))] = "",
    resume: Annotated[str | None, typer.Option(metavar="SEARCH", help=_("Take up a search that ended or fell."))] = None,
    list_: Annotated[bool, typer.Option("--list", help=_("List the searches, the newest first."))] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Search in a process of its own and follow it."""
    from cnnviz.search import searches  # noqa: PLC0415
    from cnnviz.search.space import MOST_TRIALS, SearchConfig, read_space  # noqa: PLC0415

    if list_:
        _list(as_json)
        return
    if resume is not None:
        found = searches.resume(searches.find(resume), trials=trials, seconds=seconds)
    else:
        given = {
            "device": device,
            "batch_size": batch_size,
            "optimizer": optimizer,
            "seed": seed,
            "epochs": epochs,
        }
        chosen = replace(base_of(config, network, dataset, options), **_given(given))
        known = "" if config and not network else network or "lenet"
        known = known if known in zoo.ZOO else ""
        if not vary:
            raise SpecError("say what varies: --vary learning_rate=1e-4..1e-1, and more of these")
        own = zoo.read(known, dict(option.split("=", 1) for option in options or [])) if known else {}
        count = (MOST_TRIALS if sampler == "grid" else 20) if trials is None else trials
        found = searches.start(
            SearchConfig(
                chosen, read_space(vary, known), known, own, sampler, pruner, count, seconds or 0.0, parallel, chosen.seed
            ),
            name,
        )  # fmt: skip
    typer.echo(_("search {search}").format(search=found.name), err=True)
    try:
        progress = _follow(found)
    except KeyboardInterrupt:
        searches.stop(found)
        typer.echo(_("go on with: search --resume {search}").format(search=found.name), err=True)
        progress = searches.progress(found)
    if as_json:
        print_json(_data(found, progress))
    else:
        _table(found, progress)
    _end(found)


def _follow(found: "Search") -> "Progress":
    """Draw a progress bar on standard error, a step a trial, until the search ends."""
    from tqdm import tqdm  # noqa: PLC0415

    from cnnviz.search import searches  # noqa: PLC0415
    from cnnviz.search.tasks import ALIVE  # noqa: PLC0415

    progress = searches.progress(found)
    with tqdm(
        file=sys.stderr, total=found.config().most_trials, unit=_("trial"), disable=None, mininterval=0.2
    ) as bar:
        while found.state() in ALIVE:
            time.sleep(0.2)
            progress = searches.progress(found, progress)
            bar.n = len(progress.of("finished", "pruned", "failed"))
            if best := progress.best():
                bar.set_postfix(best=percent(best.accuracy), trial=best.number, refresh=False)
            bar.refresh()
    return searches.progress(found, progress)


def _list(as_json: bool) -> None:
    from cnnviz.search import searches  # noqa: PLC0415

    rows = [(found, searches.progress(found)) for found in searches.list_searches()]
    if as_json:
        print_json([_data(found, progress) for found, progress in rows])
        return
    print_table(
        (_("search"), _("state"), _("trials"), _("best validation accuracy")),
        [
            (found.name, _(found.state()), str(len(progress.trials)), percent(best.accuracy if (best := progress.best()) else None))
            for found, progress in rows
        ],
    )  # fmt: skip


def _table(found: "Search", progress: "Progress") -> None:
    """Print the trials, the best first."""
    trials = sorted(
        progress.trials.values(), key=lambda trial: (trial.state != "finished", -(trial.accuracy or 0.0))
    )
    names = list(found.config().space)
    print_table(
        (_("trial"), _("state"), _("validation accuracy"), *names, _("run")),
        [
            (
                str(trial.number), _(trial.state), percent(trial.accuracy),
                *(_said(trial.values.get(name)) for name in names), trial.run or "-",
            )
            for trial in trials
        ],
    )  # fmt: skip


def _data(found: "Search", progress: "Progress") -> dict[str, Any]:
    best = progress.best()
    return {
        "search": found.name, "path": str(found.path), "state": found.state(), "seconds": progress.seconds,
        "best": best.number if best else None, "best_run": best.run if best else None,
        "best_val_accuracy": best.accuracy if best else None,
        "trials": [
            {
                "trial": trial.number, "run": trial.run, "state": trial.state, "values": trial.values,
                "epochs": trial.epochs, "val_accuracy": trial.accuracy,
                "error": render(trial.failure.template, trial.failure.values, LANGUAGE) if trial.failure else None,
            }
            for _number, trial in sorted(progress.trials.items())
        ],
        "error": _failure(found),
    }  # fmt: skip


def _said(value: Any) -> str:
    return "-" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _failure(task: "Task") -> str | None:
    failed = task.failure()
    return render(failed.template, failed.values, LANGUAGE) if failed else None


def _end(task: "Task") -> None:
    """Say why a task failed, and end with exit code 1 then."""
    if reason := _failure(task):
        typer.echo(reason, err=True)
        raise typer.Exit(1)
