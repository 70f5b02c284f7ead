"""The catalog knows what is there by sizes alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from cnnviz.data import catalog
from cnnviz.data.catalog import DATASETS, lookup, status
from cnnviz.errors import DataError

DOWNLOADS = sorted(name for name, info in DATASETS.items() if info.files)


def lay_out(root: Path, name: str) -> list[Path]:
    """Make files of the right sizes that take no room."""
    paths = []
    for path, size in DATASETS[name].files:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.truncate(size)
        paths.append(target)
    return paths


def test_the_catalog_is_read_without_torch_or_numpy():
    code = "import sys, cnnviz.data.catalog; print(sorted({'torch', 'numpy', 'PIL'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_embedded_digits_are_always_there(tmp_path):
    assert status("digits", root=tmp_path).state == "embedded"
    assert status("digits", root=tmp_path).problem is None


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_data_set_is_missing_then_ready_then_cut_in_half(name, tmp_path):
    missing = status(name, root=tmp_path)
    assert missing.state == "missing"
    assert "CNNVIZ_DATA" in str(missing.problem)
    files = lay_out(tmp_path, name)
    assert status(name, root=tmp_path).state == "ready"
    assert status(name, root=tmp_path).problem is None
    whole = files[0].stat().st_size
    with files[0].open("r+b") as file:
        file.truncate(whole // 2)
    cut = status(name, root=tmp_path)
    assert cut.state == "incomplete"
    sentence = str(cut.problem)
    assert str(files[0]) in sentence
    assert f"{whole // 2} bytes instead of {whole}" in sentence
    assert "download it again" in sentence
    files[0].unlink()
    assert "is missing" in str(status(name, root=tmp_path).problem)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(DataError, match="digits, mnist, fashion_mnist, cifar10"):
        lookup("imagenet")


def test_every_entry_says_what_it_is():
    for name, info in DATASETS.items():
        assert info.name == name
        assert info.title
        assert info.description
        assert info.licence
        assert info.source.startswith("https://")
        assert bool(info.files) == bool(info.download_bytes)
        assert info.shape is not None
        assert len(info.classes) == 10


def test_a_folder_has_the_classes_of_its_subfolders(tmp_path):
    for name in ("dog", "cat", ".hidden"):
        (tmp_path / "pets" / name).mkdir(parents=True)
    info = lookup(f"folder:{tmp_path}/pets")
    assert info.classes == ("cat", "dog")
    assert info.title == "pets"
    assert status(info.name).state == "ready"
    (tmp_path / "pets" / "train" / "bird").mkdir(parents=True)
    (tmp_path / "pets" / "train" / "fish").mkdir(parents=True)
    assert lookup(f"folder:{tmp_path}/pets").classes == ("bird", "fish")


def test_a_folder_without_classes_is_refused(tmp_path):
    (tmp_path / "one").mkdir()
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(DataError, match=str(path)):
            lookup(f"folder:{path}")
    assert status(f"folder:{tmp_path}").state == "incomplete"
    assert status(f"folder:{tmp_path}/nowhere").state == "missing"


def test_the_data_root_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    assert catalog.data_root() == tmp_path
    monkeypatch.delenv("CNNVIZ_DATA")
    assert catalog.data_root().parts[-2:] == ("cnnviz", "data")
