"""Where are a network's parameters and multiply-adds? Two bars a layer."""

from typing import Any

from plotly import graph_objects as go

from cnnviz.shapes import Trace


def costs(trace: Trace, *, params: str, macs: str) -> Any:
    """Return each layer's share of all parameters and of all multiply-adds, in percent.

    Args:
        trace: of the network; layers that have neither are left out.
        params: the translated name of the parameters.
        macs: the translated name of the multiply-adds.
    """
    rows = [row for row in trace.rows if row.params or row.macs]
    paths = [row.path for row in rows]
    figure: Any = go.Figure()
    for name, counts, total, colour in (
        (params, [row.params for row in rows], trace.params, "#3b7dd8"),
        (macs, [row.macs for row in rows], trace.macs, "#e08a3c"),
    ):
        shares = [100 * count / total if total else 0 for count in counts]
        figure.add_bar(
            name=name, y=paths, x=shares, orientation="h", marker_color=colour, customdata=counts,
            text=[f"{share:.1f} %" for share in shares], textposition="outside", cliponaxis=False,
            hovertemplate="%{y}: %{customdata:,} (%{x:.1f} %)<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="group", height=90 + 46 * len(rows), margin={"l": 0, "r": 48, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        yaxis={"autorange": "reversed", "ticksuffix": "  "}, xaxis={"ticksuffix": " %", "rangemode": "tozero"},
        bargap=0.35,
    )  # fmt: skip
    return figure
