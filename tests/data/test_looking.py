"""What the Data page says of a data set is true of it, and its torchvision lines do what the training does."""

import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms

from cnnviz.data import looking
from cnnviz.data.datasets import digits, fit, fitting, load, split
from cnnviz.errors import DataError
from cnnviz.spec import Chain, Flatten, Linear, Network
from cnnviz.train.config import AUGMENTS, TrainConfig
from cnnviz.train.feed import Feed


@pytest.fixture(scope="module")
def data():
    return load("digits")


def opened(address):
    """Return the picture of an address, and its kind."""
    kind, content = address.split(";base64,")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))), kind


def test_a_handful_is_seeded_of_the_class_asked_for_and_without_repetition(data):
    chosen = looking.handful(data.train_y, 30, 4, label=7)
    assert chosen == looking.handful(data.train_y, 30, 4, label=7)
    assert chosen != looking.handful(data.train_y, 30, 5, label=7)
    assert len(set(chosen)) == 30
    assert data.train_y[chosen].unique().tolist() == [7]
    assert len(looking.handful(data.train_y, 10_000, 0, label=3)) == int((data.train_y == 3).sum())
    assert data.train_y[looking.handful(data.train_y, 200, 0)].unique().tolist() == list(range(10))


def test_the_counts_are_those_of_the_split(data):
    counts = looking.counts(data, 0.3, 5)
    train, validation = split(data, 0.3, 5)
    assert [sum(part) for part in zip(*counts, strict=True)] == [
        len(train),
        len(validation),
        len(data.test_y),
    ]
    assert counts[4].validation == int((data.train_y[validation] == 4).sum())


def test_the_histogram_has_the_mean_of_the_pictures(data):
    (share,) = looking.shares(data, bins=256)
    assert sum(share) == pytest.approx(1)
    assert sum(value / 255 * each for value, each in enumerate(share)) == pytest.approx(data.mean[0])


def test_a_class_s_mean_picture_is_the_mean_of_its_pictures(data):
    means = looking.means(data)
    want = data.train_x[data.train_y == 8].double().mean(0).round()
    assert torch.equal(means[8].double(), want)


def test_changed_pictures_are_those_that_the_training_would_draw(data):
    x = data.train_x[:4]
    plain = looking.changed(x, (), 3, 0, (3, 32, 32))
    assert torch.equal(plain, fit(x, (3, 32, 32))[:, None].expand(-1, 3, -1, -1, -1))
    drawn = looking.changed(x, AUGMENTS, 6, 1, (1, 28, 28))
    assert drawn.shape == (4, 6, 1, 28, 28)
    assert len({each.numpy().tobytes() for each in drawn[0]}) == 6


def test_small_pictures_come_exactly_and_large_ones_small(data):
    picture = data.train_x[3]
    pixels, kind = opened(looking.link(picture))
    assert kind == "data:image/png"
    assert np.array_equal(pixels, picture[0].numpy())
    pixels, kind = opened(looking.link(torch.zeros((3, 300, 600), dtype=torch.uint8)))
    assert (kind, pixels.shape) == ("data:image/jpeg", (80, 160, 3))
    with pytest.raises(DataError, match="5 channels"):
        looking.link(torch.zeros((5, 8, 8), dtype=torch.uint8))


def test_a_folder_is_looked_at_without_reading_all_of_it(tmp_path):
    for name, size in (("a", (40, 20)), ("b", (300, 500))):
        (tmp_path / name).mkdir()
        for number in range(5):
            Image.new("RGB", size, (9, number, 200)).save(tmp_path / name / f"{number}.png")
    found = load(f"folder:{tmp_path}", shape=(3, 16, 16), room=0)
    assert looking.sizes(found.train_x) == ((40, 20), (300, 500))
    assert looking.shrunk(found.train_x, 0).size == (40, 20)
    assert looking.shrunk(found.train_x, 7).size == (96, 160)
    assert looking.means(found).shape == (2, 3, 16, 16)


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 32, 32), (1, 33, 30), (1, 56, 56), (3, 32, 32)])
def test_the_lines_of_torchvision_give_what_the_network_gets(data, shape):
    """As the page writes them: grey or colour, pad or resize, to tensor, normalise."""
    way = fitting(data.shape, shape)
    mean, std = looking.normalisation(data, shape[0])
    steps = [transforms.Grayscale(3)] if way.channels == "repeat" else []
    if way.size == "pad":
        steps.append(transforms.Pad(way.padding))
    elif way.size == "resize":
        steps.append(transforms.Resize(shape[1:]))
    lines = transforms.Compose([*steps, transforms.ToTensor(), transforms.Normalize(mean, std)])
    network = Network("Line", shape, Chain("", (Flatten(), Linear(shape[0] * shape[1] * shape[2], 10))))
    feed = Feed(data, TrainConfig(network), torch.device("cpu"))
    got = feed.learn(torch.tensor([11]))[0][0]
    want = lines(Image.fromarray(data.train_x[11, 0].numpy()))
    assert (got - want).abs().max() <= 1 / 255 / min(
        std
    ) + 1e-5  # a resized value may be rounded to its neighbour


def test_fitting_says_what_fit_does():
    x = digits()[0][:2]
    assert fitting((1, 28, 28), (1, 32, 31)).padding == (1, 2, 2, 2)
    assert torch.equal(fit(x, (1, 32, 31))[:, :, 2:30, 1:29], x)
    assert fitting((1, 28, 28), (3, 14, 14)) == type(fitting((1, 1, 1), (1, 1, 1)))("repeat", "resize")
    assert fitting((3, 32, 32), (1, 32, 32)).channels == "grey"
    with pytest.raises(DataError, match="3 channels"):
        fitting((3, 4, 4), (7, 4, 4))
