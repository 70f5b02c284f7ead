"""Random changes of training pictures, so that a network learns what does not matter."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from cnnviz.errors import SpecError

SHIFT = 2
"""Pixels that "shift" moves a picture by at most."""

DEGREES, SCALE, SHEAR, MOVE, THICKEN, THIN = 15.0, 0.12, 0.1, 0.07, 0.25, 0.10


def augment(batch: Tensor, generator: torch.Generator, kind: str) -> Tensor:
    """Return pictures changed at random, each in its own way.

    "none" changes nothing. "shift" moves by up to 2 pixels each way. "drawing" turns by up to 15 degrees,
    scales by up to 12 %, shears and moves a little, and makes strokes thicker or thinner, as hands do.

    Args:
        batch: floating point (N, C, H, W), 0 (no ink) to 1.
        generator: on the CPU; the only source of chance.
        kind: one of ``cnnviz.train.config.AUGMENTS``.

    Raises:
        SpecError: for an unknown kind.
    """
    match kind:
        case "none":
            return batch
        case "shift":
            return shift(batch, generator)
        case "drawing":
            return affine(thickness(batch, generator), generator)
        case _:
            raise SpecError("there is no augmentation `{kind}`", kind=kind[:40])


def shift(batch: Tensor, generator: torch.Generator) -> Tensor:
    """Return each picture moved by -2 to 2 whole pixels both ways, black coming in."""
    count, channels, height, width = batch.shape
    moves = torch.randint(0, 2 * SHIFT + 1, (2, count, 1), generator=generator)
    rows = (moves[0] + torch.arange(height)).to(batch.device)
    columns = (moves[1] + torch.arange(width)).to(batch.device)
    padded = F.pad(batch, (SHIFT,) * 4)
    pictures = torch.arange(count, device=batch.device)[:, None, None, None]
    planes = torch.arange(channels, device=batch.device)[None, :, None, None]
    return padded[pictures, planes, rows[:, None, :, None], columns[:, None, None, :]]


def affine(batch: Tensor, generator: torch.Generator) -> Tensor:
    """Return each picture turned, scaled, sheared and moved at random, bilinear, black coming in."""
    count = len(batch)
    chance = torch.rand((6, count), generator=generator) * 2 - 1
    angle = chance[0] * math.radians(DEGREES)
    scale_x, scale_y = 1 + SCALE * chance[1], 1 + SCALE * chance[2]
    shear = SHEAR * chance[3]
    cos, sin = angle.cos(), angle.sin()
    theta = torch.stack(
        [
            torch.stack([cos * scale_x, (shear * cos - sin) * scale_y, 2 * MOVE * chance[4]], 1),
            torch.stack([sin * scale_x, (shear * sin + cos) * scale_y, 2 * MOVE * chance[5]], 1),
        ],
        1,
    ).to(batch.device, batch.dtype)
    grid = F.affine_grid(theta, list(batch.shape), align_corners=False)
    return F.grid_sample(batch, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def thickness(batch: Tensor, generator: torch.Generator) -> Tensor:
    """Return pictures of which a part has thicker strokes, a part thinner ones: a little to a whole pixel.

    A quarter is mixed with its dilation (3x3 maximum), a tenth with its erosion (minimum over a cross).
    """
    count = len(batch)
    chance = torch.rand(count, generator=generator)
    amount = torch.rand((count, 1, 1, 1), generator=generator).to(batch.device, batch.dtype)
    result = batch.clone()
    thick = (chance < THICKEN).nonzero()[:, 0].to(batch.device)
    if len(thick):
        part = batch[thick]
        result[thick] = part.lerp(F.max_pool2d(part, 3, 1, 1), amount[thick])
    thin = (chance > 1 - THIN).nonzero()[:, 0].to(batch.device)
    if len(thin):
        part = batch[thin]
        eroded = -torch.maximum(
            F.max_pool2d(-part, (3, 1), 1, (1, 0)), F.max_pool2d(-part, (1, 3), 1, (0, 1))
        )
        result[thin] = part.lerp(eroded, amount[thin])
    return result
