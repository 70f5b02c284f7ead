"""A chart says torch's numbers where it is pointed at, and saves its picture and its numbers."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from torch.nn import functional as F

from cnnviz.explain.learning import descend
from tests.browser.conftest import PHONE
from tests.browser.reading import at_rest, eventually, visit

SVG = "{http://www.w3.org/2000/svg}"

# A scene with all that SvgContext knows, painted into a canvas and into an SVG that becomes a picture again.
SAME_PICTURE = """async (url) => {
    const { SvgContext } = await import(url);
    const [width, height] = [220, 160];
    const stamp = document.createElement("canvas");
    stamp.width = stamp.height = 4;
    const brush = stamp.getContext("2d");
    brush.fillStyle = "#c2570c"; brush.fillRect(0, 0, 2, 2);
    brush.fillStyle = "#2b6cb0"; brush.fillRect(2, 2, 2, 2);
    const paint = (ctx) => {
        ctx.fillStyle = "white"; ctx.fillRect(0, 0, width, height);
        ctx.globalAlpha = 0.5; ctx.fillStyle = "rgba(200, 40, 0, 0.6)"; ctx.fillRect(10, 10, 60, 40); ctx.globalAlpha = 1;
        ctx.save(); ctx.beginPath(); ctx.rect(90, 10, 40, 40); ctx.clip();
        ctx.beginPath(); ctx.arc(110, 30, 28, 0, 7); ctx.fillStyle = "teal"; ctx.fill();
        ctx.beginPath(); ctx.rect(90, 10, 20, 40); ctx.clip(); ctx.fillStyle = "orange"; ctx.fillRect(0, 0, 300, 30); ctx.restore();
        ctx.save(); ctx.translate(150, 10); ctx.scale(2, 2); ctx.rotate(0.2);
        ctx.setLineDash([6, 4]); ctx.lineWidth = 2; ctx.lineJoin = "round"; ctx.strokeStyle = "#333"; ctx.strokeRect(4, 0, 20, 16);
        ctx.setLineDash([]); ctx.beginPath(); ctx.arc(14, 8, 6, 0.5, 4, true); ctx.stroke(); ctx.restore();
        ctx.beginPath(); ctx.roundRect(10, 60, 50, 30, 8); ctx.strokeStyle = "purple"; ctx.lineWidth = 3; ctx.stroke();
        ctx.beginPath(); ctx.moveTo(70, 90); ctx.quadraticCurveTo(90, 40, 110, 90); ctx.bezierCurveTo(115, 110, 125, 60, 130, 90); ctx.closePath();
        ctx.fillStyle = "#88c"; ctx.fill("evenodd");
        ctx.imageSmoothingEnabled = false; ctx.drawImage(stamp, 0, 0, 4, 4, 140, 60, 32, 32); ctx.drawImage(stamp, 180, 60, 30, 30);
        ctx.fillStyle = "black"; ctx.font = "600 14px sans-serif";
        ["left", "center", "right"].forEach((align, i) => ["top", "middle", "bottom", "alphabetic"].forEach((base, k) => {
            ctx.textAlign = align; ctx.textBaseline = base; ctx.fillText("Ag<&", 40 + i * 60, 106 + k * 14);
        }));
    };
    const canvas = () => Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    const [first, second, svg] = [canvas(), canvas(), new SvgContext(width, height)];
    paint(first); paint(svg);
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([svg.toString()], { type: "image/svg+xml" }));
    await image.decode();
    second.drawImage(image, 0, 0);
    const [a, b] = [first, second].map((ctx) => ctx.getImageData(0, 0, width, height).data);
    const empty = new Uint8ClampedArray(a.length).fill(255);
    const away = (one, two) => one.reduce((sum, v, i) => sum + Math.abs(v - two[i]), 0) / one.length;
    return { away: away(a, b), ink: away(a, empty) };
}"""


def chart(page: Page, name: str) -> Locator:
    """Return a chart once it is painted and at rest."""
    found = page.locator(f'[data-testid=chart][data-name="{name}"]')
    expect(found).to_have_attribute("data-ready", "true", timeout=20_000)
    at_rest(page, found)
    return found


def reading(found: Locator) -> tuple[float, dict[str, float]]:
    """Return x and each series' value as the readout has them exactly."""
    said = found.get_by_test_id("chart-readout")
    x = float(said.locator("[data-x]").get_attribute("data-x") or "nan")
    values = said.locator("[data-value]").evaluate_all(
        "all => all.map((e) => [e.dataset.name, Number(e.dataset.value)])"
    )
    return x, dict(values)


def hover(found: Locator, across: float, down: float = 0.5) -> None:
    canvas = found.get_by_test_id("chart-canvas")
    box = canvas.bounding_box()
    assert box is not None
    canvas.hover(position={"x": box["width"] * across, "y": box["height"] * down})


