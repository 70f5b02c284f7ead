"""What the panels of four pages show and say is torch's, for each cell that is pointed at."""

import json
import random
import re

import pytest
import torch
from playwright.sync_api import Locator, Page, WebSocket, expect
from torch.nn import functional as F

from tests.browser.conftest import PHONE
from tests.browser.reading import eventually, no_trouble, settled, visit

ARITHMETIC = re.compile(r"[-\d.\s+*/()e]+")


def row(page: Page, position: int = 0) -> Locator:
    """Return a row of panels once it is painted."""
    found = page.get_by_test_id("panels").nth(position)
    expect(found).to_have_attribute("data-ready", "true", timeout=20_000)
    return found


def values(panels: Locator, name: str) -> torch.Tensor:
    """Return the numbers of a panel, (rows, cols)."""
    found = panels.get_by_test_id(f"panel-{name}")
    numbers = json.loads(found.get_attribute("data-values") or "")
    return torch.tensor(numbers, dtype=torch.float64).reshape(int(found.get_attribute("data-rows") or 0), -1)


def picture(panels: Locator, name: str, channels: int) -> torch.Tensor:
    return torch.stack([values(panels, f"{name}{c}") for c in range(channels)])


def place(panels: Locator, name: str, at: tuple[int, int]) -> tuple[Locator, dict]:
    """Return a panel's canvas and the middle of a cell in it."""
    panel = panels.get_by_test_id(f"panel-{name}")
    cell, left, top = (float(panel.get_attribute(f"data-{each}") or 0) for each in ("cell", "left", "top"))
    position = {"x": left + (at[1] + 0.5) * cell, "y": top + (at[0] + 0.5) * cell}
    return panel.locator("canvas").first, position


def point(panels: Locator, name: str, at: tuple[int, int]) -> dict[str, str]:
    """Point at a cell and return what the sentence has about it."""
    canvas, position = place(panels, name, at)
    canvas.hover(position=position)
    said = sentence(panels)
    assert (said["panel"], int(said["row"]), int(said["col"])) == (name, *at)
    return said


def sentence(panels: Locator) -> dict[str, str]:
    return panels.get_by_test_id("panels-sentence").evaluate(
        "e => ({...e.dataset, formula: e.querySelector('.formula').textContent})"
    )


def highlighted(panels: Locator, name: str, how: str) -> list[int]:
    return json.loads(panels.get_by_test_id(f"panel-{name}").get_attribute(f"data-{how}") or "[]")


def worked_out(said: dict[str, str]) -> float:
    """Return what the sentence says after its last sign, having worked out what stands before it, if that is plain."""
    formula = said["formula"].replace("\u2212", "-").replace("·", "*").replace("×", "*")
    *_, before, result = formula.split("=")
    if ARITHMETIC.fullmatch(before):
        computed = eval(before, {"__builtins__": {}})
        assert computed == pytest.approx(float(result), abs=2e-4, rel=2e-4)
    return float(result)


def some(rows: int, cols: int, chance: random.Random) -> list[tuple[int, int]]:
    return [(0, 0), (rows - 1, cols - 1), (chance.randrange(rows), chance.randrange(cols))]


@pytest.mark.parametrize("seed", range(3))
def test_dropout_says_how_each_value_came_about(page: Page, seed: int) -> None:
    chance = random.Random(seed)
    channels, side, p = chance.randint(1, 3), chance.randint(2, 4), round(chance.uniform(0.1, 0.8), 2)
    kind = chance.choice(["Dropout", "Dropout2d"])
    visit(page, f"/dropout?kind={kind}&p={p}&channels={channels}&side={side}&seed={seed}&input=random")
    panels = row(page)
    x, mask, y = (picture(panels, name, channels) for name in ("x", "mask", "y"))
    torch.testing.assert_close(y, x * mask / (1 - p), atol=1e-5, rtol=0)
    for r, c in some(side, side, chance):
        said = point(panels, f"y{channels - 1}", (r, c))
        assert float(said["value"]) == pytest.approx(y[-1, r, c].item(), abs=1e-9)
        assert worked_out(said) == pytest.approx(y[-1, r, c].item(), abs=1e-5)
        assert highlighted(panels, f"x{channels - 1}", "made") == [r * side + c]
    no_trouble(page)


