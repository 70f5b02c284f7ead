"""Pictures in rows on a page: small ones pixel by pixel, each with a text for those who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

STYLE = """<style>
.look-grid { display: grid; gap: 0.4rem; align-items: start; justify-content: start; }
.look-grid.tiles { grid-template-columns: repeat(auto-fill, minmax(var(--look-side), 1fr)); }
.look-grid.rows { grid-template-columns: minmax(1.5rem, max-content) repeat(var(--look-columns), minmax(0, var(--look-side)));
  align-items: center; }
.look-grid figure { margin: 0; min-width: 0; }
.look-grid img { display: block; width: 100%; max-width: var(--look-side); aspect-ratio: var(--look-ratio);
  object-fit: contain; border-radius: 3px; outline: 1px solid rgb(128 128 128 / 0.28); outline-offset: -1px; }
.look-grid img.exact { image-rendering: pixelated; }
.look-grid figcaption, .look-grid .name { font-size: 0.8rem; line-height: 1.25; opacity: 0.8; overflow-wrap: anywhere; }
.look-grid figcaption { margin-top: 0.15rem; }
.look-grid .first img { outline: 2px solid rgb(128 128 128 / 0.75); }
.look-grid .head { font-size: 0.75rem; opacity: 0.7; text-align: left; }
@media (max-width: 640px) {
  .look-grid.rows { grid-template-columns: repeat(var(--look-columns-narrow), minmax(0, 1fr)); gap: 0.25rem; }
  .look-grid.rows .name { grid-column: 1 / -1; margin-top: 0.4rem; }
  .look-grid.rows .wide, .look-grid.rows .head { display: none; }
}
</style>"""

SMALL = 64


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture.

    Attributes:
        source: its address.
        text: what it shows, for those who cannot see it, and where somebody points.
        caption: below it; "" for nothing.
    """

    source: str
    text: str
    caption: str = ""


def tiles(pictures: Sequence[Tile], *, side: int, ratio: float = 1.0) -> None:
    """Show pictures one after the other, as many in a row as there is room for.

    Args:
        pictures: what is shown.
        side: CSS pixels that a picture is wide.
        ratio: its width by its height.
    """
    st.html(
        f'{STYLE}<div class="look-grid tiles" data-testid="look-tiles" style="{_sizes(side, ratio)}">'
        f"{''.join(map(_figure, pictures))}</div>"
    )


def rows(
    named: Sequence[tuple[str, Sequence[Tile]]],
    *,
    side: int,
    ratio: float = 1.0,
    heads: Sequence[str] = (),
    narrow: int = 5,
) -> None:
    """Show a row of pictures for each name.

    Args:
        named: names and their pictures, the same number for each.
        side: CSS pixels that a picture is wide, at most.
        ratio: its width by its height.
        heads: what stands above the first columns; then the first picture of each row is the one that the others
            are made of.
        narrow: pictures of a row that a phone shows.
    """
    columns = max((len(pictures) for _name, pictures in named), default=1)
    style = f"{_sizes(side, ratio)}; --look-columns: {columns}; --look-columns-narrow: {min(narrow, columns)}"
    parts = [f'<div class="look-grid rows" data-testid="look-rows" style="{style}">']
    if heads:
        span = max(1, columns - len(heads) + 1)
        parts.append('<span class="head"></span>')
        parts += [f'<span class="head">{escape(head)}</span>' for head in heads[:-1]]
        parts.append(f'<span class="head" style="grid-column: span {span}">{escape(heads[-1])}</span>')
    for name, pictures in named:
        parts.append(f'<span class="name">{escape(name)}</span>')
        for place, tile in enumerate(pictures):
            kind = "first" if heads and place == 0 else "wide" if place >= narrow else ""
            parts.append(_figure(tile, kind))
        parts += ['<span class="wide"></span>'] * (columns - len(pictures))
    st.html("".join([STYLE, *parts, "</div>"]))


def _figure(tile: Tile, kind: str = "") -> str:
    exact = tile.source.startswith("data:image/png")
    caption = f"<figcaption>{escape(tile.caption)}</figcaption>" if tile.caption else ""
    text = escape(tile.text, quote=True)
    return (
        f'<figure class="{kind}"><img class="{"exact" if exact else ""}" src="{tile.source}" alt="{text}" title="{text}">'
        f"{caption}</figure>"
    )


def _sizes(side: int, ratio: float) -> str:
    return f"--look-side: {side}px; --look-ratio: {ratio:.4f}"
