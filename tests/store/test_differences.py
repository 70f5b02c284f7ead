"""Two configs side by side: what differs is named, what is the same is said once."""

from cnnviz.store.differences import differences
from cnnviz.zoo import get
from tests.shelf import config


def test_only_what_differs_has_a_column():
    found = differences([config(), config(seed=1, learning_rate=0.1), config(seed=1)])
    assert found.differing == {"learning_rate": (0.001, 0.1, 0.001), "seed": (0, 1, 1)}
    assert found.same["network"] == "LeNet"
    assert found.same["batch_size"] == 32
    assert not found.differing.keys() & found.same.keys()


def test_the_same_config_twice_has_no_difference():
    assert differences([config(), config()]).differing == {}


def test_what_was_changed_by_hand_is_never_the_same_in_all():
    found = differences([config(), config()], {"learning_rate"})
    assert found.differing == {"learning_rate": (0.001, 0.001)}
    assert "learning_rate" not in found.same


def test_two_networks_differ_in_name_and_input():
    found = differences([config(), config(network=get("tiny_vgg", classes=10))]).differing
    assert found == {"network": ("LeNet", "TinyVGG")}


def test_two_of_one_name_are_compared_layer_by_layer():
    found = differences([config(), config(network=get("lenet", activation="relu"))]).differing
    assert found["network.act1"] == ("Sigmoid()", "ReLU()")
    assert set(found) == {"network.act1", "network.act2", "network.act3", "network.act4"}


def test_a_layer_that_one_lacks_is_none_there():
    found = differences([config(), config(network=get("lenet", pooling="max"))]).differing
    assert all(name.startswith("network.pool") for name in found)
