"""How a benchmark says what it found: a table on the screen, JSON beside it, with date and machine."""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"

PACKAGES = ("streamlit", "torch", "torchinfo", "plotly", "numpy", "websockets")

sys.path.insert(0, str(ROOT))  # so that each benchmark runs from anywhere


def summary(milliseconds: Iterable[float]) -> dict[str, float]:
    """Return median and 95th percentile (nearest rank) of some times, and how many there were."""
    times = sorted(milliseconds)
    rank = max(0, -(-len(times) * 95 // 100) - 1)
    return {"median_ms": round(statistics.median(times), 3), "p95_ms": round(times[rank], 3), "n": len(times)}


def ratio(ours: float, theirs: float) -> float:
    """Return how many times as long theirs takes."""
    return round(theirs / ours, 2)


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table, numbers to the right."""
    texts = [[cell if isinstance(cell, str) else f"{cell:g}" for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in texts) for i in range(len(header))]
    for row, cells in zip(texts, (header, *rows), strict=True):
        print(
            "  ".join(
                text.ljust(width) if isinstance(cell, str) and i == 0 else text.rjust(width)
                for i, (text, width, cell) in enumerate(zip(row, widths, cells, strict=True))
            )
        )


def save(name: str, found: dict[str, Any], load_before: float) -> None:
    """Write ``results/NAME.json``."""
    RESULTS.mkdir(exist_ok=True)
    data = {"benchmark": name, "date": datetime.now(UTC).isoformat(timespec="seconds"), **machine(), **found}
    data["load_average_before"] = round(load_before, 2)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nload average before: {load_before:.2f}; written to {path.relative_to(ROOT)}")


def load() -> float:
    """Return the machine's load average of the last minute: figures taken on a busy machine say little."""
    return os.getloadavg()[0]


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    names = [line for line in _cpuinfo() if line.startswith("model name")]
    return {
        "machine": {
            "cpu": names[0].split(":", 1)[1].strip() if names else platform.processor(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "packages": {name: _version(name) for name in PACKAGES},
        },
        "commit": _commit(),
    }


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "-"


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    return found.stdout.strip()
