"""Commands about training, on real runs: settings from a file, resume, more epochs, report, evaluate."""

import json

import pytest

from cnnviz.train import runs
from cnnviz.train.config import TrainConfig, suggested
from cnnviz.zoo import get


@pytest.fixture
def trained(run, tmp_path):
    """A run of two epochs and its name."""
    code, out, err = run(
        "train", "--network", "simple_cnn", "--epochs", 2, "--device", "cpu", "--seed", 3, "--json"
    )
    assert code == 0, err
    return json.loads(out)


def test_settings_come_from_a_file_and_what_is_given_replaces_them(run, tmp_path):
    file = tmp_path / "settings.json"
    config = suggested(get("simple_cnn"), "digits")
    file.write_text(config.to_json(), encoding="utf-8")
    code, out, err = run(
        "train", "--config", file, "--epochs", 1, "--augment", "shift,flip", "--device", "cpu", "--json"
    )
    assert code == 0, err
    made = TrainConfig.from_json((runs.find(json.loads(out)["run"]).path / "config.json").read_text())
    assert (made.epochs, made.augment, made.learning_rate) == (1, ("flip", "shift"), config.learning_rate)


@pytest.mark.parametrize(
    ("content", "line"),
    [(None, "cannot be read"), ("{}", "this is not a training config"), ("[", "not JSON")],
)
def test_a_file_without_settings_ends_with_one_clear_line(run, tmp_path, content, line):
    file = tmp_path / "settings.json"
    if content is not None:
        file.write_text(content)
    code, _, err = run("train", "--config", file)
    assert code == 2
    assert line in err
    assert "settings.json" in err
    assert err.count("\n") == 1


def test_a_finished_run_is_trained_on_by_resume(run, trained):
    code, out, err = run("resume", trained["run"], "--epochs", 1, "--json")
    assert code == 0, err
    again = json.loads(out)
    assert (again["run"], again["state"], again["epochs"]) == (trained["run"], "finished", 3)
    assert again["steps"] == trained["steps"] * 3 // 2


def test_a_finished_run_without_more_epochs_is_not_resumed(run, trained):
    code, _, err = run("resume", trained["run"])
    assert code == 2
    assert trained["run"] in err


def test_a_report_is_one_file(run, trained, tmp_path):
    file = tmp_path / "report.html"
    code, out, err = run("report", trained["run"], "--out", file)
    assert (code, out.strip()) == (0, str(file)), err
    page = file.read_text(encoding="utf-8")
    assert f"{100 * trained['test_accuracy']:.2f}" in page
    assert "<svg" in page


def test_evaluate_gives_what_the_run_found(run, trained):
    code, out, err = run("evaluate", trained["run"], "--json")
    assert code == 0, err
    found = json.loads(out)
    assert found["accuracy"] == pytest.approx(trained["test_accuracy"], abs=1e-6)
    assert sum(map(sum, found["confusion"])) == found["pictures"] == 359
    assert [row["support"] for row in found["per_class"]] == [sum(row) for row in found["confusion"]]


def test_evaluate_knows_the_shipped_checkpoint_and_prints_a_table(run):
    code, out, err = run("evaluate", "digit_recognizer", "--dataset", "digits")
    assert code == 0, err
    assert "of 359 pictures are right" in out
    assert out.count("\n") == 12


def test_unknown_parts_and_checkpoints_are_refused(run, trained):
    for arguments in (
        ["evaluate", "nothing"],
        ["evaluate", trained["run"], "--part", "train"],
        ["report", "../x"],
    ):
        code, _, err = run(*arguments)
        assert code == 2, err
        assert err.count("\n") == 1
