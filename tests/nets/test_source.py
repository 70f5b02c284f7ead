import ast
import json
import subprocess
import sys
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings

from cnnviz.nets.build import build
from cnnviz.nets.source import class_name, source, written
from cnnviz.nets.summary import summary
from cnnviz.shapes import trace
from cnnviz.spec import BatchNorm2d, Branches, Chain, Conv2d, Linear, Network, ReLU, named
from cnnviz.spec.tree import inside, join
from cnnviz.zoo import ZOO, get
from tests.nets.families import families
from tests.nets.golden import FOLDER, NAMES
from tests.strategies import networks
from tests.zoo.test_zoo import LARGE, narrow, variants

ALONE = """
import json, runpy, sys, torch
torch.set_default_device("meta")
for path in sys.argv[1:]:
    runpy.run_path(path, run_name="__main__")
assert not [name for name in sys.modules if name.startswith("cnnviz")]
"""


def executed(network):
    """Run the source as a module of its own and return the network that its class makes."""
    scope = {"__name__": "written"}
    exec(compile(source(network), "written.py", "exec"), scope)
    return scope[class_name(network)]()


def same(network):
    """Say whether the source makes the same weights, by name and shape in the same order, and the same output."""
    torch.manual_seed(0)
    ours, theirs = build(network).eval(), executed(network).eval()
    weights = ours.state_dict()
    assert list(weights) == list(theirs.state_dict())
    theirs.load_state_dict(weights, strict=True)
    picture = torch.randn(3, *network.input_shape)
    with torch.no_grad():
        return torch.allclose(ours(picture), theirs(picture), rtol=0, atol=1e-6, equal_nan=True)


def fits(network):
    """Say whether the source makes the same weights and sizes, without any number."""
    with torch.device("meta"):
        ours, theirs = build(network), executed(network).eval()
        theirs.load_state_dict(ours.state_dict(), strict=True, assign=True)
        shape = theirs(torch.zeros(1, *network.input_shape)).shape
    return list(ours.state_dict()) == list(theirs.state_dict()) and shape[1:] == trace(network).output_shape


def nodes(node, path=""):
    yield path, node
    for name, child in named(inside(node)):
        yield from nodes(child, join(path, name))


def mapped(network):
    """Say whether every place has lines, and a layer's first is that which names its class."""
    found = written(network)
    text = found.text.splitlines()
    for path, node in nodes(network.body):
        first = text[found.lines[path][0] - 1]
        if not isinstance(node, Chain | Branches):
            assert f"nn.{type(node).__name__}(" in first, (path, first)
            assert not node.name or node.name.rstrip("0123456789") in first
        elif path and node.block and not isinstance(node, Chain):
            assert node.block in first
    return len(found.lines) == len(list(nodes(network.body)))


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_source_makes_the_same_weights_whatever_the_options(name):
    for network in variants(name):
        assert fits(network)
        assert mapped(network)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_source_gives_the_same_output(name):
    network = get(name, size=max(32, ZOO[name].options["size"].least))
    assert same(network if trace(network).params < LARGE else narrow(network))


@given(networks())
@settings(max_examples=40)
def test_the_source_of_a_random_tree_gives_the_same_output(network):
    assert same(network)
    assert mapped(network)


@given(families())
@settings(max_examples=60)
def test_the_source_of_blocks_that_are_alike_gives_the_same_output(network):
    assert same(network)
    assert mapped(network)


def test_every_source_runs_alone(tmp_path):
    files = []
    for name in ZOO:
        files.append(tmp_path / f"{name}.py")
        files[-1].write_text(source(get(name)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", ALONE, *files],
        capture_output=True, text=True, cwd=tmp_path, check=True,
    )  # fmt: skip
    printed = [ast.literal_eval(line) for line in done.stdout.splitlines()]
    assert printed == [(1, *trace(get(name)).output_shape) for name in ZOO]


@pytest.mark.parametrize("name", NAMES)
def test_the_source_reads_as_it_was_read_and_found_good(name):
    golden = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert source(get(name)) == golden, "if the new one reads better: python -m tests.nets.golden"


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("lenet", 50),
        ("vgg19", 60),
        ("resnet18", 85),
        ("resnet50", 95),
        ("googlenet", 105),
        ("densenet121", 100),
    ],
)
def test_the_source_fits_on_two_screens(name, most):
    assert len(source(get(name)).splitlines()) <= most


def test_the_sizes_in_the_comments_are_those_of_the_trace():
    text = source(get("lenet"))
    for row in trace(get("lenet")).rows:
        assert f"# {'x'.join(map(str, row.output_shape))}\n" in text


