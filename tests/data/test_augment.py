"""Random changes that are seeded, bounded, and leave a digit a digit."""

import pytest
import torch

from cnnviz.data.augment import augment
from cnnviz.data.datasets import digits
from cnnviz.errors import SpecError


@pytest.fixture(scope="module")
def batch() -> torch.Tensor:
    return digits()[0][:256].float() / 255


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("kind", ["none", "shift", "drawing"])
def test_the_result_is_seeded_and_of_the_same_kind(batch, kind):
    before = batch.clone()
    first = augment(batch, chance(), kind)
    assert first.shape == batch.shape
    assert torch.equal(batch, before)
    assert torch.equal(first, augment(batch, chance(), kind))
    assert first.min() >= 0
    assert first.max() <= 1 + 1e-5
    assert kind == "none" or not torch.equal(first, augment(batch, chance(1), kind))


def test_a_shift_moves_by_whole_pixels_and_loses_nothing_near_the_middle(batch):
    moved = augment(batch, chance(), "shift")
    middle = batch[:, :, 2:-2, 2:-2]
    found = torch.zeros(len(batch), dtype=torch.bool)
    seen = set()
    for down in range(-2, 3):
        for right in range(-2, 3):
            part = moved[:, :, 2 + down : 26 + down, 2 + right : 26 + right]
            same = (part == middle).flatten(1).all(1)
            found |= same
            seen |= {(down, right)} if same.any() else set()
    assert found.all()
    assert len(seen) == 25


def test_drawings_become_thicker_and_thinner_but_keep_most_of_their_ink(batch):
    changed = augment(batch, chance(), "drawing")
    ratio = changed.sum((1, 2, 3)) / batch.sum((1, 2, 3))
    assert 0.2 < ratio.min() < 0.9
    assert 1.1 < ratio.max() < 3.5


def test_an_unknown_kind_is_refused(batch):
    with pytest.raises(SpecError, match="mixup"):
        augment(batch, chance(), "mixup")


def test_colour_pictures_are_changed_alike_in_every_channel():
    x = torch.rand((4, 1, 32, 32), generator=chance()).expand(-1, 3, -1, -1).contiguous()
    for kind in ("shift", "drawing"):
        y = augment(x, chance(), kind)
        assert torch.allclose(y[:, 0], y[:, 2])
