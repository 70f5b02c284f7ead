"""A training outlives reload, tab and server; it can be stopped, and its death is seen."""

import os
import re
import shutil
import signal
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cnnviz.train import locks, runs
from cnnviz.train.events import Changed
from cnnviz.train.history import read
from cnnviz.train.run import ALIVE
from cnnviz.train.runs import Run
from tests.browser.reading import eventually, no_trouble, settled, visit
from tests.browser.server import Server
from tests.train import folders

LENET = "/train?network=lenet&activation=relu&pooling=max&lr=0.002&schedule=constant"


def press_start(page: Page, server: Server, link: str) -> Run:
    """Start a training by its button and return it."""
    known = {run.name for run in server.list_runs()}
    visit(page, link)
    page.get_by_role("button", name="Start").click()
    eventually(lambda: {run.name for run in server.list_runs()} > known, "a run folder appears")
    run = server.list_runs()[0]
    expect(page).to_have_url(re.compile(f"[?&]run={run.name}(&|$)"))  # until then the page shows another one
    return run


@pytest.fixture
def training(page: Page, server: Server) -> Run:
    """A LeNet that trains on the embedded digits for long enough; started by its button, once for all tests."""
    for run in server.list_runs():
        if run.state() in ALIVE:
            visit(page, f"/train?run={run.name}")
            if run.state() == "paused":
                page.get_by_role("button", name="Continue").click()
            return run
    return press_start(page, server, f"{LENET}&epochs=1000")


def badge(page: Page, text: str) -> None:
    """The state is shown above the curves."""
    expect(page.locator(".st-key-run_head")).to_contain_text(text, timeout=90_000)


def progress(page: Page) -> tuple[int, int]:
    """Return the curve's number of points and its last step."""
    data = page.get_by_test_id("curves").evaluate("e => ({...e.dataset})")
    return int(data["points"]), int(data["lastStep"] or 0)


def grows(page: Page, times: int = 3) -> int:
    """The curve grows while one looks; returns the last step."""
    badge(page, "running")
    eventually(lambda: progress(page)[0] > 1, "the curve begins", 30)
    points, step = progress(page)
    for _ in range(times):
        reached = step
        eventually(lambda reached=reached: progress(page)[1] > reached, "the curve grows", 10)
        now, step = progress(page)
        assert now >= points or now > 100  # where points are many they are thinned
        points = now
    return step


def test_the_curve_grows_while_lenet_trains_on_the_embedded_digits(page: Page, training: Run) -> None:
    config = training.config()
    assert (config.network.name, config.dataset) == ("LeNet", "digits")
    start = grows(page)
    for fact in ("Training loss", "Training accuracy", "Validation accuracy", "Samples per second"):
        expect(page.get_by_test_id("stMetric").filter(has_text=fact)).to_be_visible()
    eventually(lambda: "–" not in metric(page, "Samples per second"), "the speed is known")
    expect(page.get_by_text("left", exact=False).first).to_be_visible()
    assert start > 0
    no_trouble(page)


def metric(page: Page, name: str) -> str:
    return page.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue").inner_text()


def test_a_reload_finds_the_running_training_again(page: Page, training: Run) -> None:
    before = grows(page, 1)
    page.reload()
    settled(page)
    badge(page, "running")
    eventually(lambda: progress(page)[1] >= before, "the whole curve is back")
    assert grows(page, 1) > before
    assert training.state() == "running"


def test_a_second_tab_sees_the_same_training(
    page: Page, training: Run, open_page: Callable[..., Page]
) -> None:
    here = grows(page, 1)
    other = open_page()
    visit(other, "/train")  # without its name in the link: the newest run is shown
    assert grows(other, 1) >= here
    assert grows(page, 1) >= here
    expect(other.get_by_text(training.config().network.name).first).to_be_visible()


def test_a_restarted_server_finds_the_training_again(
    page: Page, training: Run, server: Server, noticed: list[str]
) -> None:
    before = grows(page, 1)
    worker = locks._pid(training.path / runs.LOCK)
    server.restart()
    assert training.state() == "running"
    visit(page, "/train")
    noticed.clear()  # while the server was away the browser could not but complain
    assert grows(page, 1) > before
    assert locks._pid(training.path / runs.LOCK) == worker


