"""What a network costs: memory to train, where parameters and multiply-adds are, and what torchinfo counts."""

from html import escape
from math import prod

import streamlit as st

from cnnviz.figures.costs import costs
from cnnviz.shapes import Trace, trace
from cnnviz.shapes.memory import Memory, memory
from cnnviz.spec import Network
from cnnviz.ui import cache, controls, fields, shell, state, tables, warm
from cnnviz.ui.controls import Control
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}

GIGABYTES = 8
"""Memory of a common graphics card."""

BARS = """<style>
.memory { display: grid; grid-template-columns: max-content minmax(40px, 1fr) max-content; gap: 0.35rem 0.9rem; align-items: center; }
.memory b { font-weight: 600;  font-variant-numeric: tabular-nums; text-align: right; }
.memory i { display: block; height: 0.8rem; min-width: 2px; border-radius: 3px; background: var(--bar); }
</style>"""


def shares(traced: Trace) -> None:
    """Show each layer's share of parameters and multiply-adds."""
    st.plotly_chart(costs(traced, params=_("Parameters"), macs=_("Multiply-adds")), key="costs", config={"displayModeBar": False})  # fmt: skip


def training(network: Network) -> None:
    """Show the memory that one step of training takes, with a batch size and an optimiser to choose."""

    # Alone while its slider is dragged: diagram, table and code of a large network have nothing to do with it.
    @shell.live("networks")
    def part() -> None:
        left, right = st.columns([1, 1.6], gap="large")
        with left:
            controls.sliders(
                "network_memory", [Control(fields.MEMORY_BATCH, _("Batch size"), 1, 4096, scale="log")]
            )
            st.segmented_control(
                _("Optimiser"), list(OPTIMIZERS), format_func=OPTIMIZERS.__getitem__, required=True,
                **state.widget(fields.MEMORY_OPTIMIZER),
            )  # fmt: skip
        with right:
            _taken(network, state.get(fields.MEMORY_BATCH), state.get(fields.MEMORY_OPTIMIZER))

    part()


def compared(network: Network) -> None:
    """Show our totals beside torchinfo's, why they differ, and its whole table."""
    with guard():
        if not st.toggle(_("Ask torchinfo"), key="widget:torchinfo"):
            return
        warm.wait()
        theirs, ours = cache.summary(network), trace(network)
        bias, other = besides(ours)
        st.markdown(
            "\n".join(
                (
                    f"| | cnnviz | torchinfo | {_('Difference')} |",
                    "|:--|--:|--:|--:|",
                    f"| {_('Parameters')} | {ours.params:,} | {theirs.params:,} | {theirs.params - ours.params:,} |",
                    f"| {_('Multiply-adds')} | {ours.macs:,} | {theirs.macs:,} | {theirs.macs - ours.macs:,} |",
                )
            )
        )
        st.caption(
            _(
                "torchinfo counts the bias at every place of the output ({bias}) and each parameter of a normalisation once ({other}); we count the products of convolution and linear layers, as the papers do."
            ).format(bias=f"{bias:,}", other=f"{other:,}")
        )
        st.code(theirs.text, language=None)


def _taken(network: Network, batch: int, optimizer: str) -> None:
    taken = memory(network, batch, optimizer=optimizer)
    st.metric(
        _("Memory to train"), tables.size(taken.total), width="content",
        help=_("What torch keeps between forward and backward pass, in float32; what the device itself needs comes on top."),
    )  # fmt: skip
    st.html(BARS + _bars(taken))
    st.caption(_room(network, optimizer))


def _bars(taken: Memory) -> str:
    # Where the first layer keeps its input, the pictures are among the activations already: here they are once.
    kept = taken.total - taken.weights - taken.gradients - taken.optimizer - taken.input
    parts = (
        (_("Weights"), taken.weights, "#3b7dd8"),
        (_("Gradients"), taken.gradients, "#7b4bb3"),
        (_("Optimiser's state"), taken.optimizer, "#b83280"),
        (_("Activations, kept for the way back"), kept, "#e08a3c"),
        (_("Input"), taken.input, "#2f855a"),
    )
    most = max(count for _name, count, _colour in parts) or 1
    lines = [
        f'<span>{escape(name)}</span><i style="--bar:{colour};width:{100 * count / most:.2f}%"></i><b>{tables.size(count)}</b>'
        for name, count, colour in parts
    ]
    return f'<div class="memory">{"".join(lines)}</div>'


def _room(network: Network, optimizer: str) -> str:
    """How many pictures at once have room: all but activations and input stays the same."""
    one, two = (memory(network, count, optimizer=optimizer).total for count in (1, 2))
    count = max(0, int((GIGABYTES * 1e9 - (2 * one - two)) // (two - one)))
    return _(
        "Weights, gradients and the optimiser's state stay the same; each picture of the batch adds {each}. Into {size} GB fit about {count} pictures at once."
    ).format(each=tables.size(two - one), size=GIGABYTES, count=f"{count:,}")


def besides(traced: Trace) -> tuple[int, int]:
    """What torchinfo counts among the multiply-adds besides our products: for bias, and for all other layers."""
    bias = other = 0
    for row in traced.rows:
        places = prod(row.output_shape[1:]) if "Conv" in row.layer else 1
        more = row.params * places - row.macs
        if row.macs:
            bias += more
        else:
            other += more
    return bias, other