def test_what_is_in_a_block_leads_to_the_lines_of_the_blocks_around_it():
    found = written(get("resnet18"))
    text = found.text.splitlines()
    lines = [text[number - 1].strip() for number in found.lines["b3.block1.sum.residual.conv1"]]
    assert next(line for line in lines if "=" in line).startswith("conv1=nn.Conv2d(")
    assert lines[-1].startswith("self.b3 = ")
    assert any(line.startswith("self.block1 = Residual(") for line in lines)
    assert text[found.lines[""][0] - 1] == "class ResNet18(nn.Module):"
    assert json.loads(json.dumps(found.lines))["fc"] == list(found.lines["fc"])


ODD = ("self", "x", "nn", "torch", "list", "range", "number", "super", "path", "OrderedDict", "Linear", "Net")


@pytest.mark.parametrize(
    ("network_name", "block"),
    [("Merge", "Merge"), ("nn", "Nn"), ("torch", "Torch"), ("Linear", "Linear"), ("OrderedDict", "OrderedDict"),
     ("None", "Module"), ("网络", "Network"), ("2nd", "")],
)  # fmt: skip
def test_no_name_is_in_the_way_of_another(network_name, block):
    layers = tuple(Conv2d(2, 2, 3, padding=1, name=name) for name in ODD)
    paths = tuple(
        Chain(name, (Conv2d(2, width, 1), Conv2d(width, 2, 1))) for width, name in enumerate(ODD, start=1)
    )
    body = (
        Chain("first", layers, block=block),
        Branches("second", paths, "add", block=block),
        Chain("third", (Chain("nn", (ReLU(),), block=block),), block=block),
    )
    assert same(Network(network_name, (2, 8, 8), Chain("", body)))


def convs(widths, name="", block="", **arguments):
    """A chain of convolutions from width to width."""
    items = (
        Conv2d(a, b, 3, padding=1, name=f"conv{i}", **arguments)
        for i, (a, b) in enumerate(pairwise(widths), start=1)
    )
    return Chain(name, tuple(items), block=block)


def source_of(*items, channels=1):
    network = Network("Net", (channels, 8, 8), Chain("", items))
    assert same(network)
    return source(network)


def test_numbers_that_change_together_are_one_parameter():
    text = source_of(convs([1, 4, 4], "a", "Pair"), convs([4, 8, 8], "b", "Pair"))
    assert "def __init__(self, in_channels, out_channels):" in text
    assert "self.conv2 = nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1)" in text
    assert "self.a = Pair(1, 4)" in text


def test_a_width_that_is_always_a_multiple_of_another_is_written_as_one():
    text = source_of(convs([1, 2, 8], "a", "Wide"), convs([8, 3, 12], "b", "Wide"))
    assert "nn.Conv2d(channels, 4 * channels, kernel_size=3, padding=1)" in text
    assert "self.b = Wide(8, 3)" in text


def test_the_width_that_comes_out_is_never_guessed_from_what_goes_in():
    text = source_of(convs([1, 2], "a", "Double"), convs([2, 4], "b", "Double"))
    assert "self.b = Double(2, 4)" in text


def test_a_true_is_no_one():
    first, second = convs([1, 1], "a", "Conv", bias=True), convs([2, 2], "b", "Conv", bias=False)
    text = source_of(first, Conv2d(1, 2, 1, name="wider"), second)
    assert "def __init__(self, in_channels, bias=True):" in text


def test_what_repeats_a_different_number_of_times_becomes_a_loop():
    text = source_of(convs([1, 4], "a", "Convs"), convs([4, 6, 6, 6], "b", "Convs"))
    assert "for number in range(1, num_convs + 1):" in text
    assert "in_channels = out_channels" in text
    assert "self.b = Convs(4, 6, num_convs=3)" in text


def test_a_first_round_that_is_different_stands_before_the_loop():
    items = (Conv2d(4, 4, 3, stride=2, padding=1, name="conv1"), *convs([4] * 5).items[1:])
    text = source_of(Chain("a", items, block="Convs"), channels=4)
    assert "self.conv1 = nn.Conv2d(4, 4, kernel_size=3, stride=2, padding=1)" in text
    assert "for number in range(2, 5):" in text


def test_channels_that_grow_by_a_step_grow_in_the_loop():
    def layer(number, width):
        paths = (Chain("seen", ()), Chain("new", (Conv2d(width, 3, 3, padding=1, name="conv"),)))
        return Branches(f"layer{number}", paths, "concat", block="DenseLayer")

    blocks = [Chain(f"dense{n}", tuple(layer(i, w + 3 * i) for i in range(c)), block="Dense") for n, c, w in [(1, 3, 2), (2, 4, 11)]]  # fmt: skip
    text = source_of(*blocks, channels=2)
    assert "for number in range(num_layers):" in text
    assert "in_channels += 3" in text
    assert "torch.cat([x, self.new(x)], dim=1)" in text
    assert "self.dense2 = Dense(11, num_layers=4)" in text


