"""The builder's page: what is asked for in its panel and its findings, as the browser asks, and what then stands there."""

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.shapes import trace
from cnnviz.spec import from_link, to_link, tree
from cnnviz.ui import fields
from cnnviz.zoo import ZOO, get
from tests.pages.conftest import components


def panel(app):
    return components(app, "palette")[0]


def findings(app):
    return components(app, "facts")[0]


def entry(app, name):
    return next(each for each in panel(app)["node"]["entries"] if each["name"] == name)


def built(app):
    return from_link(app.session_state[fields.OWN_NETWORK.key])


# A component's callback runs before the page's script; AppTest has no browser that would start it.
SCRIPT = """
import streamlit as st
from cnnviz.ui import builder, shell

for answer, requests in st.session_state.pop("asked_by_the_test", []):
    getattr(builder, answer)(requests)
shell.run()
"""


@pytest.fixture
def app():
    return AppTest.from_string(SCRIPT, default_timeout=60)


def ask(app, do, **more):
    """Ask for something in the side panel as the browser does, and run the page."""
    return _asked(app, "asked", panel(app), do, {"path": panel(app)["node"]["path"]} | more)


def mend(app, fix=0, finding=0):
    """Press a fix of the findings."""
    more = {"finding": finding, "fix": fix, "version": findings(app)["version"]}
    return _asked(app, "mending", findings(app), "fix", more)


def _asked(app, answer, seen, do, more):
    app.session_state["asked_by_the_test"] = [
        (answer, {"requests": [{"serial": seen["serial"] + 1, "do": do, **more}]})
    ]
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def app_of(open_page):
    """Open the page with a network."""

    def opened(network=None, **link):
        return open_page("build", **({"own": to_link(network)} if network else {}), **link)

    return opened


def test_it_begins_empty_and_says_what_to_do(app_of):
    app = app_of()
    assert "first layer" in findings(app)["welcome"]
    assert [name for name, _ in findings(app)["starts"]] == ["small", "lenet", "tiny_vgg"]
    assert panel(app)["undo"] == ""
    assert not components(app, "box")
    assert "own" not in app.query_params
    assert app.button(key="widget:build_train").disabled


def test_layers_are_put_in_one_behind_the_other_and_the_link_follows(app_of):
    app = app_of()
    ask(app, "insert", what="Conv2d", where="inside")
    assert panel(app)["undo"] == "Insert conv1"
    assert panel(app)["node"]["path"] == "conv1"
    for what in ("ReLU", "MaxPool2d", "Flatten", "Linear"):
        ask(app, "insert", what=what, where="after")
    assert [each.name for each in built(app).body.items] == ["conv1", "relu1", "pool1", "flatten", "fc1"]
    assert trace(built(app)).output_shape == (10,)
    assert "10 scores, one for each class" in findings(app)["fine"]
    assert "".join(app.query_params["own"]) == to_link(built(app))
    assert not app.button(key="widget:build_train").disabled


@pytest.mark.parametrize("name", ["lenet", "nin", "resnet18"])
def test_it_starts_from_a_documented_network(app_of, name):
    app = app_of()
    app.selectbox(key="widget:build_start").select(name).run()
    assert built(app) == get(name)
    assert panel(app)["undo"] == f"Start from {get(name).name}"
    assert app.selectbox(key="widget:build_start").value is None
    ask(app, "undo")
    assert app.session_state[fields.OWN_NETWORK.key] == ""


def test_every_start_is_offered(app_of):
    assert len(app_of().selectbox(key="widget:build_start").options) == 2 + len(ZOO)


def test_every_action_is_one_step_that_can_be_undone_and_done_again(app_of):
    app = app_of(get("lenet"), layer="conv2")
    done = [built(app)]
    for do, more in (
        ("set", {"values": {"kernel_size": [3, 5]}}), ("duplicate", {}), ("up", {}), ("remove", {}), ("residual", {}), ("add_path", {}),
        ("block", {"path": "fc2"}), ("enter_down", {"path": "act3"}), ("dissolve", {"path": "block1"}), ("branches", {"path": "fc1"}),
        ("set", {"values": {"merge": "add"}}), ("set", {"path": "", "values": {"height": 30}}), ("set", {"path": "", "values": {"name": "Mine"}}),
        ("insert", {"path": "flatten", "what": "Dropout", "where": "before"}), ("down", {}),
    ):  # fmt: skip
        ask(app, do, **more)
        assert built(app) != done[-1], (do, panel(app)["notice"])
        assert panel(app)["undo"]
        done.append(built(app))
    for before in reversed(done[:-1]):
        ask(app, "undo")
        assert built(app) == before
    assert panel(app)["undo"] == ""
    for after in done[1:]:
        ask(app, "redo")
        assert built(app) == after
    assert panel(app)["redo"] == ""


