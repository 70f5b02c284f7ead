"""The Train page's form stands for one config, suggests what is good, and keeps what somebody changed."""

import json
from dataclasses import replace

import pytest

from cnnviz.train import runs
from cnnviz.train.config import suggested
from cnnviz.zoo import get
from tests.pages.conftest import go

LENET = suggested(get("lenet"), "digits")


@pytest.fixture
def started(monkeypatch):
    """The configs that Start was pressed with; nothing is trained."""
    configs = []

    def start(config, **more):
        configs.append(config)
        return runs.create(config)

    monkeypatch.setattr(runs, "start", start)
    return configs


def press_start(app):
    app.button(key="widget:start").click().run()
    assert not app.exception


def test_start_alone_trains_as_suggested_and_the_link_says_nothing_of_it(open_page, app, started):
    open_page("train", device="cpu")
    press_start(app)
    assert started == [replace(LENET, device="cpu")]
    assert "lr" not in app.query_params
    assert "optimizer" not in app.query_params


def test_what_is_changed_goes_into_config_and_link_and_back_again(open_page, app, started):
    open_page("train")
    app.number_input(key="widget:learning_rate").set_value(0.005).run()
    app.selectbox(key="widget:optimizer").select("sgd").run()
    app.toggle(key="widget:nesterov").set_value(True).run()
    app.multiselect(key="widget:augment").select("shift").run()
    press_start(app)
    [config] = started
    assert (config.learning_rate, config.optimizer, config.nesterov) == (0.005, "sgd", True)
    assert config.augment == ("shift",)
    assert app.query_params["lr"] == "0.005"
    assert app.query_params["augment"] == "shift"
    app.button(key="widget:suggested").click().run()
    press_start(app)
    assert started[1] == LENET
    assert "lr" not in app.query_params


def test_adam_s_betas_are_asked_for_where_they_matter(open_page, app, started):
    open_page("train", optimizer="adamw", beta1="0.8")
    app.number_input(key="widget:beta2").set_value(0.95).run()
    press_start(app)
    assert (started[0].beta1, started[0].beta2) == (0.8, 0.95)
    assert app.query_params["beta2"] == "0.95"
    app.selectbox(key="widget:optimizer").select("rmsprop").run()
    assert not any(each.key in {"widget:beta1", "widget:beta2"} for each in app.number_input)


def test_another_network_gets_its_own_suggestion(open_page, app, started):
    open_page("train")
    app.number_input(key="widget:epochs").set_value(7).run()
    app.selectbox(key="widget:network").select("simple_cnn").run()
    press_start(app)
    assert started == [suggested(get("simple_cnn"), "digits")]


def test_what_another_choice_makes_pointless_is_left_out(open_page, app, started):
    open_page(
        "train", optimizer="sgd", nesterov="1", validation="0.2", patience="4", mode="fast", compiled="1"
    )
    press_start(app)
    assert (started[0].nesterov, started[0].patience, started[0].compiled) == (True, 4, True)
    app.selectbox(key="widget:optimizer").select("adamw").run()
    app.number_input(key="widget:validation_fraction").set_value(0.0).run()
    app.selectbox(key="widget:mode").select("exact").run()
    press_start(app)
    assert (started[1].nesterov, started[1].patience, started[1].compiled) == (False, 0, False)


@pytest.mark.parametrize(
    "config",
    [
        LENET,
        replace(LENET, device="cpu", epochs=3, augment=("flip", "rotate"), patience=2, clip_norm=1.0),
        replace(suggested(get("tiny_vgg", classes=10)), network=get("tiny_vgg", classes=10), schedule="step"),
        replace(LENET, network=get("lenet", activation="relu"), optimizer="sgd", nesterov=True, seed=5),
    ],
    ids=["suggested", "changed", "options", "own"],
)
def test_a_config_file_sets_the_whole_form(open_page, app, started, config):
    open_page("train")
    upload = next(each for each in app.get("file_uploader") if each.key == "widget:config_file")
    upload.upload("run.json", config.to_json().encode(), "application/json").run()
    assert not app.exception
    assert [each.value for each in app.error] == []
    press_start(app)
    assert started == [config]


