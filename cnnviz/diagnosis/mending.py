"""A layer that cannot exist because of its own parameters: why, and what is nearest to it that can."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from math import gcd
from typing import Any, TypeGuard

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.amounts import giver_of
from cnnviz.diagnosis.edits import Edit
from cnnviz.diagnosis.flow import Flow, Stop
from cnnviz.diagnosis.problems import Message, Problem, message
from cnnviz.diagnosis.search import Search
from cnnviz.diagnosis.sizes import keeping
from cnnviz.errors import SpecError
from cnnviz.language import N_
from cnnviz.spec import Branches, Chain, Conv2d, Layer, Network, Shape, tree
from cnnviz.spec.codec import LAYERS

EVERYTHING = 10**9
"""More layers than any network has: whatever can exist is better than what cannot."""

Values = dict[str, Any]


def mend(network: Network, path: str, kind: str, arguments: Mapping[str, Any]) -> Problem:
    """Return why a layer cannot exist with some arguments; the fixes are networks that have it mended at ``path``.

    Args:
        network: with the layer as it was, at ``path``.
        path: of the layer that is to become another.
        kind: its class name: "Conv2d".
        arguments: its parameters, without the name.

    Raises:
        SpecError: if there is no layer at ``path``, or no such kind.
        ValueError: if the layer can exist.
    """
    old = tree.node_at(network, path)
    if kind not in LAYERS or isinstance(old, Chain | Branches):
        raise SpecError("there is no layer type {kind}", kind=kind[:60])
    flow = Flow()
    shape = flow.shapes(network).get(path, network.input_shape)
    error = _refusal(kind, arguments)
    if error is None:
        raise ValueError(f"{kind}({edits.setting(dict(arguments))}) can exist")
    search = Search(network, Stop(path, old, (shape,), None, EVERYTHING), flow, mending=True)
    tried: list[Values] = []
    for cost, values in [*_proposals(kind, arguments, shape, old), (5.0, _valid(kind, arguments, old))]:
        if values and values not in tried and _refusal(kind, {**arguments, **values}) is None:
            tried.append(values)
            layer = LAYERS[kind](**{**arguments, **values, "name": old.name})
            title = message(
                N_("Set {setting} in {layer}"), setting=edits.setting(values), layer=edits.called(path, old)
            )
            search.offer(cost, (title, tree.replace(network, path, layer)), family="mend")
            search.offer(cost + 0.5, _with_giver(search, title, path, layer), family="giver")
    return Problem(path, "error", _reason(edits.called(path, old), arguments, error), search.fixes())


def _refusal(kind: str, arguments: Mapping[str, Any]) -> SpecError | None:
    """Return why a layer cannot exist, None if it can."""
    try:
        LAYERS[kind](**{key: value for key, value in arguments.items() if key != "name"})
    except SpecError as error:
        return error
    except TypeError:  # a parameter is missing or unknown
        return SpecError("{kind} needs `{field}`", kind=kind, field=_missing(kind, arguments))
    return None


def _missing(kind: str, arguments: Mapping[str, Any]) -> str:
    known = {entry.name: entry.default is MISSING for entry in fields(LAYERS[kind])}
    wrong = [name for name in arguments if name not in known]
    return ", ".join(wrong or [name for name, needed in known.items() if needed and name not in arguments])


def _proposals(
    kind: str, given: Mapping[str, Any], shape: Shape, old: Layer
) -> Iterator[tuple[float, Values]]:
    """Yield other values for one parameter or two, with how far from the wish each is."""
    yield from _groups(given)
    yield from _windows(given)
    if isinstance(p := given.get("p"), int | float):
        yield 0.2, {"p": p / 100}
        yield 0.5, {"p": 0.5}
        yield 0.6, {"p": 0.0 if p < 0 else 1.0}
    if given.get("align_corners") is not None:
        yield 0.5, {"align_corners": None}
        yield 0.6, {"mode": "bilinear"}
    for entry in fields(LAYERS[kind]):
        if entry.name in {"in_channels", "num_features", "in_features"}:
            yield 0.7, {entry.name: shape[-1] if entry.name == "in_features" else shape[0]}
        value = given.get(entry.name)
        before = getattr(old, entry.name, MISSING) if type(old).__name__ == kind else MISSING
        if before is not MISSING and before != value:
            yield 0.8, {entry.name: before}
        if entry.default is not MISSING:
            yield 1.3, {entry.name: entry.default}
        if isinstance(value, int) and not isinstance(value, bool) and value != 0:
            yield 1.0, {entry.name: abs(value)}
        yield 1.5, {entry.name: 1}


def _groups(given: Mapping[str, Any]) -> Iterator[tuple[float, Values]]:
    into, out, groups = given.get("in_channels"), given.get("out_channels"), given.get("groups", 1)
    if not (_positive(into) and _positive(out) and _positive(groups)):
        return
    common = gcd(into, out)
    dividing = sorted(
        (n for n in range(1, min(common, 4096) + 1) if common % n == 0), key=lambda n: abs(n - groups)
    )
    for rank, number in enumerate(dividing[:2]):
        yield 0.4 + 0.4 * rank, {"groups": number}
    for more in (0, groups):
        multiple = out // groups * groups + more
        if multiple > 0 and out % groups:
            yield 0.6 + 0.1 * abs(multiple - out) / groups, {"out_channels": multiple}
    for more in (0, groups):
        multiple = into // groups * groups + more
        if multiple > 0 and into % groups:
            yield 0.9 + 0.1 * abs(multiple - into) / groups, {"in_channels": multiple}
            rounded = -(-out // groups) * groups
            yield 1.1, {"in_channels": multiple, "out_channels": rounded}


def _windows(given: Mapping[str, Any]) -> Iterator[tuple[float, Values]]:
    kernel, padding, stride = given.get("kernel_size"), given.get("padding", 0), given.get("stride")
    if padding == "same":
        keep = keeping(kernel, given.get("dilation", 1)) if kernel else None
        yield 0.4, {"padding": 0 if keep is None else keep}
        yield 0.5, {"stride": 1}
    elif _positive(kernel):
        yield 0.4, {"padding": kernel // 2}
        if _positive(padding):
            yield 0.7, {"kernel_size": 2 * padding}
            yield 0.6, {"kernel_size": 2 * padding + 1}
        yield 0.8, {"padding": 0}
    if "output_padding" in given:
        if _positive(stride):
            yield 0.3, {"output_padding": stride - 1}
        if isinstance(given["output_padding"], int):
            yield 0.7, {"stride": given["output_padding"] + 1}
        yield 0.8, {"output_padding": 0}
    if isinstance(kernel, int) and kernel > 1 and kernel % 2 == 0:
        yield 1.0, {"kernel_size": kernel + 1}


def _valid(kind: str, given: Mapping[str, Any], old: Layer) -> Values:
    """Return what must change if each parameter that is impossible by itself goes back to what it was."""
    values: Values = {}
    for entry in fields(LAYERS[kind]):
        if entry.name == "name":
            continue
        fallback = 1 if entry.default is MISSING else entry.default
        before = getattr(old, entry.name, fallback) if type(old).__name__ == kind else fallback
        plain = {other.name: 1 for other in fields(LAYERS[kind]) if other.default is MISSING}
        possible = entry.name in given and _refusal(kind, {**plain, entry.name: given[entry.name]}) is None
        if not possible and given.get(entry.name, entry.default) != before:
            values[entry.name] = before
    return values


def _with_giver(search: Search, title: Message, path: str, layer: Layer) -> Edit:
    """Return the network in which the layer before gives the channels that the mended layer expects."""
    giver, maker = giver_of(search, path) if path in search.arrived else ("", None)
    if (
        not isinstance(layer, Conv2d)
        or not isinstance(maker, Conv2d)
        or maker.out_channels == layer.in_channels
    ):
        return None
    network = tree.replace(search.network, path, layer)
    edit = edits.set_parameters(network, giver, out_channels=layer.in_channels)
    return (edits.also(title, giver, maker, {"out_channels": layer.in_channels}), edit[1]) if edit else None


def _reason(layer: str, given: Mapping[str, Any], error: SpecError) -> Message:
    """Return why in a learner's words; what we have no better words for, as the rule says it."""
    values = error.values
    parameter, groups = values.get("parameter"), given.get("groups", 1)
    if "groups" in values:
        return message(
            N_("{layer} cannot split {channels} ({parameter}) into {groups} equal groups: {channels} / {groups} is not whole."),
            layer=layer, channels=given[str(parameter)], parameter=parameter, groups=groups,
        )  # fmt: skip
    if "kernel" in values:
        return message(
            N_(
                "{layer} may pad by at most half of its window, {most} for a window of {kernel}: with padding {padding}"
                " some windows would see nothing but padding."
            ),
            layer=layer, most=values["kernel"] // 2, kernel=values["kernel"], padding=values["padding"],
        )  # fmt: skip
    if given.get("padding") == "same" and "stride" in values:
        return message(
            N_("padding='same' keeps the size, but stride {stride} makes it smaller: {layer} cannot do both."),
            layer=layer, stride=values["stride"],
        )  # fmt: skip
    if "dilation" in values:
        return message(
            N_(
                "{layer} gives {value} more rows and columns, but with stride {stride} only up to {most} are open: the next"
                " would belong to another size."
            ),
            layer=layer, value=values["value"], stride=values["stride"],
            most=max(values["stride"], values["dilation"]) - 1,
        )  # fmt: skip
    if parameter == "p":
        return message(
            N_("{layer} drops each value with probability p, from 0 (never) to 1 (always): {value} is none."),
            layer=layer, value=values["value"],
        )  # fmt: skip
    if "least" in values and _too_small(values["value"], values["least"]):
        return message(
            N_("{layer} needs {parameter} of at least {least}: with {value} there would be nothing to compute."),
            layer=layer, parameter=parameter, least=values["least"], value=values["value"],
        )  # fmt: skip
    return message(N_("{layer}: {rule}."), layer=layer, rule=Message(error.template, values))


def _too_small(value: str, least: int) -> bool:
    return value.lstrip("-").isdigit() and int(value) < least


def _positive(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
