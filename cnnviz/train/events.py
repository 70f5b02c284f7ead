"""What happens in a training, as values: one JSON line each in the run folder.

    Started  (StepEnd* EpochEnd)*  Finished | Stopped | Failed

Exactly one terminal event ends a run. Numbers that JSON has not (NaN, infinity) are written as strings.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, get_args

from cnnviz.errors import CnnvizError


@dataclass(frozen=True, slots=True)
class Started:
    """The data are loaded and the network is built; the first step follows.

    Attributes:
        time: seconds since 1970.
        device: where it runs, e.g. "cpu" or "cuda:0"; ``device_name`` is what the user knows it by.
        samples, validation_samples, test_samples: pictures in the three parts.
        steps_per_epoch, epochs: what lies ahead.
        parameters: numbers that are learned.
    """

    time: float
    device: str
    device_name: str
    samples: int
    validation_samples: int
    test_samples: int
    steps_per_epoch: int
    epochs: int
    parameters: int


@dataclass(frozen=True, slots=True)
class StepEnd:
    """Means over the steps since the last event of this kind; at most ten a second are kept.

    Attributes:
        step: steps done since the start. epoch: counted from 1.
        loss, accuracy: on the training pictures of these steps, as they were learned from.
        samples_per_second: over these steps. seconds: since the start. seconds_left: estimated.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float
    samples_per_second: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class EpochEnd:
    """Every training picture was seen once more, and the validation pictures were asked.

    Attributes:
        train_loss, train_accuracy: means over the epoch, while the weights changed.
        val_loss, val_accuracy: on the validation pictures; None where none were kept.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a whole training; the test pictures were asked once, with the best weights.

    Attributes:
        train_loss, train_accuracy: of the last epoch.
        val_loss, val_accuracy: of ``best_epoch``, the one with the highest validation accuracy.
        test_loss, test_accuracy: of the best weights on the official test pictures.
        samples_per_second: while training, evaluation not counted. seconds: since the start.
    """

    train_loss: float
    train_accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    test_loss: float
    test_accuracy: float
    best_epoch: int
    samples_per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """Someone asked the training to end early."""

    step: int
    epoch: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The training could not go on.

    Attributes:
        template, values: the sentence for the user, as in ``CnnvizError``.
        details: what helps to mend it, in English, e.g. the last line of the traceback.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    details: str = ""

    @classmethod
    def of(cls, error: CnnvizError, details: str = "") -> "Failed":
        """Return the event that says an error's sentence."""
        return cls(error.template, error.values, details)


Terminal = Finished | Stopped | Failed
Event = Started | StepEnd | EpochEnd | Finished | Stopped | Failed

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def to_line(event: Event) -> str:
    """Return an event as one line of JSON, its line end included."""
    data = {name: _jsonable(value) for name, value in asdict(event).items()}
    return json.dumps({"event": type(event).__name__, **data}, ensure_ascii=True, allow_nan=False) + "\n"


def from_line(line: str | bytes) -> Event:
    """Return the event of one line; fields that this version does not know are passed over.

    Raises:
        ValueError: if the line is none of ours (a damaged file; readers pass over it).
    """
    try:
        data = json.loads(line)
        kind = KINDS[data["event"]]
        given = {entry.name: data[entry.name] for entry in fields(kind)}
        for entry in fields(kind):
            given[entry.name] = _checked(entry.type, given[entry.name])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"not an event: {error}") from None
    return kind(**given)


def whole_lines(data: bytes) -> list[bytes]:
    """Return the lines that are written to their end; a torn last one is left for the next read."""
    return data.split(b"\n")[:-1]


def is_terminal(event: Event | None) -> bool:
    """Return whether an event ends a run."""
    return isinstance(event, Finished | Stopped | Failed)


def _jsonable(value: object) -> object:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case Mapping():
            return {str(name): _jsonable(item) for name, item in value.items()}
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def _checked(kind: object, value: object) -> object:
    match kind:
        case _ if kind is int and type(value) is int:
            return value
        case _ if kind is str and isinstance(value, str):
            return value
        case _ if kind is float or kind == float | None:
            if value is None and kind is not float:
                return None
            if isinstance(value, int | float | str) and not isinstance(value, bool):
                return float(value)
        case _ if kind == Mapping[str, Any] and isinstance(value, dict):
            return value
    raise ValueError(f"{value!r} is of the wrong type")
