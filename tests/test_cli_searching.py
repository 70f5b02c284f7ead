"""The commands find-lr and search: a real one each, and what they say about bad input."""

import json

import pytest

from cnnviz.search import searches


def test_find_lr_tells_both_rates_and_the_whole_curve(run):
    code, out, _ = run("find-lr", "--network", "simple_cnn", "--device", "cpu", "--json")
    found = json.loads(out)
    assert (code, found["state"], found["error"]) == (0, "finished", None)
    assert 1e-4 < found["steepest"] < 1e-1
    assert 1e-4 < found["tenth_of_minimum"] < 1e-1
    assert len(found["points"]) > 20
    assert set(found["points"][0]) == {"rate", "loss", "smooth"}


def test_a_search_is_followed_listed_and_taken_up_again(run):
    code, out, err = run(
        "search", "--network", "simple_cnn", "--vary", "learning_rate=1e-3..1e-2", "--vary", "network.dropout=0,0.25",
        "--trials", 1, "--epochs", 1, "--device", "cpu", "--name", "mine", "--json",
    )  # fmt: skip
    found = json.loads(out)
    assert (code, found["state"], found["search"], found["best_run"]) == (0, "finished", "mine", "mine-001")
    assert "search mine" in err
    (trial,) = found["trials"]
    assert 1e-3 <= trial["values"]["learning_rate"] <= 1e-2
    assert trial["values"]["network.dropout"] in {0, 0.25}
    assert trial["val_accuracy"] == found["best_val_accuracy"] > 0
    code, out, _ = run("search", "--resume", "mine", "--trials", 2)
    assert code == 0
    assert "mine-002" in out
    assert len(json.loads(run("search", "--list", "--json")[1])[0]["trials"]) == 2
    assert "mine" in run("search", "--list")[1]
    assert json.loads(run("runs", "--json")[1])[0]["test_accuracy"] is None


def test_a_search_whose_device_is_not_there_ends_with_code_1_and_the_reason(run):
    code, out, err = run("search", "--vary", "learning_rate=1e-3,1e-2", "--sampler", "grid", "--epochs", 1, "--device", "cuda:99", "--json")  # fmt: skip
    found = json.loads(out)
    assert (code, found["state"]) == (1, "failed")
    assert "all failed" in err
    assert "Traceback" not in err
    assert "there is no device" in found["trials"][0]["error"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "say what varies"),
        (["--vary", "speed=1..2"], "must be NAME=LEAST..MOST"),
        (["--vary", "learning_rate=1..0.1"], "from one number up to another"),
        (["--vary", "optimizer=lion"], "optimizer"),
        (["--vary", "learning_rate=1e-3..1", "--trials", "0"], "trials"),
        (["--vary", "learning_rate=1e-3..1", "--name", "a/b"], "no name of a search"),
        (["--resume", "nothing"], "there is no search"),
        (["--vary", "learning_rate=1e-3..1", "--dataset", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_ends_with_code_2_and_one_clear_line(run, arguments, line):
    code, out, err = run("search", *arguments)
    assert (code, out) == (2, "")
    assert line in err
    assert len(err.strip().splitlines()) == 1
    assert searches.list_searches() == []
