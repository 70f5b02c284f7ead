"""Commands about files: a network checked and written, somebody's weights put into it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cnnviz.cli.frame import (
    LANGUAGE,
    Described,
    Json,
    Options,
    _,
    app,
    network_of,
    print_json,
    print_table,
    write,
)
from cnnviz.errors import SpecError
from cnnviz.shapes import say
from cnnviz.spec import to_json

Out = Path | None


@app.command(help=_("Say what is wrong with a network, what could be better, and how to mend it."))
def check(
    network: Described,
    *,
    options: Options = None,
    classes: Annotated[int | None, typer.Option(help=_("Classes of the data that it is for."), min=1)] = None,
    as_json: Json = False,
) -> None:
    """Diagnose a network; exit code 1 where it cannot run."""
    from cnnviz.diagnosis import diagnose  # noqa: PLC0415

    problems = diagnose(network_of(network, options), classes=classes)
    if as_json:
        print_json(
            [
                {
                    "path": problem.path, "severity": problem.severity, "reason": problem.reason.say(LANGUAGE),
                    "fixes": [fix.title.say(LANGUAGE) for fix in problem.fixes],
                }
                for problem in problems
            ]
        )  # fmt: skip
    else:
        titles = {"error": _("Error"), "advice": _("Advice")}
        for problem in problems:
            place = f" ({problem.path})" if problem.path else ""
            typer.echo(f"{titles[problem.severity]}{place}: {problem.reason.say(LANGUAGE)}")
            for fix in problem.fixes:
                typer.echo(f"  - {fix.title.say(LANGUAGE)}")
        if not problems:
            typer.echo(_("Nothing is wrong with this network."))
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


@app.command(help=_("Write a network to files: ONNX, PyTorch code, JSON."))
def export(
    network: Described,
    *,
    options: Options = None,
    onnx: Annotated[Out, typer.Option(help=_("An ONNX file, with weights."))] = None,
    python: Annotated[Out, typer.Option(help=_("A PyTorch file that runs alone."))] = None,
    json: Annotated[Out, typer.Option(help=_("A file that cnnviz reads again."))] = None,
    checkpoint: Annotated[
        str, typer.Option(help=_("Whose weights go into the ONNX file: a shipped checkpoint, or a run; else fresh ones."))
    ] = "",
) -> None:  # fmt: skip
    """Write a network in other forms."""
    if not (onnx or python or json):
        raise SpecError("say where to: `--onnx`, `--python` or `--json` with a file")
    described = network_of(network, options)
    if onnx:
        from cnnviz.explain.checkpoints import path_of  # noqa: PLC0415
        from cnnviz.nets.checkpoint import load  # noqa: PLC0415  (imports torch)
        from cnnviz.nets.onnx import export as to_onnx  # noqa: PLC0415

        weights = load(path_of(checkpoint)).weights if checkpoint else None
        write(onnx, to_onnx(described, weights))
    if python:
        from cnnviz.nets.source import source  # noqa: PLC0415  (imports torch)

        write(python, source(described).encode())
    if json:
        write(json, to_json(described, indent=1).encode())


@app.command(help=_("Say which tensors of a safetensors file fit into a network."))
def match(
    network: Described,
    file: Annotated[Path, typer.Argument(help=_("Weights, as a safetensors file."))],
    *,
    options: Options = None,
    out: Annotated[
        Out, typer.Option(help=_("Write what fits under our names, the rest freshly initialised."))
    ] = None,
    as_json: Json = False,
) -> None:
    """Match somebody's weights with a network."""
    from cnnviz.nets.foreign import read  # noqa: PLC0415  (imports torch)
    from cnnviz.nets.matching import match as find  # noqa: PLC0415
    from cnnviz.nets.matching import pack  # noqa: PLC0415

    described = network_of(network, options)
    tensors = read(file).tensors
    found = find(described, tensors)
    if out:
        write(out, pack(described, tensors, found))
    rows: list[dict[str, Any]] = [
        *({"ours": fit.ours, "theirs": fit.theirs, "shape": fit.shape, "result": fit.by} for fit in found.fits),
        *({"ours": m.ours, "theirs": m.theirs, "shape": m.our_shape, "their_shape": m.their_shape, "result": "shape differs"} for m in found.misfits),
        *({"ours": fit.ours, "theirs": fit.theirs, "shape": fit.shape, "result": "not finite"} for fit in found.broken),
        *({"ours": lone.name, "theirs": None, "shape": lone.shape, "result": "missing"} for lone in found.missing),
        *({"ours": None, "theirs": lone.name, "shape": lone.shape, "result": "unused"} for lone in found.unused),
    ]  # fmt: skip
    if as_json:
        print_json(
            {"fits": len(found.fits), "wanted": found.wanted, "converted": found.converted, "tensors": rows}
        )
        return
    results = {
        "name": _("fits by its name"), "order": _("fits by the order of layers"), "shape": _("fits by its shape"),
        "not finite": _("has numbers that are not finite"), "missing": _("missing in the file"), "unused": _("not used"),
    }  # fmt: skip
    print_table(
        (_("in the network"), _("in the file"), _("shape"), ""),
        [
            (
                row["ours"] or "-", row["theirs"] or "-", say(row["shape"]) or "1",
                results.get(row["result"]) or _("the file has {shape}").format(shape=say(row["their_shape"])),
            )
            for row in rows
        ],
    )  # fmt: skip
    typer.echo(_("{fits} of {wanted} tensors fit.").format(fits=len(found.fits), wanted=found.wanted))
