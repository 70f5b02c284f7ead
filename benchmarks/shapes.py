"""What follows from a network: ``trace`` beside ``torchinfo.summary``, in turns, on the same networks.

Four ways to ask ``trace``, since a page asks in all of them:

new        nothing is remembered: every cache is emptied before
edited     another activation somewhere, as in the builder: what comes before and after stays as it was
upset      another kernel in the first convolution: every receptive field behind it changes
again      an equal network that was read from its JSON anew, as after a click elsewhere on the page

torchinfo is given a module that is built already, and the same machine; it sends a batch through the network to learn
the shapes, where we do arithmetic. Every row of ours is complete with its receptive field; the formulas in words are
made when they are read.
"""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import report
import torch
import torchinfo

from cnnviz import zoo
from cnnviz.nets.build import build
from cnnviz.shapes import trace, tracing, windows
from cnnviz.spec import (
    GELU,
    BatchNorm2d,
    Chain,
    Conv2d,
    Flatten,
    Linear,
    Network,
    Node,
    ReLU,
    Sigmoid,
    from_json,
    leaves,
    to_json,
    tree,
)
from cnnviz.spec.checks import pair

ROUNDS = 20
ACTIVATIONS = (ReLU, GELU, Sigmoid)


def main() -> None:
    """Measure, print, save."""
    load = report.load()
    # A single small picture gains nothing from threads, and waits for them on a busy machine.
    torch.set_num_threads(1)
    rows, found = [], {}
    for network in [*map(zoo.get, ("lenet", "vgg19", "googlenet", "densenet121")), long(200)]:
        times = measured(network)
        figures = {name: report.summary(each) for name, each in times.items()}
        theirs = figures["torchinfo"]["median_ms"]
        ratios = {
            name: report.ratio(figure["median_ms"], theirs)
            for name, figure in figures.items()
            if name != "torchinfo"
        }
        layers = sum(1 for _leaf in leaves(network.body))
        for name, by in ratios.items():
            figure = figures[name]
            rows.append((network.name, layers, name, figure["median_ms"], figure["p95_ms"], theirs, by))
        found[network.name] = {"layers": layers, **figures, "torchinfo_over_trace": ratios}
    report.table(("network", "layers", "trace", "ms", "p95", "torchinfo ms", "ratio"), rows)
    report.save("shapes", {"networks": found}, load)


def measured(network: Network) -> dict[str, list[float]]:
    """Return the milliseconds of each way to ask, one after the other in every round."""
    module = build(network).eval()
    size = (1, *network.input_shape)
    order = random.Random(0)
    times: dict[str, list[float]] = {name: [] for name in ("new", "edited", "upset", "again", "torchinfo")}
    for i in range(ROUNDS + 2):
        took = {
            "new": traced(network),
            "edited": traced(other_activation(network, order), after=network),
            "upset": traced(other_kernel(network), after=network),
            "again": traced(from_json(to_json(network)), after=network),
            "torchinfo": clocked(lambda: torchinfo.summary(module, input_size=size, device="cpu", verbose=0)),
        }
        if i >= 2:
            for name, each in took.items():
                times[name].append(each)
    counted = torchinfo.summary(module, input_size=size, device="cpu", verbose=0)
    assert trace(network).params == counted.total_params
    return times


def traced(network: Network, after: Network | None = None) -> float:
    """Return the milliseconds of ``trace`` when nothing is known, or only what came before.

    The median of three in a row, so that what is measured is Python at work and not a processor that comes from
    torchinfo's megabytes.
    """
    took = []
    for _ in range(3):
        forget()
        if after:
            trace(after)
        took.append(clocked(lambda: trace(network)))
    return statistics.median(took)


def clocked(ask: Callable[[], object]) -> float:
    """Return the milliseconds that an answer takes."""
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


def forget() -> None:
    """Empty whatever ``trace`` remembers."""
    tracing.BLOCKS.clear()
    for remembering in (trace, windows.sliding, windows.adaptive, windows.transposed, windows.enlarged):
        remembering.cache_clear()


def other_activation(network: Network, order: random.Random) -> Network:
    """Return the network with another activation at one place."""
    path, layer = order.choice([leaf for leaf in leaves(network.body) if isinstance(leaf[1], ACTIVATIONS)])
    kind = order.choice([each for each in ACTIVATIONS if not isinstance(layer, each)])
    return tree.replace(network, path, kind(name=layer.name))


def other_kernel(network: Network) -> Network:
    """Return the network with a larger kernel in its first convolution, padded so that all sizes stay."""
    path, layer = next(leaf for leaf in leaves(network.body) if isinstance(leaf[1], Conv2d))
    assert isinstance(layer, Conv2d)
    assert isinstance(layer.padding, int)
    larger = replace(layer, kernel_size=pair(layer.kernel_size)[0] + 2, padding=layer.padding + 1)
    return tree.replace(network, path, larger)


def long(layers: int) -> Network:
    """Return a chain as somebody may build it: convolution, batch normalisation, ReLU, again and again."""
    items: list[Node] = []
    while len(items) < layers - 2:
        items += [Conv2d(32 if items else 3, 32, 3, padding=1), BatchNorm2d(32), ReLU()]
    items = [*items[: layers - 2], Flatten(), Linear(32 * 32 * 32, 10)]
    return Network(f"Chain of {layers}", (3, 32, 32), Chain("", tuple(items)))


if __name__ == "__main__":
    main()
