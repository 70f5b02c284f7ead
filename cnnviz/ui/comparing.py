"""Networks side by side: which ones, what each costs, what each has reached."""

from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from cnnviz import zoo
from cnnviz.errors import CnnvizError
from cnnviz.shapes import Row, Trace, trace
from cnnviz.spec import Branches, Chain, Conv2d, ConvTranspose2d, Linear, Network, Node, from_link
from cnnviz.train import runs
from cnnviz.train.events import Finished
from cnnviz.train.runs import Run
from cnnviz.ui import fields, labels, state
from cnnviz.ui.i18n import _, sentence

OWN, RUN = "own", "run:"

MOST = 6
"""Networks at once: more cannot be told apart any longer."""

NEWEST = 200
"""So many runs are looked through."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the networks.

    Attributes:
        title: what it is called in tables and pictures.
        network: its description.
        trace: what follows from it.
        runs: the training that it is from, or all finished ones of the very same network.
    """

    title: str
    network: Network
    trace: Trace
    runs: tuple[Run, ...]

    def best(self, dataset: str = "") -> Run | None:
        """Return the run with the highest test accuracy, on one data set or on any; None where there is none."""
        fitting = [run for run in self.runs if dataset in {"", run.config().dataset}]
        return max(fitting, key=accuracy, default=None)

    @property
    def depth(self) -> int:
        """How many layers have weights: convolution and linear, on the longest way through."""
        return longest(self.network.body)

    @property
    def field(self) -> tuple[int, int]:
        """The largest receptive field of a convolution or pooling: how much of the picture one place sees."""
        seen = [row.receptive_field for row in self.trace.rows if _looks(row)]
        return max(seen, default=(1, 1))


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen.

    Attributes:
        found: the networks that can be shown.
        refused: why others cannot, a sentence each.
        least: the side of the input that would do for those that need a larger one; 0 where that helps nobody.
    """

    found: list[Compared]
    refused: list[str]
    least: int


def choose() -> Choice:
    """Show the menus and return what was chosen."""
    trained = {f"{RUN}{run.name}": run for run in _finished()}
    own = [OWN] if state.get(fields.OWN_NETWORK) else []
    known = [*zoo.ZOO, *own, *trained]
    wanted = state.get(fields.COMPARED)
    state.put(fields.COMPARED, tuple(name for name in wanted if name in known))
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_choice"):
        names = st.multiselect(
            _("Networks"), known, format_func=lambda name: _title(name, trained), max_selections=MOST,
            placeholder=_("Choose two or more"), **state.widget(fields.COMPARED),
        )  # fmt: skip
        size = st.number_input(
            _("Side of the input (0: each its own)"), 0, 1024, step=1, width=230, **state.widget(fields.COMPARE_SIZE)
        )  # fmt: skip
        channels = st.number_input(
            _("Input channels (0: each its own)"), 0, 16, step=1, width=230, **state.widget(fields.COMPARE_IN)
        )  # fmt: skip
        st.number_input(
            _("Batch size, for the memory to train"), 1, 4096, width=230, **state.widget(fields.COMPARE_BATCH)
        )
    found: list[Compared] = []
    refused = [_("There is no network called “{name}” here; it is left out.").format(name=name) for name in wanted if name not in known]  # fmt: skip
    least = 0
    same: dict[Network, list[Run]] = {}
    for run in trained.values():
        same.setdefault(run.config().network, []).append(run)
    for name in names:
        try:
            network = _network(name, trained, int(size), int(channels))
            chosen = [trained[name]] if name in trained else same.get(network, [])
            found.append(Compared(_title(name, trained), network, trace(network), tuple(chosen)))
        except CnnvizError as error:
            refused.append(f"**{_title(name, trained)}**: {sentence(error)}")
            least = max(least, error.values["least"] if error.template == zoo.TOO_SMALL else 0)
    return Choice(found, refused, least)


def accuracy(run: Run) -> float:
    """Return the test accuracy, from 0 to 1, that a finished run ended with, where it asked its test pictures."""
    end = run.end()
    assert isinstance(end, Finished)
    assert end.test_accuracy is not None
    return end.test_accuracy


def longest(node: Node) -> int:
    """Return how many convolutions and linear layers the longest way through a node has."""
    match node:
        case Chain(items=items):
            return sum(map(longest, items))
        case Branches(paths=paths):
            return max(map(longest, paths))
        case Conv2d() | ConvTranspose2d() | Linear():
            return 1
        case _:
            return 0


def _network(name: str, trained: dict[str, Run], size: int, channels: int) -> Network:
    if name in trained:
        network = trained[name].config().network
    elif name == OWN:
        network = from_link(state.get(fields.OWN_NETWORK))
    else:
        options = {"size": size, "channels": channels}
        known = zoo.ZOO[name].options
        return zoo.get(
            name, **{option: value for option, value in options.items() if value and option in known}
        )
    own_channels, height, width = network.input_shape
    return network.with_input((channels or own_channels, size or height, size or width))


def _finished() -> Iterator[Run]:
    for run in runs.list_runs()[:NEWEST]:
        try:
            run.config()
        except CnnvizError:
            continue
        end = run.end()
        if isinstance(end, Finished) and end.test_accuracy is not None:
            yield run


def _title(name: str, trained: dict[str, Run]) -> str:
    if name in trained:
        config = trained[name].config()
        return f"{config.network.name} · {labels.dataset(config.dataset)} · {name.removeprefix(RUN)[-6:]}"
    if name == OWN:
        return _("{name} (own)").format(name=from_link(state.get(fields.OWN_NETWORK)).name)
    return zoo.ZOO[name].title


def _looks(row: Row) -> bool:
    return row.layer in {"Conv2d", "MaxPool2d", "AvgPool2d"}
