import json
from dataclasses import fields, replace
from math import prod
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.errors import SpecError
from cnnviz.nets.build import build
from cnnviz.shapes import trace
from cnnviz.spec import Branches, Chain, Network
from cnnviz.spec.tree import inside
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
    """The network as documented, as each source has it, and with every option changed at once, for small pictures."""
    yield get(name)
    options = ZOO[name].options
    size = max(32, options["size"].least)
    for follow in options["follow"].choices if "follow" in options else ():
        yield get(name, follow=follow, size=size)
    changed = {option.name: another(option) for option in options.values()}
    yield get(name, **(changed | {"size": size + 1}))


def another(option):
    """A value that an option may have and by default has not."""
    match option.kind:
        case "choice":
            return next(value for value in option.choices if value != option.default)
        case "integer":
            return option.least if option.name == "size" else 7
        case "number":
            return 0.25
        case "flag":
            return not option.default
        case "table":
            return "2-8 1-16"


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


def nodes(node):
    """Every node of a tree."""
    yield node
    for inner in inside(node):
        yield from nodes(inner)


def check_against_torch(network):
    """Hold every row of the trace against a hook on torch's own forward pass, and the totals against its counts."""
    traced, seen = trace(network), {}
    largest = max(prod(row.output_shape) for row in traced.rows)
    with torch.device("meta" if traced.params > LARGE or largest > LARGE else "cpu"):
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
        check_against_torch(network)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_row_is_torchs_at_three_sizes_of_the_input(name):
    least = ZOO[name].options["size"].least
    for size in (least, least + 17, 2 * least + 31):
        check_against_torch(get(name, size=size))


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_block_has_the_name_that_its_paper_has_for_it(name):
    found = {node.block for node in nodes(get(name).body) if isinstance(node, Chain | Branches)} - {""}
    assert found == {
        "alexnet": {"Classifier"}, "tiny_vgg": {"VGGBlock", "Classifier"}, "nin": {"NiNBlock"},
        "googlenet": {"Stem", "Inception"}, "resnet18": {"Stem", "Stage", "Residual"}, "resnet34": {"Stem", "Stage", "Residual"},
        "resnet50": {"Stem", "Stage", "Bottleneck"}, "densenet": {"Stem", "DenseBlock", "DenseLayer", "Transition"},
        "densenet121": {"Stem", "DenseBlock", "DenseLayer", "Transition"},
    }.get(name, {"VGGBlock", "Classifier"} if name.startswith("vgg") else set())  # fmt: skip


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
        (
            "lenet",
            {"colour": "red"},
            "has no option `colour`; it has: activation, pooling, size, channels, classes",
        ),
        (
            "lenet",
            {"activation": "step"},
            r"`activation` \(='step'\) must be one of: relu, sigmoid, tanh, gelu",
        ),
        ("lenet", {"follow": "d2l"}, "has no option `follow`"),
        ("alexnet", {"follow": "paper"}, r"`follow` \(='paper'\) must be one of: d2l, torchvision"),
        ("lenet", {"width": 3}, r"`width` \(=3\) must be one of: 0.25, 0.5, 1, 2"),
        ("lenet", {"classes": 1}, r"`classes` \(=1\) must be an integer from 2 to 1000"),
        ("lenet", {"channels": True}, r"`channels` \(=True\) must be an integer"),
        ("lenet", {"size": 28.0}, r"`size` \(=28.0\) must be an integer"),
        ("lenet", {"dropout": float("nan")}, r"`dropout` \(=nan\) must be a number from 0 to 0.9"),
        ("lenet", {"batch_norm": 1}, r"`batch_norm` \(=1\) must be true or false"),
        ("densenet", {"growth_rate": 0}, r"`growth_rate` \(=0\) must be an integer from 1 to 128"),
        ("vgg11", {"blocks": "64 128"}, r"`blocks` \(='64 128'\) must be 1 to 10 blocks such as 1-64 2-128"),
        ("vgg11", {"blocks": ""}, "must be 1 to 10 blocks"),
        ("vgg11", {"blocks": "1-64 " * 11}, "must be 1 to 10 blocks"),
        ("vgg11", {"blocks": "1-0"}, "1 to 10 convolutions and 1 to 1024 channels"),
        ("vgg11", {"blocks": 5}, "must be 1 to 10 blocks"),
    ],
)
def test_an_unknown_network_option_or_value_is_refused_with_what_there_is(name, options, sentence):
    with pytest.raises(SpecError, match=sentence):
        get(name, **options)