@pytest.mark.parametrize("seed", range(3))
def test_linear_shows_where_each_value_went_and_what_each_output_is_made_of(page: Page, seed: int) -> None:
    chance = random.Random(seed)
    channels, height, width, outputs = (chance.randint(1, most) for most in (3, 4, 4, 6))
    visit(page, f"/linear?channels={channels}&height={height}&width={width}&out={outputs}&seed={seed}")
    panels = row(page)
    x, weight, bias, y = picture(panels, "x", channels), *(values(panels, name) for name in ("W", "b", "y"))
    flat = torch.flatten(x[None], 1)
    assert values(panels, "flat").tolist() == flat.tolist()
    torch.testing.assert_close(y[:, 0], F.linear(flat, weight, bias[:, 0])[0], atol=1e-5, rtol=0)
    for o in {0, outputs - 1}:
        said = point(panels, "y", (o, 0))
        terms = json.loads(said["terms"])
        assert sum(a * b for a, b in terms) + bias[o].item() == pytest.approx(y[o].item(), abs=1e-5)
        assert worked_out(said) == pytest.approx(y[o].item(), abs=1e-5)
        assert highlighted(panels, "W", "made") == list(range(o * flat.numel(), (o + 1) * flat.numel()))
    r, c = chance.randrange(height), chance.randrange(width)
    index = (channels - 1) * height * width + r * width + c
    said = point(panels, f"x{channels - 1}", (r, c))
    assert worked_out(said) == index
    assert highlighted(panels, "flat", "reached") == [index]
    point(panels, "flat", (0, index))
    assert highlighted(panels, "y", "reached") == list(range(outputs))
    no_trouble(page)


@pytest.mark.parametrize("seed", range(3))
def test_softmax_has_every_number_of_the_way_in_its_formula(page: Page, seed: int) -> None:
    chance = random.Random(seed)
    count = chance.randint(3, 8)
    link = "&".join(f"z{i}={chance.uniform(-4, 4):.1f}" for i in range(count))
    target = chance.randrange(count)
    visit(page, f"/softmax?classes={count}&target={target}&stable={seed % 2}&{link}")
    panels = row(page)
    z = values(panels, "z")[:, 0]
    wanted = {"softmax": F.softmax(z, 0), "log_softmax": F.log_softmax(z, 0)}
    for name, theirs in wanted.items():
        torch.testing.assert_close(values(panels, name)[:, 0], theirs, atol=1e-5, rtol=0)
        for i in {0, target, count - 1}:
            assert worked_out(point(panels, name, (i, 0))) == pytest.approx(theirs[i].item(), abs=1e-5)
    loss = F.cross_entropy(z[None], torch.tensor([target])).item()
    assert worked_out(point(panels, "loss", (0, 0))) == pytest.approx(loss, abs=1e-5)
    assert highlighted(panels, "log_softmax", "made") == [target]
    point(panels, "z", (1, 0))
    assert highlighted(panels, "exp" if seed % 2 == 0 else "moved", "reached") == [1]
    no_trouble(page)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (4, -1)])
def test_dense_sums_each_window_and_the_largest_follows_the_pattern(
    page: Page, down: int, right: int
) -> None:
    visit(page, f"/dense?down={down}&right={right}")
    unit, convolution = row(page), row(page, 1)
    x, kernel = values(convolution, "input"), values(convolution, "kernel")
    theirs = F.conv2d(x[None, None], kernel[None, None])[0, 0]
    torch.testing.assert_close(values(convolution, "map"), theirs)
    for r, c in [(2 + down, 2 + right), (0, 0), (9, 9)]:
        assert worked_out(point(convolution, "map", (r, c))) == theirs[r, c].item()
        assert highlighted(convolution, "input", "made") == [
            (r + i) * 12 + c + j for i in range(3) for j in range(3)
        ]
    said = point(unit, "unit", (0, 0))
    assert worked_out(said) == (x * values(unit, "weights")).sum().item() == (0 if down else 5)


def test_a_moved_slider_moves_the_numbers_and_the_chosen_cell_stays(page: Page) -> None:
    visit(page, "/softmax")
    panels = row(page)
    point(panels, "exp", (2, 0))
    slider = page.get_by_role("slider", name="Logit z[0]")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    eventually(lambda: values(panels, "z")[0, 0].item() == pytest.approx(1.3), "the panels follow the slider")
    theirs = F.softmax(values(panels, "z")[:, 0], 0)
    torch.testing.assert_close(values(panels, "softmax")[:, 0], theirs, atol=1e-5, rtol=0)
    assert (sentence(panels)["panel"], sentence(panels)["row"]) == ("exp", "2")


