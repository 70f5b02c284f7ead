"""What goes into a stage: a grid, a digit, a photograph, an own picture, a sound, a sentence; and what was typed over it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from cnnviz.components import Edit, View
from cnnviz.data import images
from cnnviz.errors import DataError
from cnnviz.ops import samples
from cnnviz.ui import links, state
from cnnviz.ui.controls import Control, sliders
from cnnviz.ui.field import Field
from cnnviz.ui.fields import PictureFields
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _
from cnnviz.ui.links import Edits

Array = NDArray[np.float64]

# On a phone columns stand one below the other: the picture comes first, else a screenful of choices hides it.
PHONE = """<style>
@media (max-width: 640px) {
  [class*="st-key-"][class*="_stage_columns"] .stColumn:last-child { order: -1; }
  [class*="st-key-"][class*="_facts"] { column-gap: 1.25rem !important; }
  [class*="st-key-"][class*="_facts"] [data-testid="stMetricValue"] { font-size: 1.25rem; }
}
</style>"""

MOST_WORDS = 16
KEPT = 1024


@dataclass(frozen=True)
class Picture:
    """What was chosen.

    Attributes:
        values: (C, H, W); a sound or a sentence is one channel whose rows are features.
        style: how the stage shows it.
        rows: names of its rows, or none.
        columns: names of its columns, or none.
        whole: the photograph that it was made of, (3, H, W), or None.
    """

    values: Array
    style: Literal["diverging", "grey", "wave"] = "diverging"
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    whole: NDArray[np.float32] | None = None

    @property
    def is_row(self) -> bool:
        """Whether it is a sound or a sentence, for a 1-D convolution."""
        return bool(self.rows) or self.style == "wave"


def columns(page: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return the columns of a page with a stage: one for the choices, one for the picture."""
    st.html(PHONE)
    with st.container(key=f"{page}_stage_columns"):
        choices, picture = st.columns([1, 2.6], gap="large")
    return choices, picture


def choose(
    page: str, names: tuple[str, ...], own: PictureFields, after: Callable[[], None] | None = None
) -> Picture:
    """Show the choice of inputs of a page and return the chosen one, with the numbers that were typed over it.

    Args:
        page: it names the widgets.
        names: which inputs the page offers.
        own: the page's fields for them.
        after: called when somebody has chosen another input.
    """
    titles = {
        "four": _("2×2 grid"),
        "counting": _("3×3 grid (the notes)"),
        "sixteen": _("4×4 grid (the notes)"),
        "cross": _("7×7 grid"),
        "stripe": _("6×8 stripe (the notes)"),
        "random": _("8×8 at random"),
        "digit": _("A digit"),
        "photo": _("A photograph"),
        "upload": _("Your own picture"),
        "wave": _("A sound (1-D)"),
        "sentence": _("A sentence (1-D)"),
    }

    def chosen_anew() -> None:
        state.put(own.cells, ())
        state.put(own.pinned, "")
        state.put(own.shown, (0, 0))
        if after:
            after()

    chosen = st.selectbox(
        _("Input"), names, format_func=titles.__getitem__, **state.widget(own.input, chosen_anew)
    )
    picture = _picture(page, str(chosen), own)
    values = typed(picture.values, state.get(own.cells))
    return Picture(values, picture.style, picture.rows, picture.columns, picture.whole)


def typed(values: Array, edits: Edits) -> Array:
    """Return the numbers with the cells changed that somebody typed over; what lies outside is left out."""
    changed = values.copy()
    for place, value in edits:
        if len(place) == changed.ndim and all(
            0 <= at < size for at, size in zip(place, changed.shape, strict=True)
        ):
            changed[place] = value
    return changed


def keep(field: Field[Edits], edits: list[Edit]) -> None:
    """Add typed numbers to a field; the newest for a cell counts, and only so many are kept."""
    before: Edits = state.get(field)
    known = dict(before) | {edit.place: edit.value for edit in edits}
    state.put(field, tuple(known.items())[-links.MOST_EDITS :])


def look(own: PictureFields, view: View) -> None:
    """Keep what somebody looks at on a stage."""
    state.put(own.shown, view.shown)
    state.put(own.pinned, ".".join(map(str, view.pinned)) if view.pinned else "")


