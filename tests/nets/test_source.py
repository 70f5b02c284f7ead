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
from cnnviz.zoo import ZOO, get
from tests.strategies import networks
from tests.zoo.test_zoo import variants


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


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_source_loads_the_same_weights_and_gives_exactly_the_same_output(name):
    for network in variants(name):
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


def test_torchinfos_own_table_counts_the_same_parameters():
    assert "Total params: 61,706" in summary(get("lenet"))
