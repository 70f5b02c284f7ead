"""The right half of the Train page in every state of a run, old and damaged ones too."""

import json
import os
import time

import numpy as np
import pytest

from cnnviz.train import control, queue
from cnnviz.train.events import Changed, Steps, to_line
from cnnviz.train.history import EVENTS
from cnnviz.train.runs import runs_root
from tests.pages.conftest import components
from tests.train import folders


def part(app, name):
    """Return what one of our components was given: the one whose data have that name."""
    return components(app, name)[0]


def buttons(app):
    """Return the living controls: label -> disabled."""
    return {each.label: each.disabled for each in app.button if each.key and "widget:run_" in each.key}


def said(app):
    """Return the doctor's findings, the gravest first."""
    return part(app, "found")["found"]


def test_a_finished_run_shows_its_curves_its_test_accuracy_and_a_look_inside(open_page):
    run = folders.written(runs_root())
    app = open_page("train", run=run.name)
    given = part(app, "curves")
    names = {(each["plot"], each["name"]) for each in given["curves"]}
    assert names == {
        ("loss", "Training"), ("loss", "Validation"), ("accuracy", "Training"), ("accuracy", "Validation"), ("rate", "Learning rate"),
    }  # fmt: skip
    assert len(given["curves"][0]["points"]) == 2 * 6 * folders.STEPS
    assert given["clocks"][0]["epoch"] == folders.STEPS
    assert [mark["text"] for mark in given["marks"]] == ["best: epoch 6", "rate 0.0005"]
    assert {each.label: each.value for each in app.metric}["Test accuracy"] == "94.72 %"
    inside = part(app, "strips")
    assert inside["answers"]["truths"] == [number % 10 for number in range(12)]
    assert inside["kernels"]["shape"] == [6, 1, 5, 5]
    assert [len(strip["layers"]) for strip in inside["strips"]] == [5, 5, 4]
    assert not given["running"]


@pytest.mark.parametrize(
    ("end", "words"), [("failed", "The disk is full: No space left"), ("", "without a word")]
)
def test_why_a_run_failed_stands_where_the_doctor_speaks(open_page, end, words):
    run = folders.written(runs_root(), end=end)
    app = open_page("train", run=run.name)
    assert said(app)[0]["severity"] == "error"
    assert words in said(app)[0]["text"]


def test_nan_names_the_layer_first_and_what_to_try(open_page):
    app = open_page("train", run=folders.written(runs_root(), end="nan").name)
    assert "classifier.5" in said(app)[0]["text"]
    assert said(app)[0]["advice"]


def test_a_stopped_run_can_be_taken_up(open_page):
    app = open_page("train", run=folders.written(runs_root(), end="stopped").name)
    assert buttons(app) == {"Resume": False}
    assert any(each.label == "More epochs" for each in app.number_input)


def test_a_run_without_anything_but_its_config_is_shown(open_page):
    run = folders.written(runs_root(), end="stopped")
    for path in run.path.iterdir():
        if path.name != "config.json":
            path.unlink()
    app = open_page("train", run=run.name)
    assert not app.exception
    assert not components(app, "curves"), "nothing is promised that will not come"


def test_a_run_that_keeps_no_pictures_for_validation_has_no_curve_of_it(open_page):
    run = folders.written(runs_root(), end="stopped", epochs=1)
    events = [json.loads(line) for line in (run.path / EVENTS).read_text().splitlines()]
    events[0]["validation_samples"] = 0
    kept = [json.dumps(each) + "\n" for each in events if each["event"] != "EpochEnd"]
    (run.path / EVENTS).write_text("".join(kept))
    given = part(open_page("train", run=run.name), "curves")
    assert {each["name"] for each in given["curves"]} == {"Training", "Learning rate"}


