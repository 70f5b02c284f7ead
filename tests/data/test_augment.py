"""Random changes that are seeded, bounded, and leave a digit a digit."""

import pytest
import torch

from cnnviz.data.augment import CHANGES, LEAST_AREA, augment
from cnnviz.data.datasets import digits
from cnnviz.errors import SpecError
from cnnviz.train.config import AUGMENTS


@pytest.fixture(scope="module")
def batch() -> torch.Tensor:
    return digits()[0][:256].float() / 255


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_there_is_what_a_config_may_ask_for_in_its_order():
    assert tuple(CHANGES) == AUGMENTS


@pytest.mark.parametrize("kind", [(), *((kind,) for kind in AUGMENTS), AUGMENTS])
def test_the_result_is_seeded_and_of_the_same_kind(batch, kind):
    before = batch.clone()
    first = augment(batch, chance(), kind)
    assert first.shape == batch.shape
    assert first.dtype == batch.dtype
    assert torch.equal(batch, before)
    assert torch.equal(first, augment(batch, chance(), kind))
    assert first.min() >= 0
    assert first.max() <= 1 + 1e-5
    assert not kind or not torch.equal(first, augment(batch, chance(1), kind))


@pytest.mark.parametrize("kinds", [*((kind,) for kind in AUGMENTS), AUGMENTS])
@pytest.mark.parametrize("shape", [(9, 1, 12, 20), (9, 3, 16, 16), (9, 5, 7, 4)])
def test_a_part_of_a_batch_is_changed_as_it_is_in_the_whole(kinds, shape):
    x = torch.rand(shape, generator=chance())
    whole = augment(x, chance(), kinds)
    generators = chance(), chance()
    parts = (
        augment(x[:4], generators[0], kinds, total=9),
        augment(x[4:], generators[1], kinds, total=9, first=4),
    )
    assert torch.allclose(torch.cat(parts), whole, atol=1e-6)
    assert torch.equal(generators[0].get_state(), generators[1].get_state())


def test_shift_and_drawing_have_kept_their_numbers(batch):
    # Weighed by its place: elsewhere a pixel counts otherwise.
    place = torch.linspace(0, 1, batch.numel(), dtype=torch.double).view_as(batch)
    sums = {kind: (augment(batch, chance(), (kind,)) * place).sum().item() for kind in ("shift", "drawing")}
    assert sums == pytest.approx({"shift": 16169.07587, "drawing": 17503.71599}, rel=1e-7)


def test_about_every_second_picture_is_mirrored(batch):
    flipped = augment(batch, chance(), ("flip",))
    mirrored = (flipped == batch.flip(-1)).flatten(1).all(1)
    assert (mirrored | (flipped == batch).flatten(1).all(1)).all()
    assert 90 < mirrored.sum() < 166


def test_a_crop_is_a_large_part_that_fills_the_picture():
    rows, columns = torch.meshgrid(torch.linspace(0, 1, 40), torch.linspace(0, 1, 60), indexing="ij")
    y = augment(torch.stack([rows, columns]).expand(200, 2, 40, 60), chance(), ("crop",))
    high = (y[:, 0, -1, 30] - y[:, 0, 0, 30]).double()
    wide = (y[:, 1, 20, -1] - y[:, 1, 20, 0]).double()
    area = high * wide
    assert LEAST_AREA * 0.9 < area.min() < 0.6
    assert 0.9 < area.max() < 1.01
    assert (wide / high).max() < 1.34 * 1.05
    assert (wide / high).min() > 0.75 / 1.05


def test_turning_keeps_the_middle_and_circles_round():
    rows, columns = torch.meshgrid(torch.arange(41) - 20.0, torch.arange(61) - 30.0, indexing="ij")
    disc = (15.5 - (rows**2 + columns**2).sqrt()).clamp(0, 1).expand(50, 1, 41, 61)
    turned = augment(disc, chance(), ("rotate",))
    assert (turned - disc).abs().mean() < 0.01
    bar = (rows.abs() < 2).float().expand(50, 1, 41, 61)
    tilts = (augment(bar, chance(), ("rotate",))[:, 0, :, 30 + 15].argmax(1) - 20).float()
    assert 3 <= tilts.max() <= 15 * 0.268 + 2.5
    assert -15 * 0.268 - 2.5 <= tilts.min() <= -3


def test_colour_changes_brightness_contrast_and_saturation_but_no_place():
    grey = torch.full((300, 1, 4, 4), 0.5)
    changed = augment(grey, chance(), ("colour",))
    assert torch.allclose(changed.amax((2, 3)), changed.amin((2, 3)), atol=1e-6)
    assert changed.max() == pytest.approx(0.65, abs=0.01)
    assert changed.min() == pytest.approx(0.35, abs=0.01)
    red = torch.tensor([0.6, 0.3, 0.3]).view(1, 3, 1, 1).expand(300, 3, 4, 4)
    redder = augment(red, chance(), ("colour",))[:, :, 0, 0]
    spread = (redder[:, 0] - redder[:, 1]) / redder.mean(1)
    assert spread.max() > 0.9
    assert spread.min() < 0.6


@pytest.mark.parametrize(
    ("height", "width", "down", "right"), [(28, 28, 1, 1), (32, 48, 2, 3), (8, 80, 1, 5)]
)
def test_a_shift_moves_by_whole_pixels_up_to_a_sixteenth(height, width, down, right):
    batch = torch.rand((400, 2, height, width), generator=chance())
    moved = augment(batch, chance(), ("shift",))
    middle = batch[:, :, down:-down, right:-right]
    found = torch.zeros(len(batch), dtype=torch.bool)
    seen = set()
    for y in range(2 * down + 1):
        for x in range(2 * right + 1):
            part = moved[:, :, y : y + height - 2 * down, x : x + width - 2 * right]
            same = (part == middle).flatten(1).all(1)
            found |= same
            seen |= {(y, x)} if same.any() else set()
    assert found.all()
    assert len(seen) == (2 * down + 1) * (2 * right + 1)


def test_drawings_become_thicker_and_thinner_but_keep_most_of_their_ink(batch):
    changed = augment(batch, chance(), ("drawing",))
    ratio = changed.sum((1, 2, 3)) / batch.sum((1, 2, 3))
    assert 0.2 < ratio.min() < 0.9
    assert 1.1 < ratio.max() < 3.5


def test_an_unknown_kind_is_refused(batch):
    with pytest.raises(SpecError, match="mixup"):
        augment(batch, chance(), ("shift", "mixup"))


def test_colour_pictures_are_changed_alike_in_every_channel():
    x = torch.rand((4, 1, 32, 32), generator=chance()).expand(-1, 3, -1, -1).contiguous()
    for kind in AUGMENTS:
        y = augment(x, chance(), (kind,))
        assert torch.allclose(y[:, 0], y[:, 2])
