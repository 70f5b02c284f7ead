"""A training's whole state as tensors and a JSON text, and back: with it a run goes on bit for bit on the CPU.

Everything that the next step depends on is in it: weights, running means, the optimiser's moments, every random
generator, the order of this epoch's pictures and the place in it, the sums of the epoch, the schedule as it was
changed, the number of threads (sums in another order would differ in the last bit). The best weights so far are in
it, too, so ``best.safetensors`` can always be mended.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from cnnviz.errors import RunError
from cnnviz.train.events import EpochEnd, from_line, to_line
from cnnviz.train.history import EVENTS
from cnnviz.train.state import Position

if TYPE_CHECKING:
    from cnnviz.train.training import Training

MODEL, BEST, OPTIMIZER, RANDOM, FEED, ORDER = "model.", "best.", "optimizer.", "random.", "feed.", "order"


def take(training: "Training") -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return the JSON and the tensors of a state (not copies: they are written at once)."""
    progress = training.progress
    tensors = {MODEL + name: value for name, value in training.module.state_dict().items()}
    best_is_newest = progress.best is not None and progress.best.step == progress.step and progress.whole
    if training.best_weights is not None and not best_is_newest:
        tensors |= {BEST + name: value for name, value in training.best_weights.items()}
    for at, kept in enumerate(training.optimizer.kept):
        tensors |= {f"{OPTIMIZER}{at}.{name}": value for name, value in kept.items()}
    tensors |= {FEED + name: value for name, value in training.feed.state().items()}
    tensors |= {RANDOM + "global": torch.get_rng_state(), RANDOM + "order": training.chance.get_state()}
    if training.device.type == "cuda":
        tensors[RANDOM + "cuda"] = torch.cuda.get_rng_state(training.device)
    elif training.device.type == "mps":
        tensors[RANDOM + "mps"] = torch.mps.get_rng_state()
    if training.order is not None:
        tensors[ORDER] = training.order
    data = {
        "step": progress.step, "epoch": progress.epoch, "whole": progress.whole, "epochs": sum(progress.plan),
        "offset": _size(training.folder), "position": progress.position, "sums": progress.sums,
        "plan": progress.plan, "factor": progress.factor, "waited": progress.waited, "lowest": progress.lowest,
        "best": _line(progress.best), "end": _line(progress.end), "best_is_newest": best_is_newest,
        "seconds": training.seconds, "learning_seconds": progress.learning_seconds,
        "device": training.device_id, "threads": torch.get_num_threads(), "steps_per_epoch": training.steps_per_epoch,
        "samples": training.samples, "early": progress.is_early(training.config.patience), "torch": torch.__version__,
    }  # fmt: skip
    return data, tensors


def restore(training: "Training", position: Position, tensors: Mapping[str, Tensor]) -> None:
    """Bring a training that was just made to where a state was taken.

    Raises:
        RunError: if the state is of another network or other data.
    """
    data = position.data
    if (data["steps_per_epoch"], data["samples"]) != (training.steps_per_epoch, training.samples):
        raise RunError("this run cannot go on: its data set has changed since ({samples} pictures then, {now} now)",
                       samples=data["samples"], now=training.samples)  # fmt: skip
    try:
        _restore_modules(training, data, tensors)
    except (RuntimeError, KeyError) as error:
        raise RunError(
            "the state of this run does not fit its network: {reason}", reason=str(error)[:200]
        ) from None
    training.feed.load_state(_part(tensors, FEED))
    torch.set_rng_state(tensors[RANDOM + "global"])
    training.chance.set_state(tensors[RANDOM + "order"])
    if training.device.type == "cuda" and RANDOM + "cuda" in tensors:
        torch.cuda.set_rng_state(tensors[RANDOM + "cuda"], training.device)
    elif training.device.type == "mps" and RANDOM + "mps" in tensors:
        torch.mps.set_rng_state(tensors[RANDOM + "mps"])
    training.order = tensors.get(ORDER)
    training.progress = replace(
        training.progress, step=position.step, epoch=position.epoch, whole=position.whole,
        position=data["position"], sums=list(data["sums"]), plan=list(data["plan"]), factor=data["factor"],
        waited=data["waited"], lowest=data["lowest"], best=_event(data["best"]), end=_event(data["end"]),
        learning_seconds=data["learning_seconds"],
    )  # fmt: skip
    training.lived = data["seconds"]
    if training.device.type == "cpu":
        torch.set_num_threads(data["threads"])


def _restore_modules(training: "Training", data: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    training.module.load_state_dict(_part(tensors, MODEL))
    best = _part(tensors, BEST) or (_part(tensors, MODEL) if data["best_is_newest"] else {})
    if best:
        now = training.module.state_dict()
        training.best_weights = {
            name: torch.empty_like(now[name]).copy_(value) for name, value in best.items()
        }
    count = len(training.optimizer.kept)
    training.optimizer.load([_part(tensors, f"{OPTIMIZER}{at}.") for at in range(count)])


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _line(event: EpochEnd | None) -> str | None:
    return None if event is None else to_line(event)


def _event(line: str | None) -> EpochEnd | None:
    event = None if line is None else from_line(line)
    return event if isinstance(event, EpochEnd) else None


def _size(folder: Path | None) -> int:
    """Return how many bytes of events there are, all of them from before this state."""
    try:
        return (folder / EVENTS).stat().st_size if folder else 0
    except OSError:
        return 0
