"""The Results page with real runs: finished, stopped, from before, damaged, without data; and with none."""

import json
import shutil
import time
from itertools import pairwise

import numpy as np
import pytest

from cnnviz.explain import epochs
from cnnviz.train import runs
from cnnviz.train.run import Run
from cnnviz.ui import cache, results_asking
from cnnviz.ui.results_epochs import MOST_BYTES, spread
from tests.explain.making import HANDFUL, tiny, train
from tests.pages.conftest import go, texts

CLASSES = tuple("0123456789")


@pytest.fixture(autouse=True)
def nobody_asks():
    results_asking._desk().clear()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return the folder of one training; each test has a copy of its own."""
    return train(tmp_path_factory.mktemp("trained") / "run").path


@pytest.fixture
def made(trained):
    """Return the function that makes a run in the folder of the runs."""

    def make(name, **how):
        path = runs.runs_root() / name
        return train(path, **how) if how else Run(shutil.copytree(trained, path))

    return make


def parts(app):
    """Return what our components were given, by the key that they have."""
    given = [json.loads(each.proto.json) for each in app.get("bidi_component")]
    kinds = {"counts": "confusion", "items": "thumbnails", "followed": "scrubber", "series": "chart"}
    return {kind: each for each in given for mark, kind in kinds.items() if mark in each}


def test_without_any_run_it_says_what_to_do(open_page):
    app = open_page("results")
    assert "No run has finished an epoch yet" in app.info[0].value


def test_a_finished_run_shows_its_test_pictures_as_torch_counted_them(open_page, made):
    run = made("run")
    app = open_page("results", run="run")
    shown, found = parts(app), epochs.tested(run.path, CLASSES)
    facts = {metric.label: metric.value for metric in app.metric}
    assert facts["Test accuracy"] == f"{100 * run.end().test_accuracy:.2f} %"
    assert facts["Test loss"] == f"{run.end().test_loss:.4f}"
    assert shown["confusion"]["counts"] == found.confusion().tolist()
    assert [item["number"] for item in shown["thumbnails"]["items"]] == found.mistakes(60).tolist()
    assert shown["thumbnails"]["pictures"]["shape"] == [1, 28, 28]
    assert not app.error
    table = app.dataframe[0].value
    assert table["Recall"].tolist() == pytest.approx([100 * row.recall for row in found.per_class()])
    heights = shown["chart"]["series"][0]["y"]
    wanted = [None if np.isnan(each.accuracy) else each.accuracy for each in found.calibration(10).bins]
    assert heights == pytest.approx(wanted)


def test_a_cell_of_the_matrix_opens_its_pictures(open_page, made):
    run = made("run")
    app = open_page("results", cell="8_1")
    found = epochs.tested(run.path, CLASSES)
    wanted = found.cell(8, 1, 60).tolist()
    shown = parts(app)
    assert shown["confusion"]["chosen"] == [8, 1]
    items = shown.get("thumbnails", {"items": []})["items"]
    assert [item["number"] for item in items] == wanted
    assert all((item["truth"], item["predicted"]) == (8, 1) for item in items)
    app.button(key="widget:results_all").click().run()
    assert parts(app)["confusion"]["chosen"] is None


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_the_validation_of_any_epoch_can_be_seen(open_page, made, epoch):
    run = made("run")
    app = open_page("results", set="validation", epoch=str(epoch))
    with np.load(epochs.files(run.path)[epoch]) as written:
        assert parts(app)["confusion"]["counts"] == written["confusion"].tolist()


def test_the_best_epoch_is_shown_at_first(open_page, made):
    run = made("run")
    app = open_page("results", set="validation")
    best = run.end().best_epoch
    with np.load(epochs.files(run.path)[best]) as written:
        assert parts(app)["confusion"]["counts"] == written["confusion"].tolist()
    assert any(f"after epoch {best}" in caption.value for caption in app.caption)


def test_the_scrubber_has_each_epochs_kernels_and_confusion(open_page, made):
    import base64

    run = made("run")
    given = parts(open_page("results"))["scrubber"]
    assert given["epochs"] == [1, 2, 3]
    counts = np.frombuffer(base64.b64decode(given["confusions"]), "<u2").reshape(3, 10, 10)
    weights = np.frombuffer(base64.b64decode(given["kernels"]["data"]), "<i2").reshape(3, 4, 1, 5, 5)
    for place, path in enumerate(epochs.files(run.path).values()):
        with np.load(path) as written:
            assert counts[place].tolist() == written["confusion"].tolist()
            shown = weights[place] / 32767 * given["kernels"]["scale"]
            np.testing.assert_allclose(shown, written["kernels"], atol=given["kernels"]["scale"] / 30000)
            np.testing.assert_allclose(
                given["followed"]["probabilities"][place], written["handful"][0], atol=1e-5
            )
    assert len(given["handful_truths"]) == HANDFUL


def test_a_validation_picture_is_followed_through_the_epochs(open_page, made):
    run = made("run")
    given = parts(open_page("results", follow="5"))["scrubber"]["followed"]
    read = [epochs.read(path) for path in epochs.files(run.path).values()]
    assert given["predicted"] == [int(epoch.predicted[5]) for epoch in read]
    assert given["confidence"] == pytest.approx([epoch.confidence[5] for epoch in read], abs=1e-5)
    assert given["picture"]["shape"] == [1, 28, 28]


def test_a_stopped_run_is_asked_its_test_pictures_by_a_button(open_page, made):
    run = made("run", epochs=1, end="stopped")
    app = open_page("results", set="test")
    assert "There are no answers of this run to the test pictures" in app.info[0].value
    app.button(key="widget:results_evaluate").click().run()
    deadline = time.monotonic() + 60
    while not (run.path / epochs.TEST).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    found = epochs.tested(run.path, CLASSES)
    assert parts(app)["confusion"]["counts"] == found.confusion().tolist()
    assert epochs.times_asked(run.path) == 1


def test_an_evaluation_that_fails_says_why(open_page, made):
    run = made("run", epochs=1, end="stopped")
    for file in run.path.glob("*.safetensors"):
        file.write_bytes(b"no weights")
    app = open_page("results", set="test")
    app.button(key="widget:results_evaluate").click().run()
    deadline = time.monotonic() + 30
    while not results_asking._desk()[0].done.is_set():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    assert "is damaged or none of cnnviz" in app.error[0].value


@pytest.mark.parametrize("which", ["test", "validation"])
def test_a_run_from_before_says_what_it_lacks(open_page, made, which):
    made("run", epochs=1, records=False)
    app = open_page("results", set=which)
    assert not app.error
    assert "older version" in app.info[0].value
    assert "scrubber" not in parts(app)


def test_a_run_without_validation_pictures_shows_its_test_pictures(open_page, made):
    made("run", epochs=1, fraction=0.0)
    app = open_page("results")
    assert "confusion" in parts(app)
    app = open_page("results", set="validation")
    assert not app.error


def test_a_network_without_convolution_has_no_kernels_to_scrub(open_page, made):
    made("run", network=tiny(convolution=False), epochs=2)
    given = parts(open_page("results"))["scrubber"]
    assert given["kernels"] is None
    assert given["confusions"]


def test_damaged_files_are_passed_over_and_the_rest_is_shown(open_page, made):
    run = made("run")
    epochs.files(run.path)[2].write_bytes(b"nothing")
    app = open_page("results", set="validation", epoch="2")
    assert "epoch 2 is damaged" in app.info[0].value
    assert parts(app)["scrubber"]["epochs"] == [1, 3]
    (run.path / "epochs" / "validation.npz").write_bytes(b"nothing")
    (run.path / epochs.TEST).write_bytes(b"nothing")
    (run.path / "live.npz").write_bytes(b"nothing")
    (run.path / runs.CONFIG).write_text("nothing")
    app = open_page("results", set="test")
    assert not app.exception


def test_without_the_data_set_all_but_the_pictures_is_there(open_page, made, monkeypatch):
    from cnnviz.errors import DataError

    made("run")

    def gone(name, shape=None):
        raise DataError("there is no folder {path}", path="/gone")

    monkeypatch.setattr(cache, "dataset", gone)
    app = open_page("results")
    shown = parts(app)
    assert shown["thumbnails"]["pictures"] is None
    assert shown["thumbnails"]["items"]
    assert shown["confusion"]["counts"]
    assert any("The pictures are gone" in caption.value for caption in app.caption)


def test_pictures_of_a_data_set_that_changed_are_not_shown_as_those_that_were_asked(open_page, made):
    run = made("run")
    with np.load(run.path / epochs.TEST) as written:
        np.savez(
            run.path / epochs.TEST,
            probabilities=written["probabilities"],
            labels=(written["labels"] + 1) % 10,
        )
    app = open_page("results")
    assert parts(app)["thumbnails"]["pictures"] is None
    assert any("has changed since this run" in caption.value for caption in app.caption)


def test_a_living_run_waits_with_its_test_pictures(open_page, made, monkeypatch):
    import os

    from cnnviz.train import locks

    run = made("run", end="")
    lock = locks.take(run.path / runs.LOCK)
    try:
        app = open_page("results", set="test")
        assert "asked once, at the end" in app.info[0].value
        assert parts(app)["scrubber"]["epochs"] == [1, 2, 3]
    finally:
        os.close(lock)


def test_draw_with_this_network_opens_the_sheet_with_it(open_page, made):
    made("run")
    app = open_page("results")
    app.button(key="widget:results_draw").click().run()
    assert app.session_state["checkpoint"] == "run"
    go(app, "draw")
    assert not app.error


def test_another_run_begins_without_the_first_ones_cell(open_page, made):
    made("one")
    made("two")
    app = open_page("results", run="one", cell="3_4", picture="2", follow="7")
    app.selectbox(key="widget:run").set_value("two").run()
    assert parts(app)["confusion"]["chosen"] is None
    assert "title" in parts(app)["scrubber"]["followed"]


def test_another_run_without_test_answers_shows_its_validation_pictures(open_page, made):
    made("one")
    (made("two").path / epochs.TEST).unlink()
    app = open_page("results", run="one")
    assert any("official test pictures" in caption.value for caption in app.caption)
    app.selectbox(key="widget:run").set_value("two").run()
    assert any("set aside from the training pictures" in caption.value for caption in app.caption)


def test_a_link_to_what_is_not_there_breaks_nothing(open_page, made):
    made("run")
    app = open_page(
        "results", run="nobody", cell="500_900", picture="99999", follow="99999", epoch="77", set="validation"
    )
    assert not app.exception
    assert "nobody" in app.warning[0].value  # what is shown is another run
    assert "confusion" in parts(app)
    assert texts(app)


def test_many_epochs_are_thinned_and_first_last_and_best_stay():
    assert spread(range(1, 11), 20, 3) == list(range(1, 11))
    kept = spread(range(1, 1001), 50, 777)
    assert len(kept) == 50
    assert {1, 777, 1000} <= set(kept)
    assert max(b - a for a, b in pairwise(kept)) < 60
    assert MOST_BYTES * 4 / 3 < 2_000_000
