"""What a look at the curves tells: a plain-language doctor for a training, and what to try.

    examine(history, config) -> (Finding("warning", "...", ("...", ...)), ...)

Pure arithmetic on what the run has recorded; nothing is asked of torch. Each rule is one function that says what
it sees or nothing; the most serious finding comes first. The thresholds are rules of thumb: Goodfellow, Bengio
and Courville 2016, chapter 11; Karpathy's "A recipe for training neural networks" (2019).
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from cnnviz.language import N_, Sentence
from cnnviz.spec import BatchNorm2d, Dropout, ReLU, Sigmoid, Tanh, leaves
from cnnviz.train.config import TrainConfig, initialisation_of, saturates
from cnnviz.train.events import Failed, Finished
from cnnviz.train.history import History

Severity = Literal["error", "warning", "advice", "good"]
ORDER: tuple[Severity, ...] = ("error", "warning", "advice", "good")

FEWEST_STEPS = 30
"""Before so many steps nothing is judged but numbers that are not finite."""

PATIENCE = 0.3
"""Part of the planned steps that a network has to begin to learn: sigmoids often stand still at first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is to be said, and what to try, each as a sentence of the catalogue."""

    severity: Severity
    message: Sentence
    advice: tuple[Sentence, ...] = ()


def examine(history: History, config: TrainConfig) -> tuple[Finding, ...]:
    """Return what is to be said of a training, the most serious first; nothing while there is nothing to say.

    Of a training that ended well the good comes first.
    """
    if not history.started or not history.loss:
        return ()
    found: list[Finding] = []
    for rule in RULES:
        found += rule(history, config)
    order = ("good", *ORDER) if _ended_well(history) else ORDER
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def _not_finite(history: History, config: TrainConfig) -> Iterable[Finding]:
    end = history.end
    if not isinstance(end, Failed) or "layer" not in end.values:
        return
    layer, what = end.values["layer"], str(end.values.get("what", "output"))
    names = {"output": N_("output"), "gradient": N_("gradient"), "weights": N_("weights")}
    yield Finding(
        "error",
        Sentence(
            "The numbers were no longer finite at step {step}: the {what} of `{layer}` was the first.",
            {"step": end.values.get("step", history.step), "what": names.get(what, what), "layer": layer},
        ),
        tuple(_calmer(history, config)),
    )


def _diverging(history: History, config: TrainConfig) -> Iterable[Finding]:
    losses = history.loss
    if isinstance(history.end, Failed) or len(losses) < FEWEST_STEPS:
        return
    now, chance = _recent(losses), math.log(max(2, len(history.started.classes) if history.started else 2))
    lowest = min(_means(losses))
    if now > max(1.5 * losses[0], 1.5 * chance) or (now > 3 * lowest and now > chance):
        yield Finding(
            "warning",
            Sentence(
                "The loss grows instead of falling: it was {lowest} at its best and is {now} now; guessing gives {chance}.",
                {"lowest": _short(lowest), "now": _short(now), "chance": _short(chance)},
            ),
            tuple(_calmer(history, config)),
        )


def _not_learning(history: History, config: TrainConfig) -> Iterable[Finding]:
    classes = _classes(history, config)
    chance = math.log(classes)
    now, accuracy = _recent(history.loss), _recent(history.accuracy)
    stuck = 0.97 * chance <= now <= 1.5 * chance and accuracy < min(1.5 / classes, 1 / classes + 0.2)
    if not stuck or not _had_its_time(history, config):
        return
    advice = [
        Sentence(
            "Try a learning rate ten times larger, then one ten times smaller (now {rate}).",
            {"rate": _short(_peak_rate(history, config))},
        ),
        Sentence("Let the learning-rate finder look for one."),
    ]
    if saturates(config.network):
        advice += [
            Sentence("Networks of sigmoids often stand still at first: give it some epochs more."),
            Sentence("Take ReLU instead of sigmoid."),
        ]
        advice += _initialise(config, "xavier")
    else:
        if not _has(config, BatchNorm2d):
            advice.append(Sentence("Add batch normalisation after the convolutions."))
        advice += _initialise(config, "kaiming")
    yield Finding(
        "warning",
        Sentence(
            "It has not learned anything yet: {accuracy} right, and guessing gets {guess}.",
            {"accuracy": _percent(accuracy), "guess": _percent(1 / classes)},
        ),
        tuple(advice),
    )


def _overfitting(history: History, config: TrainConfig) -> Iterable[Finding]:
    losses = history.val_loss
    if len(losses) < 4:
        return
    best = min(range(len(losses)), key=losses.__getitem__)
    gap = history.train_accuracy[-1] - history.val_accuracy[-1]
    if len(losses) - 1 - best < 2 or losses[-1] < 1.1 * losses[best] or gap < 0.02:
        return
    advice = [
        Sentence(
            "The weights of the best epoch are kept: {epoch} is what Draw and Results use.",
            {"epoch": _best_epoch(history)},
        )
    ]
    if not config.augment:
        advice.append(Sentence("Augment: shifted or mirrored pictures are new pictures for the network."))
    if not config.patience:
        advice.append(Sentence("Set early stopping, so that it ends when validation stops improving."))
    if not config.weight_decay:
        advice.append(Sentence("Set a weight decay, such as 0.0005."))
    if not _has(config, Dropout):
        advice.append(Sentence("Add dropout before the last layers."))
    advice.append(Sentence("Take a smaller network."))
    yield Finding(
        "warning",
        Sentence(
            "It learns the training pictures by heart (overfitting): {train} right on them, {val} on the validation pictures, whose loss grows since epoch {epoch}.",
            {
                "train": _percent(history.train_accuracy[-1]), "val": _percent(history.val_accuracy[-1]),
                "epoch": history.epochs[best].epoch,
            },
        ),
        tuple(advice),
    )  # fmt: skip


def _plateau(history: History, config: TrainConfig) -> Iterable[Finding]:
    losses = history.val_loss or history.train_loss
    wait = max(5, math.ceil(0.3 * history.epochs_ahead))
    if len(losses) <= wait or isinstance(history.end, Finished):
        return
    before, since = min(losses[:-wait]), min(losses[-wait:])
    if since < 0.995 * before or next(iter(_overfitting(history, config)), None):
        return
    if next(iter(_not_learning(history, config)), None):
        return
    advice = [
        Sentence(
            "Lower the learning rate now, for instance to {rate}.",
            {"rate": _short(_rate(history, config) / 10)},
        )
    ]
    if config.schedule not in ("cosine", "one_cycle"):
        advice.append(Sentence("Next time take a schedule that ends low: cosine or one cycle."))
    yield Finding(
        "advice",
        Sentence(
            "It stands still: for {count} epochs the loss has not become better than {loss}.",
            {"count": wait, "loss": _short(before)},
        ),
        tuple(advice),
    )


def _inside(history: History, config: TrainConfig) -> Iterable[Finding]:
    """Units that say nothing any more: dead ReLUs, saturated sigmoids, gradients that do not reach the first layer."""
    if not history.watched or len(history.loss) < FEWEST_STEPS:
        return
    last = history.watched[-1]
    kinds = dict(leaves(config.network.body))
    shares = {path: share for path, share in last.activations.items() if isinstance(share, int | float)}
    dead = {
        path: share for path, share in shares.items() if isinstance(kinds.get(path), ReLU) and share > 0.5
    }
    full = {
        path: share
        for path, share in shares.items()
        if isinstance(kinds.get(path), Sigmoid | Tanh) and share > 0.5
    }
    # A network that learns all the same is told so more quietly.
    severity: Severity = "warning" if _recent(history.accuracy) < 0.5 else "advice"
    if dead:
        path = max(dead, key=dead.__getitem__)
        yield Finding(
            severity,
            Sentence(
                "{share} of the units of `{layer}` are dead: their ReLU gives 0 for every picture, so they no longer learn.",
                {"share": _percent(dead[path]), "layer": path},
            ),
            tuple(_alive_units(config)),
        )
    if full:
        path = max(full, key=full.__getitem__)
        yield Finding(
            severity,
            Sentence(
                "{share} of the units of `{layer}` are saturated: where a sigmoid or tanh is flat, almost no gradient comes through.",
                {"share": _percent(full[path]), "layer": path},
            ),
            (
                Sentence("Take ReLU instead, or add batch normalisation before it."),
                *_initialise(config, "xavier"),
                Sentence("Start again with a smaller learning rate."),
            ),
        )
    norms = [norm for norm in last.gradient_norms if math.isfinite(norm)]
    if len(norms) > 2 and norms[-1] > 0 and norms[0] < 1e-4 * norms[-1] and not (dead or full):
        yield Finding(
            "advice",
            Sentence(
                "Almost no gradient reaches the first layer: {first} in `{layer}`, {last} at the end (vanishing gradient).",
                {"first": _short(norms[0]), "layer": last.layers[0], "last": _short(norms[-1])},
            ),
            (Sentence("ReLU, batch normalisation or residual connections let it through."),),
        )


def _end(history: History, config: TrainConfig) -> Iterable[Finding]:
    end = history.end
    if not isinstance(end, Finished):
        return
    if end.early:
        yield Finding(
            "good",
            Sentence(
                "It ended early, after epoch {epoch}: the validation loss had not improved for {count} epochs.",
                {"epoch": history.epoch, "count": config.patience},
            ),
        )
    seen = end.val_accuracy if end.val_accuracy is not None else end.train_accuracy
    # Validation far above training: it learned within the epoch that the training accuracy is the mean of.
    if end.train_accuracy < 0.8 and -0.05 < seen - end.train_accuracy < 0.1:
        if not next(iter(_not_learning(history, config)), None):
            yield Finding(
                "advice",
                Sentence(
                    "It could learn more (underfitting): even on the training pictures only {train} are right.",
                    {"train": _percent(end.train_accuracy)},
                ),
                (
                    Sentence("Train more epochs, or with a larger learning rate."),
                    Sentence("Take a larger network, or less augmentation and weight decay.")
                    if config.augment or config.weight_decay
                    else Sentence("Take a larger network."),
                ),
            )
    elif _ended_well(history):
        yield Finding(
            "good",
            Sentence(
                "It learned well: {test} right on test pictures that it had never seen, almost as many as on those that it learned from.",
                {"test": _percent(end.test_accuracy or 0.0)},
            ),
        )


Rule = Callable[[History, TrainConfig], Iterable[Finding]]
RULES: tuple[Rule, ...] = (_not_finite, _diverging, _not_learning, _overfitting, _plateau, _inside, _end)


def _ended_well(history: History) -> bool:
    end = history.end
    if not isinstance(end, Finished) or end.test_accuracy is None:
        return False
    return end.train_accuracy >= 0.8 and end.train_accuracy - end.test_accuracy < 0.03


def _had_its_time(history: History, config: TrainConfig) -> bool:
    """Return whether a network that has learned nothing by now is late: behind the warm-up, a part of the whole done."""
    if len(history.loss) < FEWEST_STEPS or not history.started:
        return False
    warm = config.warm_up * history.started.steps_per_epoch
    planned = history.total_steps or 0
    return isinstance(history.end, Finished) or history.step >= max(warm, PATIENCE * planned)


def _alive_units(config: TrainConfig) -> Iterable[Sentence]:
    if config.warm_up or config.schedule == "one_cycle":
        yield Sentence("Start again with a smaller learning rate.")
    else:
        yield Sentence("Start again with a smaller learning rate, or with a warm-up.")
    if not _has(config, BatchNorm2d):
        yield Sentence("Add batch normalisation before the ReLU.")
    yield from _initialise(config, "kaiming")


def _initialise(config: TrainConfig, how: Literal["xavier", "kaiming"]) -> Iterable[Sentence]:
    """Advise an initialisation, unless the training has it: "auto" takes Xavier's for sigmoids and tanhs."""
    if initialisation_of(config) != how:
        xavier, kaiming = (
            Sentence("Set the initialisation to Xavier."),
            Sentence("Set the initialisation to Kaiming."),
        )
        yield xavier if how == "xavier" else kaiming