@pytest.mark.parametrize("damage", ["missing", "torn", "pickle", "strange", "empty"])
def test_a_damaged_look_inside_breaks_nothing(open_page, damage):
    run = folders.written(runs_root())
    path = run.path / "live.npz"
    match damage:
        case "missing":
            path.unlink()
        case "torn":
            path.write_bytes(path.read_bytes()[:300])
        case "pickle":
            np.savez(path, kernels=np.array([{"a": 1}], dtype=object))
        case "strange":
            np.savez(path, kernels=np.zeros((0, 1)), pictures=np.zeros((3, 3)), labels=np.array(["a", "b"]))
        case "empty":
            path.write_bytes(b"")
    app = open_page("train", run=run.name)
    assert not app.exception
    assert not app.error
    assert part(app, "strips")["kernels"] is None


def test_damaged_event_lines_are_passed_over(open_page):
    run = folders.written(runs_root())
    path = run.path / EVENTS
    path.write_bytes(b'{"event": "Steps"}\nnonsense\n' + path.read_bytes() + b'{"event": "St')
    app = open_page("train", run=run.name)
    assert not app.exception
    assert part(app, "curves")["curves"][0]["points"]


def test_events_of_yesterday_without_looks_are_still_shown(open_page):
    run = folders.written(runs_root())
    lines = [json.loads(line) for line in (run.path / EVENTS).read_text().splitlines()]
    for line in lines:
        line.pop("handful", None), line.pop("classes", None), line.pop("early", None)
    kept = [json.dumps(line) + "\n" for line in lines if line["event"] != "Watched"]
    (run.path / EVENTS).write_text("".join(kept))
    (run.path / "live.npz").unlink()
    app = open_page("train", run=run.name)
    assert not app.exception
    assert part(app, "curves")["curves"][0]["points"]
    assert not components(app, "strips")


def test_a_living_run_is_paused_stepped_and_continued_by_its_buttons(open_page):
    with folders.living(runs_root()) as run:
        app = open_page("train", run=run.name)
        assert buttons(app) == {"Pause": False, "1 step": True, "10 steps": True, "Stop": False}
        app.button(key="widget:run_pause").click().run()
        assert run.state() == "paused"
        assert buttons(app) == {"Continue": False, "1 step": False, "10 steps": False, "Stop": False}
        before = part(app, "curves")["curves"][0]["points"][-2]
        app.text_input(key="widget:new_rate").set_value("0.0125")
        app.button(key="widget:set_rate").click().run()
        assert "Learning rate 0.0125 from the next step on." in [each.value for each in app.caption]
        assert app.text_input(key="widget:new_rate").placeholder == "rate 0.0125"
        app.button(key="widget:run_step_1").click().run()
        assert part(app, "curves")["curves"][0]["points"][-2] == before + 1
        app.button(key="widget:run_continue").click().run()
        assert run.state() == "running"
        app.button(key="widget:run_stop").click().run()
        assert run.state() == "stopped"


def test_a_run_that_ends_while_it_is_watched_stays_above_the_form_on_a_phone(open_page):
    def above(app):
        return any("order: -1" in each.value for each in app.get("html"))

    with folders.living(runs_root()) as run:
        app = open_page("train", run=run.name)
        app.button(key="widget:run_stop").click().run()
        assert run.state() == "stopped"
        assert above(app.run())


def test_the_rate_and_the_epochs_are_asked_for(open_page):
    with folders.living(runs_root()) as run:
        app = open_page("train", run=run.name)
        field = next(each for each in app.text_input if each.key == "widget:new_rate")
        field.set_value("0.0125")
        app.button(key="widget:set_rate").click().run()
        assert "rate 0.0125" in [mark["text"] for mark in part(app, "curves")["marks"]]
        app.button(key="widget:add_epochs").click().run()
        assert "1005 epochs" in [mark["text"] for mark in part(app, "curves")["marks"]]


