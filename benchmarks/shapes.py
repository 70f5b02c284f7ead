"""What follows from a network: ``trace`` beside ``torchinfo.summary``, for every network of the zoo.

``trace`` starts cold each time (its cache is cleared). torchinfo is given a module that is built already, and the
same device; it sends a batch through the network to learn the shapes, where we do arithmetic.
"""

import time

import report
import torch
import torchinfo

from cnnviz import zoo
from cnnviz.nets.build import build
from cnnviz.shapes import trace

ROUNDS = 30


def main() -> None:
    """Measure, print, save."""
    load = report.load()
    torch.set_num_threads(
        1
    )  # a single small picture gains nothing from threads, and waits for them on a busy machine
    rows, found = [], {}
    for name in zoo.ZOO:
        network = zoo.get(name)
        module = build(network).eval()
        size = (1, *network.input_shape)
        ours: list[float] = []
        theirs: list[float] = []
        for i in range(ROUNDS + 2):
            trace.cache_clear()
            start = time.perf_counter()
            traced = trace(network)
            middle = time.perf_counter()
            counted = torchinfo.summary(module, input_size=size, device="cpu", verbose=0)
            end = time.perf_counter()
            if i >= 2:
                ours.append((middle - start) * 1000)
                theirs.append((end - middle) * 1000)
        assert traced.params == counted.total_params
        mine, other = report.summary(ours), report.summary(theirs)
        by = report.ratio(mine["median_ms"], other["median_ms"])
        rows.append((name, mine["median_ms"], mine["p95_ms"], other["median_ms"], other["p95_ms"], by))
        found[name] = {"trace": mine, "torchinfo": other, "torchinfo_over_trace": by}
    report.table(("network", "trace ms", "p95", "torchinfo ms", "p95", "ratio"), rows)
    report.save("shapes", {"networks": found}, load)


if __name__ == "__main__":
    main()
