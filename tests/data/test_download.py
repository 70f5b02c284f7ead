"""The real downloader against a small server of our own, and without any network."""

import gzip
import hashlib
import http.server
import struct
import sys
import threading
from pathlib import Path

import pytest

from cnnviz.data import catalog
from cnnviz.data import download as room
from cnnviz.data.catalog import DatasetInfo, status
from cnnviz.errors import DataError

CODE = """
import sys, torchvision
from pathlib import Path
from cnnviz.data.download import fetch
torchvision.datasets.MNIST.mirrors = [sys.argv[3]]
torchvision.datasets.MNIST.resources = [tuple(pair.split("=")) for pair in sys.argv[4].split(",")]
fetch(sys.argv[1], Path(sys.argv[2]))
"""


def idx(*shape: int) -> bytes:
    size = 1
    for side in shape:
        size *= side
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + bytes(size)


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """Serve four small files in MNIST's format; yield the folder they come from."""
    home = tmp_path / "mirror"
    home.mkdir()
    sums, files, size = [], [], 0
    for part, count in (("train", 30), ("t10k", 10)):
        for kind, content in (("images-idx3", idx(count, 28, 28)), ("labels-idx1", idx(count))):
            name = f"{part}-{kind}-ubyte"
            packed = gzip.compress(content)
            (home / f"{name}.gz").write_bytes(packed)
            sums.append(f"{name}.gz={hashlib.md5(packed).hexdigest()}")
            files.append((f"MNIST/raw/{name}", len(content)))
            size += len(packed)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(home))  # type: ignore[arg-type]

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    info = catalog.DATASETS["mnist"]
    small = DatasetInfo(
        "mnist", info.title, info.description, info.shape, info.classes, 30, 10, size, info.licence,
        info.source, tuple(files),
    )  # fmt: skip
    monkeypatch.setitem(catalog.DATASETS, "mnist", small)
    monkeypatch.setattr(
        room,
        "command",
        lambda name, folder: [sys.executable, "-c", CODE, name, str(folder), address, ",".join(sums)],
    )
    yield home
    server.shutdown()
    server.server_close()


def contents(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def test_a_download_arrives_whole_and_tells_its_progress(mirror, tmp_path):
    seen: list[tuple[int, int]] = []
    root = tmp_path / "data"
    room.download("mnist", lambda done, total: seen.append((done, total)), root=root)
    assert status("mnist", root=root).state == "ready"
    assert contents(root) == ["MNIST"]
    total = catalog.DATASETS["mnist"].download_bytes
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert all(0 <= done <= all_ for done, all_ in seen)


def test_a_damaged_file_is_mended_and_what_is_there_is_not_fetched_again(mirror, tmp_path):
    root = tmp_path / "data"
    for path, _ in catalog.DATASETS["mnist"].files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / "MNIST/raw/train-images-idx3-ubyte").write_bytes(b"half")
    assert status("mnist", root=root).state == "incomplete"
    room.download("mnist", root=root)
    assert status("mnist", root=root).state == "ready"
    for path in mirror.iterdir():
        path.unlink()
    room.download("mnist", root=root)


def test_a_server_that_sends_rubbish_leaves_nothing_behind(mirror, tmp_path):
    root = tmp_path / "data"
    (mirror / "train-labels-idx1-ubyte.gz").write_bytes(b"rubbish")
    with pytest.raises(DataError, match="MNIST could not be downloaded"):
        room.download("mnist", root=root)
    assert contents(root) == []


def test_cancelling_leaves_nothing_behind(mirror, tmp_path):
    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        room.download("mnist", cancel, root=tmp_path / "data")
    assert contents(tmp_path / "data") == []


def test_without_a_network_there_is_one_clear_sentence(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(
        room,
        "command",
        lambda name, folder: [
            sys.executable, "-c", CODE, name, str(folder), "http://127.0.0.1:9/", "train-images-idx3-ubyte.gz=0",
        ],
    )  # fmt: skip
    with pytest.raises(DataError, match="is there a network"):
        room.download("mnist", root=tmp_path / "data")


def test_a_full_disk_is_told_before_anything_is_fetched(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "FREE_FACTOR", 10**12)
    with pytest.raises(DataError, match="there is no room"):
        room.download("mnist", root=tmp_path / "data")
