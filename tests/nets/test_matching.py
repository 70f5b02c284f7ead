"""Somebody else's weights in our networks: the right ones, or none, and everything said."""

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load

from cnnviz.nets.build import build
from cnnviz.nets.matching import Fit, Lone, Misfit, ends, fill, match, pack, told
from cnnviz.spec import AdaptiveAvgPool2d, Branches, Chain, Conv2d, Flatten, MaxPool2d, Network, ReLU
from cnnviz.zoo import ZOO, get
from tests.strategies import networks
from tests.zoo.test_zoo import narrow


def state(network, seed=0):
    """Weights as after training, every number another one."""
    torch.manual_seed(seed)
    return {
        name: torch.randn(tensor.shape) if tensor.is_floating_point() else tensor
        for name, tensor in build(network).state_dict().items()
    }


def stored(weights):
    """The same tensors in the order in which a safetensors file keeps them: by name."""
    return dict(sorted(weights.items()))


def names(found):
    return {fit.theirs: fit.ours for fit in found.fits}


def scores(network, weights, pictures):
    module = build(network).eval()
    module.load_state_dict(weights)
    with torch.no_grad():
        return module(pictures)


@pytest.mark.parametrize(
    "prefix", ["", "module.", "model.", "model.backbone.", "_orig_mod.module.", "student."]
)
def test_equal_names_fit_whatever_wrapper_stands_before_them(prefix):
    network = get("lenet")
    weights = state(network)
    found = match(network, stored({prefix + name: tensor for name, tensor in weights.items()}))
    assert names(found) == {prefix + name: name for name in weights}
    assert {fit.by for fit in found.fits} == {"name"}
    assert (found.misfits, found.missing, found.unused, found.broken) == ((), (), (), ())
    filled = fill(network, {prefix + name: tensor for name, tensor in weights.items()}, found)
    assert all(torch.equal(filled[name], tensor) for name, tensor in weights.items())


def test_a_head_of_other_classes_stays_fresh_and_its_two_shapes_are_said():
    network = get("lenet")
    weights = state(network)
    wider = weights | {"fc3.weight": torch.randn(1000, 84), "fc3.bias": torch.randn(1000)}
    found = match(network, stored(wider))
    assert found.wanted == 10
    assert len(found.fits) == 8
    assert found.misfits == (
        Misfit("fc3.weight", "fc3.weight", (1000, 84), (10, 84)),
        Misfit("fc3.bias", "fc3.bias", (1000,), (10,)),
    )
    filled = fill(network, wider, found)
    assert torch.equal(filled["conv1.weight"], weights["conv1.weight"])
    assert 0 < filled["fc3.weight"].abs().max() <= 84**-0.5 + 1e-6  # as torch initialises it
    assert torch.equal(filled["fc3.weight"], fill(network, wider, found)["fc3.weight"])


@pytest.mark.parametrize("name", sorted(ZOO))
def test_a_file_tells_the_channels_and_classes_of_its_own_network(name):
    network, other = narrow(get(name)), narrow(get(name, channels=2, classes=7))
    weights = state(other)
    assert told(other, match(other, weights)) == {}
    there = renamed(weights)
    for theirs in (weights, {there[key]: tensor for key, tensor in weights.items()}):
        if name == "nin" and theirs is not weights:
            continue  # its classes are the channels of its last three layers: under other names it is another network
        assert told(network, match(network, stored(theirs))) == {"channels": 2, "classes": 7}


def test_the_ends_of_a_network_are_its_first_and_last_layer_with_weights():
    assert ends(get("lenet")) == ("conv1", "fc3")
    assert ends(get("resnet18")) == ("b1.conv", "fc")
    assert ends(Network("Pool", (1, 4, 4), Chain("", (MaxPool2d(2),)))) == ("", "")


def test_the_packed_file_has_our_names_so_that_our_code_loads_it():
    network = get("lenet")
    theirs = {f"model.{name}": tensor for name, tensor in state(network).items()}
    packed = load(pack(network, theirs, match(network, theirs)))
    build(network).load_state_dict(packed)
    assert torch.equal(packed["fc1.weight"], theirs["model.fc1.weight"])


def test_what_only_one_side_has_is_listed():
    network = get("lenet")
    weights = state(network)
    del weights["conv2.bias"]
    found = match(network, weights | {"aux.scale": torch.ones(7), "step": torch.tensor(3)})
    assert found.missing == (Lone("conv2.bias", (16,)),)
    assert found.unused == (Lone("aux.scale", (7,)), Lone("step", ()))


