"""Random changes of training pictures, so that a network learns what does not matter.

    augment(batch, generator, ("flip", "crop")) -> Tensor

All chance comes from one generator on the CPU, so that every device gets the same pictures; the pictures
themselves are changed together, wherever they lie.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from cnnviz.errors import SpecError

SHIFT = 16
"""A side through this is how far "shift" moves a picture at most: 1 pixel of 28, 2 of 32, 14 of 224. On MNIST a pixel
was better than two, in one epoch and in four."""

LEAST_AREA, STRETCH = 0.5, 4 / 3
"""Of "crop": the smallest part of a picture, and how much wider or higher than the picture it may be."""

TURN = 15.0
"""Degrees that "rotate" turns by at most."""

BRIGHTNESS, CONTRAST, SATURATION = 0.3, 0.3, 0.3
"""Of "colour": each is multiplied by 1 plus or minus at most this."""

LUMINANCE = (0.299, 0.587, 0.114)
"""How bright red, green and blue look (ITU-R 601)."""

DEGREES, SCALE, SHEAR, MOVE, THICKEN, THIN = 15.0, 0.12, 0.1, 0.07, 0.25, 0.10


class Chance:
    """Random numbers for pictures that are a part of a larger batch: each gets those that it gets in the whole.

    Args:
        generator: on the CPU; it moves on as for the whole batch.
        count: pictures here.
        total: pictures in the whole batch.
        first: place of the first one in it.
    """

    def __init__(self, generator: torch.Generator, count: int, total: int, first: int) -> None:
        self._generator, self._total, self._part = generator, total, slice(first, first + count)

    def uniform(self, rows: int) -> Tensor:
        """Return (rows, N) numbers from 0 to below 1."""
        return torch.rand((rows, self._total), generator=self._generator)[:, self._part]

    def symmetric(self, rows: int) -> Tensor:
        """Return (rows, N) numbers from -1 to below 1."""
        return self.uniform(rows) * 2 - 1

    def whole(self, rows: int, below: int) -> Tensor:
        """Return (rows, N) whole numbers from 0 to below ``below``."""
        return torch.randint(0, below, (rows, self._total, 1), generator=self._generator)[:, self._part, 0]


def augment(
    batch: Tensor,
    generator: torch.Generator,
    kinds: Sequence[str],
    *,
    total: int | None = None,
    first: int = 0,
) -> Tensor:
    """Return pictures changed at random, each in its own way; what comes in from outside is black.

    "flip" mirrors every second one, left becoming right. "crop" enlarges a part of at least half the area.
    "shift" moves by up to a sixteenth each way, a pixel at least. "rotate" turns by up to 15 degrees. "colour" changes brightness,
    contrast and, where there are three channels, saturation by up to 30 %. "drawing" turns, scales, shears and
    moves a little, and makes strokes thicker or thinner, as hands do.

    Args:
        batch: floating point (N, C, H, W), 0 (no ink) to 1; it is left as it is.
        generator: on the CPU; the only source of chance.
        kinds: any of ``cnnviz.train.config.AUGMENTS``, done in the order of that table.
        total: pictures in the whole batch that these are a part of; N where it is not given.
        first: place of the first of these in the whole batch.

    Raises:
        SpecError: for an unknown kind.
    """
    for kind in kinds:
        if kind not in CHANGES:
            raise SpecError("there is no augmentation `{kind}`", kind=kind[:40])
    chance = Chance(generator, len(batch), len(batch) if total is None else total, first)
    for kind, change in CHANGES.items():
        if kind in kinds:
            batch = change(batch, chance)
    return batch


def flip(batch: Tensor, chance: Chance) -> Tensor:
    """Return pictures of which every second one is mirrored, left becoming right."""
    mirrored = (chance.uniform(1)[0] < 0.5).to(batch.device)
    return torch.where(mirrored[:, None, None, None], batch.flip(-1), batch)


def crop(batch: Tensor, chance: Chance) -> Tensor:
    """Return for each picture a part of it, enlarged to the whole size: torchvision's RandomResizedCrop.

    The part has 50 to 100 % of the area and up to 4/3 of the picture's ratio of sides, either way.
    """
    uniform = chance.uniform(4)
    area = LEAST_AREA + (1 - LEAST_AREA) * uniform[0]
    ratio = ((2 * uniform[1] - 1) * math.log(STRETCH)).exp()
    wide, high = (area * ratio).sqrt().clamp_max(1), (area / ratio).sqrt().clamp_max(1)
    right, down = (2 * uniform[2] - 1) * (1 - wide), (2 * uniform[3] - 1) * (1 - high)
    none = torch.zeros_like(wide)
    return _sampled(batch, (wide, none, right), (none, high, down), outside="border")


def furthest(side: int) -> int:
    """Return by how many pixels "shift" moves a side of so many at most."""
    return max(1, side // SHIFT)


def shift(batch: Tensor, chance: Chance) -> Tensor:
    """Return each picture moved by whole pixels both ways, ``furthest`` at most."""
    count, channels, height, width = batch.shape
    down, right = furthest(height), furthest(width)
    rows = (chance.whole(1, 2 * down + 1)[0, :, None] + torch.arange(height)).to(batch.device)
    columns = (chance.whole(1, 2 * right + 1)[0, :, None] + torch.arange(width)).to(batch.device)
    padded = F.pad(batch, (right, right, down, down))
    pictures = torch.arange(count, device=batch.device)[:, None, None, None]
    planes = torch.arange(channels, device=batch.device)[None, :, None, None]
    return padded[pictures, planes, rows[:, None, :, None], columns[:, None, None, :]]


def rotate(batch: Tensor, chance: Chance) -> Tensor:
    """Return each picture turned around its middle by up to 15 degrees, bilinear."""
    angle = chance.symmetric(1)[0] * math.radians(TURN)
    ratio = batch.shape[2] / batch.shape[3]  # a circle stays a circle in pictures that are no squares
    cos, sin, none = angle.cos(), angle.sin(), torch.zeros_like(angle)
    return _sampled(batch, (cos, -sin * ratio, none), (sin / ratio, cos, none))


def colour(batch: Tensor, chance: Chance) -> Tensor:
    """Return pictures brighter or darker, of more or less contrast and saturation; 0 to 1 is kept."""
    change = chance.symmetric(3).to(batch.device, batch.dtype)[..., None, None, None]
    brightness, contrast, saturation = (
        1 + BRIGHTNESS * change[0],
        1 + CONTRAST * change[1],
        1 + SATURATION * change[2],
    )
    result = (batch * brightness).clamp_(0, 1)
    grey = result
    if batch.shape[1] == 3:
        weights = torch.tensor(LUMINANCE, device=batch.device, dtype=batch.dtype).view(1, 3, 1, 1)
        grey = (result * weights).sum(1, keepdim=True)
    result = torch.lerp(grey.mean((1, 2, 3), keepdim=True), result, contrast).clamp_(0, 1)
    if batch.shape[1] == 3:
        grey = (result * weights).sum(1, keepdim=True)
        result = torch.lerp(grey, result, saturation).clamp_(0, 1)
    return result


def drawing(batch: Tensor, chance: Chance) -> Tensor:
    """Return drawings as other hands would have made them."""
    return affine(thickness(batch, chance), chance)


def affine(batch: Tensor, chance: Chance) -> Tensor:
    """Return each picture turned, scaled, sheared and moved at random, bilinear."""
    change = chance.symmetric(6)
    angle = change[0] * math.radians(DEGREES)
    scale_x, scale_y = 1 + SCALE * change[1], 1 + SCALE * change[2]
    shear = SHEAR * change[3]
    cos, sin = angle.cos(), angle.sin()
    return _sampled(
        batch,
        (cos * scale_x, (shear * cos - sin) * scale_y, 2 * MOVE * change[4]),
        (sin * scale_x, (shear * sin + cos) * scale_y, 2 * MOVE * change[5]),
    )


def thickness(batch: Tensor, chance: Chance) -> Tensor:
    """Return pictures of which a part has thicker strokes, a part thinner ones: a little to a whole pixel.

    A quarter is mixed with its dilation (3x3 maximum), a tenth with its erosion (minimum over a cross).
    """
    which = chance.uniform(1)[0]
    amount = chance.uniform(1)[0].view(-1, 1, 1, 1).to(batch.device, batch.dtype)
    result = batch.clone()
    thick = (which < THICKEN).nonzero()[:, 0].to(batch.device)
    if len(thick):
        part = batch[thick]
        result[thick] = part.lerp(F.max_pool2d(part, 3, 1, 1), amount[thick])
    thin = (which > 1 - THIN).nonzero()[:, 0].to(batch.device)
    if len(thin):
        part = batch[thin]
        eroded = -torch.maximum(
            F.max_pool2d(-part, (3, 1), 1, (1, 0)), F.max_pool2d(-part, (1, 3), 1, (0, 1))
        )
        result[thin] = part.lerp(eroded, amount[thin])
    return result


Row = tuple[Tensor, Tensor, Tensor]


def _sampled(batch: Tensor, across: Row, down: Row, outside: str = "zeros") -> Tensor:
    """Return pictures read at other places: x' = a x + b y + c and y' likewise, from -1 to 1, for each picture."""
    theta = torch.stack([torch.stack(across, 1), torch.stack(down, 1)], 1).to(batch.device, batch.dtype)
    grid = F.affine_grid(theta, list(batch.shape), align_corners=False)
    return F.grid_sample(batch, grid, mode="bilinear", padding_mode=outside, align_corners=False)


CHANGES: dict[str, Callable[[Tensor, Chance], Tensor]] = {
    "flip": flip, "crop": crop, "shift": shift, "rotate": rotate, "colour": colour, "drawing": drawing,
}  # fmt: skip