def test_a_config_file_beyond_the_form_is_shown_and_its_numbers_are_to_be_corrected(open_page, app, started):
    open_page("train")
    wild = replace(LENET, learning_rate=50.0, epochs=5000, seed=7)
    upload = next(each for each in app.get("file_uploader") if each.key == "widget:config_file")
    upload.upload("wild.json", wild.to_json().encode(), "application/json").run()
    assert (app.number_input(key="widget:learning_rate").value, app.number_input(key="widget:epochs").value) == (50.0, 5000)  # fmt: skip
    assert "Correct this first, then Start: Learning rate, Epochs" in [each.value for each in app.caption]
    assert app.button(key="widget:start").disabled
    assert {"lr", "epochs"}.isdisjoint(app.query_params)
    app.number_input(key="widget:learning_rate").set_value(0.005).run()
    app.number_input(key="widget:epochs").set_value(4).run()
    press_start(app)
    assert started == [replace(LENET, learning_rate=0.005, epochs=4, seed=7)]


def test_a_file_that_is_no_config_is_refused_with_its_place_and_nothing_is_lost(open_page, app, started):
    open_page("train", lr="0.005")
    for content in (b"{}", b"no json", json.dumps(json.loads(LENET.to_json()) | {"epochs": 0}).encode()):
        upload = next(each for each in app.get("file_uploader") if each.key == "widget:config_file")
        upload.upload("bad.json", content, "application/json").run()
        assert "bad.json" in app.error[0].value
    press_start(app)
    assert started == [replace(LENET, learning_rate=0.005)]


@pytest.mark.parametrize(
    ("name", "typed", "good"),
    [
        ("learning_rate", 50.0, 0.005),
        ("epochs", 0, 4),
        ("batch_size", 10**9, 8),
        ("weight_decay", -0.5, 0.25),
    ],
)
def test_a_number_that_cannot_be_is_said_and_nothing_else_is_trained_instead(
    open_page, app, started, name, typed, good
):
    open_page("train")
    field = f"widget:{name}"
    app.number_input(key=field).set_value(typed)
    press_start(app)  # in one go, as a click takes the number out of the browser's field
    assert app.number_input(key=field).value == typed
    assert any(f"`{name}` (={typed:.10g}) must be" in each.value for each in app.markdown)
    assert app.button(key="widget:start").disabled
    assert started == []
    go(app, "draw")
    go(app, "train")
    assert app.number_input(key=field).value == typed  # nothing is lost
    app.number_input(key=field).set_value(good).run()
    press_start(app)
    assert [getattr(config, name) for config in started] == [good]


def test_a_number_that_cannot_be_holds_nothing_up_where_it_does_not_matter_or_is_taken_back(
    open_page, app, started
):
    open_page("train", optimizer="sgd")
    app.number_input(key="widget:momentum").set_value(3.0).run()
    assert app.button(key="widget:start").disabled
    app.selectbox(key="widget:optimizer").select("adamw").run()
    assert not app.button(key="widget:start").disabled
    app.number_input(key="widget:learning_rate").set_value(50.0).run()
    assert app.button(key="widget:start").disabled
    app.button(key="widget:suggested").click().run()
    press_start(app)
    assert started == [LENET]


def test_what_the_config_itself_refuses_leaves_the_form_where_it_is(open_page, app, started):
    open_page("train", network="resnet18", classes="10", size="32", batch="1")
    assert any("must be at least 2" in error.value for error in app.error)
    assert app.button(key="widget:start").disabled
    assert app.number_input(key="widget:batch_size").value == 1
    app.number_input(key="widget:batch_size").set_value(2).run()
    assert not app.error
    assert not app.button(key="widget:start").disabled


def test_the_form_survives_a_visit_to_another_page(open_page, app, started):
    open_page("train", epochs="9")
    app.selectbox(key="widget:optimizer").select("rmsprop").run()
    go(app, "draw")
    go(app, "train")
    press_start(app)
    assert started == [replace(LENET, epochs=9, optimizer="rmsprop")]