def saved(page: Page, found: Locator, kind: str, folder: Path) -> Path:
    found.get_by_role("button", name="Save").click()
    with page.expect_download() as download:
        found.get_by_test_id(f"save-{kind}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def sigmoid(x: float) -> tuple[float, float]:
    at = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = torch.sigmoid(at)
    y.backward()
    assert at.grad is not None
    return y.item(), at.grad.item()


def test_pointing_reads_torchs_numbers(page: Page) -> None:
    visit(page, "/activations")
    found = chart(page, "activations")
    places = set()
    for across in (0.1, 0.33, 0.5, 0.72, 0.95):
        hover(found, across)
        x, values = reading(found)
        places.add(x)
        wanted = sigmoid(x)
        assert (values["Sigmoid"], values["Sigmoid: gradient"]) == pytest.approx(wanted, abs=1e-8)
        shown = found.get_by_test_id("chart-readout").locator("b").all_inner_texts()
        assert [float(text.replace("−", "-")) for text in shown] == pytest.approx(wanted, abs=1e-5)
    assert len(places) == 5
    page.mouse.move(0, 0)
    expect(found.get_by_test_id("chart-readout")).to_have_text(
        "Point at the chart or use the arrow keys to read it."
    )


def test_the_arrow_keys_read_it_value_by_value(page: Page) -> None:
    visit(page, "/activations")
    found = chart(page, "activations")
    found.get_by_test_id("chart-canvas").focus()
    page.keyboard.press("Home")
    assert reading(found)[0] == -6
    page.keyboard.press("ArrowRight")
    assert reading(found)[0] == -5.95
    page.keyboard.press("End")
    assert reading(found) == (
        6,
        {"Sigmoid": pytest.approx(sigmoid(6)[0]), "Sigmoid: gradient": pytest.approx(sigmoid(6)[1])},
    )
    page.keyboard.press("Escape")
    expect(found.get_by_test_id("chart-readout").locator("[data-x]")).to_have_count(0)


def test_a_finger_reads_it_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    visit(page, "/activations?compare=1")
    found = chart(page, "activations")
    canvas = found.get_by_test_id("chart-canvas")
    canvas.scroll_into_view_if_needed()
    canvas.tap(position={"x": 250, "y": 150})
    x, values = reading(found)
    assert values["GELU"] == pytest.approx(F.gelu(torch.tensor(x, dtype=torch.float64)).item(), abs=1e-8)
    assert len(values) == 8


def test_the_kernels_way_is_read_step_by_step(page: Page) -> None:
    visit(page, "/learn?steps=12")
    descent = descend(0, 0.03, 12, "sum")
    found = chart(page, "learn_way")
    found.get_by_test_id("chart-canvas").focus()
    for step in range(4):
        page.keyboard.press("ArrowRight")
        x, values = reading(found)
        assert (x, values["The kernel's way"]) == pytest.approx(descent.kernels[step], abs=1e-7)
        expect(found.get_by_test_id("chart-readout")).to_contain_text(f"step {step}")
    curve = chart(page, "learn_loss")
    curve.get_by_test_id("chart-canvas").focus()
    page.keyboard.press("End")
    x, values = reading(curve)
    assert (x, next(iter(values.values()))) == (12, pytest.approx(descent.losses[12]))


def test_a_chart_is_saved_as_picture_drawing_and_numbers(page: Page, tmp_path: Path) -> None:
    visit(page, "/activations?function=gelu")
    found = chart(page, "activations")
    box = found.bounding_box()
    assert box is not None

    with Image.open(saved(page, found, "png", tmp_path)) as picture:
        assert (picture.format, picture.width) == ("PNG", 2 * (round(box["width"]) + 32))
        assert len(picture.convert("RGB").getcolors(maxcolors=100_000) or []) > 20

    drawing = saved(page, found, "svg", tmp_path)
    assert drawing.name == "activations.svg"
    root = ElementTree.parse(drawing).getroot()
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"GELU", "GELU: gradient", "x = 1.5", "0", "−6"} <= set(texts)
    assert len(list(root.iter(f"{SVG}path"))) > 10

    raw = saved(page, found, "csv", tmp_path).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    heads, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert heads == ["x", "GELU", "GELU: gradient"]
    x, f, gradient = (torch.tensor([float(row[i]) for row in rows], dtype=torch.float64) for i in range(3))
    x.requires_grad_()
    y = F.gelu(x)
    y.sum().backward()
    assert len(rows) == 241
    assert torch.allclose(f, y.detach(), atol=1e-8)
    assert torch.allclose(gradient, x.grad, atol=1e-8)


def test_the_menu_is_used_with_the_keyboard_and_closes_again(page: Page) -> None:
    visit(page, "/activations")
    found = chart(page, "activations")
    button, menu = found.get_by_role("button", name="Save"), found.get_by_role("menu")
    button.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    expect(found.get_by_test_id("save-png")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(found.get_by_test_id("save-csv")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    expect(menu).to_be_visible()
    page.get_by_role("heading", level=1).click()
    expect(menu).to_be_hidden()


def test_a_drawing_is_the_same_picture_as_the_canvas(page: Page) -> None:
    visit(page, "/activations")
    chart(page, "activations")
    urls = page.evaluate(
        "performance.getEntriesByType('resource').map((e) => e.name).filter((n) => n.includes('svg-context'))"
    )
    apart = page.evaluate(SAME_PICTURE, urls[0])
    assert apart["ink"] > 10
    assert apart["away"] < 1.5


def test_it_follows_the_theme_without_new_data(open_page: Callable[..., Page]) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        visit(page, "/activations")
        canvas = chart(page, "activations").get_by_test_id("chart-canvas")
        count = """e => { const d = e.getContext('2d').getImageData(0, 0, e.width, e.height).data; let found = 0;
            for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 250 && d[i] > 180 && d[i + 2] < 120) found += 1; return found; }"""
        eventually(lambda canvas=canvas: canvas.evaluate("e => e.width") > 400, "the chart is painted")
        colours[scheme] = canvas.evaluate(count)
    assert colours["light"] > 200
    assert colours["dark"] > 200