def test_numbers_that_are_not_finite_are_left_out_and_said():
    network = get("lenet")
    weights = state(network)
    weights["conv2.weight"][0, 0, 0, 0] = float("nan")
    weights["fc1.bias"] = weights["fc1.bias"].double() * 1e300  # too large for float32
    found = match(network, weights)
    assert [fit.ours for fit in found.broken] == ["conv2.weight", "fc1.bias"]
    assert all(tensor.isfinite().all() for tensor in fill(network, weights, found).values())


def test_other_number_types_become_float32_and_are_counted():
    network = get("lenet")
    weights = state(network)
    kinds = [torch.float16, torch.bfloat16, torch.float64, torch.float32, torch.int8]
    cast = {name: tensor.to(kinds[number % 5]) for number, (name, tensor) in enumerate(weights.items())}
    found = match(network, cast)
    assert found.converted == {"bfloat16": 2, "float16": 2, "float64": 2}
    assert len(found.missing) == len(found.unused) == 2  # whole numbers are no weights
    assert {tensor.dtype for tensor in fill(network, cast, found).values()} == {torch.float32}


def renamed(weights):
    """Our name -> what another library might call it: every part by its number among its brothers."""
    numbers, names = {}, {}
    for name in weights:
        *path, kind = name.split(".")
        there = ""
        for depth, part in enumerate(path):
            brothers = numbers.setdefault(tuple(path[:depth]), {})
            there += f"part{brothers.setdefault(part, len(brothers))}."
        names[name] = there + kind
    return names


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_order_of_layers_finds_what_other_names_hide(name):
    network = narrow(get(name))
    weights = state(network)
    there = renamed(weights)
    found = match(network, stored({there[name]: tensor for name, tensor in weights.items()}))
    assert {fit.ours: fit.theirs for fit in found.fits} == {
        name: there[name] for name in weights if not name.endswith("num_batches_tracked")
    }
    assert {fit.by for fit in found.fits} == {"order"}


def fire(channels, squeeze, expand, number):
    return Chain(
        f"fire{number}",
        (
            Conv2d(channels, squeeze, 1, name="reduce"), ReLU(),
            Branches("both", (Chain("one", (Conv2d(squeeze, expand, 1), ReLU())),
                              Chain("three", (Conv2d(squeeze, expand, 3, padding=1), ReLU())))),
        ),
    )  # fmt: skip


def squeezenet(classes=10, channels=3):
    pool = MaxPool2d(3, 2, ceil_mode=True)
    return Network("SqueezeNet 1.1", (channels, 64, 64), Chain("", (
        Conv2d(channels, 64, 3, 2), ReLU(), pool, fire(64, 16, 64, 2), fire(128, 16, 64, 3), pool,
        fire(128, 32, 128, 4), fire(256, 32, 128, 5), pool, fire(256, 48, 192, 6), fire(384, 48, 192, 7),
        fire(384, 64, 256, 8), fire(512, 64, 256, 9), Conv2d(512, classes, 1), ReLU(), AdaptiveAvgPool2d(1), Flatten(),
    )))  # fmt: skip


@pytest.fixture(scope="module")
def theirs():
    torch.manual_seed(0)
    return torchvision.models.squeezenet1_1(weights=None, num_classes=10).eval()


def test_torchvisions_weights_give_torchvisions_output_in_a_network_of_other_names(theirs):
    found = match(squeezenet(), stored(theirs.state_dict()))
    assert {fit.by for fit in found.fits} == {"order"}
    pictures = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        expected = theirs(pictures)
    got = scores(squeezenet(), fill(squeezenet(), theirs.state_dict(), found), pictures)
    assert (got - expected).abs().max() < 1e-5


def test_first_and_last_layer_may_differ_where_names_do_too(theirs):
    found = match(squeezenet(classes=7, channels=1), stored(theirs.state_dict()))
    assert {(miss.theirs, miss.their_shape, miss.our_shape) for miss in found.misfits} == {
        ("features.0.weight", (64, 3, 3, 3), (64, 1, 3, 3)),
        ("classifier.1.weight", (10, 512, 1, 1), (7, 512, 1, 1)),
        ("classifier.1.bias", (10,), (7,)),
    }
    assert len(found.fits) == 52 - 3


