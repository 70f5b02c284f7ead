"""What a diagnosis takes: networks that fit, and the same with one parameter changed so that they do not.

Times are processor time of this thread, since the page asks at each change and a busy machine should not count. The
peer is ``trace``, in the same run: how many times the plain shapes does it take to know why and what to press.
"""

import gc
import random
import time
from collections.abc import Callable
from dataclasses import replace

import report

from cnnviz import zoo
from cnnviz.diagnosis import diagnose
from cnnviz.errors import SpecError
from cnnviz.shapes import trace
from cnnviz.spec import (
    BatchNorm2d,
    Chain,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    Node,
    ReLU,
    leaves,
    tree,
)

BROKEN = 60
CHANGES = {
    Conv2d: ({"stride": 2}, {"padding": 0}, {"kernel_size": 5}, {"out_channels": 72}, {"in_channels": 7}),
    MaxPool2d: ({"stride": 1}, {"kernel_size": 4}),
    BatchNorm2d: ({"num_features": 7},),
    Linear: ({"in_features": 77},),
}


def main() -> None:
    """Measure, print, save."""
    load = report.load()
    rows, found = [], {}
    for network in [*map(zoo.get, ("lenet", "vgg19", "googlenet", "resnet50", "densenet121")), long(200)]:
        fits = report.summary(timed(lambda one=network: diagnose(one)) for _ in range(20))
        plain = report.summary(
            timed(lambda one=network: (trace.cache_clear(), trace(one))) for _ in range(20)
        )
        broken = report.summary(timed(lambda one=one: diagnose(one)) for one in broken_from(network))
        layers = sum(1 for _ in leaves(network.body))
        found[network.name] = {"layers": layers, "fits": fits, "broken": broken, "trace": plain}
        rows.append(
            (
                network.name,
                layers,
                plain["median_ms"],
                fits["median_ms"],
                broken["median_ms"],
                broken["p95_ms"],
            )
        )
    report.table(("network", "layers", "trace ms", "fits ms", "broken ms", "broken p95 ms"), rows)
    report.save("diagnosis", {"networks": found}, load)


def timed(action: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that an action takes, garbage collected before."""
    gc.collect()
    start = time.thread_time()
    action()
    return (time.thread_time() - start) * 1e3


def broken_from(network: Network) -> list[Network]:
    """Return networks with one parameter changed that do not fit any more."""
    draw, places, found = random.Random(0), list(leaves(network.body)), []
    while len(found) < BROKEN:
        path, layer = draw.choice(places)
        try:
            values = draw.choice(CHANGES.get(type(layer), ({},)))
            changed = tree.replace(network, path, replace(layer, **values))
            trace(changed)
        except SpecError as error:
            if error.place:
                found.append(changed)
    return found


def long(layers: int) -> Network:
    """Return a plain network of so many layers, as the builder may hold it."""
    items: list[Node] = []
    while len(items) < layers - 2:
        items += [Conv2d(32 if items else 3, 32, 3, padding=1), BatchNorm2d(32), ReLU()]
    items = [*items[: layers - 2], Flatten(), Linear(32 * 32 * 32, 10)]
    return Network(f"Chain of {layers}", (3, 32, 32), Chain("", tuple(items)))


if __name__ == "__main__":
    main()