def _has(config: TrainConfig, *kinds: type) -> bool:
    return any(isinstance(layer, kinds) for _, layer in leaves(config.network.body))


def _calmer(history: History, config: TrainConfig) -> Iterable[Sentence]:
    yield Sentence(
        "Take a smaller learning rate, such as {rate}.",
        {"rate": _short(_peak_rate(history, config) / 10)},
    )
    if not config.clip_norm:
        yield Sentence("Clip the gradients: a norm of 1 is usual.")
    if not config.warm_up and config.schedule != "one_cycle":
        yield Sentence("Let the rate rise slowly at first: a warm-up of one epoch.")
    if config.mode == "fast":
        yield Sentence("Try the mode “exact”: bfloat16 has few digits.")


def _classes(history: History, config: TrainConfig) -> int:
    named = len(history.started.classes) if history.started else 0
    return max(2, named or 10) if config.network else 2


def _peak_rate(history: History, config: TrainConfig) -> float:
    """Return the largest rate of the schedule, times what somebody scaled it with in the middle."""
    peak, before, since = config.learning_rate, 0.0, -1
    for change in history.changes:
        if change.name != "learning_rate":
            continue
        at = bisect_right(history.rate_steps, change.step) - 1
        if at >= 0 and history.rate_steps[at] > since:
            before = history.rates[at]
        if before > 0:
            peak *= change.value / before
        before, since = change.value, change.step
    return peak


def _rate(history: History, config: TrainConfig) -> float:
    return history.rates[-1] if history.rates and history.rates[-1] > 0 else config.learning_rate


def _best_epoch(history: History) -> int:
    if isinstance(history.end, Finished):
        return history.end.best_epoch
    at = max(range(len(history.val_accuracy)), key=history.val_accuracy.__getitem__)
    return history.epochs[at].epoch


def _recent(values: list[float]) -> float:
    """Return the mean over the last tenth, of at least 10 and at most 200 values."""
    part = values[-min(200, max(10, len(values) // 10)) :]
    return sum(part) / len(part)


def _means(values: list[float]) -> list[float]:
    """Return the means over stretches of 10 values."""
    return [sum(values[at : at + 10]) / len(values[at : at + 10]) for at in range(0, len(values), 10)]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _short(value: float) -> str:
    return f"{value:.3g}"
