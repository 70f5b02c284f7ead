"""The parts of a report that are more than a line: tables, the confusion matrix, kernels as little pictures."""

import base64
import io
import json
import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.explain.evaluation import Answers
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import Changed

MOST_CLASSES = 30
"""A larger matrix fits on no paper: then only the most frequent mix-ups are named."""

MOMENTS, LONG_AGO, FAR_OFF = {"started", "time"}, 1e9, 1e11
"""Under these names a number of such a size is a moment, in seconds since 1970."""

MOST_KERNELS = 64
MOST_MIX_UPS = 15

BELOW, ZERO, ABOVE = (33, 102, 172), (247, 247, 247), (217, 95, 2)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[int] = ()) -> str:
    """Return a table; the columns of ``numbers`` are set to the right."""

    def cell(kind: str, at: int, text: str) -> str:
        return f"<{kind}{' class=number' if at in numbers else ''}>{escape(text)}</{kind}>"

    lines = ["".join(cell("td", at, text) for at, text in enumerate(row)) for row in rows]
    top = "".join(cell("th", at, text) for at, text in enumerate(head))
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def pairs(values: Mapping[str, str]) -> str:
    """Return names and their values as a table."""
    body = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in values.items()
    )
    return f"<table><tbody>{body}</tbody></table>"


def told(config: TrainConfig) -> dict[str, str]:
    """Return a config's values as text, its network by name."""
    values = json.loads(config.to_json())
    values["network"] = config.network.name
    return flat({name: value for name, value in values.items() if name != "cnnviz_config"})


def changes(given: Iterable[Changed], _: Callable[[str], str]) -> str:
    """Return what somebody changed by hand while a network trained, and when."""
    told = {
        "learning_rate": _("learning rate {value} after step {step}"),
        "epochs": _("{value} epochs in all, said after step {step}"),
    }
    return "; ".join(
        told.get(each.name, each.name).format(value=f"{each.value:g}", step=f"{each.step:,}")
        for each in given
    )


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Return nested values as text, each under its path, such as ``data.fingerprint``; moments as dates."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = _told(name, value)
    return found


def _told(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if name in MOMENTS and isinstance(value, float) and LONG_AGO < value < FAR_OFF:
        return time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(value))
    return json.dumps(value, ensure_ascii=False)


def answers(given: Answers, _: Callable[[str], str]) -> str:
    """Return the confusion matrix where it fits on paper, the most frequent mix-ups, and a row for each class."""
    counts = given.confusion()
    matrix = _matrix(counts, given.classes, _) if len(given.classes) <= MOST_CLASSES else ""
    head = (_("Class"), _("Precision"), _("Recall"), "F1", _("Pictures"))
    rows = [
        (each.name, _share(each.precision), _share(each.recall), _share(each.f1), f"{each.support:,}")
        for each in given.per_class()
    ]
    return (
        f'{matrix}<div class="columns"><div class="wide">{table(head, rows, numbers={1, 2, 3, 4})}</div>'
        f'<div class="wide">{_mix_ups(counts, given.classes, _)}</div></div>'
    )


def _matrix(counts: NDArray[np.int64], classes: Sequence[str], _: Callable[[str], str]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in classes)
    lines = []
    for at, (name, row) in enumerate(zip(classes, counts.tolist(), strict=True)):
        most = max(sum(row), 1)
        cells = "".join(
            f'<td{" class=right" if to == at else ""} style="background:rgba(var(--heat),{0.75 * count / most:.3f})">'
            f"{count or ''}</td>"
            for to, count in enumerate(row)
        )
        lines.append(f"<tr><th scope=row>{escape(name)}</th>{cells}</tr>")
    caption = _("Rows: what a picture shows. Columns: what the network took it for. Numbers: pictures.")
    return (
        f'<div class="wide"><table class="matrix"><thead><tr><th></th>{top}</tr></thead>'
        f'<tbody>{"".join(lines)}</tbody></table></div><p class="soft small">{escape(caption)}</p>'
    )


def _mix_ups(counts: NDArray[np.int64], classes: Sequence[str], _: Callable[[str], str]) -> str:
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(wrong, axis=None, kind="stable")[::-1][:MOST_MIX_UPS]
    rows = []
    for at in order.tolist():
        truth, taken = divmod(at, len(classes))
        if wrong[truth, taken]:
            shown = max(int(counts[truth].sum()), 1)
            rows.append(
                (
                    classes[truth],
                    classes[taken],
                    f"{wrong[truth, taken]:,}",
                    _share(wrong[truth, taken] / shown),
                )
            )
    nothing = _("No picture was mixed up.")
    if not rows:
        return f"<p>{escape(nothing)}</p>"
    head = (_("Shows"), _("Taken for"), _("Pictures"), _("Of its class"))
    return table(head, rows, numbers={2, 3})


def kernels(weights: NDArray[np.float32]) -> str:
    """Return kernels (O, I, kh, kw) as little pictures: in colour where I is 3, else their mean over I."""
    pictures = []
    for number, kernel in enumerate(weights[:MOST_KERNELS].astype(np.float64)):
        largest = float(np.abs(kernel).max()) or 1.0
        if kernel.shape[0] == 3:
            pixels = (127.5 + 127.5 * kernel / largest).transpose(1, 2, 0)
        else:
            mean = kernel.mean(0)
            pixels = _diverging(mean / (float(np.abs(mean).max()) or 1.0))
        pictures.append(f'<img alt="{number}" src="{_png(pixels.round().clip(0, 255).astype(np.uint8))}">')
    return f'<div class="kernels">{"".join(pictures)}</div>'


def _diverging(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values from -1 to 1 as colours, (H, W, 3)."""
    strength = np.abs(values)[..., None]
    ends = np.where(values[..., None] < 0, np.array(BELOW), np.array(ABOVE))
    mixed: NDArray[np.float64] = strength * ends + (1 - strength) * np.array(ZERO, dtype=np.float64)
    return mixed


def _png(pixels: NDArray[np.uint8]) -> str:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _share(share: float) -> str:
    return f"{100 * share:.1f} %" if math.isfinite(share) else "–"
