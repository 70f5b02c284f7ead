"""The Train and Draw pages with real runs, and everything that a student may do wrong there."""

import base64
import io
import time

import pytest
from PIL import Image, ImageDraw

from cnnviz.components import Drawing
from cnnviz.spec import to_json
from cnnviz.train import runs
from cnnviz.train.run import ALIVE
from cnnviz.ui.shell import PAGES
from cnnviz.zoo import get
from tests import shelf
from tests.pages.conftest import component, components, go, stage_of

WIDGETS = ("button", "selectbox", "slider", "select_slider", "number_input", "text_input", "button_group", "toggle", "file_uploader", "download_button")  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_every_widget_has_a_key_so_that_a_translated_label_does_not_reset_it(open_page, name):
    app = open_page(name)
    found = [element for kind in WIDGETS for element in app.get(kind)]
    assert found
    assert all(element.key for element in found if hasattr(element, "key"))


def test_a_run_is_started_watched_to_its_end_and_drawn_with(open_page, app):
    open_page("train", network="simple_cnn", epochs="3")
    assert "No run yet" in app.info[0].value
    app.button(key="widget:start").click().run()
    assert len(runs.list_runs()) == 1
    deadline = time.monotonic() + 90
    while runs.list_runs()[0].state() in ALIVE:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    app.run()
    facts = {metric.label: metric.value for metric in app.metric}
    assert facts["Test accuracy"].endswith("%")
    [given] = components(app, "curves")
    points = {(curve["plot"], curve["name"]): len(curve["points"]) // 2 for curve in given["curves"]}
    assert points["loss", "Training"] > 3
    assert points["accuracy", "Validation"] == 3
    go(app, "draw")
    app.selectbox(key="widget:checkpoint").set_value(runs.list_runs()[0].name).run()
    assert not app.error


def test_stop_ends_a_run_and_says_so(open_page, app):
    open_page("train", epochs="500")
    app.button(key="widget:start").click().run()
    app.button(key="widget:run_stop").click().run()
    assert runs.list_runs()[0].state() == "stopped"
    assert not app.exception


def test_a_folder_that_is_not_there_is_named_and_start_waits(open_page, app):
    open_page("train", dataset="folder", folder="/nowhere/at/all")
    assert "There is no folder /nowhere/at/all" in app.error[0].value
    assert app.button(key="widget:start").disabled


def test_a_network_that_does_not_fit_the_data_is_explained(open_page, app, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
    open_page("train", dataset="folder", folder=str(tmp_path / "pets"))
    assert "LeNet tells 10 classes apart, but pets has 2" in app.error[0].value
    assert app.button(key="widget:start").disabled
    assert app.number_input(key="widget:epochs").value  # the form stays
    app.button(key="widget:fit_classes").click().run()
    assert app.query_params["classes"] == "2"
    assert not any("classes apart" in error.value for error in app.error)


def test_data_that_are_not_there_are_offered_with_their_size(open_page, app):
    open_page("train", dataset="mnist")
    assert "11.6 MB to download" in app.info[0].value
    assert app.button(key="widget:start").disabled


def test_an_own_network_comes_in_as_json_and_a_damaged_one_is_refused_with_its_place(open_page, app):
    open_page("networks")
    own = get("tiny_vgg")
    upload = app.get("file_uploader")[0]
    upload.upload("own.json", to_json(own).encode(), "application/json").run()
    assert {metric.label: metric.value for metric in app.metric}["Parameters"] == "7,740"
    damaged = to_json(own).replace('"padding": 1', '"padding": -1', 1)
    app.get("file_uploader")[0].upload("bad.json", damaged.encode(), "application/json").run()
    assert "`padding` (=-1)" in app.error[0].value
    assert {metric.label: metric.value for metric in app.metric}["Parameters"] == "7,740"  # nothing is lost


def test_a_text_file_called_png_is_refused_and_the_page_goes_on(open_page, app):
    open_page("convolution", input="upload")
    app.get("file_uploader")[0].upload("note.png", b"just text", "image/png").run()
    assert "`note.png` is not a picture that we read" in app.error[0].value
    assert stage_of(app)["output"]["shape"] == [1, 6, 6]


def seven():
    image = Image.new("L", (280, 280))
    ImageDraw.Draw(image).line([(80, 70), (200, 70), (130, 230)], fill=255, width=20, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG")
    return Drawing(
        base64.b64encode(out.getvalue()).decode(), [{"size": 20, "points": [[80, 70], [200, 70], [130, 230]]}]
    )


def test_runs_to_draw_with_have_their_names_and_trials_come_last(open_page, tmp_path):
    for age, (name, about) in enumerate({"t": {"search": "rates"}, "r": {"name": "Mine"}, "o": {}}.items()):
        (shelf.made(tmp_path / "runs", name, age=age, about=about).path / "best.safetensors").touch()
    options = open_page("draw").selectbox(key="widget:checkpoint").options[2:]
    told = [(option.split(" · ")[0], option.split(" · ")[2]) for option in options]
    assert told == [("Mine", "r"), ("LeNet", "o"), ("LeNet", "t (trial of rates)")]


@pytest.mark.parametrize("checkpoint", ["digit_recognizer", "lenet"])
def test_a_drawn_seven_is_recognised_by_each_shipped_network(open_page, app, checkpoint):
    app.session_state["drawing"] = seven()
    data = component(open_page("draw", checkpoint=checkpoint))
    assert data["prediction"]["digit"] == 7
    assert sum(data["prediction"]["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert len(data["input"]) == 784
    assert data["strokes"] == seven().strokes


@pytest.mark.parametrize("png", ["", "no base64!", base64.b64encode(b"no picture").decode()])
def test_a_drawing_that_is_none_gives_no_prediction_and_no_error(open_page, app, png):
    app.session_state["drawing"] = Drawing(png, [])
    assert component(open_page("draw"))["prediction"] is None
    assert not app.error
