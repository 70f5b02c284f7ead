"""One side of the race in ``training.py``: a process that trains for a while whenever it is asked to.

    python benchmarks/training_side.py ours|peer NETWORK SIZE BATCH MODE    (each line on stdin: seconds to train)

It answers each line with the pictures that it trained on, the seconds that this took, and the CPU's seconds. Only one
side computes at a time. Ours is the whole loop of a run, with its folder: events written as lines, looks inside,
states saved. The peer's is the script's.
"""

import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import report  # noqa: F401  (finds cnnviz from anywhere)

from cnnviz.train.worker import keep_memory, yield_cores


def main() -> None:
    """Answer until nobody asks any more."""
    side, network, size, batch, mode = sys.argv[1:]
    if side == "ours":  # as the worker does, before torch comes
        keep_memory()
        yield_cores()
    sides: dict[str, Callable[[str, int, int, str], Iterator[int]]] = {"ours": ours, "peer": peer}
    steps = sides[side](network, int(size), int(batch), mode)
    answer, sys.stdout = sys.stdout, sys.stderr  # the script's own lines are none of our answers
    for line in itertools.chain(["0"], sys.stdin):
        began, used, pictures = time.perf_counter(), time.process_time(), 0
        while pictures == 0 or time.perf_counter() - began < float(line):
            pictures += next(steps)
        took = {
            "pictures": pictures,
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - used,
        }
        print(json.dumps(took), file=answer, flush=True)


def ours(network: str, size: int, batch: int, mode: str) -> Iterator[int]:
    """Train as a run does; yield the pictures since the last time."""
    from cnnviz import zoo
    from cnnviz.train.config import TrainConfig
    from cnnviz.train.events import Steps, to_line
    from cnnviz.train.loop import train

    config = TrainConfig(
        zoo.get(network, **({} if size == 28 else {"size": size})), "mnist", "cpu", mode, optimizer="adamw",
        batch_size=batch, epochs=10_000, validation_fraction=0,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        with (path / "events.jsonl").open("a", encoding="utf-8", buffering=1) as journal:
            done = 0
            for event in train(config, folder=path):
                journal.write(to_line(event))
                if isinstance(event, Steps):
                    yield (
                        event.step - done
                    ) * batch  # the odd last batch of an epoch counts as a whole one: 1 in 900
                    done = event.step


def peer(network: str, size: int, batch: int, _mode: str) -> Iterator[int]:
    """Train as the script does, with its own network or with ours as torch runs it."""
    import peer_mnist
    import torch
    from torch.utils.data import DataLoader

    from cnnviz import zoo
    from cnnviz.data.catalog import data_root
    from cnnviz.nets.build import build

    own = network == "digit_recognizer"
    module = peer_mnist.Net() if own else build(zoo.get(network, **({} if size == 28 else {"size": size})))
    optimizer = torch.optim.Adadelta(module.parameters(), lr=1.0)
    loader = DataLoader(peer_mnist.mnist(str(data_root()), train=True, size=size), batch_size=batch)
    while True:
        yield from peer_mnist.batches(module, loader, optimizer, scores=not own)


if __name__ == "__main__":
    main()