@pytest.mark.parametrize("text", ["fast", "-1", "nan", "1e9", "0"])
def test_a_rate_that_cannot_be_is_refused_in_words(open_page, text):
    with folders.living(runs_root()) as run:
        app = open_page("train", run=run.name)
        app.text_input(key="widget:new_rate").set_value(text)
        app.button(key="widget:set_rate").click().run()
        assert "must be a number" in app.warning[0].value
        assert not (run.path / control.CONTROL).exists()


def test_a_queued_run_says_its_place(open_page):
    with folders.living(runs_root(), mood="wait") as run:
        app = open_page("train", run=run.name)
        assert "Number 3 in line for cpu" in app.get("progress")[0].proto.text
        assert not components(app, "found"), "the doctor has nothing to say yet"
        assert buttons(app) == {"Pause": True, "1 step": True, "10 steps": True, "Stop": False}


def test_a_queued_run_says_that_the_one_before_it_is_paused(open_page):
    root = runs_root()
    with (
        folders.living(root) as first,
        queue.place(root, ["cpu"], first.name),
        folders.living(root, "20260101-120001-lenet-abcdef", mood="wait") as second,
    ):
        app = open_page("train", run=second.name)
        line = app.get("progress")[0].proto.text
        assert line == f"Number 3 in line for cpu, after {first.name}"
        control.send(first, control.Pause())
        while first.state() != "paused":
            time.sleep(0.02)
        app.run()
        assert app.get("progress")[0].proto.text == f"{line} (paused)"


def test_a_link_to_a_run_that_is_not_there_says_so(open_page):
    folders.written(runs_root())
    app = open_page("train", run="x-not-there")
    assert any("There is no run `x-not-there`" in each.value for each in app.info)
    assert not app.exception


def test_runs_that_began_in_one_second_are_told_apart(open_page):
    names = [f"20260101-120000-lenet-{end}" for end in ("aaaaaa", "bbbbbb", "cccccc")]
    for name in names:
        os.utime(folders.written(runs_root(), name).path / "config.json", (10**9, 10**9))
    app = open_page("train", run=names[1])
    assert len(set(app.selectbox(key="widget:run").options)) == 3
    assert app.run().query_params["run"] == names[1]


def test_of_several_rates_at_one_step_the_last_is_marked(open_page):
    run = folders.written(runs_root(), end="stopped")
    with (run.path / EVENTS).open("a") as file:
        file.writelines(to_line(Changed(240, "learning_rate", rate, 4.8)) for rate in (0.5, 0.25))
    marks = part(open_page("train", run=run.name), "curves")["marks"]
    assert [mark["text"] for mark in marks] == ["rate 0.0005", "rate 0.25"]


def test_the_tiles_are_means_over_the_last_batches(open_page):
    app = open_page("train", run=folders.written(runs_root()).name)
    [tile] = [each for each in app.metric if each.label == "Training accuracy"]
    assert "Mean over the last" in tile.help


def test_a_killed_run_says_that_nothing_is_lost(open_page):
    run = folders.written(runs_root(), end="killed")
    (run.path / "state.safetensors").write_bytes(b"")
    killed = said(open_page("train", run=run.name))[0]
    assert killed["text"].endswith("it was killed, or the machine was restarted")
    assert killed["advice"] == ["Resume goes on from the last saved step."]


def test_a_loss_that_explodes_is_written_short(open_page):
    run = folders.written(runs_root(), end="nan")
    with (run.path / EVENTS).open("a") as file:
        file.write(to_line(Steps(241, 7, (1e33,), (0.1,), 0.1, 1600.0, 5.0, 1.0)))
    app = open_page("train", run=run.name)
    assert {each.label: each.value for each in app.metric}["Training loss"] == "2.5e31"


def test_which_device_a_run_of_auto_got_is_said_once_it_is_known(open_page):
    run = folders.written(runs_root())
    (run.path / EVENTS).write_text("")
    app = open_page("train", run=run.name)
    [head] = [each.value for each in app.markdown if each.value.startswith("**LeNet**")]
    assert "Digits" in head
    assert "auto" not in head
