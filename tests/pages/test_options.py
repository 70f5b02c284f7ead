"""What is varied in a documented network: on the page that shows it, in the link, and on the page that trains it."""

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.shapes import trace
from cnnviz.ui import fields
from cnnviz.zoo import ZOO, get
from tests.pages.conftest import go

PAGES = ("networks", "train")


@pytest.fixture
def chooser(monkeypatch, open_page):
    """Return the function that opens a page by its link, and what its menu of networks gives: the last is the newest."""
    from cnnviz.ui import network

    given, offer = [], network.offer

    def watched(after=None):
        given.append(None)
        found = offer(after)
        given[-1] = None if found.refused else found.network
        return found

    monkeypatch.setattr(network, "offer", watched)

    def opened(name, **link):
        return open_page(name, **link), given

    return opened


def widget(app: AppTest, option):
    """The widget of an option."""
    key = f"widget:option_{option}"
    kinds = (app.selectbox, app.number_input, app.text_input, app.toggle)
    return next(each for kind in kinds for each in kind if each.key == key)


def shown(app):
    """Option -> what its widget shows, of all that are there."""
    widgets = [*app.selectbox, *app.number_input, *app.text_input, *app.toggle]
    return {
        each.key.removeprefix("widget:option_"): each.value
        for each in widgets
        if each.key.startswith("widget:option_")
    }


def link(app):
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_option_of_a_network_has_a_widget_that_shows_the_documented_value(chooser, name):
    app, given = chooser("train", network=name)
    assert shown(app) == ZOO[name].defaults()
    assert given[-1] == get(name)
    assert ZOO[name].source in app.caption[0].value
    assert not [button for button in app.button if button.key == "widget:original"]


@pytest.mark.parametrize("where", PAGES)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("lenet", {"activation": "relu", "pooling": "max", "size": 33, "classes": 26, "channels": 3}),
        ("vgg11", {"blocks": "1-16 2-32 1-64", "width": 0.5, "dropout": 0.25, "batch_norm": True}),
        ("densenet121", {"growth_rate": 12, "follow": "torchvision", "batch_norm": False}),
        ("resnet50", {"follow": "paper", "size": 64, "width": 2, "activation": "gelu"}),
    ],
)
def test_options_come_from_the_link_and_go_into_it(chooser, where, name, options):
    texts = {
        option: str(int(value)) if isinstance(value, bool) else str(value)
        for option, value in options.items()
    }
    app, given = chooser(where, network=name, **texts)
    assert given[-1] == get(name, **options)
    assert shown(app) == ZOO[name].defaults(options) | options
    assert texts.items() <= link(app).items()


@pytest.mark.parametrize("where", PAGES)
def test_each_widget_changes_the_network_and_the_original_is_one_press_away(chooser, where):
    app, given = chooser(where, network="alexnet")
    wanted = {"activation": "gelu", "pooling": "avg", "size": 96, "channels": 3, "classes": 5, "width": 0.25, "dropout": 0.1, "batch_norm": True, "follow": "torchvision"}  # fmt: skip
    for count, (option, value) in enumerate(wanted.items(), start=1):
        widget(app, option).set_value(value).run()
        assert not app.exception
        assert given[-1] == get("alexnet", **dict(list(wanted.items())[:count])), option
    assert "torchvision.models.alexnet" in app.caption[0].value
    assert "Dropout 0.1" in app.caption[0].value
    app.button(key="widget:original").click().run()
    assert given[-1] == get("alexnet")
    assert shown(app) == ZOO["alexnet"].defaults()
    assert not set(wanted) & link(app.run()).keys()


def test_following_another_source_brings_its_defaults_and_keeps_what_was_chosen(chooser):
    app, given = chooser("train", network="googlenet", size="64", dropout="0.5")
    widget(app, "follow").set_value("torchvision").run()
    assert given[-1] == get("googlenet", follow="torchvision", size=64, dropout=0.5)
    assert shown(app)["classes"] == 1000
    widget(app, "follow").set_value("d2l").run()
    assert given[-1] == get("googlenet", size=64, dropout=0.5)


