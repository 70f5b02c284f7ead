import ast
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings

from cnnviz.nets.build import build
from cnnviz.nets.source import class_name, source
from cnnviz.nets.summary import summary
from cnnviz.shapes import trace
from cnnviz.spec import Branches, Chain, Conv2d, Network
from cnnviz.zoo import ZOO, get
from tests.strategies import networks
from tests.zoo.test_zoo import LARGE, narrow, variants


def executed(network):
    """Run the source as a module of its own and return the network that its class makes."""
    scope = {"__name__": "written"}
    exec(compile(source(network), "written.py", "exec"), scope)
    return scope[class_name(network)]()


def same(network):
    torch.manual_seed(0)
    ours, theirs = build(network).eval(), executed(network).eval()
    theirs.load_state_dict(ours.state_dict(), strict=True)
    picture = torch.randn(3, *network.input_shape)
    with torch.no_grad():
        return torch.equal(ours(picture), theirs(picture))


def fits(network):
    with torch.device("meta"):
        ours, theirs = build(network), executed(network).eval()
        theirs.load_state_dict(ours.state_dict(), strict=True, assign=True)
        assert tuple(theirs(torch.zeros(1, *network.input_shape)).shape) == (1, *trace(network).output_shape)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_source_loads_the_same_weights_and_gives_exactly_the_same_output(name):
    for network in variants(name):
        if trace(network).params > LARGE:  # shapes on the whole, numbers on a narrow network of the same tree
            fits(network)
            assert same(narrow(network))
        else:
            assert same(network)


@given(networks())
@settings(max_examples=60, deadline=None)
def test_the_source_of_a_random_tree_gives_exactly_the_same_output(network):
    assert same(network)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_source_runs_alone(name, tmp_path):
    file = tmp_path / "network.py"
    file.write_text(source(get(name)))
    if name == "lenet":  # a process of its own costs two seconds; one stands for all
        done = subprocess.run(
            [sys.executable, "-W", "error", file], capture_output=True, text=True, cwd=tmp_path, check=True
        )
        assert done.stdout.strip() == "(1, 10)"
    imported = [
        node
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert {getattr(node, "module", None) or node.names[0].name for node in imported} <= {
        "torch",
        "collections",
    }


def test_the_sizes_in_the_comments_are_those_of_the_trace():
    text = source(get("lenet"))
    for row in trace(get("lenet")).rows:
        assert f"# {'x'.join(map(str, row.output_shape))}\n" in text


def test_a_path_may_have_any_name_that_a_module_may_have():
    paths = (Chain("self", (Conv2d(1, 1, 3, padding=1),)), Chain("items", ()))
    assert same(Network("Net", (1, 8, 8), Chain("", (Branches("", paths, merge="add"),))))


@pytest.mark.parametrize("name", ["lenet", "vgg16", "densenet"])
def test_torchinfos_own_table_counts_the_same_parameters(name):
    assert f"Total params: {trace(get(name)).params:,}" in summary(get(name))