def test_a_broken_layer_is_named_its_rows_stay_and_its_fix_builds_in_torch(app_of):
    import torch

    from cnnviz.nets.build import build

    app = app_of(get("lenet"), layer="conv1")
    ask(app, "set", values={"padding": 0})
    found = findings(app)["found"][0]
    assert (found["severity"], found["name"]) == ("error", "fc1")
    assert "400" in found["text"]
    assert "256" in found["text"]
    assert app.button(key="widget:build_train").disabled
    drawn = components(app, "box")[0]["box"]
    assert drawn["parts"][0]["output"] == [6, 24, 24]
    mend(app)
    assert findings(app)["fine"]
    network = built(app)
    assert build(network).eval()(torch.zeros(1, *network.input_shape)).shape == (1, 10)
    ask(app, "undo")
    ask(app, "undo")
    assert built(app) == get("lenet")


def test_a_fix_of_an_older_network_is_not_applied(app_of):
    app = app_of(get("lenet"), layer="conv1")
    ask(app, "set", values={"padding": 0})
    old = findings(app)["version"]
    ask(app, "set", values={"padding": 1})
    before = built(app)
    _asked(app, "mending", findings(app), "fix", {"finding": 0, "fix": 0, "version": old})
    assert built(app) == before


def test_what_cannot_exist_stays_typed_is_explained_and_changes_nothing(app_of):
    app = app_of(get("lenet"), layer="conv2")
    ask(app, "set", values={"groups": 4})
    assert built(app) == get("lenet")
    assert entry(app, "groups") | {"value": 4, "wrong": True} == entry(app, "groups")
    refused = panel(app)["refused"]
    assert "groups" in refused["text"]
    assert refused["fixes"]
    ask(app, "mend", fix=0)
    assert panel(app)["refused"] is None
    ask(app, "undo")
    ask(app, "set", values={"groups": 3})
    ask(app, "set", values={"out_channels": 18})
    assert tree.node_at(built(app), "conv2").groups == 3


@pytest.mark.parametrize(
    "values",
    [
        {"kernel_size": "three"}, {"kernel_size": [1, 2, 3]}, {"kernel_size": {"a": 1}}, {"padding": -1}, {"name": "fc1"}, {"name": "no name"},
        {"out_channels": 10**12}, {"stride": 0.5}, {"bias": "maybe"}, {"padding_mode": "mirror"}, {"kernel_size": None}, {"nothing": 1},
    ],
)  # fmt: skip
def test_nonsense_that_is_typed_is_a_sentence(app_of, values):
    app = app_of(get("lenet"), layer="conv1")
    ask(app, "set", values=values)
    assert panel(app)["refused"]["text"]
    assert built(app) == get("lenet")
    ask(app, "select", path="conv2")
    assert panel(app)["refused"] is None


def test_a_network_has_a_name_and_a_data_set_that_brings_its_pictures(app_of):
    app = app_of()
    ask(app, "set", values={"dataset": "cifar10"})
    assert built(app).input_shape == (3, 32, 32)
    assert panel(app)["undo"] == "Pictures of CIFAR-10"
    ask(app, "set", values={"name": "Mine"})
    assert built(app).name == "Mine"
    ask(app, "set", values={"name": "   "})
    assert panel(app)["refused"]["text"]
    assert built(app).name == "Mine"


def test_the_classes_of_other_pictures_are_asked_for(app_of):
    app = app_of(get("lenet"))
    ask(app, "set", values={"dataset": "own"})
    ask(app, "set", values={"classes": 12})
    assert findings(app)["found"]
    assert "".join(app.query_params["classes"]) == "12"
    ask(app, "set", values={"classes": "many"})
    assert "classes" in panel(app)["notice"]


