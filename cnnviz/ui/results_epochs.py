"""The training once more, epoch by epoch: what the scrubber is given, within a bound."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components import Followed, Kernels, Pictures, scrubber
from cnnviz.explain import epochs
from cnnviz.explain.epochs import Epoch, Handful
from cnnviz.explain.evaluation import Answers
from cnnviz.ui import fields, results_labels, results_pictures, state
from cnnviz.ui.i18n import _
from cnnviz.ui.results_subject import Subject

MOST_BYTES = 1_400_000
"""Of kernels and confusion matrices together; a third more on the way to the browser."""

MOST_EPOCHS = 200
MOST_KERNELS = 32
MOST_CLASSES = 100
"""More classes than a matrix can show."""

FULL = 32767
"""What the largest weight is sent as, in 16 bits."""


def show(subject: Subject) -> None:
    """Show the scrubber, or why there is nothing to scrub through."""
    st.subheader(_("Epoch by epoch"), anchor=False)
    known = _read(subject)
    if not known:
        st.caption(_why(subject))
        return
    numbers = [epoch.number for epoch, _answers in known]
    if len(numbers) < len(subject.files):
        st.caption(
            _("{shown} of {count} epochs are shown, evenly spread.").format(
                shown=len(numbers), count=len(subject.files)
            )
        )
    st.caption(
        _("Click a validation picture above, or one of the watched ones, to follow it through the training.")
    )
    few = epochs.handful(subject.run.path)
    scrubber(
        numbers, [answers.accuracy if answers else None for _epoch, answers in known], subject.names, results_labels.scrubber(), key="results",
        best=subject.row.best_epoch, kernels=_kernels([epoch for epoch, _answers in known]),
        confusions=_confusions([answers for _epoch, answers in known if answers], len(known)),
        followed=_followed(subject, [epoch for epoch, _answers in known], few),
        handful=_pictures(few, range(len(few.labels))) if few else None,
        handful_truths=few.labels.tolist() if few else (),
        on_follow=lambda place: state.put(fields.RESULTS_FOLLOWED, -1 - place), on_open=_open,
    )  # fmt: skip


def spread(numbers: Sequence[int], most: int, best: int | None) -> list[int]:
    """Return at most ``most`` of the epochs, evenly spread, the first, the last and the best among them."""
    if len(numbers) <= most:
        return list(numbers)
    places = np.linspace(0, len(numbers) - 1, max(2, most)).round().astype(int)
    kept = {numbers[place] for place in places}
    if best in numbers and best not in kept and most > 2:
        kept.remove(min(kept - {numbers[0], numbers[-1]}, key=lambda number: abs(number - (best or 0))))
        kept.add(best or 0)
    return sorted(kept)


def _read(subject: Subject) -> list[tuple[Epoch, Answers | None]]:
    """Return the epochs that fit into the bound, with their answers; damaged ones are passed over."""
    numbers = list(subject.files)
    first = next((epoch for number in numbers if (epoch := subject.epoch(number))), None)
    if first is None:
        return []
    kernels = 0 if first.kernels is None else _shown(first.kernels).size
    classes = len(subject.classes)
    each = 2 * kernels + (2 * classes**2 if classes <= MOST_CLASSES else 0)
    most = max(2, min(MOST_EPOCHS, MOST_BYTES // max(each, 1)))
    found = []
    for number in spread(numbers, most, subject.best):
        epoch, answers = subject.epoch(number), subject.answers(number)
        if epoch and (answers or subject.kept is None):
            found.append((epoch, answers))
    return found


def _why(subject: Subject) -> str:
    if subject.alive:
        return _("The first epoch has not ended yet.")
    if subject.files:
        return _("What this run wrote down of its epochs is damaged.")
    return _(
        "This run wrote down nothing of its single epochs: it is from an older version, or it ended too early."
    )


def _shown(kernels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the kernels that are shown: colour as it is, of other inputs only the first channel."""
    return kernels[:MOST_KERNELS] if kernels.shape[1] in {1, 3} else kernels[:MOST_KERNELS, :1]


def _kernels(known: Sequence[Epoch]) -> Kernels | None:
    given = [epoch.kernels for epoch in known if epoch.kernels is not None]
    if len(given) < len(known) or len({kernels.shape for kernels in given}) != 1:
        return None
    shown = np.stack([_shown(kernels) for kernels in given])
    scale = float(np.abs(shown).max()) or 1.0
    data = np.round(shown / scale * FULL).astype("<i2")
    count, channels, height, width = shown.shape[1:]
    return Kernels((count, channels, height, width), len(given[0]), scale, data.tobytes())


def _confusions(known: Sequence[Answers], epochs: int) -> bytes:
    if len(known) < epochs or len(known[0].classes) > MOST_CLASSES:
        return b""
    counts = np.stack([answers.confusion() for answers in known])
    return counts.astype("<u2").tobytes() if counts.max() < 2**16 else b""


def _followed(subject: Subject, known: Sequence[Epoch], few: Handful | None) -> Followed | None:
    chosen = state.get(fields.RESULTS_FOLLOWED)
    if subject.kept and 0 <= chosen < len(subject.kept.labels):
        picture, _problem = results_pictures.pictures(subject, "validation", [chosen])
        return Followed(
            _("Validation picture {number}").format(number=chosen), int(subject.kept.labels[chosen]),
            [int(epoch.predicted[chosen]) for epoch in known], [float(epoch.confidence[chosen]) for epoch in known],
            picture=picture,
        )  # fmt: skip
    tables = [epoch.handful for epoch in known if epoch.handful is not None]
    if few is None or len(tables) < len(known):
        return None
    place = -1 - chosen if -1 - chosen in range(len(few.labels)) else 0
    if any(table.shape != (len(few.labels), len(subject.classes)) for table in tables):
        return None
    rows = [table[place] for table in tables]
    return Followed(
        _("Watched picture {number}").format(number=place + 1), int(few.labels[place]),
        [int(row.argmax()) for row in rows], [float(row.max()) for row in rows], [row.tolist() for row in rows],
        _pictures(few, [place]),
    )  # fmt: skip


def _pictures(few: Handful, places: Sequence[int]) -> Pictures | None:
    channels, height, width = few.pictures.shape[1:]
    step = max(1, max(height, width) // results_pictures.LONGEST)
    shown = np.ascontiguousarray(few.pictures[list(places), :, ::step, ::step])
    return (
        Pictures((channels, shown.shape[2], shown.shape[3]), shown.tobytes()) if channels in {1, 3} else None
    )


def _open(epoch: int) -> None:
    """Show an epoch's validation in the upper half of the page."""
    state.put(fields.RESULTS_SET, "validation")
    state.put(fields.RESULTS_EPOCH, epoch)
    state.put(fields.RESULTS_PICTURE, -1)
