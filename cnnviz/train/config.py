"""What to train and how: one frozen value that checks itself and goes into the run folder as JSON."""

import json
import math
import re
from dataclasses import MISSING, dataclass, fields
from typing import Any

from cnnviz.data.catalog import DEFAULT, is_folder, lookup
from cnnviz.errors import SpecError
from cnnviz.shapes import say, trace
from cnnviz.spec import (
    Network,
    Sigmoid,
    Tanh,
    from_data,
    leaves,
    to_data,
)
from cnnviz.spec.checks import integer, one_of, shown

VERSION = 1
OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop")
SCHEDULES = ("constant", "step", "cosine", "one_cycle")
AUGMENTS = ("flip", "crop", "shift", "rotate", "colour", "drawing")
INITIALISATIONS = ("auto", "torch", "xavier", "kaiming")
MODES = ("exact", "fast")

_DEVICE = re.compile(
    r"auto|cpu|mps|cuda(:[0-9]{1,3})?|cuda:[0-9]{1,3}(\+cuda:[0-9]{1,3}){1,15}|cpu(\+cpu){1,15}"
)


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that decides how a training goes; the same config and seed give the same result on a CPU.

    Args:
        network: what is trained.
        dataset: a name of ``cnnviz.data.catalog``, or ``folder:PATH``; its pictures are fitted to the input.
        device: "auto" (CUDA, then MPS, then CPU), "cpu", "mps", "cuda", "cuda:N"; "cuda:0+cuda:1" shares each
            batch out to several GPUs of this machine ("cpu+cpu": to two processes).
        mode: "exact" (float32, goes on bit for bit after a fall) or "fast" (bfloat16 where it pays, channels last).
        compiled: whether "fast" compiles the network with ``torch.compile`` first, which takes a minute.
        optimizer: "adam", "adamw", "sgd" or "rmsprop", with torch's own settings where none is given here.
        learning_rate: the largest rate of the schedule.
        momentum: of "sgd" and "rmsprop"; the others have none.
        nesterov: Nesterov's momentum; only with "sgd" and a momentum above 0.
        weight_decay: as torch's optimisers take it.
        schedule: "constant"; "step" (times ``step_factor`` every ``step_epochs``); "cosine" (down to 0);
            "one_cycle" (30 % linear warm-up, then linearly to 0).
        step_epochs: epochs from one step of "step" to the next.
        step_factor: what each step of "step" multiplies the rate with.
        warm_up: epochs in which the rate rises from 0 before any schedule but "one_cycle", which has its own.
        batch_size: pictures a step, over all devices together.
        epochs: times that every training picture is seen.
        seed: of the first weights, the validation split, the order, dropout and augmentation.
        validation_fraction: part of the training pictures that is kept for validation; 0 keeps none.
        augment: any of "flip", "crop", "shift", "rotate", "colour" and "drawing", see ``cnnviz.data.augment``.
        label_smoothing: part of the target that is spread over all classes.
        clip_norm: largest norm of all gradients together; 0 leaves them as they are.
        patience: epochs without a better validation loss after which the training ends early; 0 for never.
        initialisation: of the first weights: "torch" (its defaults), "xavier" (as d2l), "kaiming"; "auto" takes
            Xavier's where there are sigmoids or tanhs, torch's elsewhere.
        test: whether the test pictures are asked at the end; a search's trials do not touch them.

    Raises:
        SpecError: with the parameter, its value and the rule.
        DataError: for a data set that is not in the catalog.
    """

    network: Network
    dataset: str = DEFAULT
    device: str = "auto"
    mode: str = "exact"
    compiled: bool = False
    optimizer: str = "adam"
    learning_rate: float = 0.001
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    schedule: str = "constant"
    step_epochs: int = 10
    step_factor: float = 0.1
    warm_up: float = 0.0
    batch_size: int = 64
    epochs: int = 5
    seed: int = 0
    validation_fraction: float = 0.1
    augment: tuple[str, ...] = ()
    label_smoothing: float = 0.0
    clip_norm: float = 0.0
    patience: int = 0
    initialisation: str = "auto"
    test: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.network, Network):
            raise SpecError("`network` (={value}) must be a network", value=shown(self.network))
        if not isinstance(self.dataset, str):
            raise SpecError("`dataset` (={value}) must be the name of a data set", value=shown(self.dataset))
        if not isinstance(self.device, str) or not _DEVICE.fullmatch(self.device):
            raise SpecError(
                "`device` (={value}) must be auto, cpu, mps, cuda or cuda:N", value=shown(self.device)
            )
        one_of("mode", self.mode, MODES)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        one_of("schedule", self.schedule, SCHEDULES)
        one_of("initialisation", self.initialisation, INITIALISATIONS)
        self._check_augment()
        for name in ("compiled", "nesterov", "test"):
            if not isinstance(getattr(self, name), bool):
                raise SpecError(
                    "`{parameter}` (={value}) must be true or false",
                    parameter=name, value=shown(getattr(self, name)),
                )  # fmt: skip
        _number("learning_rate", self.learning_rate, least=1e-9, most=100)
        _number("momentum", self.momentum, least=0, most=0.9999)
        _number("weight_decay", self.weight_decay, least=0, most=1)
        _number("validation_fraction", self.validation_fraction, least=0, most=0.9)
        _number("label_smoothing", self.label_smoothing, least=0, most=0.9)
        _number("step_factor", self.step_factor, least=1e-6, most=1)
        _number("warm_up", self.warm_up, least=0, most=1000)
        _number("clip_norm", self.clip_norm, least=0, most=1e6)
        integer("step_epochs", self.step_epochs, least=1)
        integer("batch_size", self.batch_size, least=1)
        integer("epochs", self.epochs, least=1)
        integer("seed", self.seed, least=0)
        integer("patience", self.patience, least=0)
        if self.nesterov and (self.optimizer != "sgd" or not self.momentum):
            raise SpecError("`nesterov` (=true) needs the optimiser sgd with a momentum above 0")
        if self.patience and not self.validation_fraction:
            raise SpecError(
                "`patience` (={value}) needs validation pictures: set `validation_fraction` above 0",
                value=self.patience,
            )
        if not is_folder(self.dataset):
            check_classes(self.network, len(lookup(self.dataset).classes), self.dataset)
        if self.batch_size == 1:
            _check_lone_pictures(self.network)

    def _check_augment(self) -> None:
        given = self.augment
        if not isinstance(given, tuple | list) or len(set(map(str, given))) != len(given):
            raise SpecError(
                "`augment` (={value}) must be a list, each of {choices} at most once",
                value=shown(given), choices=", ".join(AUGMENTS),
            )  # fmt: skip
        for name in given:
            one_of("augment", name, AUGMENTS)
        object.__setattr__(self, "augment", tuple(name for name in AUGMENTS if name in given))

    def to_json(self) -> str:
        """Return the config as JSON text, the network inside it."""
        data: dict[str, Any] = {"cnnviz_config": VERSION, "network": to_data(self.network)}
        data |= {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "network"}
        return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "TrainConfig":
        """Return the config that a JSON text describes; fields that it lacks are at their defaults.

        Raises:
            SpecError: if the text is no JSON or describes no config.
            DataError: for a data set that is not in the catalog.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SpecError("this is not JSON: {reason}", reason=str(error)) from None
        if not isinstance(data, dict) or data.get("cnnviz_config") != VERSION:
            raise SpecError(
                'this is not a training config: it must be an object with "cnnviz_config": {version}',
                version=VERSION,
            )
        known = {entry.name: entry for entry in fields(cls)}
        given = {name: value for name, value in data.items() if name != "cnnviz_config"}
        for name in given:
            if name not in known:
                raise SpecError("a training config has no field `{field}`", field=name[:60])
        for name, entry in known.items():
            if entry.default is MISSING and name not in given:
                raise SpecError("a training config needs `{field}`", field=name)
        if isinstance(given.get("augment"), str):  # as older runs say it
            given["augment"] = () if given["augment"] == "none" else (given["augment"],)
        try:
            given["network"] = from_data(given["network"])
        except SpecError as error:
            raise error.at("network") from None
        return cls(**given)


