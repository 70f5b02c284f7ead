"""Commands about networks: which there are, what follows from them, their code."""

from typing import Annotated, Any

import typer

from cnnviz import zoo
from cnnviz.cli.frame import Described, Json, Options, _, app, network_of, print_json, print_table
from cnnviz.errors import SpecError
from cnnviz.shapes import Trace, say, trace


@app.command(help=_("List the documented networks."))
def networks(*, as_json: Json = False) -> None:
    """List the documented networks with input, parameters and multiply-adds."""
    rows: list[dict[str, Any]] = []
    for name in zoo.ZOO:
        network, traced = zoo.get(name), trace(zoo.get(name))
        rows.append(
            {"name": name, "input": list(network.input_shape), "params": traced.params, "macs": traced.macs}
        )
    if as_json:
        print_json(rows)
        return
    print_table(
        (_("name"), _("input"), _("parameters"), _("multiply-adds")),
        [(row["name"], say(tuple(row["input"])), f"{row['params']:,}", f"{row['macs']:,}") for row in rows],
    )


@app.command(help=_("Show every layer's shapes, parameters, multiply-adds and receptive field."))
def shapes(
    network: Described,
    *,
    options: Options = None,
    input_shape: Annotated[str, typer.Option("--input", help=_("Another input, such as 1x28x28."))] = "",
    as_json: Json = False,
) -> None:
    """Trace a network."""
    described = network_of(network, options)
    if input_shape:
        described = described.with_input(_shape(input_shape))
    traced = trace(described)
    if as_json:
        print_json(
            {"network": described.name, "input_shape": list(described.input_shape), **_trace_data(traced)}
        )
        return
    print_table(
        (_("path"), _("layer"), _("input"), _("output"), _("parameters"), _("multiply-adds"), _("receptive field")),
        [
            (row.path, row.layer, say(row.input_shape), say(row.output_shape), f"{row.params:,}", f"{row.macs:,}", say(row.receptive_field))
            for row in traced.rows
        ]
        + [(_("total"), "", say(described.input_shape), say(traced.output_shape), f"{traced.params:,}", f"{traced.macs:,}", "")],
    )  # fmt: skip


@app.command(help=_("Print the network as PyTorch code that runs alone."))
def code(network: Described, *, options: Options = None) -> None:
    """Print a network's source."""
    from cnnviz.nets.source import source  # noqa: PLC0415  (imports torch)

    typer.echo(source(network_of(network, options)), nl=False)


def _shape(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.lower().replace("×", "x").split("x"))
    except ValueError:
        raise SpecError("`--input` (={value}) must be like 1x28x28", value=text[:60]) from None


def _trace_data(traced: Trace) -> dict[str, Any]:
    return {
        "rows": [
            {
                "path": row.path, "layer": row.layer, "input_shape": list(row.input_shape),
                "output_shape": list(row.output_shape), "params": row.params, "macs": row.macs,
                "receptive_field": list(row.receptive_field), "formulas": list(row.formulas),
            }
            for row in traced.rows
        ],
        "output_shape": list(traced.output_shape), "params": traced.params, "macs": traced.macs,
    }  # fmt: skip
