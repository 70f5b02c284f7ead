"""What holds of every diagnosis: who the relative is, how much work it may be, what mending asks for."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.diagnosis import Message, diagnose, mend
from cnnviz.diagnosis.flow import MOST_PARAMETERS, Flow, Passed
from cnnviz.diagnosis.relatives import relative
from cnnviz.diagnosis.remarks import seeing_padding
from cnnviz.diagnosis.search import MOST_WORK
from cnnviz.diagnosis.sizes import is_plausible
from cnnviz.errors import SpecError
from cnnviz.nets.build import MOST_PARAMETERS as MOST_BUILT
from cnnviz.shapes import trace
from cnnviz.spec import BatchNorm1d, Conv2d, Flatten, Linear, ReLU, leaves, tree
from cnnviz.spec.checks import pair
from cnnviz.zoo import ZOO, get
from tests.diagnosis.making import known, net, sides


@pytest.mark.parametrize("name", ZOO)
def test_a_documented_network_has_no_error(name):
    assert all(problem.severity == "advice" for problem in diagnose(get(name), classes=None))


@pytest.mark.parametrize("name", ZOO)
def test_shapes_and_parameters_on_the_way_are_those_of_trace(name):
    network, flow = get(name), Flow()
    found = trace(network)
    assert flow.run(network) == Passed(found.output_shape, found.params)
    arrived = flow.shapes(network)
    assert all(
        arrived[row.path] == row.input_shape for row in found.rows if row.layer not in {"add", "concat"}
    )


def test_the_largest_network_that_is_built_is_the_same_for_torch():
    assert MOST_PARAMETERS == MOST_BUILT


@pytest.mark.parametrize("name", ZOO)
def test_a_network_is_its_own_nearest_relative(name):
    near = relative(get(name))
    assert near is not None
    assert not near.differences


def test_a_network_of_its_own_has_no_relative():
    assert relative(net(Conv2d(1, 4, 3, name="mine"), Flatten(name="flat"), Linear(4, 4, name="out"))) is None


def test_a_relative_for_other_pictures_and_classes_is_found_with_its_options():
    near = relative(get("resnet18", channels=3, classes=100))
    assert near is not None
    assert (near.title, near.differences) == ("ResNet-18", ())


def test_another_activation_is_no_difference():
    network = get("lenet", activation="relu")
    near = relative(network)
    assert near is not None
    assert (near.title, near.differences) == ("LeNet", ())
    broken = tree.replace(network, "conv1", replace(tree.node_at(network, "conv1"), padding=0))
    (problem,) = diagnose(broken)
    assert "LeNet uses padding=2" in str(problem.reason)


@pytest.mark.parametrize("name", ["vgg19", "googlenet", "resnet50", "densenet121"])
def test_the_search_stays_bounded_in_large_networks(name, monkeypatch):
    flows = []
    made = Flow.__init__

    def counted(flow):
        made(flow)
        flows.append(flow)

    monkeypatch.setattr(Flow, "__init__", counted)
    network = get(name)
    places = list(leaves(network.body))
    for path, layer in places[:: max(1, len(places) // 12)]:
        if isinstance(layer, Conv2d):
            diagnose(tree.replace(network, path, replace(layer, stride=3)))
        else:
            diagnose(tree.remove(network, path))
    assert max(flow.spent for flow in flows) <= MOST_WORK + 4 * len(places)


def test_two_hundred_layers_without_activation_get_three_remarks():
    layers = [Linear(8, 8, name=f"fc{number}") for number in range(200)]
    found = diagnose(net(Flatten(name="flat"), Linear(4, 8, name="first"), *layers, picture=(1, 2, 2)))
    assert [problem.path for problem in found] == ["fc0", "fc1", "fc2"]


def test_only_the_first_error_is_told_and_its_fix_leads_to_the_next():
    network = net(Conv2d(3, 8, 3, name="conv"), ReLU(name="r"), BatchNorm1d(8, name="bn"))
    (first,) = diagnose(network)
    assert first.path == "conv"
    (second,) = diagnose(first.fixes[0].network)
    assert second.path == "bn"
    assert diagnose(second.fixes[0].network, classes=None)[0].severity == "advice"


def test_one_fix_mends_all_numbers_that_follow():
    network = known("lenet", conv1__in_channels=3, conv2__in_channels=7, fc1__in_features=5)
    (problem,) = diagnose(network)
    assert problem.path == "conv1"
    assert diagnose(problem.fixes[0].network) == ()


def test_advice_comes_beside_an_error_about_the_end():
    network = net(Flatten(name="flat"), Linear(784, 10, name="fc1"), Linear(10, 5, name="fc2"))
    assert [problem.severity for problem in diagnose(network, classes=10)] == ["error", "advice"]


def test_a_network_may_be_nothing_but_branches():
    network = net(sides("sum", (Conv2d(1, 2, 3, name="conv"),), (), merge="add"))
    (problem,) = diagnose(network)
    assert problem.path == "sum"
    assert all(trace(fix.network) for fix in problem.fixes)


@pytest.mark.parametrize("kernel", [9, 20, 29, 41, (41, 3), (3, 41), 100])
@pytest.mark.parametrize("padding", [0, 1, 3])
@pytest.mark.parametrize("side", [1, 2, 4, 7])
def test_a_kernel_that_is_too_large_is_never_first_given_more_padding(kernel, padding, side):
    found = diagnose(net(Conv2d(1, 4, kernel, padding=padding, name="conv"), picture=(1, side, side)))
    for problem in found:
        if problem.severity == "error":
            conv = tree.node_at(problem.fixes[0].network, "conv")
            assert max(pair(conv.kernel_size)) <= 5
            assert is_plausible(conv)


def test_a_row_that_keeps_its_channels_is_no_row_of_features():
    network = net(Flatten(2, name="rows"), Flatten(name="flat"), Linear(784, 10, name="fc"))
    assert not diagnose(network)


@settings(max_examples=60, deadline=None, database=None)
@given(
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(0, 7), st.integers(0, 7)),
    st.integers(1, 3),
    st.integers(1, 2),
)
def test_the_places_that_see_nothing_but_padding_are_those_of_torch(size, kernel, padding, stride, dilation):
    layer = Conv2d(1, 1, kernel, stride, padding, dilation)
    ones = torch.ones(1, 1, *size)
    try:
        seen = torch.nn.functional.conv2d(ones, torch.ones(1, 1, *kernel), None, stride, padding, dilation)
    except RuntimeError:  # the window does not fit
        return
    blind, places = int((seen == 0).sum()), seen.numel()
    if dilation > min(size):
        assert seeing_padding(layer, (1, *size)) is None
    else:
        assert seeing_padding(layer, (1, *size)) == ((blind, places) if blind else None)


def test_a_sentence_in_a_sentence_is_said_in_the_same_language():
    inner = Message("This is how cnnviz begins")
    assert str(Message("{what}!", {"what": inner})) == "This is how cnnviz begins!"
    assert Message("{first}: {second}", {"first": Message("height"), "second": 3}).say("zh").endswith("3")


def test_mending_needs_a_layer_that_cannot_exist():
    with pytest.raises(ValueError, match="can exist"):
        mend(get("lenet"), "conv1", "Conv2d", {"in_channels": 1, "out_channels": 6, "kernel_size": 5})
    with pytest.raises(SpecError, match="nothing at"):
        mend(get("lenet"), "conv9", "Conv2d", {})
    with pytest.raises(SpecError, match="no layer type"):
        mend(get("lenet"), "conv1", "Conv3d", {})


def test_a_mended_layer_keeps_its_name_and_place():
    network = net(Conv2d(1, 6, 3, name="conv"), ReLU(name="r"))
    problem = mend(
        network, "conv", "Conv2d", {"in_channels": 1, "out_channels": 6, "kernel_size": -3, "name": "conv"}
    )
    for fix in problem.fixes:
        assert isinstance(tree.node_at(fix.network, "conv"), Conv2d)