def check_classes(network: Network, classes: int, dataset: str) -> None:
    """Refuse a network that does not end in one score for each class of the data set.

    Raises:
        SpecError: with what it ends in, and what it should.
        ShapeError: if its layers do not fit together.
    """
    found = trace(network).output_shape
    if found != (classes,):
        raise SpecError(
            "`network` (={network}) must end in {classes} scores, one for each class of {dataset}, but it ends in {shape}",
            network=network.name, classes=classes, dataset=dataset, shape=say(found),
        )  # fmt: skip


def _check_lone_pictures(network: Network) -> None:
    """Refuse batches of one where batch normalisation would have one value per channel: torch cannot train then."""
    for row in trace(network).rows:
        if row.layer in {"BatchNorm1d", "BatchNorm2d"} and math.prod(row.input_shape[1:]) == 1:
            raise SpecError(
                "`batch_size` (=1) must be at least 2: with one picture {layer} has only one value per channel, its own mean",
                layer=f"{row.path} ({row.layer})",
            )  # fmt: skip


def saturates(network: Network) -> bool:
    """Return whether a network's activations are sigmoids or tanhs, which need another start and rate."""
    return any(isinstance(layer, Sigmoid | Tanh) for _, layer in leaves(network.body))


def suggested(network: Network, dataset: str = DEFAULT) -> TrainConfig:
    """Return a config with which a plain "Start" goes well for this network and data set.

    Networks with sigmoids take a larger rate; the small embedded digits take more epochs. Each value was
    found on a validation part of the training pictures, never on a test set.

    Raises:
        SpecError, DataError: as ``TrainConfig``.
    """
    small = dataset == DEFAULT
    rate = 0.002
    if saturates(network):
        rate = 0.02 if small else 0.03
    return TrainConfig(
        network,
        dataset,
        optimizer="adam",
        learning_rate=rate,
        schedule="one_cycle",
        batch_size=32 if small else 128,
        epochs=60 if small else 3,
    )


def _number(parameter: str, value: object, *, least: float, most: float) -> None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    if not good:  # NaN is in no range
        raise SpecError(
            "`{parameter}` (={value}) must be a number from {least} to {most}",
            parameter=parameter, value=shown(value), least=least, most=most,
        )  # fmt: skip