def test_keys_walk_a_panel_tab_goes_on_and_a_pinned_cell_stays(page: Page) -> None:
    visit(page, "/softmax")
    panels = row(page)
    panels.get_by_test_id("panel-exp").locator("canvas").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert (sentence(panels)["panel"], sentence(panels)["row"]) == ("exp", "2")
    page.keyboard.press("Enter")
    canvas, position = place(panels, "z", (0, 0))
    canvas.hover(position=position)
    assert (sentence(panels)["panel"], sentence(panels)["row"]) == ("exp", "2")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    eventually(lambda: sentence(panels)["panel"] == "softmax", "the next panel has the keyboard")


def test_pointing_costs_no_message_to_the_server(page: Page) -> None:
    sent: list[object] = []

    def follow(socket: WebSocket) -> None:
        def frame(sent_now: object) -> None:
            sent.append(sent_now)

        socket.on("framesent", frame)

    page.on("websocket", follow)
    visit(page, "/linear")
    panels = row(page)
    page.wait_for_timeout(500)
    assert sent, "the frames of the start must be seen, else nothing is proved"
    before = len(sent)
    for column in range(18):
        point(panels, "W", (1, column))
    assert len(sent) == before


@pytest.mark.parametrize("name", ["dropout", "linear", "softmax", "dense"])
def test_on_a_phone_nothing_is_cut_off_and_a_tap_pins(open_page, name: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True)
    visit(page, f"/{name}")
    panels = row(page)
    last = {"dropout": "y0", "linear": "y", "softmax": "loss", "dense": "unit"}[name]
    canvas, position = place(panels, last, (0, 0))
    canvas.scroll_into_view_if_needed()
    canvas.tap(position=position)
    assert sentence(panels)["panel"] == last
    width = page.evaluate("document.documentElement.clientWidth")
    for each in panels.get_by_test_id(re.compile("^panel-")).all():
        box = each.locator("canvas").first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    no_trouble(page)


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_picture_and_numbers_can_be_saved(page: Page, kind: str) -> None:
    visit(page, "/softmax")
    panels = row(page)
    panels.get_by_test_id("save").click()
    with page.expect_download() as download:
        panels.get_by_test_id(f"save-{kind}").click()
    assert download.value.suggested_filename == f"softmax.{kind}"
    content = download.value.path().read_bytes()
    if kind == "csv":
        lines = [line.split(",") for line in content.decode("utf-8-sig").split()]
        saved = [float(line[3]) for line in lines if line[0] == "softmax"]
        assert saved == pytest.approx(F.softmax(torch.tensor([1.0, 2, 3]), 0).tolist(), abs=1e-6)
    elif kind == "svg":
        assert "0.2447" in content.decode()
    else:
        assert content.startswith(b"\x89PNG")


def test_the_channels_of_a_picture_stand_in_two_columns_where_there_is_room(open_page) -> None:
    page = open_page()
    visit(page, "/dropout")
    panels = row(page)

    def corner(name: str) -> tuple[float, float]:
        box = panels.get_by_test_id(f"panel-{name}").bounding_box()
        assert box is not None
        return box["x"], box["y"]

    (left, top), (beside, same), (below, lower) = corner("x0"), corner("x1"), corner("x2")
    assert (beside > left, same) == (True, top)
    assert (below, lower > top) == (left, True)
    assert corner("y0")[0] > corner("mask1")[0] > beside
    assert corner("y0")[1] == corner("mask0")[1] == top


def test_a_pinned_cell_stands_in_the_link_and_is_there_again_after_a_reload(page: Page) -> None:
    visit(page, "/linear")
    panels = row(page)
    canvas, position = place(panels, "y", (2, 0))
    canvas.click(position=position)
    expect(page).to_have_url(re.compile(r"cell=linear\.y\.2"))
    page.reload()
    settled(page)
    panels = row(page)
    said = sentence(panels)
    assert (said["panel"], said["row"], said["col"]) == ("y", "2", "0")
    panels.get_by_test_id("panel-y").locator("canvas").first.press("Escape")
    expect(page).not_to_have_url(re.compile("cell="))
