"""The choices of the interpolation page, and the new picture that follows from them."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components import Edit, StageData
from cnnviz.ops.interpolation import Mode, interpolate, interpolation_axis
from cnnviz.ops.windows import Axis
from cnnviz.ui import fields, pictures, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.convolution import tensor
from cnnviz.ui.i18n import _
from cnnviz.ui.pictures import Picture

Array = NDArray[np.float64]

INPUTS = ("four", "sixteen", "counting", "random", "digit", "photo", "upload")
LARGEST = 256
"""Pixels that the longer side of a new picture may have."""


@dataclass(frozen=True)
class Interpolation:
    """A picture that is made smaller or larger.

    Attributes:
        picture: what goes in.
        factor: new cells for each old one.
        mode: how new values are made of old ones.
        align_corners: whether the centres of the corner cells stay, or the outer edges.
    """

    picture: Picture
    factor: float
    mode: Mode
    align_corners: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the new picture."""
        rows, cols = self.axes
        return (self.picture.values.shape[0], rows.outputs, cols.outputs)

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Which cells each new one is made of, along height and width."""
        rows, cols = (
            interpolation_axis(
                size, scale_factor=self.factor, mode=self.mode, align_corners=self.align_corners
            )
            for size in self.picture.values.shape[1:]
        )
        return rows, cols

    @property
    def formulas(self) -> tuple[str, ...]:
        """The arithmetic of the new size along height and width; one if both agree."""
        sizes = zip(self.picture.values.shape[1:], self.shape[1:], strict=True)
        return tuple(dict.fromkeys(f"floor({old} * {self.factor:g}) = {new}" for old, new in sizes))

    @property
    def code(self) -> str:
        """The line of PyTorch that does this."""
        corners = f", align_corners={self.align_corners}" if self.mode in {"bilinear", "bicubic"} else ""
        return f'y = F.interpolate(x, scale_factor={self.factor:g}, mode="{self.mode}"{corners})'

    @property
    def place(self) -> str:
        """The formula of where new cell ``o`` lies among the old ones, as TeX."""
        match self.mode:
            case "nearest":
                place = r"\lfloor o / s \rfloor"
            case "area":
                place = r"\lfloor o\,n/m \rfloor, \dots, \lceil (o+1)\,n/m \rceil - 1"
            case _:
                place = r"o\cdot\frac{n - 1}{m - 1}" if self.align_corners else r"\frac{o + 0.5}{s} - 0.5"
        return rf"\begin{{aligned}} x = {place} \end{{aligned}}"  # alone, Streamlit cuts off the top of a fraction

    def stage(self) -> StageData:
        """Return what the stage draws."""
        x, (rows, cols) = self.picture.values, self.axes
        out = interpolate(x, rows, cols)
        bounds = {"input": x.shape[1:], "output": out.shape[1:]}
        view = pictures.seen(fields.INTERPOLATION, (x.shape[0], out.shape[0]), bounds)
        return StageData(
            tensor(x), tensor(out), rows, cols, "blend", input_style=self.picture.style, shown=view.shown,
            pinned=view.pinned,
        )  # fmt: skip


def choose() -> Interpolation:
    """Show all choices and return the interpolation that they make."""
    picture = pictures.choose("interpolation", INPUTS, fields.INTERPOLATION)
    sides = picture.values.shape[1:]
    least = max(0.25, math.ceil(20 / min(sides)) / 20)  # in steps of 0.05, and one cell at least
    most = max(1.0, min(4.0, LARGEST // (max(sides) / 20) / 20))
    sliders("interpolation", [Control(fields.INTERPOLATION_FACTOR, _("Factor"), least, most, 0.05)])
    titles: dict[Mode, str] = {
        "nearest": _("Nearest"),
        "bilinear": _("Bilinear"),
        "bicubic": _("Bicubic"),
        "area": _("Area"),
    }
    mode = st.selectbox(
        _("How"), list(titles), format_func=titles.__getitem__, **state.widget(fields.INTERPOLATION_MODE)
    )
    corners = mode in {"bilinear", "bicubic"} and st.toggle(
        "align_corners", help=_("The centres of the corner cells stay in place; without it the outer edges do."),
        **state.widget(fields.INTERPOLATION_CORNERS),
    )  # fmt: skip
    factor: float = state.get(fields.INTERPOLATION_FACTOR)
    return Interpolation(picture, round(factor, 4), mode, corners)  # rounded as the code shows it


def explain(mode: Mode) -> str:
    """Return what a mode does, in one sentence."""
    return {
        "nearest": _("Nearest takes over one old cell; nothing is mixed."),
        "bilinear": _("Bilinear mixes the 2×2 old cells around the place, the nearer the heavier."),
        "bicubic": _("Bicubic mixes 4×4 old cells; the outer ones with weights below zero, which keeps edges crisp and may overshoot."),
        "area": _("Area is the mean of the old cells that the new one covers, as in adaptive average pooling."),
    }[mode]  # fmt: skip


def edited(edits: list[Edit]) -> None:
    """Keep the numbers that were typed into the stage."""
    pictures.keep(fields.INTERPOLATION.cells, edits)
