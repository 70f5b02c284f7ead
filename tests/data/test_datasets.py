"""Data sets are loaded whole or refused with the file's name; pictures fit the network."""

import hashlib
import pickle
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image

from cnnviz.data import catalog, folder, images
from cnnviz.data.datasets import digits, fit, load, split
from cnnviz.errors import DataError


def picture(path: Path, size=(20, 30), colour=(200, 30, 90), **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path, **options)
    return path


def header(path: Path, side: int) -> None:
    """Write the beginning of a PNG file that promises side x side pixels."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    data = b"IDAT" + bytes(8)
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (chunk, data)]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


@pytest.fixture
def pets(tmp_path) -> Path:
    for number in range(10):
        picture(tmp_path / "cat" / f"{number}.png", colour=(255, 0, 0))
        picture(tmp_path / "dog" / f"{number}.jpg", colour=(0, 0, 255), quality=95)
    return tmp_path


def test_the_digits_are_made_like_mnist():
    x, y = digits()
    assert x.shape == (1797, 1, 28, 28)
    assert x.dtype == torch.uint8
    assert y.bincount(minlength=10).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    ink = x[:, 0].float()
    mass = ink.sum((1, 2))
    places = torch.arange(28) + 0.5
    assert ((ink.sum(2) * places).sum(1) / mass - 14).abs().max() <= 0.51
    assert ((ink.sum(1) * places).sum(1) / mass - 14).abs().max() <= 0.51
    assert ((ink > 0).any(2).sum(1) <= 20).all()
    assert x.amax((1, 2, 3)).min() > 150


def test_the_digits_are_always_split_the_same_and_every_class_alike():
    first, second = load("digits"), load("digits")
    assert torch.equal(first.test_x, second.test_x)
    info = catalog.lookup("digits")
    assert (len(first.train_y), len(first.test_y)) == (info.train_count, info.test_count)
    part = first.test_y.bincount() / (first.test_y.bincount() + first.train_y.bincount())
    assert (part - 0.2).abs().max() < 0.01


def test_mean_and_deviation_are_those_of_the_pictures():
    data = load("digits")
    pixels = data.train_x.double() / 255
    assert data.mean == pytest.approx([pixels.mean().item()])
    assert data.std == pytest.approx([pixels.std(correction=0).item()])


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.5])
def test_a_split_is_seeded_even_and_complete(fraction):
    data = load("digits")
    train, validation = split(data, fraction, seed=3)
    assert sorted([*train.tolist(), *validation.tolist()]) == list(range(len(data.train_y)))
    assert len(validation) == pytest.approx(fraction * len(data.train_y), abs=5)
    assert torch.equal(split(data, fraction, seed=3)[1], validation)
    assert fraction == 0 or not torch.equal(split(data, fraction, seed=4)[1], validation)


def test_mnist_is_the_official_one(real_data):
    data = load("mnist", root=real_data)
    assert data.train_x.shape == (60_000, 1, 28, 28)
    assert data.test_x.shape == (10_000, 1, 28, 28)
    assert data.train_y[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.mean == pytest.approx([0.1307], abs=1e-4)
    assert data.std == pytest.approx([0.3081], abs=1e-4)


def test_fashion_mnist_is_the_official_one(real_data):
    data = load("fashion_mnist", root=real_data)
    assert data.train_y[:4].tolist() == [9, 0, 0, 3]
    assert data.mean == pytest.approx([0.2860], abs=1e-4)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_our_reader_of_idx_files_gives_what_torchvision_s_gives(real_data, name):
    data = load(name, root=real_data)
    kind = getattr(torchvision.datasets, catalog.TORCHVISION[name])
    for train, x, y in ((True, data.train_x, data.train_y), (False, data.test_x, data.test_y)):
        theirs = kind(real_data, train=train)
        assert torch.equal(x, theirs.data[:, None])
        assert torch.equal(y, theirs.targets)


def test_a_data_set_that_is_cut_in_half_is_refused_with_file_sizes_and_cure(tmp_path):
    for path, size in catalog.DATASETS["mnist"].files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        with (tmp_path / path).open("wb") as file:
            file.truncate(size // 2 if "t10k-images" in path else size)
    with pytest.raises(DataError, match="t10k-images.* 3920008 bytes instead of 7840016; download it again"):
        load("mnist", root=tmp_path)


def test_a_data_set_of_the_right_size_but_full_of_rubbish_is_refused(tmp_path):
    for name in ("mnist", "cifar10"):
        for path, size in catalog.DATASETS[name].files:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            with (tmp_path / path).open("wb") as file:
                file.truncate(size)
        with pytest.raises(DataError, match="damaged"):
            load(name, root=tmp_path)


def test_cifar_10_is_read_from_the_official_layout(tmp_path, monkeypatch):
    """The layout is made here, at a hundredth of the size, and torchvision is told its checksums."""
    home = tmp_path / "cifar-10-batches-py"
    home.mkdir()
    sums, files = {}, []
    generator = np.random.default_rng(0)
    for name in [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta"]:
        content = {"data": generator.integers(0, 255, (20, 3072), dtype=np.uint8), "labels": [*range(10)] * 2}
        if name == "batches.meta":
            content = {"label_names": list(catalog.DATASETS["cifar10"].classes)}
        (home / name).write_bytes(pickle.dumps(content))
        sums[name] = hashlib.md5((home / name).read_bytes()).hexdigest()
        files.append((f"cifar-10-batches-py/{name}", (home / name).stat().st_size))
    kind = torchvision.datasets.CIFAR10
    monkeypatch.setattr(kind, "train_list", [[name, sums[name]] for name, _ in kind.train_list])
    monkeypatch.setattr(kind, "test_list", [[name, sums[name]] for name, _ in kind.test_list])
    monkeypatch.setattr(kind, "meta", kind.meta | {"md5": sums["batches.meta"]})
    info = catalog.DATASETS["cifar10"]
    monkeypatch.setitem(
        catalog.DATASETS,
        "cifar10",
        type(info)(*[getattr(info, n) for n in info.__slots__[:-1]], tuple(files)),
    )
    data = load("cifar10", root=tmp_path)
    assert data.train_x.shape == (100, 3, 32, 32)
    assert data.test_x.shape == (20, 3, 32, 32)
    first = pickle.loads((home / "data_batch_1").read_bytes())["data"][0].reshape(3, 32, 32)
    assert np.array_equal(data.train_x[0].numpy(), first)


def test_a_folder_of_pictures_is_read_in_the_network_s_size(pets):
    data = load(f"folder:{pets}", shape=(3, 16, 24))
    assert data.classes == ("cat", "dog")
    assert data.shape == (3, 16, 24)
    assert (len(data.train_y), len(data.test_y)) == (16, 4)
    assert data.test_y.tolist() == [0, 0, 1, 1]
    assert data.train_x[0, :, 0, 0].tolist() == [255, 0, 0]
    assert load(f"folder:{pets}", shape=(1, 8, 8)).shape == (1, 8, 8)


def test_train_and_test_subfolders_are_kept_apart(tmp_path):
    for part, count in (("train", 3), ("test", 1)):
        for name in ("a", "b"):
            for number in range(count):
                picture(tmp_path / part / name / "deep" / f"{number}.png")
    data = load(f"folder:{tmp_path}", shape=(1, 8, 8))
    assert (len(data.train_y), len(data.test_y)) == (6, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"this is a text", "not a picture"),
        (b"", "not a picture"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR", "damaged|not a picture"),
        (b"%PDF-1.4", "not a picture"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(pets, content, sentence):
    (pets / "cat" / "odd.png").write_bytes(content)
    with pytest.raises(DataError, match=f"odd.png.*({sentence})"):
        load(f"folder:{pets}")


def test_a_picture_cut_in_half_is_refused_by_name(pets):
    whole = (pets / "dog" / "3.jpg").read_bytes()
    (pets / "dog" / "3.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"3\.jpg"):
        load(f"folder:{pets}")


def test_a_decompression_bomb_is_refused_before_it_is_decoded(pets):
    header(pets / "cat" / "bomb.png", 30_000)
    with pytest.raises(DataError, match="bomb.png` has more than 50,000,000 pixels"):
        load(f"folder:{pets}")
    header(pets / "cat" / "bomb.png", 8_000)
    with pytest.raises(DataError, match="bomb.png` has 64,000,000 pixels"):
        load(f"folder:{pets}")


def test_bounds_on_files_and_memory_hold(pets, monkeypatch):
    monkeypatch.setattr(folder, "MOST_PICTURES", 15)
    with pytest.raises(DataError, match="too many"):
        load(f"folder:{pets}")
    monkeypatch.setattr(folder, "MOST_PICTURES", 100)
    with monkeypatch.context() as small:
        small.setattr(images, "MOST_BYTES", 10)
        with pytest.raises(DataError, match="is larger than"):
            load(f"folder:{pets}")


@pytest.mark.parametrize("parts", [("",), ("train", "test")])
def test_a_folder_too_large_for_the_memory_stays_in_its_files(tmp_path, parts):
    for part in parts:
        for name in ("a", "b"):
            for number in range(5):
                picture(tmp_path / part / name / f"{number}.png", colour=(number * 50, 0, 9))
    bytes_of_all = 10 * len(parts) * 3 * 8 * 6
    whole = load(f"folder:{tmp_path}", shape=(3, 8, 6), room=bytes_of_all)
    left = load(f"folder:{tmp_path}", shape=(3, 8, 6), room=bytes_of_all - 1)
    assert isinstance(whole.train_x, torch.Tensor)
    assert isinstance(left.train_x, folder.Files)
    assert left.shape == whole.shape
    assert torch.equal(left.train_x[:], whole.train_x)
    assert torch.equal(left.test_x[torch.tensor([1, 0])], whole.test_x[[1, 0]])
    assert torch.equal(left.train_y, whole.train_y)
    assert (left.mean, left.std) == (whole.mean, whole.std)


def test_a_class_without_pictures_is_named(pets):
    (pets / "fish").mkdir()
    with pytest.raises(DataError, match="fish holds no pictures"):
        load(f"folder:{pets}")


def test_transparent_rotated_and_palette_pictures_are_read_as_they_are_seen(tmp_path):
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(clear)
    assert folder.read_picture(clear, (1, 4, 4)).min() == 255
    turned = tmp_path / "turned.jpg"
    image = Image.new("L", (8, 16))
    image.paste(255, (0, 0, 8, 8))
    exif = Image.Exif()
    exif[0x0112] = 3
    image.save(turned, exif=exif, quality=95)
    seen = folder.read_picture(turned, (1, 16, 8))
    assert seen[0, 0, 0] < 50
    assert seen[0, 15, 0] > 200
    palette = tmp_path / "palette.gif"
    Image.new("P", (4, 4)).save(palette)
    assert folder.read_picture(palette, (3, 4, 4)).shape == (3, 4, 4)


def test_small_pictures_are_padded_evenly_and_others_resized():
    x = torch.full((2, 1, 28, 28), 200, dtype=torch.uint8)
    padded = fit(x, (1, 32, 32))
    assert torch.equal(padded[:, :, 2:30, 2:30], x)
    assert padded.sum() == x.sum()
    resized = fit(x, (1, 14, 56))
    assert resized.shape == (2, 1, 14, 56)
    assert resized.dtype == torch.uint8
    assert (resized == 200).all()
    assert fit(x, (1, 28, 28)) is x


def test_colour_and_grey_change_into_each_other():
    red = torch.zeros((1, 3, 4, 4), dtype=torch.uint8)
    red[:, 0] = 255
    assert (fit(red, (1, 4, 4)) == 76).all()
    grey = torch.full((1, 1, 4, 4), 0.5)
    assert fit(grey, (3, 4, 4)).shape == (1, 3, 4, 4)
    assert torch.allclose(fit(fit(grey, (3, 4, 4)), (1, 4, 4)), grey)
    with pytest.raises(DataError, match="3 channels"):
        fit(red, (7, 4, 4))
