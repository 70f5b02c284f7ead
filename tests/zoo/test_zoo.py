import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.errors import SpecError
from cnnviz.nets.build import build
from cnnviz.shapes import trace
from cnnviz.spec import Branches, Chain, Network
from cnnviz.zoo import ZOO, get
from cnnviz.zoo.registry import register

EXPECTED = json.loads((Path(__file__).parent / "networks.json").read_text())
LISTED = {
    "Conv2d", "Linear", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "BatchNorm2d", "BatchNorm1d",
}  # fmt: skip
LARGE = 5_000_000
"""Parameters from which on torch runs a network on its meta device: its own shapes and counts, but no numbers."""
WIDTHS = {"in_channels", "out_channels", "num_features", "in_features", "out_features"}


def variants(name):
    """The network with its defaults, then with each other value of each option."""
    yield get(name)
    for option, values in ZOO[name].options.items():
        for value in values[1:]:
            yield get(name, **{option: value})


def narrow(node):
    """The same tree with an eighth of the channels, where eight divides them: for numbers instead of shapes only."""
    match node:
        case Network():
            return replace(node, body=narrow(node.body))
        case Chain():
            return replace(node, items=tuple(map(narrow, node.items)))
        case Branches():
            return replace(node, paths=tuple(map(narrow, node.paths)))
        case _:
            sizes = {entry.name: getattr(node, entry.name) for entry in fields(node) if entry.name in WIDTHS}
            return replace(node, **{key: size if size % 8 else size // 8 for key, size in sizes.items()})


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_documented_network_has_exactly_the_documented_numbers(name):
    expected, traced = EXPECTED[name], trace(get(name))
    assert list(get(name).input_shape) == expected["input"]
    assert list(traced.output_shape) == expected["output"]
    assert traced.params == expected["params"]
    assert traced.macs == expected["macs_conv_and_linear"]
    rows = [row for row in traced.rows if row.layer in LISTED]
    if name == "digit_recognizer":  # it pools by a function, which the reference does not list
        rows = [row for row in rows if row.layer != "MaxPool2d"]
    listed = [[row.layer, list(row.output_shape), row.params] for row in rows]
    assert listed == expected["conv_norm_pool_linear_modules_in_execution_order"]


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_row_equals_a_hook_on_torchs_own_forward_pass(name):
    for network in variants(name):
        traced, seen = trace(network), {}
        with torch.device("meta" if traced.params > LARGE else "cpu"):
            module, picture = build(network), torch.zeros(1, *network.input_shape)
        hooks = [
            part.register_forward_hook(
                lambda _, args, out, path=path: seen.update({path: (args[0].shape, out.shape)})
            )
            for path, part in module.named_modules()
        ]
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            module.eval()(picture)
        for hook in hooks:
            hook.remove()
        for row in traced.rows:
            part = module.get_submodule(row.path)
            before, after = seen[row.path]
            if row.layer in {"add", "concat"}:  # what goes into a merge is what comes out of its first path
                first, _ = next(part.named_children())
                _, before = seen[f"{row.path}.{first}"]
            assert (row.input_shape, row.output_shape) == (tuple(before[1:]), tuple(after[1:])), row.path
            assert row.params == sum(p.numel() for p in part.parameters(recurse=False))
        assert traced.params == sum(p.numel() for p in module.parameters())
        assert 2 * traced.macs == counter.get_total_flops()


def test_the_receptive_field_of_lenet_grows_as_the_textbook_says():
    fields = {row.path: row.receptive_field for row in trace(get("lenet")).rows}
    assert (fields["conv1"], fields["pool1"], fields["conv2"], fields["pool2"]) == (
        (5, 5),
        (6, 6),
        (14, 14),
        (16, 16),
    )
    assert fields["fc1"] == (28, 28)


def test_the_registry_refuses_a_second_network_of_the_same_name():
    with pytest.raises(ValueError, match="already"):
        register("lenet", "LeNet", about="", source="")(lambda: None)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("lenet5", {}, "there is no network `lenet5`; there are: alexnet, cifar_net"),
        ("lenet", {"colour": "red"}, "has no option `colour`; it has: activation, pooling"),
        ("lenet", {"activation": "step"}, "must be one of: sigmoid, relu, tanh"),
    ],
)
def test_an_unknown_network_option_or_value_is_refused_with_what_there_is(name, options, sentence):
    with pytest.raises(SpecError, match=sentence):
        get(name, **options)