def test_pause_holds_it_steps_move_it_and_continue_lets_it_go(page: Page, training: Run) -> None:
    grows(page, 1)
    began = time.monotonic()
    page.get_by_role("button", name="Pause").click()
    badge(page, "paused")
    assert time.monotonic() - began < 15
    assert training.state() == "paused"
    eventually(lambda: progress(page)[1] == read(training).step, "all steps are drawn")
    held = read(training).step
    page.wait_for_timeout(1500)
    assert progress(page)[1] == held
    page.get_by_role("button", name="1 step", exact=True).click()
    eventually(lambda: progress(page)[1] == held + 1, "one step more")
    page.get_by_role("button", name="10 steps").click()
    eventually(lambda: progress(page)[1] == held + 11, "ten steps more")
    eventually(lambda: training.state() == "paused", "it holds again")
    page.reload()
    settled(page)
    badge(page, "paused")
    assert progress(page)[1] == held + 11
    page.get_by_role("button", name="Continue").click()
    grows(page, 1)
    no_trouble(page)


def test_another_learning_rate_holds_from_the_next_batch_on(page: Page, training: Run) -> None:
    grows(page, 1)
    field = page.get_by_role("textbox", name="Learning rate", exact=True)
    field.fill("0.00071")
    page.wait_for_timeout(1800)  # the page goes on reading meanwhile: what is typed stays
    expect(field).to_have_value("0.00071")
    field.press("Enter")
    eventually(lambda: Changed in map(type, changes(training)), "the worker says that it changed")
    assert changes(training)[-1].value == pytest.approx(0.00071)
    eventually(lambda: read(training).rates[-1] == pytest.approx(0.00071, rel=0.1), "the steps have it")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("placeholder", re.compile(r"rate 0\.00071"), timeout=10_000)
    no_trouble(page)


def changes(run: Run) -> list[Changed]:
    return read(run).changes


def test_the_zoom_and_the_place_of_everything_stay_while_points_stream_in(page: Page, training: Run) -> None:
    grows(page, 1)
    curves = page.get_by_test_id("curves")
    canvas = page.get_by_test_id("curves-loss")
    canvas.evaluate("e => { e.known = true }")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 60, steps=4)
    page.mouse.up()
    zoom = curves.get_attribute("data-zoom")
    assert zoom
    grows(page, 2)
    assert curves.get_attribute("data-zoom") == zoom
    assert canvas.evaluate("e => e.known") is True  # the same canvas: nothing is put anew
    after = canvas.bounding_box()
    assert after is not None
    assert (after["x"], after["y"], after["width"]) == (box["x"], box["y"], box["width"])
    page.get_by_test_id("curves-reset").click()
    expect(curves).to_have_attribute("data-zoom", "")


def test_figures_that_grow_wider_do_not_push_the_curves_down(page: Page, training: Run) -> None:
    grows(page, 1)
    for width in (1440, 1280, 800, 390):
        page.set_viewport_size({"width": width, "height": 900})
        short, long = page.get_by_test_id("stMetricValue").last.evaluate(
            """(value) => {
              const said = document.createTreeWalker(value, NodeFilter.SHOW_TEXT).nextNode();
              const before = said.nodeValue;
              const bottoms = ["9.9 s", "59 min 59 s"].map((time) => {
                said.nodeValue = time;
                return value.closest(".st-key-run_facts").getBoundingClientRect().bottom;
              });
              said.nodeValue = before;
              return bottoms;
            }"""
        )
        assert short == long, width


def test_curves_are_read_against_epochs_and_time_by_mouse_and_keys(page: Page, training: Run) -> None:
    grows(page, 1)
    page.get_by_role("button", name="Pause").click()
    badge(page, "paused")
    curves = page.get_by_test_id("curves")
    for axis in ("Epoch", "Time", "Step"):
        page.get_by_role("radio", name=axis).click()
        expect(curves).to_have_attribute("data-axis", axis.lower())
    canvas = page.get_by_test_id("curves-loss")
    canvas.hover(position={"x": 200, "y": 80})
    tip = page.get_by_test_id("curves-loss-tip")
    expect(tip).to_contain_text("Training")
    expect(page.get_by_test_id("curves-accuracy-tip")).to_be_visible()  # all plots read the same place
    canvas.focus()
    canvas.press("End")
    expect(tip).to_contain_text(f"step {read(training).step}")
    page.get_by_test_id("curves-entry").filter(has_text="Validation").click()
    canvas.hover(position={"x": 210, "y": 80})
    expect(tip).not_to_contain_text("Validation")
    page.get_by_test_id("curves-entry").filter(has_text="Validation").click()
    page.get_by_role("button", name="Continue").click()
    badge(page, "running")


