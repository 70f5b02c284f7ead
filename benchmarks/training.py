"""How fast networks learn here, beside the script that every tutorial starts from, on the same machine in turns.

    python benchmarks/training.py [--part speed|accuracy|overhead] [--seconds 1.2] [--rounds 4]

speed       Samples per second of the whole loop of a run (its events, looks and states too) against the loop of
            pytorch/examples' ``mnist/main.py`` (``peer_mnist.py``) on the same network, data and batch, each side in a
            process of its own, one at a time, one after the other in every round. Beside them what the machine can do
            at most: a large matrix product in float32 and in bfloat16, measured in every round too.
accuracy    Wall time, start of the process included, to 98 % and 99 % on MNIST's official test pictures: the script as
            it is, and our recipes (``training_accuracy.py``).
overhead    What a step takes more with events, and with everything that is watched and kept, than in a bare loop
            (``training_overhead.py``).

Quiet machine wanted: the load before is in the result. About eight minutes for all.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import report
import training_accuracy
import training_overhead

HERE = Path(__file__).resolve().parent

Side = tuple[str, str, int, int, str]
"""Ours or the peer, network, side of the pictures, batch, mode."""

SIDES: tuple[Side, ...] = (
    ("peer", "digit_recognizer", 28, 64, ""),
    ("peer", "digit_recognizer", 28, 256, ""),
    ("ours", "digit_recognizer", 28, 64, "exact"),
    ("ours", "digit_recognizer", 28, 64, "fast"),
    ("ours", "digit_recognizer", 28, 256, "fast"),
    ("peer", "lenet", 28, 64, ""),
    ("peer", "lenet", 28, 1024, ""),
    ("ours", "lenet", 28, 64, "exact"),
    ("ours", "lenet", 28, 256, "fast"),
    ("ours", "lenet", 28, 1024, "fast"),
    ("peer", "resnet18", 32, 64, ""),
    ("peer", "resnet18", 32, 256, ""),
    ("ours", "resnet18", 32, 64, "exact"),
    ("ours", "resnet18", 32, 64, "fast"),
    ("ours", "resnet18", 32, 256, "fast"),
)


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=("speed", "accuracy", "overhead"))
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=1.2, help="that each side trains in a round")
    parser.add_argument("--sides", default="", help="only networks with this in their name")
    parser.add_argument("--name", default="training", help="of the result")
    given = parser.parse_args()
    load, found = report.load(), _found_before(given.name)
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "speed": lambda: speed(given.rounds, given.seconds, given.sides),
        "overhead": training_overhead.overhead,
        "accuracy": training_accuracy.accuracy,
    }
    for name, measure in parts.items():
        if given.part in {None, name}:
            print(f"\n{name}\n")
            found[name] = measure() | {"load_average_before": round(load, 2)}
    report.save(given.name, {name: found[name] for name in parts if name in found}, load)


def _found_before(name: str) -> dict[str, Any]:
    """Return what is in the result already: a part that is measured alone leaves the others."""
    path = report.RESULTS / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


# --- speed ---------------------------------------------------------------------------------------------------------


def speed(rounds: int, seconds: float, only: str) -> dict[str, Any]:
    """Return samples per second of every side, and what they are of the peer's and of the machine's peak."""
    sides = [side for side in SIDES if only in side[1]]
    running = {side: begun(side) for side in sides}
    for process in running.values():  # nobody starts any more while another is measured
        assert process.stdout is not None
        process.stdout.readline()
    for process in running.values():
        asked(process, 0.4)  # warm
    rates: dict[Side, list[float]] = {side: [] for side in sides}
    used: dict[Side, list[float]] = {side: [] for side in sides}
    peaks: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    try:
        for number in range(rounds):
            for kind, each in peaks.items():
                each.append(peak(kind))
            for side in sides[number % len(sides) :] + sides[: number % len(sides)]:
                took = asked(running[side], seconds)
                rates[side].append(took["pictures"] / took["seconds"])
                used[side].append(took["pictures"] / took["cpu"])
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    limit = {kind: max(each) for kind, each in peaks.items()}
    print(f"peak: {limit['float32']:,.0f} GFLOP/s in float32, {limit['bfloat16']:,.0f} in bfloat16\n")
    rows, result = [], []
    for side in sides:
        who, network, size, batch, mode = side
        same = ("peer", network, size, batch, "")
        first = next(other for other in sides if other[0] == "peer" and other[1] == network)
        kind = "bfloat16" if mode == "fast" else "float32"
        best, median = max(rates[side]), statistics.median(rates[side])
        row = {
            "side": who, "network": network, "size": size, "batch": batch, "mode": mode or "as it is",
            "best": round(best), "median": round(median), "median_per_cpu_second": round(statistics.median(used[side])),
            "of_script": _ratios(rates, side, first), "of_same_batch": _ratios(rates, side, same),
            "part_of_peak": round(best * work(network, size) / 1e9 / limit[kind], 3),
        }  # fmt: skip
        result.append(row)
        script = "{best:.2f} / {median:.2f}".format(**row["of_script"])
        even = "{best:.2f} / {median:.2f}".format(**row["of_same_batch"]) if row["of_same_batch"] else "-"
        rows.append(
            (
                f"{network} {who} {mode}",
                batch,
                row["best"],
                row["median"],
                script,
                even,
                f"{row['part_of_peak']:.0%}",
            )
        )
    header = ("", "batch", "best", "median", "of the script", "of its batch", "of the peak")
    report.table(header, rows)
    return {
        "peak_gflops": {kind: round(each) for kind, each in limit.items()}, "rounds": rounds, "seconds": seconds,
        "sides": result,
    }  # fmt: skip


def _ratios(rates: dict[Side, list[float]], ours: Side, theirs: Side) -> dict[str, float] | None:
    """Return ours through theirs: of the best rounds, and the median of the rounds' own ratios."""
    if theirs not in rates:
        return None
    each = [one / other for one, other in zip(rates[ours], rates[theirs], strict=True)]
    return {
        "best": round(max(rates[ours]) / max(rates[theirs]), 2), "median": round(statistics.median(each), 2)
    }  # fmt: skip


def begun(side: Side) -> "subprocess.Popen[str]":
    """Start a side; it says a line when it has done its first batch."""
    return subprocess.Popen(
        [sys.executable, str(HERE / "training_side.py"), *map(str, side)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def asked(process: "subprocess.Popen[str]", seconds: float) -> dict[str, float]:
    """Let a side train for so long."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{seconds}\n")
    process.stdin.flush()
    return dict(json.loads(process.stdout.readline()))


def peak(kind: str, side: int = 2048, times: int = 6) -> float:
    """Return the most that a matrix product does here, in thousand million floating point operations a second."""
    import torch

    a, b = (torch.randn(side, side).to(getattr(torch, kind)) for _ in range(2))
    took = []
    for _ in range(times):
        began = time.perf_counter()
        a @ b
        took.append(time.perf_counter() - began)
    return 2 * side**3 / min(took) / 1e9


def work(network: str, size: int) -> float:
    """Return the operations that one picture's training step needs: forward, and twice that backward.

    Two for each multiply-add; the first convolution's input needs no gradient.
    """
    from cnnviz import zoo
    from cnnviz.shapes import trace

    traced = trace(zoo.get(network, **({} if size == 28 else {"size": size})))
    first = next(row.macs for row in traced.rows if row.macs)
    return 2.0 * (3 * traced.macs - first)


if __name__ == "__main__":
    main()
