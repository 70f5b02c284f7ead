"""From a network to the rows of its table; sizes as people write them."""

from collections.abc import Sequence
from math import prod

from cnnviz.components import LayerRow
from cnnviz.shapes import Row
from cnnviz.spec import Network, leaves
from cnnviz.ui.diagram import kind

BYTES = 4
"""Of one value in torch's float32."""


def layers(network: Network, rows: Sequence[Row]) -> list[LayerRow]:
    """Return one row a layer or merge: shapes, costs, receptive field, and the arithmetic of each."""
    known = dict(leaves(network.body))
    return [
        LayerRow(
            row.path, row.layer, kind(known[row.path]) if row.path in known else "",
            row.input_shape, row.output_shape, row.params, row.macs, BYTES * prod(row.output_shape), row.receptive_field,
            " ; ".join(row.formulas), row.params_formula, row.merged,
        )
        for row in rows
    ]  # fmt: skip


def size(count: float) -> str:
    """Return a number of bytes as people write it."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.3g} {unit}"
