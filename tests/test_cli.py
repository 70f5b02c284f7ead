"""The command line: exit codes, one clear line, one JSON document."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from cnnviz.data.images import digit
from cnnviz.shapes import trace
from cnnviz.spec import to_json
from cnnviz.zoo import ZOO, get


def test_networks_lists_the_zoo(run):
    code, out, err = run("networks", "--json")
    assert (code, err) == (0, "")
    assert {row["name"]: (row["params"], row["macs"]) for row in json.loads(out)} == {
        name: (trace(get(name)).params, trace(get(name)).macs) for name in ZOO
    }
    assert "416,520" in run("networks")[1]


def test_shapes_gives_rows_and_totals_of_a_name_and_of_a_file(run, tmp_path):
    file = tmp_path / "own.json"
    file.write_text(to_json(get("lenet")))
    by_name, by_file = run("shapes", "lenet", "--json"), run("shapes", file, "--json")
    assert by_name == by_file
    data = json.loads(by_name[1])
    assert data["params"] == sum(row["params"] for row in data["rows"]) == 61_706
    assert set(data["rows"][0]) >= {
        "path",
        "layer",
        "input_shape",
        "output_shape",
        "params",
        "macs",
        "receptive_field",
    }
    assert data["rows"][0]["output_shape"] == [6, 28, 28]
    assert json.loads(run("shapes", "lenet", "--input", "1x29x29", "--json")[1])["rows"][0][
        "output_shape"
    ] == [6, 29, 29]


def test_code_prints_source_that_runs(run):
    code, out, _ = run("code", "lenet", "--set", "activation=relu", "--set", "pooling=max")
    assert code == 0
    scope = {"__name__": "written"}
    exec(compile(out, "lenet.py", "exec"), scope)
    assert "ReLU" in out
    assert "MaxPool2d" in out


NEGATIVE = '{"cnnviz": 1, "name": "Net", "input_shape": [1, 8, 8], "body": [{"type": "Conv2d", "in_channels": 1, "out_channels": 2, "kernel_size": 3, "padding": -1}]}'  # fmt: skip
LARGE_KERNEL = NEGATIVE.replace('"padding": -1', '"padding": 1').replace(
    '"kernel_size": 3', '"kernel_size": 99'
)
TEN_MILLION = NEGATIVE.replace('"padding": -1', '"padding": 1').replace('"out_channels": 2', '"out_channels": 10000000')  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "content", "line"),
    [
        (["shapes", "FILE"], NEGATIVE, "body[0]: `padding` (=-1) must be"),
        (["shapes", "FILE"], LARGE_KERNEL, "0: `kernel_size` (=99) with `dilation` 1 covers 99"),
        (["train", "--network", "FILE"], TEN_MILLION, "must end in 10 scores"),
        (["shapes", "FILE"], "{", "this is not JSON"),
        (["shapes", "FILE"], b"\xff\xfe\x00", "is not a text file"),
        (["shapes", "nowhere.json"], None, "`nowhere.json` cannot be read"),
        (["shapes", "lenet", "--input", "wide"], None, "`--input` (=wide) must be like 1x28x28"),
        (["shapes", "lenet", "--input", "1x2x2"], None, "conv2: `kernel_size` (=5)"),
        (["code", "lenet", "--set", "activation"], None, "must be OPTION=VALUE"),
        (["code", "lenet", "--set", "activation=step"], None, "must be one of: relu, sigmoid, tanh, gelu"),
        (["train", "--device", "tpu"], None, "`device` (='tpu') must be auto, cpu, mps, cuda or cuda:N"),
        (["train", "--device", "cuda:77"], None, "there is no device `cuda:77` here; there are: auto, cpu"),
        (["train", "--dataset", "imagenet"], None, "there is no data set `imagenet`; there are: digits"),
        (["train", "--learning-rate", "nan"], None, "`learning_rate` (=nan)"),
        (["train", "--epochs", "0"], None, "`epochs` (=0)"),
        (["train", "--batch-size", "many"], None, "--batch-size"),
        (["predict", "FILE"], "just text", "is not a picture that we read"),
        (["predict", "nowhere.png"], None, "nowhere.png` cannot be read"),
        (["stop", "../../etc"], None, "there is no run `../../etc`"),
        (["frobnicate"], None, "frobnicate"),
    ],
)
def test_bad_input_ends_with_code_2_and_one_clear_line(run, tmp_path, arguments, content, line):
    file = tmp_path / "input.png"
    if content is not None:
        file = tmp_path / ("input.png" if arguments[0] == "predict" else "input.json")
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, out, err = run(*(file if argument == "FILE" else argument for argument in arguments))
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert line in err


def test_a_training_is_followed_listed_and_drawn_with(run, tmp_path):
    code, out, _ = run("train", "--network", "simple_cnn", "--epochs", 2, "--device", "cpu", "--run-dir", tmp_path / "runs" / "mine", "--json")  # fmt: skip
    result = json.loads(out)
    assert (code, result["state"], result["run"]) == (0, "finished", "mine")
    assert result["test_accuracy"] > 0.5
    assert result["samples_per_second"] > 0
    assert json.loads(run("runs", "--json")[1])[0]["run"] == "mine"
    code, _, err = run("stop", "mine")
    assert code == 2
    assert "has already ended: it is finished" in err

    files = []
    for name, picture in {"light": digit(0), "dark": 1 - digit(0)}.items():
        files.append(tmp_path / f"{name}.png")
        Image.fromarray((picture * 255).astype(np.uint8)).resize((140, 140)).save(files[-1])
    rows = json.loads(run("predict", *files, "--checkpoint", "mine", "--json")[1])
    assert [row["digit"] for row in rows] == [0, 0]
    assert sum(rows[0]["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_a_failed_training_ends_with_code_1(run):
    code, out, err = run("train", "--network", "simple_cnn", "--epochs", 1, "--optimizer", "sgd", "--learning-rate", 99, "--json")  # fmt: skip
    assert code == 1
    assert json.loads(out)["state"] == "failed"
    assert "Traceback" not in err


def test_progress_goes_to_standard_error_and_the_json_alone_to_standard_output(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "cnnviz", "networks", "--json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    json.loads(done.stdout)
    assert done.stderr == ""


def test_messages_are_chinese_where_the_terminal_is(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "cnnviz", "shapes", "lenet", "--input", "1x2x2"], capture_output=True, text=True,
        env={"CNNVIZ_LANG": "zh", "PATH": "/usr/bin", "PYTHONUTF8": "1"}, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.stderr)
