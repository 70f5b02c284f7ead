"""The commands that check, write and match networks."""

import json

import onnx
import pytest
import torch
from safetensors.torch import load_file, save_file

from cnnviz.explain import checkpoints
from cnnviz.nets.build import build
from cnnviz.nets.checkpoint import load
from cnnviz.spec import from_json, to_json
from cnnviz.zoo import get


def test_a_network_is_written_as_onnx_python_and_json(run, tmp_path):
    files = {kind: tmp_path / f"net.{kind}" for kind in ("onnx", "python", "json")}
    code, out, err = run("export", "lenet", "--set", "activation=relu", *(part for kind, file in files.items() for part in (f"--{kind}", file)))  # fmt: skip
    assert (code, out, err) == (0, "", "")
    onnx.checker.check_model(files["onnx"], full_check=True)
    assert from_json(files["json"].read_text()) == get("lenet", activation="relu")
    scope = {"__name__": "written"}
    exec(compile(files["python"].read_text(), "net.py", "exec"), scope)
    again = run("shapes", files["json"], "--json")
    assert again == run("shapes", "lenet", "--set", "activation=relu", "--json")


def test_a_checkpoints_weights_go_into_the_onnx_file(run, tmp_path):
    trained = load(checkpoints.path_of("lenet"))
    (tmp_path / "net.json").write_text(to_json(trained.network))
    assert (
        run("export", tmp_path / "net.json", "--checkpoint", "lenet", "--onnx", tmp_path / "net.onnx")[0] == 0
    )
    tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in onnx.load(tmp_path / "net.onnx").graph.initializer}  # fmt: skip
    assert all((tensors[name] == value.numpy()).all() for name, value in trained.weights.items())


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["export", "lenet"], "say where to"),
        (["export", "lenet", "--json", "/nowhere/x.json"], "`/nowhere/x.json` cannot be written: No such file"),
        (["export", "alexnet", "--checkpoint", "lenet", "--onnx", "x.onnx"], "the weights are not those of this network"),
        (["export", "lenet", "--checkpoint", "nobody", "--onnx", "x.onnx"], "there is no checkpoint `nobody`"),
        (["match", "lenet", "nowhere.safetensors"], "`nowhere.safetensors` cannot be read"),
        (["match", "lenet", "weights.pt"], "is an archive of torch (a pickle"),
        (["check", "lenet", "--classes", "0"], "--classes"),
    ],
)  # fmt: skip
def test_bad_input_ends_with_code_2_and_one_clear_line(run, tmp_path, monkeypatch, arguments, line):
    monkeypatch.chdir(tmp_path)
    torch.save(build(get("lenet")).state_dict(), "weights.pt")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert line in err


def test_match_lists_every_tensor_and_writes_what_fits(run, tmp_path):
    weights = {f"module.{name}": tensor for name, tensor in build(get("lenet")).state_dict().items()}
    weights |= {
        "module.fc3.bias": torch.ones(1000),
        "module.fc1.bias": torch.full((120,), torch.nan),
        "more": torch.ones(2),
    }
    del weights["module.conv1.bias"]
    save_file(weights, tmp_path / "theirs.safetensors")
    code, out, _ = run("match", "lenet", tmp_path / "theirs.safetensors", "--out", tmp_path / "ours.safetensors", "--json")  # fmt: skip
    found = json.loads(out)
    assert (code, found["fits"], found["wanted"]) == (0, 7, 10)
    results = {row["ours"] or row["theirs"]: row["result"] for row in found["tensors"]}
    assert {name: result for name, result in results.items() if result != "name"} == {
        "fc3.bias": "shape differs", "fc1.bias": "not finite", "conv1.bias": "missing", "more": "unused",
    }  # fmt: skip
    written = load_file(tmp_path / "ours.safetensors")
    build(get("lenet")).load_state_dict(written)
    assert torch.equal(written["conv2.weight"], weights["module.conv2.weight"])
    table = run("match", "lenet", tmp_path / "theirs.safetensors")[1]
    assert "the file has 1000" in table
    assert table.endswith("7 of 10 tensors fit.\n")


def test_check_explains_the_first_error_and_offers_fixes(run, tmp_path):
    broken = to_json(get("lenet")).replace('"padding": 2', '"padding": 0')
    (tmp_path / "net.json").write_text(broken)
    code, out, _ = run("check", tmp_path / "net.json", "--json")
    (problem,) = json.loads(out)
    assert (code, problem["severity"]) == (1, "error")
    assert "400" in problem["reason"]
    assert problem["fixes"]
    code, out, _ = run("check", tmp_path / "net.json")
    assert code == 1
    assert out.startswith("Error (fc1): ")
    assert out.count("\n  - ") == len(problem["fixes"])
    assert run("check", "lenet", "--set", "activation=relu")[0] == 0
