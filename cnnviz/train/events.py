"""What happens in a training, as values: one JSON line each in the run folder.

    Waiting*  Started  (Steps | EpochEnd | Watched | Changed | Paused | Continued | Resumed | Noted)*
    Finished | Stopped | Failed

Exactly one terminal event ends a run; a run that is taken up again loses it. What belongs to the curve (``Steps``,
``EpochEnd``) is said of every single step, so a run that fell and went on has the same curve as one that did not.
Numbers that JSON has not (NaN, infinity) are written as strings.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, get_args

from cnnviz.errors import CnnvizError

Numbers = tuple[float, ...]
Names = tuple[str, ...]
Rows = tuple[tuple[float, ...], ...]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody else trains on the device; said again whenever the queue moves.

    Attributes:
        device: what is waited for, such as "cpu" or "cuda:0". ahead: how many runs are before this one.
    """

    device: str
    ahead: int


@dataclass(frozen=True, slots=True)
class Started:
    """The data are loaded and the network is built; the first step follows.

    Attributes:
        time: seconds since 1970.
        device: where it runs, e.g. "cpu" or "cuda:0"; ``device_name`` is what the user knows it by.
        samples, validation_samples, test_samples: pictures in the three parts.
        steps_per_epoch, epochs: what lies ahead.
        parameters: numbers that are learned.
        handful: what the watched pictures (``Watched.predictions``) really show, as class numbers.
        classes: the names of the classes.
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
    handful: Numbers = ()
    classes: Names = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps since the last event of this kind, each with its numbers; written at most ten times a second.

    Attributes:
        step: the last of these steps, counted from 1 since the start. epoch: counted from 1.
        losses, accuracies: of each step, on the pictures that it learned from, as it found them.
        rate: the learning rate of the last of them.
        samples_per_second: over these steps. seconds: since the start. seconds_left: estimated.
    """

    step: int
    epoch: int
    losses: Numbers
    accuracies: Numbers
    rate: float
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
class Watched:
    """A look inside, about once a second; it changes nothing in the training.

    Attributes:
        step, seconds: when.
        layers: paths of the layers with weights, input first.
        weight_norms, gradient_norms: of each of these layers' weights (2-norm).
        activations: path -> part of a layer's units that are dead (ReLU: 0 for every picture of the batch) or
            saturated (sigmoid, tanh: within 1 % of an end).
        predictions: for each picture of the handful the probability of each class.
        memory: bytes that the process (CPU) or the device (GPU) uses.
    """

    step: int
    seconds: float
    layers: Names
    weight_norms: Numbers
    gradient_norms: Numbers
    activations: Values
    predictions: Rows
    memory: int


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody changed a number in the middle: "learning_rate" (a factor on the schedule is kept) or "epochs"."""

    step: int
    name: str
    value: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Paused:
    """Somebody asked it to wait; the device stays taken."""

    step: int
    epoch: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Continued:
    """The pause is over."""

    step: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """A training that had ended or fallen is taken up again after this step; ``epochs`` is now the whole."""

    time: float
    step: int
    epochs: int


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the user should know and that stops nothing: a sentence as in ``CnnvizError``."""

    template: str
    values: Values = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a whole training; the test pictures were asked once, with the best weights.

    Attributes:
        train_loss, train_accuracy: of the last epoch.
        val_loss, val_accuracy: of ``best_epoch``, the one with the highest validation accuracy.
        test_loss, test_accuracy: of the best weights on the official test pictures; None where they were not
            asked (``TrainConfig.test``).
        samples_per_second: while training, evaluation not counted. seconds: since the start.
        early: whether it ended before its last epoch, as validation had stopped to improve.
    """

    train_loss: float
    train_accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None
    best_epoch: int
    samples_per_second: float
    seconds: float
    early: bool = False


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
    values: Values = field(default_factory=dict, hash=False)
    details: str = ""

    @classmethod
    def of(cls, error: CnnvizError, details: str = "") -> "Failed":
        """Return the event that says an error's sentence."""
        return cls(error.template, error.values, details)


Terminal = Finished | Stopped | Failed
Event = (
    Waiting | Started | Steps | EpochEnd | Watched | Changed | Paused | Continued | Resumed | Noted | Terminal
)

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def to_line(event: Event) -> str:
    """Return an event as one line of JSON, its line end included."""
    data = {entry.name: _jsonable(getattr(event, entry.name)) for entry in fields(event)}
    return json.dumps({"event": type(event).__name__, **data}, ensure_ascii=True, allow_nan=False) + "\n"


def from_line(line: str | bytes) -> Event:
    """Return the event of one line; fields that this version does not know are passed over.

    Raises:
        ValueError: if the line is none of ours (a damaged file; readers pass over it).
    """
    try:
        data = json.loads(line)
        kind = KINDS[data["event"]]
        given: dict[str, Any] = {}
        for entry in fields(kind):
            if entry.name in data or (entry.default is MISSING and entry.default_factory is MISSING):
                given[entry.name] = _checked(entry.type, data[entry.name])
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
        case tuple() | list():
            return [_jsonable(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def _checked(kind: object, value: Any) -> Any:
    match kind:
        case _ if kind is int and type(value) is int:
            return value
        case _ if kind in {str, bool} and isinstance(value, str if kind is str else bool):
            return value
        case _ if kind is float or kind == float | None:
            if value is None and kind is not float:
                return None
            return _number(value)
        case _ if kind == Values and isinstance(value, dict):
            return value
        case _ if kind == Numbers and isinstance(value, list):
            return tuple(map(_number, value))
        case _ if kind == Names and isinstance(value, list) and all(isinstance(name, str) for name in value):
            return tuple(value)
        case _ if kind == Rows and isinstance(value, list):
            return tuple(tuple(map(_number, row)) for row in value)
    raise ValueError(f"{value!r} is of the wrong type")


def _number(value: object) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"{value!r} is no number")