def test_undo_gives_the_data_set_back_too(app_of):
    app = app_of()
    ask(app, "insert", what="Conv2d", where="inside")
    ask(app, "set", path="", values={"dataset": "mnist"})
    assert panel(app)["undo"] == "Pictures of MNIST"
    ask(app, "set", values={"dataset": "own"})
    ask(app, "set", values={"classes": 3})
    ask(app, "start", what="alexnet")
    for _ in range(3):
        ask(app, "undo")
    assert entry(app, "dataset")["value"] == "mnist"
    ask(app, "undo")
    ask(app, "select", path="")
    assert entry(app, "dataset")["value"] == "digits"


def test_a_network_deeper_than_any_link_takes_is_refused(app_of):
    app = app_of(get("lenet"), layer="conv1")
    for _ in range(40):
        ask(app, "block")
        before = built(app)
        if panel(app)["notice"]:
            break
    assert "too large" in panel(app)["notice"]
    assert built(app) == before


def test_what_follows_fits_itself_if_that_is_wished(app_of):
    app = app_of(get("lenet"), layer="conv1")
    ask(app, "fit", value=True)
    ask(app, "set", values={"out_channels": 9})
    assert tree.node_at(built(app), "conv2").in_channels == 9
    assert findings(app)["fine"]
    ask(app, "undo")
    assert built(app) == get("lenet")


def test_a_link_restores_network_and_choice(app_of):
    app = app_of(get("nin"), layer="block1.conv" if "block1" in str(get("nin")) else "")
    assert built(app) == get("nin")
    assert panel(app)["undo"] == ""


def test_a_choice_that_is_not_in_the_network_is_the_network(app_of):
    assert panel(app_of(get("lenet"), layer="nowhere.at.all"))["node"]["path"] == ""


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "explode"}, {"do": "insert"}, {"do": "insert", "what": "Dynamite", "where": "after"}, {"do": "insert", "what": "ReLU", "where": 3},
        {"do": "select", "path": "nowhere"}, {"do": "remove", "path": ""}, {"do": "up", "path": "conv1"}, {"do": "set", "values": 3},
        {"do": "set", "path": "", "values": {"dataset": "imagenet"}}, {"do": "mend", "fix": 9}, {"do": "start", "what": "skynet"}, {"do": 7},
        {"do": "fix", "finding": 0, "fix": 0, "version": 0}, {"do": "fix", "finding": -1, "fix": -9, "version": 0},
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_changes_nothing(app_of, request_):
    app = app_of(get("lenet"))
    ask(app, **request_)
    assert built(app) == get("lenet")


def test_a_network_that_another_page_puts_there_is_one_more_step(app_of):
    app = app_of(get("lenet"))
    app.session_state[fields.OWN_NETWORK.key] = to_link(get("nin"))
    app.run()
    assert panel(app)["undo"] == "Open NiN"
    ask(app, "undo")
    assert built(app) == get("lenet")


def test_the_table_keeps_the_rows_up_to_the_error(app_of):
    app = app_of(get("lenet"), layer="conv1")
    app.session_state["build_tabs"] = "Layers"
    ask(app, "set", values={"padding": 0})
    table = components(app, "layers")[0]
    assert [row["path"] for row in table["layers"]][-1] == "flatten"
    assert table["problem"]["path"] == "fc1"
    assert "256" in table["problem"]["sentence"]


def test_the_code_of_a_short_network_is_always_there(app_of):
    assert "class LeNet" in components(app_of(get("lenet")), "text")[0]["text"]


def test_the_code_of_many_layers_waits_for_its_button(app_of):
    app = app_of(get("resnet50"))
    assert not components(app, "text")
    app.button(key="widget:build_long_code").click().run()
    assert "class ResNet" in components(app, "text")[0]["text"]


def test_a_network_without_its_end_is_not_broken_but_cannot_be_trained(app_of):
    app = app_of()
    ask(app, "insert", what="Conv2d", where="inside")
    assert findings(app)["found"][0]["severity"] == "todo"
    assert "So far" in findings(app)["fine"]
    assert app.button(key="widget:build_train").disabled
    mend(app)
    assert not app.button(key="widget:build_train").disabled


@pytest.mark.parametrize(
    "link", [{"own": "garbage"}, {"data": "imagenet"}, {"classes": "0"}, {"fit": "maybe"}, {"layer": "a b"}]
)
def test_a_link_that_the_page_cannot_show_is_refused_by_name(app_of, link):
    app = app_of(**link)
    assert next(iter(link)) in app.warning[0].value
    assert panel(app)["node"]["path"] == ""