def seen(own: PictureFields, channels: tuple[int, int], bounds: dict[str, tuple[int, int]]) -> View:
    """Return what is looked at, inside what there is: the channels, and rows and columns of each grid."""
    asked: tuple[int, ...] = state.get(own.shown)
    shown = tuple(min(at, count - 1) for at, count in zip(asked, channels, strict=True))
    grid, *place = state.get(own.pinned).split(".")
    pinned = None
    if place:
        row, column = int(place[0]), int(place[1])
        height, width = bounds.get(grid, (0, 0))
        pinned = (grid, row, column) if row < height and column < width else None
    return View((shown[0], shown[1]), pinned)


def _picture(page: str, name: str, own: PictureFields) -> Picture:
    match name:
        case "digit":
            sliders(f"{page}_digits", [Control(own.digit, _("Digit"), 0, 9), _channels(own)])
            first, count = state.get(own.digit), state.get(own.channels)
            digits = [images.digit((first + k) % 10) for k in range(count)]
            return Picture(np.stack(digits).astype(np.float64).round(2), "grey")
        case "photo":
            titles = {"china": _("Temple"), "flower": _("Flower")}
            photo = st.segmented_control(
                _("Photograph"),
                list(titles),
                format_func=titles.__getitem__,
                required=True,
                **state.widget(own.photo),
            )
            return _photograph(images.coloured(photo or "china"), own)
        case "upload":
            return _uploaded(page, own)
        case "wave":
            return Picture(samples.wave()[None], "wave")
        case "sentence":
            return _sentence(own)
        case "random":
            sliders(f"{page}_random", [_channels(own), Control(own.seed, _("Seed"), 0, 99)])
            return Picture(samples.scattered(state.get(own.seed), state.get(own.channels)))
        case _:
            return _grid(page, name, own)


def _grid(page: str, name: str, own: PictureFields) -> Picture:
    """A small grid; further channels count on as the notes' X, X + 1, or lie one column further to the right."""
    sliders(f"{page}_channels", [_channels(own)])
    count = range(state.get(own.channels))
    match name:
        case "four":
            return Picture(np.stack([samples.four() + k for k in count]))
        case "counting":
            return Picture(np.stack([samples.counting() + k for k in count]))
        case "sixteen":
            return Picture(np.stack([samples.sixteen() + k for k in count]))
        case "stripe":
            return Picture(np.stack([np.roll(samples.stripe(), k, axis=1) for k in count]))
        case _:
            return Picture(np.stack([np.roll(samples.cross(), k, axis=1) for k in count]))


def _channels(own: PictureFields) -> Control:
    return Control(own.channels, _("Input channels"), 1, 8)


def _photograph(whole: NDArray[np.float32], own: PictureFields) -> Picture:
    coloured = st.toggle(_("In colour: red, green, blue"), **state.widget(own.coloured))
    side = st.select_slider(_("Longer side in pixels"), links.SIDES, **state.widget(own.side))
    planes = list(whole) if coloured else [images.to_grey(whole)]
    values = np.stack([images.shrink(plane, side) for plane in planes]).astype(np.float64).round(4)
    return Picture(values, "grey", whole=whole)


def _uploaded(page: str, own: PictureFields) -> Picture:
    file = st.file_uploader(
        _("A picture"), type=["png", "jpg", "jpeg", "gif", "bmp", "webp"], key=f"widget:{page}_upload_file",
        max_upload_size=5,
    )  # fmt: skip
    if file is not None:
        try:
            state.put(own.upload, images.decode_coloured(file.getvalue(), file.name, KEPT))
        except DataError as error:
            with guard():
                raise error
    picture = state.get(own.upload)
    if picture is None:
        st.caption(_("Until then, the 7×7 grid stands here."))
        return Picture(samples.cross()[None])
    return _photograph(picture, own)


def _sentence(own: PictureFields) -> Picture:
    default = _("The film was not good but the music was great")
    text = st.text_input(_("Sentence"), placeholder=default, max_chars=200, **state.widget(own.words))
    tokens = samples.words(text or default)
    if len(tokens) > MOST_WORDS:
        st.caption(_("The first {count} words are shown.").format(count=MOST_WORDS))
    tokens = tokens[:MOST_WORDS] or ["?"]
    names = (_("negation"), _("praise"), _("blame"))
    return Picture(samples.features(tokens)[None], rows=names, columns=tuple(tokens))
