"""What is taken along from a run is what the run has, and the program in it runs alone."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz.data.datasets import fit
from cnnviz.errors import RunError
from cnnviz.nets.build import build
from cnnviz.nets.checkpoint import Checkpoint, load, save
from cnnviz.store import export, upkeep
from cnnviz.train.history import read
from cnnviz.zoo import get
from tests import shelf


def with_weights(run):
    network = run.config().network
    torch.manual_seed(0)
    channels = network.input_shape[0]
    made = Checkpoint(
        network,
        shelf.DIGITS,
        (0.2,) * channels,
        (0.3,) * channels,
        "digits",
        3,
        30,
        build(network).state_dict(),
    )
    for name in ("best", "last"):
        save(run.path / f"{name}.safetensors", made)
    return run


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_step_and_epoch_stands_in_the_csv(runs_folder):
    run = shelf.made(runs_folder, "a")
    history = read(run)
    found = rows(export.steps(run))
    assert [float(row["loss"]) for row in found] == history.loss
    assert [int(row["step"]) for row in found] == history.steps
    assert [int(row["step"]) for row in found if row["learning_rate"]] == history.rate_steps
    epochs = rows(export.epochs(run))
    assert [float(row["val_accuracy"]) for row in epochs] == history.val_accuracy
    assert [int(row["epoch"]) for row in epochs] == [1, 2, 3]


def test_a_run_without_a_word_gives_only_the_heads(runs_folder):
    (runs_folder / "empty").mkdir(parents=True)
    run = upkeep.find("empty")
    assert export.steps(run) == "step,loss,accuracy,seconds,learning_rate\n"
    assert len(export.epochs(run).splitlines()) == 1
    with pytest.raises(RunError, match="no best weights yet"):
        export.weights(run)
    with pytest.raises(RunError):
        export.source(run)


def test_the_table_of_runs_has_a_line_each_and_no_formulas(runs_folder):
    shelf.made(runs_folder, "a", shelf.config(learning_rate=0.5), about={"name": "=1+1", "tags": ["x", "y"]})
    (runs_folder / "broken").mkdir()
    found = {row["name"]: row for row in rows(export.table(upkeep.records()))}
    assert found["a"]["title"] == "'=1+1"
    assert (found["a"]["learning_rate"], found["a"]["tags"], found["a"]["test_accuracy"]) == (
        "0.5",
        "x, y",
        "0.914",
    )
    assert found["broken"]["state"] == "failed"


@pytest.mark.parametrize(("name", "size"), [("lenet", (28, 28)), ("tiny_vgg", (50, 70))])
def test_the_program_runs_alone_and_says_what_cnnviz_says(runs_folder, tmp_path, name, size):
    network = get(name) if name == "lenet" else get(name, classes=10)
    run = with_weights(shelf.made(runs_folder, "a", shelf.config(network=network)))
    home = tmp_path / "alone"
    with zipfile.ZipFile(io.BytesIO(export.source(run))) as archive:
        archive.extractall(home)
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    channels = network.input_shape[0]
    Image.fromarray(pixels if channels == 3 else pixels[..., 0]).save(home / "picture.png")
    done = subprocess.run(
        [sys.executable, "-I", "-c", "import sys, runpy; sys.path.insert(0, '.'); sys.argv = sys.argv[1:]; runpy.run_path('predict.py', run_name='__main__')", "predict.py", "--all", str(home / "picture.png")],
        capture_output=True, text=True, check=False, cwd=home / "a", env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {
        part.split(" ")[0]: float(part.split(" ")[1]) for part in done.stdout.rstrip("\n").split("\t")[1:]
    }
    x = torch.from_numpy(pixels if channels == 3 else pixels[..., :1]).permute(2, 0, 1)[None]
    known = load(run.path / "best.safetensors")
    with torch.inference_mode():
        expected = known.module()((fit(x, network.input_shape).float() / 255 - 0.2) / 0.3).softmax(1)[0]
    assert found == {
        name: pytest.approx(100 * float(share), abs=1e-3)
        for name, share in zip(shelf.DIGITS, expected, strict=True)
    }
    assert "cnnviz" not in (home / "a" / "predict.py").read_text()


def test_the_folder_comes_without_what_only_the_worker_needs(runs_folder, tmp_path):
    run = with_weights(shelf.made(runs_folder, "a"))
    shelf.looked_into(run)
    secret = tmp_path / "secret"
    secret.write_text("not yours")
    (run.path / "way_out").symlink_to(secret)
    (run.path / "state.safetensors").write_bytes(b"x" * 1000)
    (run.path / "state.previous.safetensors").write_bytes(b"x" * 1000)
    for name in ("lock", "reserve", ".hidden"):
        (run.path / name).write_text("")
    with zipfile.ZipFile(io.BytesIO(export.folder(run))) as archive:
        found = set(archive.namelist())
        assert archive.testzip() is None
        assert json.loads(archive.read("a/config.json"))["seed"] == 0
    assert found == {
        "a/config.json", "a/events.jsonl", "a/best.safetensors", "a/last.safetensors", "a/test.npz",
        "a/epochs/0001.npz", "a/epochs/0002.npz", "a/epochs/0003.npz", "a/epochs/validation.npz",
    }  # fmt: skip


def test_damaged_weights_are_one_clear_sentence(runs_folder):
    run = shelf.made(runs_folder, "a")
    for data in (b"", b"\xff" * 100, (10).to_bytes(8, "little") + b'{"a": 1}  '):
        (run.path / "best.safetensors").write_bytes(data)
        with pytest.raises(RunError, match="damaged"):
            export.source(run)
