"""What differs between configs, and what they have in common: the first question when two runs came out differently."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from cnnviz.shapes import say
from cnnviz.spec import Network, leaves
from cnnviz.spec.code import line
from cnnviz.train.config import TrainConfig

MOST_LAYERS = 20
"""So many layers are named; networks that differ in more are different networks."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Configs side by side.

    Attributes:
        differing: name of a field -> its value in each config, in their order; None where a layer is missing.
        same: name of a field -> the value that all have.
    """

    differing: dict[str, tuple[Any, ...]]
    same: dict[str, Any]


def differences(configs: Sequence[TrainConfig], changed: Collection[str] = ()) -> Differences:
    """Return the fields in which configs differ, and those in which they agree.

    Networks of one name are compared layer by layer, each under its path: ``network.fc.2``. Those with
    different names differ in their name and input only, as nothing else could be set side by side.

    Args:
        configs: at least one.
        changed: fields that somebody changed while one of them trained; they differ, whatever the configs say.
    """
    networks = [config.network for config in configs]
    every = [_facts(config) for config in configs]
    if len({network.name for network in networks}) == 1:
        every = [facts | layers for facts, layers in zip(every, _layers(networks), strict=True)]
    names = dict.fromkeys(name for facts in every for name in facts)
    columns = {name: tuple(facts.get(name) for facts in every) for name in names}
    differing = {
        name: values
        for name, values in columns.items()
        if name in changed or any(value != values[0] for value in values)
    }
    return Differences(
        differing, {name: values[0] for name, values in columns.items() if name not in differing}
    )


def _facts(config: TrainConfig) -> dict[str, Any]:
    rest = {entry.name: getattr(config, entry.name) for entry in fields(config) if entry.name != "network"}
    return {"network": config.network.name, "input": say(config.network.input_shape), **rest}


def _layers(networks: Sequence[Network]) -> list[dict[str, str]]:
    """Return for each network those of its layers that are not the same in all."""
    found = [
        {f"network.{path}": line(layer).removeprefix("nn.") for path, layer in leaves(network.body)}
        for network in networks
    ]
    paths = dict.fromkeys(path for layers in found for path in layers)
    odd = [path for path in paths if len({layers.get(path) for layers in found}) > 1][:MOST_LAYERS]
    return [{path: layers[path] for path in odd if path in layers} for layers in found]
