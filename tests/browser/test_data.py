"""Somebody's own pictures on their way: a zip file is uploaded, looked at on every side, and trained on."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from cnnviz.data import catalog
from cnnviz.data.archive import delete
from tests.browser.conftest import PHONE
from tests.browser.reading import no_trouble, settled, visit
from tests.browser.test_weights import upload

CLASSES = ("Kreis", "Quadrat", "三角")


def shapes(path: Path) -> Path:
    """Write a zip file as a Mac packs it: a folder around all, its own files beside the pictures."""
    with zipfile.ZipFile(path, "w") as file:
        for name in CLASSES:
            for number in range(12):
                image = Image.new("L", (40, 30), 20 + number)
                draw = ImageDraw.Draw(image)
                box = (8 + number % 4, 4, 28, 24)
                {
                    "Kreis": draw.ellipse, "Quadrat": draw.rectangle, "三角": lambda b, **k: draw.regular_polygon((18, 15, 10), 3, **k),
                }[name](box, fill=230)  # fmt: skip
                out = io.BytesIO()
                image.save(out, "PNG")
                file.writestr(f"Formen/{name}/Bild {number}.PNG", out.getvalue())
                file.writestr(f"__MACOSX/Formen/{name}/._Bild {number}.PNG", b"\0")
        file.writestr("Formen/.DS_Store", b"\0")
        file.writestr("Formen/Quadrat/kaputt.jpg", b"no picture")
    return path


def remove_uploads() -> None:
    for name in catalog.uploads():
        if name.removeprefix(catalog.UPLOAD).startswith("browser_shapes"):
            delete(name)


def test_a_zip_file_is_uploaded_and_looked_at_from_every_side(page: Page, tmp_path: Path) -> None:
    try:
        visit(page, "/data?dataset=zip")
        upload(page, shapes(tmp_path / "browser shapes.zip"))
        expect(page.get_by_text("36 pictures were taken in. Left out: 1.")).to_be_visible()
        expect(page.get_by_text("Formen/Quadrat/kaputt.jpg")).to_be_visible()
        settled(page)
        rows = page.get_by_test_id("look-rows")
        expect(rows.locator(".name")).to_have_text(list(CLASSES))
        # Each picture of the grid is really decoded by the browser, pixel by pixel.
        expect(rows.locator("img")).to_have_count(30)  # ten of twelve in training
        images = rows.locator("img").evaluate_all(
            "each => each.map(e => [e.complete, e.naturalWidth, e.naturalHeight, getComputedStyle(e).imageRendering])"
        )
        assert {tuple(each) for each in images} == {(True, 40, 30, "pixelated")}
        for view, seen in (
            ("Classes and split", "Every class has the same number of training pictures: 10"),
            ("Pixels", "The mean of each class"),
            ("Augmentation", "What some epochs see"),
            ("Network's input", "must end in 3 scores"),
        ):
            page.get_by_role("radio", name=view).click()
            expect(page.get_by_text(seen).first).to_be_visible()
            settled(page)
            no_trouble(page)
        page.get_by_role("button", name="Remove").click()
        page.get_by_role("button", name="Delete the pictures").click()
        expect(page.get_by_text("1,797 handwritten digits")).to_be_visible()
        no_trouble(page)
    finally:
        remove_uploads()


def test_the_page_fits_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(has_touch=True, is_mobile=True, viewport=PHONE, device_scale_factor=2)
    for view in ("samples", "augment", "pixels"):
        visit(page, f"/data?view={view}")
        expect(page.locator(".look-grid img").first).to_be_visible()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= PHONE["width"]
        box = page.locator(".look-grid").first.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE["width"]
        no_trouble(page)
