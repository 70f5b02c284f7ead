"""Whole networks against torch: random ones that fit, random ones that do not, the documented ones at three sizes."""

from collections import Counter
from dataclasses import replace
from itertools import chain, islice

import pytest
import torch
from hypothesis import given, settings

from cnnviz import zoo
from cnnviz.errors import ShapeError
from cnnviz.nets.build import module
from cnnviz.shapes import reached, trace
from cnnviz.spec import Branches, Chain, Conv2d, Flatten, Linear, Network, ReLU, from_json, to_json, tree
from tests.strategies import broken_networks, changed_networks, networks
from tests.zoo.test_zoo import check_against_torch


class Run:
    """A network's forward pass in torch, as far as it comes.

    Attributes:
        shapes: (input, output) of each layer and merge that ran, without the batch.
        failed: the path of the layer or merge that torch refused, None if all ran.
        output: the shape of what came out at the end, None if torch refused.
    """

    def __init__(self, network):
        self.shapes, self.failed, self.output = {}, None, None
        built, running = module(network.body).eval(), []
        for path, part in built.named_modules():
            part.register_forward_pre_hook(lambda _part, _args, path=path: running.append(path))
            part.register_forward_hook(
                lambda _part, args, out, path=path: self._ran(running, path, args, out)
            )
        try:
            with torch.no_grad():
                self.output = tuple(built(torch.zeros(2, *network.input_shape)).shape)
        except (RuntimeError, ValueError, IndexError):
            self.failed = running[-1]

    def _ran(self, running, path, args, out):
        running.pop()
        self.shapes[path] = tuple(args[0].shape), tuple(out.shape)


def places(node, path=""):
    """The paths of all layers and merges below a node."""
    for position, item in enumerate(tree.inside(node)):
        place = tree.join(path, item.name or str(position))
        if not isinstance(item, Chain):
            yield place
        yield from places(item, place)


def stricter(network, place, run):
    """Whether torch lets something pass at a place that means nothing to a learner."""
    node = tree.node_at(network, place)
    if isinstance(node, Branches):  # torch repeats the smaller of two tensors that it adds
        return node.merge == "add"
    before, after = run.shapes[place]
    if 0 in after:  # torch goes on with nothing
        return True
    if isinstance(node, Flatten):  # torch mixes the pictures of a batch
        return node.start_dim % len(before) == 0
    return len(before) < 4  # torch takes the batch for the channels of one picture


def check(network):
    """Hold the rows up to the first error against torch's own forward pass; return whether all fits."""
    run, found = Run(network), reached(network)
    for row in found.rows:
        before, after = run.shapes[row.path]
        if not isinstance(row.node, Branches):  # what goes into a merge is not what goes into the module
            assert row.input_shape == before[1:], row.path
        assert row.output_shape == after[1:], row.path
    if found.error is None:
        assert run.failed is None
        assert trace(network).output_shape == run.output[1:]
        assert {row.path for row in found.rows} == set(places(network.body))
        return True
    with pytest.raises(ShapeError) as raised:
        trace(network)
    assert (raised.value.place, str(raised.value)) == (found.error.place, str(found.error))
    ran = set(places(network.body)) & set(run.shapes)
    if run.failed == found.error.place:
        assert {row.path for row in found.rows} == ran
    else:
        assert stricter(network, found.error.place, run), f"{found.error}, but torch fails at {run.failed}"
        assert {row.path for row in found.rows} < ran
    return False


@settings(max_examples=200)
@given(networks())
def test_a_random_tree_has_torchs_shapes_and_parameters_in_every_row(network):
    assert check(network)
    traced, built = trace(network), module(network.body)
    assert reached(network).rows == traced.rows
    for row in traced.rows:
        part = built.get_submodule(row.path)
        assert row.params == sum(p.numel() for p in part.parameters(recurse=False))
    assert traced.params == sum(p.numel() for p in built.parameters())


@pytest.mark.filterwarnings("ignore")  # changed layers may be such as torch warns of
def test_a_changed_tree_is_refused_at_the_layer_at_which_torch_refuses_it():
    seen = Counter()

    @settings(max_examples=300)
    @given(changed_networks())
    def compare(network):
        seen[check(network)] += 1

    compare()
    assert min(seen[True], seen[False]) > 30, seen


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=100)
@given(broken_networks())
def test_a_broken_tree_raises_our_error_with_the_place_and_a_sentence(network):
    assert not check(network)
    error = reached(network).error
    assert str(error).startswith(f"{error.place}: ")
    assert tree.node_at(network, error.place)


@pytest.mark.parametrize("name", sorted(zoo.ZOO))
def test_a_documented_network_has_torchs_rows_for_three_sizes_of_pictures(name):
    network = zoo.get(name)
    fitting = list(islice(fits(network), 3))
    assert len(fitting) == 3
    for other in fitting:
        check_against_torch(other)


def fits(network):
    """The network with pictures of other sizes that it takes: its own, then squares, then rectangles."""
    channels, side, _ = network.input_shape
    squares = [(size, size) for size in (side, side + 1, side + 3, *range(side - 1, 0, -1))]
    rectangles = ((high, wide) for high in range(4, side) for wide in range(side, 4 * side))
    for size in chain(squares, rectangles):
        other = network.with_input((channels, *size))
        if reached(other).error is None:
            yield other


def small(*items):
    return Network("Small", (1, 8, 8), Chain("", items))


def test_the_rows_up_to_an_error_stay_and_the_error_says_where_it_is():
    network = small(
        Conv2d(1, 4, 3, name="conv"), ReLU(), Flatten(name="flat"), Linear(400, 10, name="fc"), ReLU()
    )
    rows, error = reached(network)
    assert [row.path for row in rows] == ["conv", "1", "flat"]
    assert (
        str(error)
        == "fc: `in_features` (=400) must equal the input's last dimension, which is 144 (input 144)"
    )


def test_of_branches_that_cannot_be_merged_all_paths_are_there():
    paths = Chain("a", (Conv2d(1, 4, 3),)), Chain("b", (Conv2d(1, 4, 3, padding=1),))
    rows, error = reached(small(ReLU(), Branches("sum", paths, "add"), ReLU()))
    assert ([row.path for row in rows], error.place) == (["0", "sum.a.0", "sum.b.0"], "sum")


def test_a_network_that_changed_at_one_place_is_traced_as_if_all_of_it_were_new():
    network = zoo.get("googlenet")
    for path in ("b1.conv", "b3.inception1.p2.conv", "b5.inception2.p4.pool"):
        trace(network)
        node = tree.node_at(network, path)
        wider = replace(node, kernel_size=9, padding=4)
        edited = trace(tree.replace(network, path, wider))
        trace.cache_clear()
        assert edited == trace(from_json(to_json(tree.replace(network, path, wider))))
        assert edited != trace(network)


def test_a_block_that_stands_in_two_places_has_two_paths_and_two_receptive_fields():
    block = Chain("", (Conv2d(1, 1, 3, padding=1, name="conv"), ReLU(name="relu")))
    rows = trace(small(block, block)).rows
    assert [(row.path, row.receptive_field) for row in rows] == [
        ("0.conv", (3, 3)), ("0.relu", (3, 3)), ("1.conv", (5, 5)), ("1.relu", (5, 5)),
    ]  # fmt: skip
