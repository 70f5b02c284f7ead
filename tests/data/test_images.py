import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnviz.data import images
from cnnviz.errors import DataError


def encoded(image, kind="PNG"):
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def test_transparent_pixels_become_white_paper():
    picture = images.decode(encoded(Image.new("RGBA", (4, 3), (0, 0, 0, 0))), "a.png")
    assert picture.shape == (3, 4)
    assert (picture == 1).all()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"just text", "`a.png` is not a picture that we read"),
        (b"", "`a.png` is not a picture that we read"),
        (encoded(Image.effect_noise((80, 80), 90))[:600], "`a.png` is damaged"),
        (encoded(Image.new("1", (8000, 8000))), "`a.png` has 64,000,000 pixels; at most 50,000,000"),
        (encoded(Image.new("1", (9600, 9600))), "`a.png`"),
        (encoded(Image.new("1", (20000, 20000))), "`a.png` has more than 50,000,000 pixels"),
        (b"x" * 20_000_001, "`a.png` is larger than 20 MB"),
    ],
)
def test_bad_pictures_are_refused_in_one_sentence(data, sentence):
    with pytest.raises(DataError, match=sentence):
        images.decode(data, "a.png")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere.png` cannot be read"):
        images.read(tmp_path / "nowhere.png")


WHOLE = {
    kind: encoded(Image.effect_noise((20, 20), 50), kind)
    for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
}


@pytest.mark.parametrize("kind", WHOLE)
@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=8)), max_size=3),
    st.integers(0, 10_000),
)
@settings(max_examples=60, deadline=None)
def test_a_damaged_or_cut_picture_never_ends_in_anything_but_our_error(kind, patches, cut):
    data = bytearray(WHOLE[kind])
    for position, patch in patches:
        position %= len(data)  # noqa: PLW2901
        data[position : position + len(patch)] = patch
    if cut % 3 == 0:
        del data[cut % len(data) :]
    try:
        picture = images.decode_coloured(bytes(data), "a", 64)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert picture.shape[0] == 3
        assert 0 <= picture.min() <= picture.max() <= 1


def test_an_upload_in_colour_is_kept_small_and_its_grey_is_pils_own():
    image = Image.effect_noise((300, 200), 80).convert("RGB")
    picture = images.decode_coloured(encoded(image), "a.png", 100)
    assert picture.shape == (3, 67, 100)
    whole = images.decode_coloured(encoded(image), "a.png", 1000)
    assert (images.to_grey(whole) == images.decode(encoded(image), "a.png")).all()


def test_the_embedded_pictures_are_there():
    assert images.digit(7).shape == (28, 28)
    assert 0 <= images.coloured("china").min() < images.coloured("china").max() <= 1
    assert images.shrink(images.to_grey(images.coloured("flower")), 64).shape == (64, 64)
    assert np.array_equal(images.shrink(images.digit(3), 64), images.digit(3))