def test_a_value_set_back_by_hand_is_no_change(chooser):
    app, _given = chooser("train", network="lenet")
    widget(app, "activation").set_value("relu").run()
    assert app.button(key="widget:original")
    widget(app, "activation").set_value("sigmoid").run()
    assert not [button for button in app.button if button.key == "widget:original"]
    assert "activation" not in link(app)


def test_another_network_keeps_the_options_that_it_has_too_and_drops_the_others(chooser):
    app, given = chooser(
        "train", network="vgg11", blocks="1-8 1-8", size="32", activation="gelu", follow="torchvision"
    )
    app.selectbox(key="widget:network").set_value("resnet18").run()
    assert given[-1] == get("resnet18", size=32, activation="gelu", follow="torchvision")
    app.selectbox(key="widget:network").set_value("alexnet").run()  # it needs larger pictures
    assert given[-1] == get("alexnet", activation="gelu", follow="torchvision")
    app.selectbox(key="widget:network").set_value("lenet").run()  # there is no other source of it
    assert given[-1] == get("lenet", activation="gelu")
    app.selectbox(key="widget:network").set_value("vgg11").run()
    assert given[-1] == get("vgg11", activation="gelu")


@pytest.mark.parametrize("where", PAGES)
def test_too_small_a_picture_is_explained_and_nothing_is_lost(chooser, where):
    app, given = chooser(where, network="alexnet", size="40", activation="tanh")
    said = "is too small: the convolutions and poolings of AlexNet need pictures of at least 65x65"
    sentences = {"networks": f"Input side 40 {said}.", "train": f"`size` (=40) {said}"}
    assert app.error[0].value == sentences[where]
    assert given[-1] is None
    assert shown(app) == ZOO["alexnet"].defaults() | {"size": 40, "activation": "tanh"}
    app.button(key="widget:least_size").click().run()
    assert not app.error
    assert given[-1] == get("alexnet", size=65, activation="tanh")


@pytest.mark.parametrize("where", PAGES)
def test_a_table_of_blocks_that_is_none_is_explained_and_stays_to_be_mended(chooser, where):
    app, given = chooser(where, network="vgg13")
    widget(app, "blocks").set_value("2-64 128").run()
    assert "such as 1-64 2-128" in app.error[0].value
    assert shown(app)["blocks"] == "2-64 128"
    widget(app, "blocks").set_value("2-64 1-128").run()
    assert not app.error
    assert given[-1] == get("vgg13", blocks="2-64 1-128")


@pytest.mark.parametrize(
    ("wrong", "value"),
    [("activation", "step"), ("size", "0"), ("size", "5000"), ("dropout", "2"), ("width", "3"), ("classes", "x"), ("blocks", "64"), ("batch_norm", "2")],
)  # fmt: skip
def test_a_value_in_a_link_that_no_network_can_have_is_refused_by_name(chooser, wrong, value):
    app, given = chooser("train", network="vgg11", **{wrong: value})
    assert wrong in app.warning[0].value
    assert given[-1] == get("vgg11")


def test_an_option_in_a_link_that_this_network_does_not_have_is_left_out(chooser):
    app, given = chooser("train", network="lenet", growth_rate="8", follow="torchvision", blocks="1-8")
    assert given[-1] == get("lenet")
    assert not {"growth_rate", "follow", "blocks"} & link(app.run()).keys()


def test_the_options_stay_on_the_way_from_page_to_page(chooser, app):
    _app, given = chooser("networks", network="lenet", activation="relu", size="32")
    go(app, "train")
    assert given[-1] == get("lenet", activation="relu", size=32)
    assert trace(given[-1]).output_shape == (10,)


def test_every_option_of_the_zoo_has_a_field_of_its_name():
    assert {field.url for field in fields.OPTIONS.values()} == set(fields.OPTIONS)
