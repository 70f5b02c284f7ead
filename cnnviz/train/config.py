"""What to train and how: one frozen value that checks itself and goes into the run folder as JSON."""

import json
import math
import re
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from cnnviz import zoo
from cnnviz.data.catalog import DEFAULT, is_folder, lookup
from cnnviz.errors import SpecError
from cnnviz.shapes import say, trace
from cnnviz.spec import (
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Linear,
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

PATIENCE = 180.0
"""Seconds that two cores may take for what is suggested, where one epoch does not take longer."""

FEW, LARGE, DEEP = 10_000, 1_000_000, 6
"""Training pictures below which a set is small; multiply-adds from which "fast" is suggested; layers with weights above
which a network is deep."""

MULTIPLY_ADDS, FAST_MULTIPLY_ADDS = 45e9, 100e9
SECONDS_PER_VALUE, SECONDS_PER_WEIGHT = 2.5e-9, 3e-9
"""What one core does: multiply-adds a second in float32 and bfloat16; a step's time for each value that a layer gives,
and for each weight. Measured on a Zen 5, LeNet to ResNet-18."""

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
        beta1, beta2: of "adam" and "adamw": the part of the mean gradient, and of the mean squared one, that each step
            keeps. In a short training a smaller ``beta2`` forgets the large gradients of the first steps in time.
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
    beta1: float = 0.9
    beta2: float = 0.999
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
        _number("beta1", self.beta1, least=0, most=0.99999)
        _number("beta2", self.beta2, least=0, most=0.99999)
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

        The network is described in full, as ``to_json`` writes it, or is the name of a documented one.

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
            named = isinstance(given["network"], str)
            given["network"] = zoo.get(given["network"]) if named else from_data(given["network"])
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


def initialisation_of(config: TrainConfig) -> str:
    """Return how the first weights are drawn: "auto" is "xavier" where activations saturate, "torch" elsewhere."""
    if config.initialisation != "auto":
        return config.initialisation
    return "xavier" if saturates(config.network) else "torch"


def suggested(network: Network, dataset: str = DEFAULT) -> TrainConfig:
    """Return a config with which a plain "Start" goes well for this network and data set.

    Networks with sigmoids or tanhs take Adam, a larger rate and small batches. Others take AdamW and, on the large
    data sets, smoothed labels; deep ones without batch normalisation start from Kaiming's weights at a small rate.
    "one_cycle" throughout: it ends well after any number of epochs. What is large computes in the mode "fast", and
    takes fewer epochs where two cores would need more than ``PATIENCE``. The numbers were found on validation parts of
    the training pictures, never on a test set.

    Raises:
        SpecError, DataError: as ``TrainConfig``.
    """
    pictures = lookup(dataset).train_count
    few, large = 0 < pictures < FEW, trace(network).macs >= LARGE
    config = TrainConfig(
        network, dataset, schedule="one_cycle", batch_size=32 if few else 64, mode="fast" if large else "exact",
        epochs={"mnist": 3 if large else 6, "fashion_mnist": 6 if large else 10}.get(dataset, 15),
    )  # fmt: skip
    weighted = sum(isinstance(layer, Conv2d | Linear) for _, layer in leaves(network.body))
    normalised = any(isinstance(layer, BatchNorm1d | BatchNorm2d) for _, layer in leaves(network.body))
    if saturates(network):
        rate = 0.01 if normalised else 0.03 if few else 0.02
        config = replace(config, optimizer="adam", learning_rate=rate, batch_size=16 if few else 64)
    else:
        deep = weighted > DEEP and not normalised
        config = replace(
            config, optimizer="adamw", weight_decay=0.01, learning_rate=0.0005 if deep else 0.003,
            initialisation="kaiming" if deep else "auto", label_smoothing=0.0 if few else 0.1,
            augment={"cifar10": ("flip", "shift"), "mnist": ("drawing",) if large else ()}.get(dataset, ()),
            clip_norm=1.0 if deep else 0.0,
        )  # fmt: skip
    epochs = int(config.epochs * PATIENCE / max(expected_seconds(config), 1e-9))
    return replace(config, epochs=max(1, min(config.epochs, epochs)))


def expected_seconds(config: TrainConfig, cores: int = 2) -> float:
    """Return about how long a training takes on a CPU: right within a factor of 3, for a plan and not for a promise.

    Three times the forward pass's multiply-adds, the values that pass through memory, and the optimiser, each with
    what a core of a 2025 server was measured to do; 0 where the number of pictures is unknown (a folder).

    Args:
        config: what is trained.
        cores: of the CPU; twice as many are 1.7 times as fast.
    """
    info, traced = lookup(config.dataset), trace(config.network)
    values = sum(math.prod(row.output_shape) for row in traced.rows)
    rate = FAST_MULTIPLY_ADDS if config.mode == "fast" else MULTIPLY_ADDS
    forward = traced.macs / rate + values * SECONDS_PER_VALUE / 3
    step = traced.params * SECONDS_PER_WEIGHT
    learning = info.train_count * (1 - config.validation_fraction)
    asked = info.train_count * config.validation_fraction * config.epochs + info.test_count
    whole = config.epochs * learning * (3 * forward + step / config.batch_size) + asked * forward
    return float(whole / cores**0.8)


def _number(parameter: str, value: object, *, least: float, most: float) -> None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    if not good:  # NaN is in no range
        raise SpecError(
            "`{parameter}` (={value}) must be a number from {least} to {most}",
            parameter=parameter, value=shown(value), least=least, most=most,
        )  # fmt: skip
