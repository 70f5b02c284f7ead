"""Files of weights from anywhere: read, or refused in one sentence; nothing in them is ever run."""

import ast
import contextlib
import io
import json
import pickle
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save

from cnnviz.errors import RunError
from cnnviz.nets import foreign
from cnnviz.nets.foreign import CONVERSIONS, conversion, kind_of, parse, read

WEIGHTS = {"conv.weight": torch.randn(2, 1, 3, 3), "conv.bias": torch.randn(2), "n": torch.tensor(3)}
FILE = save(WEIGHTS, {"made by": "me"})


class Trap:
    """Unpickling this would fail the test."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was opened",)


def saved(what, **options):
    out = io.BytesIO()
    torch.save(what, out, **options)
    return out.getvalue()


def test_a_safetensors_file_is_read_with_what_its_maker_wrote(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(FILE)
    found = read(tmp_path / "x.safetensors")
    assert found.about == {"made by": "me"}
    assert found.tensors.keys() == WEIGHTS.keys()
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in WEIGHTS.items())


NUMPY = io.BytesIO()
np.savez(NUMPY, a=np.ones(3))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (saved(WEIGHTS), r"(?s)an archive of torch .*torch.load\(\"x.pt\", .*weights_only=True\)"),
        (saved({"state_dict": Trap()}), "an archive of torch"),
        (saved(WEIGHTS, _use_new_zipfile_serialization=False), "an archive of torch"),
        (pickle.dumps(Trap()), "an archive of torch"),
        (NUMPY.getvalue(), r"(?s)an archive of NumPy.*np.load\(\"x.pt\"\)"),
        (b"\x89HDF\r\n\x1a\n" + bytes(200), "a file of Keras"),
        (b"", "cut short"),
        (b"just text, and not even much of it", "^`x.pt` is no safetensors file"),
        (bytes(40), "^`x.pt` is no safetensors file"),
        ((3000).to_bytes(8, "little") + b"{" * 1000, "cut short"),
        (FILE[:-1], "damaged or no safetensors file"),
        (FILE[:20], "damaged or no safetensors file"),
        (FILE + b"x", "damaged or no safetensors file"),
    ],
)
def test_any_other_file_is_refused_unopened_with_what_to_do(data, sentence):
    with pytest.raises(RunError, match=sentence):
        parse(data, "x.pt")


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(RunError, match="cannot be read: No such file"):
        read(tmp_path / "nowhere")
    (tmp_path / "x").write_bytes(FILE)
    monkeypatch.setattr(foreign, "MOST_BYTES", 100)
    with pytest.raises(RunError, match="too large"):
        read(tmp_path / "x")
    with pytest.raises(RunError, match="too large"):
        parse(FILE, "x")


def with_header(header):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text


@pytest.mark.parametrize(
    "header",
    [
        [], 3, {"__metadata__": 3}, {"__metadata__": {"a": []}}, {"a": {}}, {"a": {"dtype": "F99", "shape": [], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1 << 62, 1 << 62], "data_offsets": [0, 0]}}, {"." * 100: {}}, {"a" * 500: {}},
        {str(number): {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for number in range(10_001)},
    ],
)  # fmt: skip
def test_a_header_that_promises_nonsense_is_refused(header):
    with pytest.raises(RunError):
        parse(with_header(header), "x")


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda text: with_header({})[:9] + text))
def test_random_bytes_raise_only_our_errors(data):
    try:
        parse(data, "x")
    except RunError as error:
        assert "x" in str(error)


@given(
    st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.integers(0, 255)), max_size=6),
    st.integers(0, len(FILE)),
)
def test_a_damaged_or_cut_file_is_read_or_refused(changes, cut):
    data = bytearray(FILE)
    for place, value in changes:
        data[place] = value
    with contextlib.suppress(RunError):
        parse(bytes(data[:cut] if cut % 2 else data), "x")


@pytest.mark.parametrize("inside", ["", "model_state_dict", "state_dict", "model", "net"])
def test_the_lines_for_torchs_archives_do_what_they_say(inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tied = WEIGHTS | {"tied": WEIGHTS["conv.bias"], "turned": torch.randn(3, 4).T}
    torch.save({inside: tied, "epoch": 3} if inside else tied, "x.pt")
    exec(CONVERSIONS["torch"], {})
    made = load_file("x.safetensors")
    assert made.keys() == tied.keys()
    assert all(torch.equal(made[name], tensor) for name, tensor in tied.items())


def test_the_lines_for_numpys_archives_do_what_they_say(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("x.npz", a=np.arange(6.0).reshape(2, 3).T)
    exec(CONVERSIONS["numpy"], {})
    assert load_file("x.safetensors")["a"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_the_lines_convert_the_very_file_that_was_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"model_state_dict": WEIGHTS}, "my net (2).pth")
    exec(conversion("torch", "my net (2).pth"), {})
    assert load_file("my net (2).safetensors").keys() == WEIGHTS.keys()


def test_a_file_under_the_wrong_ending_is_renamed_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = conversion("torch", "my.safetensors")
    assert lines.startswith("# first rename the file: my.pt\n")
    torch.save(WEIGHTS, "my.pt")
    exec(lines, {})
    assert load_file("my.safetensors").keys() == WEIGHTS.keys()


@given(st.sampled_from(sorted(CONVERSIONS)), st.text(min_size=1, max_size=30))
def test_no_name_of_a_file_ends_the_text_in_which_it_stands(kind, name):
    plain, named = (
        [type(node) for node in ast.walk(ast.parse(lines))]
        for lines in (CONVERSIONS[kind], conversion(kind, name))
    )
    assert named == plain  # the same program, but for what its texts say


@pytest.mark.parametrize("kind", CONVERSIONS)
def test_the_lines_are_python(kind):
    compile(CONVERSIONS[kind], kind, "exec")


def test_a_kind_is_told_by_the_first_bytes_alone():
    keras = io.BytesIO()
    with zipfile.ZipFile(keras, "w") as file:
        file.writestr("metadata.json", "{}")
    assert kind_of(keras.getvalue()) == "keras"
    assert kind_of(FILE[:64]) == "safetensors"
    assert kind_of(b"\x80\x02" + bytes(6) + b"{") == "safetensors"  # a header of 640 bytes, no pickle