def test_a_look_inside_follows_the_training(page: Page, training: Run) -> None:
    grows(page, 1)
    tiles = page.get_by_test_id("watching-answers").locator("li")
    eventually(lambda: tiles.count() > 0, "the watched pictures are there", 20)
    expect(tiles.first).to_have_attribute("data-predicted", re.compile(r"\d"), timeout=20_000)
    strips = page.get_by_test_id("watching-strip")
    eventually(lambda: strips.count() >= 2, "gradients and weights are there", 20)
    kernels = page.get_by_test_id("watching-kernels")
    before = kernels.get_attribute("data-step")
    eventually(lambda: kernels.get_attribute("data-step") != before, "the kernels move", 20)
    no_trouble(page)


def test_a_killed_worker_is_shown_as_failed_and_can_be_taken_up(page: Page, training: Run) -> None:
    reached = grows(page, 1)
    os.kill(int((training.path / runs.LOCK).read_text()), signal.SIGKILL)
    badge(page, "failed")
    doctor = page.get_by_test_id("advice")
    expect(doctor).to_contain_text("The training process ended without a word")
    expect(page.locator(".st-key-run_head")).not_to_contain_text("running")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    assert training.state() == "failed"
    visit(page, f"/train?run={training.name}")
    badge(page, "failed")
    assert progress(page)[0] > 1  # what it had learned to the end is still drawn
    page.get_by_role("button", name="Resume", exact=True).click()
    badge(page, "running")
    eventually(lambda: progress(page)[1] > reached, "it goes on", 30)
    assert training.state() == "running"
    no_trouble(page)


def test_stop_ends_the_training_and_resume_takes_it_up(page: Page, training: Run) -> None:
    grows(page, 1)
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()
    eventually(lambda: training.state() == "stopped", "the run is stopped", 10)
    badge(page, "stopped")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    step = read(training).step
    eventually(lambda: progress(page)[1] == step, "the last step is shown", 10)
    page.wait_for_timeout(1500)
    assert progress(page)[1] == step == read(training).step
    page.get_by_role("button", name="Resume", exact=True).click()
    badge(page, "running")
    eventually(lambda: progress(page)[1] > step, "it goes on", 30)
    steps = read(training).steps
    assert steps == list(range(1, len(steps) + 1))  # no step twice, none left out
    assert b'"event": "Resumed"' in (training.path / "events.jsonl").read_bytes()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()
    badge(page, "stopped")
    no_trouble(page)


def test_a_run_that_is_deleted_while_it_is_looked_at_makes_room_for_another(
    page: Page, server: Server
) -> None:
    folders.written(server.runs, "20260101-110000-lenet-abcdef")
    with folders.living(server.runs) as run:
        visit(page, f"/train?run={run.name}")
        badge(page, "running")
        while run.path.exists():  # its worker may just be writing
            shutil.rmtree(run.path, ignore_errors=True)
        expect(page.get_by_text(f"There is no run {run.name}")).to_be_visible()
        expect(page.locator(".st-key-run_head")).to_be_visible()
        no_trouble(page)


def test_a_finished_run_shows_its_test_accuracy_and_reads_drawings(page: Page, server: Server) -> None:
    run = press_start(page, server, f"{LENET}&epochs=3")
    eventually(lambda: run.state() == "finished", "it ends", seconds=60)
    accuracy = run.end().test_accuracy
    assert accuracy > 0.5
    eventually(lambda: metric(page, "Test accuracy") == f"{100 * accuracy:.2f} %", "the page says so")
    badge(page, "finished")
    visit(page, "/draw")
    page.get_by_role("combobox", name="Trained network").click()
    page.get_by_role("option", name=run.name).click()
    expect(page.get_by_text("right on the test pictures")).to_contain_text(f"{100 * accuracy:.2f} %")
    expect(page.get_by_test_id("digit-canvas")).to_be_visible()
    no_trouble(page)