def test_a_growth_that_differs_from_block_to_block_is_a_parameter():
    def block(name, width, growth):
        layers = []
        for number in range(1, 5):
            paths = (Chain("seen", ()), Chain("new", (Conv2d(width, growth, 1, name="conv"),)))
            layers.append(Branches(f"layer{number}", paths, "concat", block="DenseLayer"))
            width += growth
        return Chain(name, tuple(layers), block="Dense")

    text = source_of(block("a", 1, 2), block("b", 9, 3))
    assert "in_channels += out_channels" in text
    assert "self.b = Dense(9, 3)" in text


def test_several_loops_in_one_block_count_for_themselves():
    def block(name, ones, threes):
        norms, relus = (BatchNorm2d(4),) * ones, (ReLU(), Conv2d(4, 4, 1)) * threes
        return Chain(name, (*norms, Conv2d(4, 4, 3, padding=1), *relus), block="Twice")

    text = source_of(block("a", 2, 3), block("b", 4, 2), channels=4)
    assert text.count("for _ in range(") == 2


def test_a_number_with_zeros_before_it_stays_as_it_is():
    layers = [Conv2d(4, 4, 1, name=f"conv{number:02}") for number in range(8, 12)]
    more = [ReLU(name=f"relu0{number}") for number in range(1, 6)]
    assert same(Network("Net", (4, 8, 8), Chain("", (Chain("a", (*layers, *more), block="Block"),))))


def test_a_layer_that_only_some_blocks_have_stands_behind_an_if():
    def block(name, before, after):
        fitted = (Conv2d(before, after, 1, name="fit"),) if before != after else ()
        paths = (Chain("new", (Conv2d(before, after, 1, name="conv"),)), Chain("short", fitted))
        return Branches(name, paths, "add", block="Residual")

    text = source_of(block("a", 1, 1), block("b", 1, 4), block("c", 4, 4))
    assert "if in_channels != out_channels:\n            self.short.fit = nn.Conv2d(" in text


def test_a_width_that_only_some_blocks_have_is_none_for_the_others():
    def block(name, width, squeezed=None):
        squeeze = ()
        if squeezed:
            squeeze = (Conv2d(width, squeezed, 1, name="down"), Conv2d(squeezed, width, 1, name="up"))
        inner = Chain("inner", (ReLU(name="relu"), *squeeze), block="Inner")
        return Chain(name, (Conv2d(width, width, 1, name="conv"), inner), block="Outer")

    wider = Conv2d(2, 3, 1, name="wider")
    text = source_of(block("a", 2), wider, block("b", 3, 4), block("c", 3, 5), channels=2)
    assert "self.a = Outer(2)" in text
    assert "=None" in text


def test_blocks_of_one_name_that_have_nothing_in_common_get_two_classes():
    other = Chain("b", (BatchNorm2d(4, name="norm"), ReLU(name="relu")), block="Block")
    text = source_of(convs([1, 4], "a", "Block"), other)
    assert "class Block(nn.Sequential)" in text
    assert "class Block2(nn.Sequential)" in text


def test_chains_without_a_blocks_name_share_a_class_named_after_them_if_they_are_long():
    long = [convs([4] * 5, f"block_{number}") for number in (1, 2)]
    short = [convs([4, 4], f"pair_{number}") for number in (1, 2)]
    text = source_of(*long, *short, channels=4)
    assert "self.block_2 = Block()" in text
    assert "self.pair_2 = nn.Sequential(" in text


def test_an_empty_network_hands_its_input_on():
    assert same(Network("Net", (1, 8, 8), Chain("", ())))
    assert same(Network("Net", (1, 8, 8), Chain("", (Chain("empty", ()), Chain("", ())))))


def test_a_linear_layer_behind_a_picture_says_what_it_was():
    assert "nn.Linear(16 * 5 * 5, 120)" in source(get("lenet"))
    assert "nn.Linear(120, 84)" in source(get("lenet"))
    row = Network("Net", (8, 1, 1), Chain("", (*get("lenet").body.items[6:7], Linear(8, 2, name="fc"))))
    assert "nn.Linear(8, 2)" in source(row)


@pytest.mark.parametrize("name", ["lenet", "vgg16", "densenet"])
def test_torchinfos_own_table_counts_the_same_parameters(name):
    assert f"Total params: {trace(get(name)).params:,}" in summary(get(name)).text
