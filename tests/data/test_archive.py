"""Zip files as people pack them become data sets; what no honest one holds is refused with the file's name."""

import io
import stat
import struct
import zipfile

import pytest
import torch
from PIL import Image

from cnnviz.data import archive, catalog, images
from cnnviz.data.archive import delete, unpack
from cnnviz.data.datasets import load
from cnnviz.errors import DataError
from cnnviz.spec import Chain, Flatten, Linear, Network
from cnnviz.train.config import TrainConfig
from tests.data.test_datasets import header


def picture(colour=(200, 30, 90), form="PNG", size=(6, 5)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


RED, BLUE = picture((255, 0, 0)), picture((0, 0, 255))


def packed(files, how=zipfile.ZIP_DEFLATED):
    """Return a zip file; a key may be a name or a ZipInfo."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out


PETS = {"cat/1.png": RED, "cat/2.png": RED, "dog/1.png": BLUE, "dog/2.png": BLUE}


def refused(tmp_path, files, *, name="pets.zip"):
    """Return the sentence of a refusal, which leaves nothing behind."""
    file = files if isinstance(files, io.BytesIO) else packed(files)
    with pytest.raises(DataError) as raised:
        unpack(file, name, root=tmp_path)
    assert not list(catalog.uploads_root(tmp_path).glob("*"))
    return str(raised.value)


def test_a_zip_file_becomes_a_data_set_that_is_used_like_a_folder_and_removed_again(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    steps = []
    found = unpack(packed(PETS), "My pets!.zip", lambda done, total: steps.append((done, total)))
    assert (found.name, found.classes, found.pictures, found.left_out) == (
        "upload:My_pets",
        ("cat", "dog"),
        4,
        (),
    )
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert catalog.uploads() == ["upload:My_pets"]
    assert catalog.status("upload:My_pets").state == "ready"
    assert catalog.lookup("upload:My_pets").classes == ("cat", "dog")
    data = load("upload:My_pets", shape=(3, 4, 4))
    assert data.train_x[0, :, 0, 0].tolist() == [255, 0, 0]
    network = Network("Line", (3, 4, 4), Chain("", (Flatten(), Linear(48, 2))))
    assert TrainConfig.from_json(TrainConfig(network, "upload:My_pets").to_json()).dataset == "upload:My_pets"
    assert unpack(packed(PETS), "My pets!.zip").name == "upload:My_pets-2"
    delete("upload:My_pets")
    assert catalog.uploads() == ["upload:My_pets-2"]
    assert catalog.status("upload:My_pets").state == "missing"
    assert sorted(path.name for path in catalog.uploads_root().iterdir()) == ["My_pets-2"]


def test_what_people_really_pack_is_understood(tmp_path):
    files = {f"Pets of 5b/{name}".replace("png", "PNG"): content for name, content in PETS.items()}
    files |= {
        "Pets of 5b/": b"", "Pets of 5b/cat/deep/er/3.JPeG": picture(form="JPEG"), "__MACOSX/Pets of 5b/cat/._1.png": b"x",
        "Pets of 5b/.DS_Store": b"x", "Pets of 5b/cat/.hidden.png": b"x", "Pets of 5b/readme.txt": b"x",
        "Pets of 5b/Thumbs.db": b"x", "Pets of 5b/cover.png": RED,
    }  # fmt: skip
    found = unpack(packed(files), "pets.zip", root=tmp_path)
    assert (found.classes, found.pictures) == (("cat", "dog"), 5)
    assert [str(each) for each in found.left_out] == [
        "`Pets of 5b/cover.png` lies in no class's folder: left out"
    ]


@pytest.mark.parametrize(
    ("parts", "train", "test"),
    [
        (("train", "test"), 4, 4), (("Train", "Testing"), 4, 4), (("training", "val"), 4, 4),
        (("train", "validation", "test"), 8, 4), (("train",), 3, 1),
    ],
)  # fmt: skip
def test_train_and_test_are_kept_apart_whatever_they_are_called(tmp_path, parts, train, test):
    files = {f"data/{part}/{name}": content for part in parts for name, content in PETS.items()}
    found = unpack(packed(files), "pets.zip", root=tmp_path)
    data = load(found.name, root=tmp_path, shape=(1, 4, 4))
    assert data.classes == ("cat", "dog")
    if parts == ("train",):  # two of each class: one of each is kept for the test
        train, test = 2, 2
    assert (len(data.train_y), len(data.test_y)) == (train, test)


def test_a_class_may_be_called_train(tmp_path):
    files = {name.replace("cat", "train"): content for name, content in PETS.items()}
    found = unpack(packed(files), "vehicles.zip", root=tmp_path)
    assert load(found.name, root=tmp_path, shape=(1, 4, 4)).classes == ("dog", "train")


def legacy(name, letters):
    """Return an entry whose name stands in the packer's own letters, without the flag of UTF-8."""
    info = zipfile.ZipInfo("x" * len(name.encode(letters)))
    return info, name.encode(letters)


@pytest.mark.parametrize(
    ("cat", "letters"),
    [
        ("猫/1.png", "utf-8"),
        ("猫和狗/1.png", "gb2312"),
        ("Kätzchen/1.png", "cp437"),
        ("Ka\u0308tzchen/1.png", "utf-8"),
    ],
)
def test_names_that_are_not_in_ascii_survive_the_packers_of_dos_mac_and_windows(tmp_path, cat, letters):
    info, raw = legacy(cat, letters)
    content = packed({info: RED, "dog/1.png": BLUE}).getvalue().replace(info.filename.encode(), raw)
    found = unpack(io.BytesIO(content), "宠物.zip", root=tmp_path)
    assert found.name == "upload:宠物"
    assert set(found.classes) - {"dog"} == {"Kätzchen" if "tz" in cat else cat.split("/")[0]}
    assert catalog.uploads(tmp_path) == ["upload:宠物"]


def test_names_with_the_flag_of_utf_8_and_backslashes_of_windows_are_read(tmp_path):
    files = {name.replace("/", "\\").replace("cat", "Кошка"): content for name, content in PETS.items()}
    assert unpack(packed(files), "pets.zip", root=tmp_path).classes == ("dog", "Кошка")


def test_pictures_that_cannot_be_read_are_left_out_and_named(tmp_path):
    files = PETS | {"cat/3.png": RED[:40], "dog/text.jpg": b"just a text", "dog/4.png": b""}
    found = unpack(packed(files), "pets.zip", root=tmp_path)
    assert found.pictures == 4
    assert [
        "3.png" in str(each) or "text.jpg" in str(each) or "4.png" in str(each) for each in found.left_out
    ] == [True] * 3
    assert "not a picture" in str(found.left_out[1])


def test_where_no_picture_can_be_read_the_first_is_named(tmp_path):
    assert "cat/1.png` is not a picture" in refused(tmp_path, {"cat/1.png": b"text", "dog/1.png": b"text"})


@pytest.mark.parametrize("name", ["../cat/1.png", "cat/../../1.png", "/cat/1.png", "C:/cat/1.png", "cat\\..\\..\\1.png", "\\\\host\\cat\\1.png"])  # fmt: skip
def test_a_path_out_of_the_folder_is_refused(tmp_path, name):
    assert "1.png` in `pets.zip` would leave its folder" in refused(tmp_path, PETS | {name: RED})


def test_links_are_refused(tmp_path):
    info = zipfile.ZipInfo("cat/passwd.png")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "cat/passwd.png` in `pets.zip` is a link" in refused(tmp_path, PETS | {info: b"/etc/passwd"})


@pytest.mark.parametrize("name", ["more.zip", "cat/more.tar.gz", "dog/b.7Z"])
def test_archives_in_the_archive_are_refused(tmp_path, name):
    assert f"`{name}` in `pets.zip` is an archive itself" in refused(tmp_path, PETS | {name: b"x"})


def test_control_characters_in_names_are_refused_and_shown_harmlessly(tmp_path):
    assert "cat/a\\x1b[2J.png` in" in refused(tmp_path, PETS | {"cat/a\x1b[2J.png": RED})


def test_locked_and_unusually_packed_archives_are_refused(tmp_path):
    locked = packed(PETS).getvalue()
    at = locked.index(b"PK\x01\x02") + 8
    locked = locked[:at] + b"\x01" + locked[at + 1 :]
    assert "`cat/1.png` in `pets.zip` is locked with a password" in refused(tmp_path, io.BytesIO(locked))
    assert "packed in an unusual way" in refused(tmp_path, packed(PETS, zipfile.ZIP_BZIP2))
    assert "packed in an unusual way" in refused(tmp_path, packed(PETS, zipfile.ZIP_LZMA))


@pytest.mark.parametrize("content", [b"", b"Rar!\x1a\x07\x00", b"just a text" * 10_000, b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 30])  # fmt: skip
def test_what_is_no_zip_file_is_refused(tmp_path, content):
    assert refused(tmp_path, io.BytesIO(content), name="pets.rar").startswith("`pets.rar` ")


def test_any_zip_file_cut_or_changed_anywhere_is_refused_or_read_but_never_fails_otherwise(tmp_path):
    whole = packed(PETS).getvalue()
    for at in range(0, len(whole), 7):
        for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            try:
                unpack(io.BytesIO(broken), "pets.zip", root=tmp_path)
            except DataError:
                continue
    for path in catalog.uploads_root(tmp_path).rglob("*"):
        assert path.is_dir() or path.read_bytes() in {RED, BLUE}


def test_bounds_on_count_bytes_and_pixels_hold(tmp_path, monkeypatch):
    with monkeypatch.context() as small:
        small.setattr(archive, "MOST_PICTURES", 3)
        assert "holds 4 pictures; at most 3" in refused(tmp_path, PETS)
    with monkeypatch.context() as small:
        small.setattr(archive, "MOST_ENTRIES", 3)
        assert "too many files" in refused(tmp_path, PETS)
    with monkeypatch.context() as small:
        small.setattr(archive, "MOST_DIRECTORY", 100)
        assert "too many files" in refused(tmp_path, PETS)
    with monkeypatch.context() as small:
        small.setattr(archive, "MOST_UNPACKED", 2 * len(RED))
        assert "more than 0 MB of pictures" in refused(tmp_path, PETS)
    with monkeypatch.context() as small:
        small.setattr(archive, "MOST_PIXELS", 100)
        assert "more than 100 pixels together" in refused(tmp_path, PETS)
    with monkeypatch.context() as small:
        small.setattr(images, "MOST_BYTES", len(RED) + 10)
        found = unpack(packed(PETS | {"cat/3.png": RED + bytes(11)}), "pets.zip", root=tmp_path)
        assert ["cat/3.png` is larger" in str(each) for each in found.left_out] == [True]
    monkeypatch.setattr("cnnviz.data.archive.shutil.disk_usage", lambda _: type("", (), {"free": 1}))
    delete(found.name, root=tmp_path)
    assert "no room" in refused(tmp_path, PETS)


def test_declared_sizes_that_lie_are_found_while_unpacking(tmp_path):
    bomb = packed(PETS | {"cat/3.png": RED + bytes(30_000_000)}).getvalue()
    assert len(bomb) < 40_000
    lie = bomb.replace(struct.pack("<I", len(RED) + 30_000_000), struct.pack("<I", len(RED)))
    found = unpack(io.BytesIO(lie), "pets.zip", root=tmp_path)
    assert [str(each) for each in found.left_out] == ["`cat/3.png` is damaged in the archive: left out"]
    honest = unpack(io.BytesIO(bomb), "pets.zip", root=tmp_path)
    assert [str(each) for each in honest.left_out] == ["`cat/3.png` is larger than 20 MB"]


def test_the_larger_form_of_zip_files_is_refused_before_its_list_is_read(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for number in range(65_540):
            file.writestr(f"{number}.txt", b"")
    assert "too many files" in refused(tmp_path, out)


def test_a_picture_that_swells_is_left_out_before_it_is_decoded(tmp_path):
    header(tmp_path / "bomb.png", 30_000)
    found = unpack(
        packed(PETS | {"cat/bomb.png": (tmp_path / "bomb.png").read_bytes()}), "pets.zip", root=tmp_path
    )
    assert ["bomb.png` has more than 50,000,000 pixels" in str(each) for each in found.left_out] == [True]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "holds no pictures in folders"),
        ({"1.png": RED, "2.png": BLUE}, "holds no pictures in folders"),
        ({"cat/1.png": RED, "cat/2.png": RED}, "from 2 to 1000 of them; it has 1"),
        (
            {"train/cat/1.png": RED, "train/dog/1.png": RED, "test/cat/1.png": RED},
            "`dog` is in one of them only",
        ),
        ({"a" * 201 + "/1.png": RED, "b/1.png": RED}, "too long for a class's name"),
    ],
)
def test_what_is_not_one_folder_a_class_is_refused(tmp_path, files, sentence):
    assert sentence in refused(tmp_path, files)


def test_what_breaks_off_leaves_nothing_behind(tmp_path):
    def cancel(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(packed(PETS), "pets.zip", cancel, root=tmp_path)
    assert not list(catalog.uploads_root(tmp_path).iterdir())


@pytest.mark.parametrize("name", ["upload:../x", "upload:", "upload:a/b", "upload:.", "upload:..", "folder:/tmp", "digits", "upload:none"])  # fmt: skip
def test_only_an_upload_can_be_removed(tmp_path, name):
    (tmp_path / "x").mkdir()
    with pytest.raises(DataError):
        delete(name, root=tmp_path)
    assert (tmp_path / "x").is_dir()


def test_uploads_with_transparency_are_read_as_they_are_seen(tmp_path):
    out = io.BytesIO()
    Image.new("RGBA", (6, 6), (0, 0, 0, 0)).save(out, "PNG")
    found = unpack(
        packed({"a/1.png": out.getvalue(), "a/2.png": out.getvalue(), "b/1.png": RED}),
        "pets.zip",
        root=tmp_path,
    )
    data = load(found.name, root=tmp_path, shape=(1, 4, 4), room=0)
    assert torch.equal(data.train_x[:1], torch.full((1, 1, 4, 4), 255, dtype=torch.uint8))
