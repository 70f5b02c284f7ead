"""Changing a network at one place: the rest stays, and every returned path is where the node is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import SpecError
from cnnviz.spec import Branches, Chain, Conv2d, Network, ReLU, named, tree
from cnnviz.zoo import get


def network(*items):
    return Network("Tree", (1, 8, 8), Chain("", items))


def paths(node, path=""):
    """Every place below a node."""
    for label, item in named(tree.inside(node)):
        yield tree.join(path, label)
        yield from paths(item, tree.join(path, label))


MIXED = network(
    Conv2d(1, 2, 3, name="conv"),
    ReLU(),
    Branches("sum", (Chain("a", (ReLU(), Conv2d(2, 2, 1))), Chain("", ())), merge="add"),
    ReLU(),
    Chain("tail", (ReLU(name="relu"), ReLU(), ReLU(name="relu_2"))),
)


def test_every_place_of_a_network_is_found_and_replacing_a_node_by_itself_changes_nothing():
    for each in (MIXED, get("googlenet"), get("densenet")):
        for path in paths(each.body):
            assert tree.replace(each, path, tree.node_at(each, path)) == each


def test_a_new_node_gets_a_name_that_is_free():
    once, path = tree.insert(MIXED, "", 1, ReLU(name="conv"))
    assert path == "conv_2"
    twice, path = tree.insert(once, "", 1, ReLU(name="conv_2"))
    assert path == "conv_3"
    assert tree.duplicate(twice, "tail.relu_2")[1] == "tail.relu_3"


def test_a_duplicate_stands_behind_its_original():
    doubled, path = tree.duplicate(MIXED, "tail")
    assert path == "tail_2"
    assert [label for label, _ in named(doubled.body.items)] == ["conv", "1", "sum", "3", "tail", "tail_2"]
    assert tree.node_at(doubled, path).items == tree.node_at(doubled, "tail").items


@given(st.data())
def test_a_moved_node_is_where_the_answer_says_and_everything_else_keeps_its_order(data):
    places = [path for path in paths(MIXED.body) if not isinstance(tree.node_at(MIXED, path), Chain)]
    path = data.draw(st.sampled_from(places))
    into = data.draw(st.sampled_from(["", "tail", "sum.a", "sum.1"]))
    node = tree.node_at(MIXED, path)
    if into == path or into.startswith(f"{path}."):
        with pytest.raises(SpecError, match="into itself"):
            tree.move(MIXED, path, into, 0)
        return
    position = data.draw(st.integers(0, 6))
    moved, now = tree.move(MIXED, path, into, position)
    found = tree.node_at(moved, now)
    assert type(found) is type(node)
    kinds = [type(tree.node_at(MIXED, each)).__name__ for each in paths(MIXED.body)]
    assert sorted(kinds) == sorted(type(tree.node_at(moved, each)).__name__ for each in paths(moved.body))
    assert tree.remove(moved, now) == tree.remove(MIXED, path)


@pytest.mark.parametrize(
    "change",
    [
        lambda: tree.node_at(MIXED, "conv.weight"),
        lambda: tree.replace(MIXED, "nothing", ReLU()),
        lambda: tree.remove(MIXED, ""),
        lambda: tree.remove(MIXED, "sum.a"),
        lambda: tree.insert(MIXED, "sum", 0, ReLU()),
        lambda: tree.insert(MIXED, "conv", 0, ReLU()),
        lambda: tree.replace(MIXED, "", ReLU()),
        lambda: tree.replace(MIXED, "3", ReLU(name="conv")),
    ],
)
def test_what_cannot_be_is_refused(change):
    with pytest.raises(SpecError):
        change()
