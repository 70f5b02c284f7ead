"""A training outlives reload, tab and server; it can be stopped, and its death is seen."""

import os
import signal
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cnnviz.train import locks, runs
from cnnviz.train.runs import Run
from tests.browser.reading import eventually, no_trouble, settled, visit
from tests.browser.server import Server

LENET = "/train?network=lenet&activation=relu&pooling=max&lr=0.002"


def press_start(page: Page, server: Server, link: str) -> Run:
    """Start a training by its button and return it."""
    known = {run.name for run in server.list_runs()}
    visit(page, link)
    page.get_by_role("button", name="Start").click()
    eventually(lambda: {run.name for run in server.list_runs()} > known, "a run folder appears")
    return server.list_runs()[0]


@pytest.fixture
def training(page: Page, server: Server) -> Run:
    """A LeNet that trains on the embedded digits for long enough; started by its button, once for all tests."""
    for run in server.list_runs():
        if run.state() in {"starting", "running"}:
            visit(page, f"/train?run={run.name}")
            return run
    return press_start(page, server, f"{LENET}&epochs=1000")


def badge(page: Page, text: str) -> None:
    """The state is shown above the curves."""
    expect(page.locator(".st-key-run_head")).to_contain_text(text, timeout=30_000)


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


def test_a_killed_worker_is_shown_as_failed_with_its_last_lines(page: Page, training: Run) -> None:
    grows(page, 1)
    os.kill(int((training.path / runs.LOCK).read_text()), signal.SIGKILL)
    badge(page, "failed")
    expect(page.get_by_text("the training process ended without a word")).to_be_visible()
    expect(page.locator(".st-key-run_head")).not_to_contain_text("running")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    assert training.state() == "failed"
    if log := training.log():
        expect(page.get_by_test_id("stCode")).to_contain_text(log.splitlines()[-1])
    visit(page, f"/train?run={training.name}")
    badge(page, "failed")
    assert progress(page)[0] > 1  # what it had learned to the end is still drawn
    no_trouble(page)


def test_stop_ends_the_training_within_about_a_second(page: Page, training: Run) -> None:
    grows(page, 1)
    began = time.monotonic()
    page.get_by_role("button", name="Stop").click()
    eventually(lambda: training.state() == "stopped", "the run is stopped", 5)
    took = time.monotonic() - began
    badge(page, "stopped")
    shown = time.monotonic() - began
    assert took < 2, f"stopped after {took:.1f} s"
    assert shown < 4, f"shown after {shown:.1f} s"
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    points = progress(page)
    page.wait_for_timeout(1500)
    assert progress(page) == points
    no_trouble(page)


def test_a_finished_run_shows_its_test_accuracy_and_reads_drawings(page: Page, server: Server) -> None:
    run = press_start(page, server, f"{LENET}&epochs=3")
    badge(page, "finished")
    shown = float(metric(page, "Test accuracy").removesuffix("%"))
    end = run.end()
    assert shown == pytest.approx(100 * end.test_accuracy, abs=0.006)
    assert shown > 50
    visit(page, "/draw")
    page.get_by_role("combobox", name="Trained network").click()
    page.get_by_role("option", name=run.name).click()
    expect(page.get_by_text("right on the test pictures")).to_contain_text(f"{shown:.2f} %")
    expect(page.get_by_test_id("digit-canvas")).to_be_visible()
    no_trouble(page)