@pytest.mark.parametrize(
    "name", ["resnet18", "resnet50", "densenet121", "googlenet", "inception_v3", "vgg16_bn"]
)
def test_a_file_sorted_by_name_is_put_back_into_the_order_of_its_layers(name):
    """A chain of layers with the very tensors of a torchvision network, in its order, under other names."""
    from cnnviz.nets import matching

    with torch.device("meta"):
        quiet = {"init_weights": False} if name in {"googlenet", "inception_v3"} else {}
        module = torchvision.models.get_model(name, weights=None, **quiet)
    shapes = {
        key: tuple(tensor.shape) for key, tensor in module.state_dict().items() if not key.endswith("tracked")
    }
    layers = list(dict.fromkeys(key.rpartition(".")[0] for key in shapes))
    truth = {key: f"l{layers.index(key.rpartition('.')[0])}.{key.rpartition('.')[2]}" for key in shapes}
    found = matching._by_order(stored(shapes), {truth[key]: shape for key, shape in shapes.items()})
    assert {key: our for key, (our, _) in found.items()} == truth


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "resnet50", "googlenet", "densenet121"])
def test_every_tensor_of_torchvision_finds_its_place_in_the_network_that_follows_it(name):
    with torch.device("meta"):
        quiet = {"init_weights": False} if name == "googlenet" else {}
        there = torchvision.models.get_model(name, weights=None, **quiet).state_dict()
    theirs = {key: torch.tensor(0.0).expand(tensor.shape) for key, tensor in there.items()}
    network = get(name, follow="torchvision")
    found = match(network, stored(theirs))
    with torch.device("meta"):
        ours = [key for key in build(network).state_dict() if not key.endswith("num_batches_tracked")]
    in_order = [key for key in there if not key.endswith("num_batches_tracked") and "aux" not in key]
    assert names(found) == dict(zip(in_order, ours, strict=True))
    assert {lone.name.partition(".")[0] for lone in found.unused} <= {"aux1", "aux2"}


def test_two_layers_that_cannot_be_told_apart_stay_apart():
    network = Network("Two", (4, 8, 8), Chain("", (Conv2d(4, 4, 1, name="a"), Conv2d(4, 4, 1, name="b"))))
    alone = match(network, {"x.weight": torch.ones(4, 4, 1, 1), "x.bias": torch.ones(4)})
    assert alone.fits == ()
    assert len(alone.missing) == 4


def test_a_shape_that_only_one_layer_has_is_enough_where_the_order_is_lost():
    network = Network("Two", (4, 8, 8), Chain("", (Conv2d(4, 6, 1, name="a"), Conv2d(6, 4, 3, name="b"))))
    found = match(network, {"x.weight": torch.ones(4, 6, 3, 3), "x.bias": torch.ones(4)})
    assert found.fits == (
        Fit("x.weight", "b.weight", (4, 6, 3, 3), "shape"),
        Fit("x.bias", "b.bias", (4,), "shape"),
    )


NAMES = st.lists(
    st.sampled_from(["module", "0", "1", "10", "conv1", "fc", "weight", "bias"]), min_size=1, max_size=5
)


@given(
    networks(8),
    st.dictionaries(NAMES.map(".".join), st.lists(st.integers(0, 4), max_size=4).map(tuple), max_size=30),
)
@settings(max_examples=60)
def test_whatever_a_file_holds_each_tensor_is_said_once_and_fits_or_stays_out(network, shapes):
    tensors = {name: torch.zeros(shape) for name, shape in shapes.items()}
    found = match(network, tensors)
    expected = {n: t for n, t in build(network).state_dict().items() if not n.endswith("num_batches_tracked")}
    ours = [*found.fits, *found.misfits, *found.broken]
    assert sorted([*(fit.ours for fit in ours), *(lone.name for lone in found.missing)]) == sorted(expected)
    assert sorted([*(fit.theirs for fit in ours), *(lone.name for lone in found.unused)]) == sorted(tensors)
    build(network).load_state_dict(fill(network, tensors, found))


def test_a_file_made_to_confuse_ends_soon():
    """Every order of thirty different brothers fits as far as the last layer, which is nowhere."""
    layers = (
        *(Conv2d(4, 4, 1, bias=False, name=f"layer{n}") for n in range(60)),
        Conv2d(4, 9, 7, name="last"),
    )
    network = Network("Long", (4, 9, 9), Chain("", layers))
    one = torch.ones(4, 4, 1, 1)
    wild = {f"a{n}.{part}.weight": one for n in range(30) for part in ("x", "y")}
    wild |= {f"a{n}.z.weight": torch.ones(4, 4, 1, n + 2) for n in range(30)}
    found = match(network, wild)
    assert found.fits == ()
    assert len(found.unused) == 90
