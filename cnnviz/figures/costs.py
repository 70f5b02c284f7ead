"""Where are a network's parameters and multiply-adds? Two bars a layer, or a block where the layers are many."""

from typing import Any

from plotly import graph_objects as go

from cnnviz.shapes import Trace

MOST = 30
"""Pairs of bars that still can be taken in; beyond, layers are summed up into the blocks that they are in."""


def costs(trace: Trace, *, params: str, macs: str) -> Any:
    """Return each layer's share of all parameters and of all multiply-adds, in percent.

    Args:
        trace: of the network; layers that have neither are left out, those of a large network summed up by block.
        params: the translated name of the parameters.
        macs: the translated name of the multiply-adds.
    """
    sums = by_block(trace)
    paths = list(sums)
    figure: Any = go.Figure()
    for name, counts, total, colour in (
        (params, [count for count, _ in sums.values()], trace.params, "#3b7dd8"),
        (macs, [count for _, count in sums.values()], trace.macs, "#e08a3c"),
    ):
        shares = [100 * count / total if total else 0 for count in counts]
        figure.add_bar(
            name=name, y=paths, x=shares, orientation="h", marker_color=colour, customdata=counts,
            text=[f"{share:.1f} %" for share in shares], textposition="outside", cliponaxis=False,
            hovertemplate="%{y}: %{customdata:,} (%{x:.1f} %)<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="group", height=90 + 46 * len(sums), margin={"l": 0, "r": 48, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        yaxis={"autorange": "reversed", "ticksuffix": "  "}, xaxis={"ticksuffix": " %", "rangemode": "tozero"},
        bargap=0.35,
    )  # fmt: skip
    return figure


def by_block(trace: Trace) -> dict[str, tuple[int, int]]:
    """Return (parameters, multiply-adds) by path, of each layer that has any, in order.

    Where there are more than ``MOST``, the layers of a block are summed up under its path: the innermost blocks
    that are few enough, at last the outermost.
    """
    rows = [row for row in trace.rows if row.params or row.macs]
    depth = max((row.path.count(".") + 1 for row in rows), default=1)
    while True:
        sums: dict[str, tuple[int, int]] = {}
        for row in rows:
            block = ".".join(row.path.split(".")[:depth])
            params, macs = sums.get(block, (0, 0))
            sums[block] = params + row.params, macs + row.macs
        if len(sums) <= MOST or depth == 1:
            return sums
        depth -= 1
