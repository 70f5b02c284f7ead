"""The curves of one run: loss, accuracy, learning rate, with what somebody changed in the middle."""

from collections.abc import Sequence

from cnnviz.components import Clock, Curve, CurveMark, Plot, curves
from cnnviz.train.events import Finished
from cnnviz.train.history import History, Point, thin
from cnnviz.ui import labels
from cnnviz.ui.i18n import _
from cnnviz.ui.live_reading import MOST_ALIVE, MOST_AT_REST, Reading

CLOCK = 80
"""Points of the table from steps to seconds."""


def show(known: Reading, *, running: bool) -> None:
    """Show the curves of a run as far as it went; nothing where it never went and will not go."""
    history = known.history
    if not running and not history.steps:
        return
    clock = _clock(history)
    most = MOST_ALIVE if running else MOST_AT_REST
    training, validation = _("Training"), _("Validation")
    loss = known.once(
        "loss", (history.offset, most), lambda: known.loss.drawn(history.steps, history.loss, most)
    )
    accuracy = known.once(
        "accuracy",
        (history.offset, most),
        lambda: known.accuracy.drawn(history.steps, history.accuracy, most),
    )

    def seen(plot: str, values: Sequence[float]) -> list[Curve]:
        if history.started and not history.started.validation_samples:
            return []
        points = _pairs(history.val_steps, values)
        return [
            Curve(validation, plot, points, clock=clock, dashed=True, markers=True, smooth=False, colour=1)
        ]

    rates = corners(_pairs(history.rate_steps, history.rates))
    given = [
        Curve(training, "loss", loss[0], loss[1], clock=clock, colour=0),
        *seen("loss", history.val_loss),
        Curve(training, "accuracy", accuracy[0], accuracy[1], clock=clock, colour=0),
        *seen("accuracy", history.val_accuracy),
        Curve(_("Learning rate"), "rate", rates, clock=clock, smooth=False, colour=3),
    ]
    plots = [
        Plot("loss", _("Loss"), log=True),
        Plot("accuracy", _("Accuracy"), kind="share"),
        Plot("rate", _("Learning rate"), wide=True, low=True),
    ]
    curves(
        plots, given, labels.curves(), key=f"curves_{known.run.name}", running=running, marks=_marks(history, clock),
        file=known.run.name,
    )  # fmt: skip


def _clock(history: History) -> Clock:
    count = len(history.steps)
    places = [count * number // CLOCK for number in range(CLOCK)] if count > CLOCK else range(count)
    table = [(float(history.steps[at]), history.seconds_at[at]) for at in places]
    if count:
        table.append((float(history.steps[-1]), history.seconds_at[-1]))
    return Clock(history.started.steps_per_epoch if history.started else 0, table)


def _marks(history: History, clock: Clock) -> list[CurveMark]:
    """What somebody changed, the newest ones where they are many; the epoch whose weights are the best."""
    found = []
    if isinstance(history.end, Finished) and history.val_steps:
        best = history.end.best_epoch
        found += [
            CurveMark(each.step, _("best: epoch {epoch}").format(epoch=best), "accuracy", clock)
            for each in history.epochs
            if each.epoch == best
        ]
    last = {(change.name, change.step): change for change in history.changes}  # what holds from a step on
    for change in [*last.values()][-20:]:
        if change.name == "learning_rate":
            found.append(
                CurveMark(change.step, _("rate {rate}").format(rate=f"{change.value:.3g}"), "rate", clock)
            )
        elif change.name == "epochs":
            found.append(
                CurveMark(change.step, _("{count} epochs").format(count=int(change.value)), "rate", clock)
            )
    return found


def corners(points: Sequence[Point], most: int = 200) -> list[Point]:
    """Return a curve without the points that lie on the straight line between their neighbours, at most so many."""
    kept: list[Point] = []
    for point in points:
        while len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return thin(kept, most)


def _straight(first: Point, middle: Point, last: Point) -> bool:
    """Return whether the middle one is within a ten-thousandth of the line through the others."""
    along = (middle[0] - first[0]) / max(last[0] - first[0], 1e-12)
    wanted = first[1] + along * (last[1] - first[1])
    return abs(middle[1] - wanted) <= 1e-4 * max(abs(first[1]), abs(last[1]), 1e-12)


def _pairs(steps: Sequence[int], values: Sequence[float]) -> list[Point]:
    return thin(list(zip(map(float, steps), values, strict=False)), 2 * MOST_AT_REST)
