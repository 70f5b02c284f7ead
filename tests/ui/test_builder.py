"""The builder's steps, its history, its palette and its form, without a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.components.requests import received
from cnnviz.errors import CnnvizError, SpecError
from cnnviz.shapes import reached, trace
from cnnviz.spec import (
    Branches,
    Chain,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    from_link,
    to_link,
    tree,
)
from cnnviz.ui import builder_steps as steps
from cnnviz.ui.builder_fitting import fitted
from cnnviz.ui.builder_history import LONGEST, History, Step
from cnnviz.ui.builder_palette import PIECES, shape_at, small
from cnnviz.zoo import get


def network(*items):
    return Network("Built", (1, 8, 8), Chain("", items))


CONV, POOL = Conv2d(1, 4, 3, padding=1, name="conv1"), MaxPool2d(2, name="pool1")
BLOCK = Chain("block1", (Conv2d(4, 4, 1, name="conv"), ReLU(name="relu")))
SUM = Branches("sum", (Chain("main", (ReLU(name="relu"),)), Chain("shortcut", ())), "add")
PLAIN = network(CONV, BLOCK, POOL, SUM, Flatten(name="flatten"), Linear(64, 10, name="fc1"))


def names(found, path=""):
    return [item.name for item in tree.inside(tree.node_at(found, path))]


def places(node, path=""):
    yield path
    for position, item in enumerate(tree.inside(node)):
        yield from places(item, tree.join(path, item.name or str(position)))


def test_a_first_layer_goes_into_the_empty_network_and_the_next_ones_behind_it():
    step = steps.insert(steps.EMPTY, "", steps.wheres(steps.EMPTY, "")[-1], "Conv2d", 10)
    assert (step.selected, str(step.title)) == ("conv1", "Insert conv1")
    for what in ("ReLU", "MaxPool2d", "Conv2d", "Flatten", "Linear"):
        step = steps.insert(
            step.network, step.selected, steps.wheres(step.network, step.selected)[-1], what, 7
        )
    assert names(step.network) == ["conv1", "relu1", "pool1", "conv2", "flatten", "fc1"]
    assert str(step.title) == "Insert fc1 after flatten"
    assert trace(step.network).output_shape == (7,)


@pytest.mark.parametrize("what", sorted(PIECES))
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (192, 28, 28), (7, 5, 5)])
def test_every_piece_fits_a_picture_that_it_is_put_behind(what, shape):
    built = Network("Place", shape, Chain("", (ReLU(name="relu"),)))
    step = steps.insert(built, "relu", "after", what, 10)
    missing_flatten = what in {"Linear", "BatchNorm1d"}
    assert (reached(step.network).error is None) != missing_flatten


@pytest.mark.parametrize("what", ["Linear", "BatchNorm1d", "ReLU", "Dropout", "LogSoftmax"])
def test_a_piece_for_features_fits_behind_flatten(what):
    built = Network("Place", (3, 4, 5), Chain("", (Flatten(name="flatten"),)))
    assert reached(steps.insert(built, "flatten", "after", what, 10).network).error is None


def test_a_piece_knows_the_shape_at_its_place_also_behind_an_error():
    assert shape_at(PLAIN, "", 0) == (1, 8, 8)
    assert shape_at(PLAIN, "", 2) == (4, 8, 8)
    assert shape_at(PLAIN, "block1", 2) == (4, 8, 8)
    assert shape_at(PLAIN, "sum.shortcut", 0) == shape_at(PLAIN, "sum", 2) == (4, 4, 4)
    broken = tree.replace(PLAIN, "block1.conv", Conv2d(5, 4, 1, name="conv"))
    assert shape_at(broken, "", 6) == (4, 8, 8)


def test_branches_take_a_new_path_with_the_piece_in_it():
    step = steps.insert(PLAIN, "sum", "inside", "ReLU", 10)
    assert names(step.network, "sum") == ["main", "shortcut", "path3"]
    assert step.selected == "sum.path3.relu1"
    assert names(steps.add_path(PLAIN, "sum").network, "sum") == ["main", "shortcut", "path3"]


@pytest.mark.parametrize(
    ("path", "way", "now", "order"),
    [
        ("conv1", "up", None, None),
        ("conv1", "down", "conv1", ["block1", "conv1", "pool1", "sum", "flatten", "fc1"]),
        ("pool1", "up", "pool1", ["conv1", "pool1", "block1", "sum", "flatten", "fc1"]),
        ("conv1", "enter_down", "block1.conv1", ["block1", "pool1", "sum", "flatten", "fc1"]),
        ("pool1", "enter_up", "block1.pool1", ["conv1", "block1", "sum", "flatten", "fc1"]),
        ("block1.conv", "up", "conv", ["conv1", "conv", "block1", "pool1", "sum", "flatten", "fc1"]),
        ("block1.relu", "down", "relu", ["conv1", "block1", "relu", "pool1", "sum", "flatten", "fc1"]),
        ("pool1", "enter_down", "sum.main.pool1", ["conv1", "block1", "sum", "flatten", "fc1"]),
        ("sum.main.relu", "down", "relu", ["conv1", "block1", "pool1", "sum", "relu", "flatten", "fc1"]),
        ("sum.shortcut", "up", "sum.shortcut", ["conv1", "block1", "pool1", "sum", "flatten", "fc1"]),
        ("sum.shortcut", "down", None, None),
        ("fc1", "down", None, None),
    ],
)  # fmt: skip
def test_a_node_moves_past_its_neighbour_into_the_block_beside_and_out_of_its_own(path, way, now, order):
    if now is None:
        assert way not in steps.ways(PLAIN, path)
        with pytest.raises(SpecError):
            steps.move(PLAIN, path, way)
        return
    step = steps.move(PLAIN, path, way)
    assert step.selected == now
    assert names(step.network) == order


def test_of_branches_that_lose_a_path_the_other_stays():
    step = steps.remove(PLAIN, "sum.shortcut")
    assert names(step.network) == ["conv1", "block1", "pool1", "relu", "flatten", "fc1"]
    three = steps.add_path(PLAIN, "sum").network
    assert names(steps.remove(three, "sum.main").network, "sum") == ["shortcut", "path3"]


def test_whoever_deletes_stands_on_what_came_into_its_place():
    assert steps.remove(PLAIN, "pool1").selected == "sum"
    assert steps.remove(PLAIN, "fc1").selected == "flatten"
    assert steps.remove(network(CONV), "conv1").selected == ""


@pytest.mark.parametrize("how", steps.WRAPS)
def test_a_wrapped_node_is_in_its_wrapping_and_comes_out_again(how):
    step = steps.wrap(PLAIN, "pool1", how)
    assert names(step.network)[2] == tree.node_at(step.network, step.selected).name
    inner = next(path for path in places(step.network.body) if path.endswith("pool1"))
    assert inner != "pool1"
    if how == "block":
        assert steps.dissolve(step.network, step.selected).network == PLAIN
    else:
        assert (
            steps.remove(step.network, f"{step.selected}.{names(step.network, step.selected)[1]}").network
            == PLAIN
        )


def test_a_residual_around_what_keeps_its_shape_runs():
    assert trace(steps.wrap(PLAIN, "block1", "residual").network).output_shape == (10,)


def test_a_path_of_branches_is_wrapped_inside():
    step = steps.wrap(PLAIN, "sum.main", "residual")
    assert step.selected == "sum.main.residual"
    assert trace(step.network).output_shape == (10,)


def test_parameters_names_and_the_input_change():
    step = steps.change(PLAIN, "conv1", {"kernel_size": [3, 5], "padding": [1, 2]})
    assert tree.node_at(step.network, "conv1") == Conv2d(1, 4, (3, 5), padding=(1, 2), name="conv1")
    step = steps.change(PLAIN, "conv1", {"name": "stem"})
    assert (step.selected, str(step.title)) == ("stem", "Rename conv1 to stem")
    step = steps.change(PLAIN, "conv1", {"name": ""})
    assert step.selected == "0"
    assert steps.change(PLAIN, "", {"name": "Mine", "channels": 3}).network.input_shape == (3, 8, 8)
    assert tree.node_at(steps.change(PLAIN, "sum", {"merge": "concat"}).network, "sum").merge == "concat"


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("conv1", {"groups": 3}), ("conv1", {"kernel_size": "three"}), ("conv1", {"kernel_size": [1, 2, 3]}), ("conv1", {"nothing": 1}),
        ("conv1", {"name": "pool1"}), ("conv1", {"name": "two words"}), ("conv1", {"name": 7}), ("conv1", {"padding": None}),
        ("pool1", {"padding": 2}), ("sum", {"merge": "multiply"}), ("sum", {"paths": []}), ("block1", {"items": []}), ("", {"channels": 0}), ("", {"name": ""}),
        ("", {"name": None}), ("", {"body": 1}), ("nowhere", {"p": 1}), ("conv1", {"bias": 1}), ("conv1", {"kernel_size": {"a": 1}}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(path, values):
    with pytest.raises(SpecError):
        steps.change(PLAIN, path, values)


def test_what_follows_is_fitted_as_far_as_numbers_mend_it():
    wider = steps.change(PLAIN, "conv1", {"out_channels": 6}).network
    assert reached(wider).error
    assert trace(fitted(wider)).output_shape == (10,)
    assert tree.node_at(fitted(wider), "block1.conv").in_channels == 6
    unflattened = steps.remove(PLAIN, "flatten").network
    assert fitted(unflattened) == unflattened
    assert fitted(PLAIN) == PLAIN


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 5, 4)])
def test_the_small_network_fits_its_pictures(shape):
    assert trace(small(shape, 7)).output_shape == (7,)


def test_undo_and_redo_walk_over_the_steps_and_a_new_step_forgets_what_was_undone():
    first, second, third = (Step(network(*[ReLU()] * count)) for count in (1, 2, 3))
    done = History((first,)).take(second).take(third)
    assert done.undo().present == second
    assert done.undo().redo().present == third
    assert done.undo().undo().undo().present == first
    assert done.redo() == done
    forked = done.undo().undo().take(third)
    assert forked.steps == (first, third)
    assert forked.redoable is None


def test_the_history_forgets_its_oldest_steps():
    done = History((Step(PLAIN),))
    for _ in range(LONGEST + 5):
        done = done.take(Step(PLAIN))
    assert len(done.steps) == LONGEST + 1
    assert done.version != done.take(Step(PLAIN)).version


def test_requests_are_taken_in_order_and_each_once():
    sent = {
        "requests": [
            {"serial": 3, "do": "b"},
            {"serial": 2, "do": "a"},
            {"serial": 1},
            {"serial": "4"},
            5,
            None,
        ]
    }
    fresh, newest = received(sent, 1)
    assert [each["do"] for each in fresh] == ["a", "b"]
    assert newest == 3
    assert received(sent, 3) == ([], 3)
    for nonsense in (None, 7, [], {}, {"requests": None}, {"requests": 3}):
        assert received(nonsense, 0) == ([], 0)


DOING = ("insert", "remove", "duplicate", "move", "wrap", "dissolve", "add_path", "change")


@given(st.data())
def test_random_actions_raise_only_our_errors_and_undo_leads_back_to_the_start(data):
    begun = data.draw(st.sampled_from([steps.EMPTY, PLAIN, get("lenet"), get("nin")]))
    done = History((Step(begun),))
    for _ in range(data.draw(st.integers(1, 12))):
        now = done.present.network
        path = data.draw(st.sampled_from(list(places(now.body))))
        try:
            step = act(data, data.draw(st.sampled_from(DOING)), now, path)
        except CnnvizError:
            continue
        tree.node_at(step.network, step.selected)
        assert from_link(to_link(step.network)) == step.network
        for way in steps.ways(step.network, step.selected):
            assert way in {*steps.MOVES, *steps.WRAPS, "duplicate", "remove", "dissolve", "add_path"}
        reached(fitted(step.network))
        done = done.take(step)
    for _ in range(len(done.steps)):
        done = done.undo()
    assert done.present.network == begun


def act(data, do, now, path):
    match do:
        case "insert":
            where = data.draw(st.sampled_from(["before", "first", "inside", "after"]))
            return steps.insert(now, path, where, data.draw(st.sampled_from(sorted(PIECES))), 10)
        case "move":
            return steps.move(now, path, data.draw(st.sampled_from(steps.MOVES)))
        case "wrap":
            return steps.wrap(now, path, data.draw(st.sampled_from(steps.WRAPS)))
        case "change":
            name = data.draw(
                st.sampled_from(
                    ["name", "padding", "kernel_size", "groups", "stride", "p", "merge", "out_channels"]
                )
            )
            return steps.change(
                now,
                path,
                {
                    name: data.draw(
                        st.sampled_from(
                            [0, 1, 2, 3, [1, 2], "same", None, True, "add", "x1", 0.5, -1, 10**12, {}]
                        )
                    )
                },
            )
        case _:
            return getattr(steps, do)(now, path)
