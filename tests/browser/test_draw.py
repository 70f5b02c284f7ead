"""Drawing by mouse, finger and buttons, and what the shipped network reads."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cnnviz.explain import checkpoints
from tests.browser.conftest import PHONE
from tests.browser.reading import at_rest, choose_page, eventually, no_trouble, settled, visit

Stroke = list[tuple[float, float]]

# As a hand writes them: (x, y) on a sheet of 280 x 280.
DIGITS: dict[int, list[Stroke]] = {
    0: [[(140, 55), (105, 70), (88, 110), (85, 150), (95, 195), (125, 222), (160, 218), (185, 190), (195, 145),
         (188, 100), (170, 68), (140, 55)]],
    1: [[(150, 50), (146, 100), (141, 160), (136, 228)]],
    2: [[(90, 95), (105, 66), (140, 55), (175, 68), (184, 100), (168, 138), (130, 178), (90, 218), (140, 215),
         (198, 216)]],
    3: [[(95, 72), (135, 55), (172, 70), (176, 102), (150, 128), (122, 134), (158, 142), (184, 172), (172, 208),
         (135, 226), (92, 212)]],
    4: [[(108, 60), (98, 110), (92, 148), (140, 150), (195, 146)], [(176, 62), (170, 120), (165, 175), (162, 230)]],
    5: [[(186, 60), (112, 62), (106, 125), (145, 116), (180, 136), (188, 175), (168, 212), (130, 224), (92, 210)]],
    6: [[(165, 52), (128, 88), (104, 135), (98, 180), (115, 216), (150, 224), (178, 200), (174, 166), (146, 152),
         (114, 166), (102, 190)]],
    7: [[(88, 68), (140, 66), (192, 64), (172, 110), (150, 160), (128, 228)]],
    8: [[(168, 72), (135, 56), (104, 76), (110, 108), (145, 136), (176, 168), (172, 206), (138, 226), (106, 204),
         (110, 168), (148, 134), (176, 100), (168, 72)]],
    9: [[(178, 92), (152, 62), (116, 70), (102, 102), (122, 134), (158, 130), (180, 96), (178, 140), (168, 190),
         (156, 230)]],
}  # fmt: skip

SIDE = 280


@pytest.fixture(autouse=True)
def shipped() -> None:
    assert checkpoints.DEFAULT in checkpoints.shipped(), "the shipped DigitRecognizer is missing"


def ready(page: Page) -> None:
    visit(page, "/draw")
    canvas = page.get_by_test_id("digit-canvas")
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    page.evaluate("() => document.fonts.ready")
    at_rest(page, canvas)


def place(page: Page) -> Callable[[tuple[float, float]], tuple[float, float]]:
    """Return the function from the sheet to the screen."""
    box = page.get_by_test_id("digit-canvas").bounding_box()
    assert box is not None
    left, top, scale = box["x"], box["y"], box["width"] / SIDE
    return lambda at: (left + at[0] * scale, top + at[1] * scale)


def draw(page: Page, strokes: list[Stroke]) -> None:
    """Draw with the mouse, stroke by stroke."""
    on_screen = place(page)
    for stroke in strokes:
        page.mouse.move(*on_screen(stroke[0]))
        page.mouse.down()
        for at in stroke[1:]:
            page.mouse.move(*on_screen(at), steps=2)
        page.mouse.up()


def ink(page: Page) -> int:
    """Return how many pixels of the sheet are inked."""
    return page.get_by_test_id("digit-canvas").evaluate(
        """canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let dark = 0;
            for (let i = 0; i < data.length; i += 4) dark += data[i] < 80;
            return dark;
        }"""
    )


def answer(page: Page) -> int:
    """Return the digit that the network reads, once its answer no longer changes."""
    shown = page.get_by_test_id("prediction")
    last: list[str | None] = []

    def calm() -> bool:
        last.append(shown.get_attribute("data-probabilities"))
        page.wait_for_timeout(50)
        return len(last) > 4 and last[-1] is not None and len(set(last[-4:])) == 1

    eventually(calm, "the prediction is there")
    settled(page)
    probabilities = json.loads(shown.get_attribute("data-probabilities") or "[]")
    assert len(probabilities) == 10
    assert sum(probabilities) == pytest.approx(1, abs=1e-4)
    digit = int(shown.get_attribute("data-digit") or "-1")
    assert probabilities[digit] == max(probabilities)
    return digit


def test_a_seven_drawn_stroke_by_stroke_is_read_as_seven(page: Page) -> None:
    ready(page)
    prediction = page.get_by_test_id("prediction")
    assert prediction.get_attribute("data-digit") is None
    draw(page, [DIGITS[7][0][:3]])  # the bar alone is already read as something
    expect(prediction).to_have_attribute("data-digit", str(answer(page)))
    draw(page, [DIGITS[7][0][2:]])
    expect(prediction).to_have_attribute("data-digit", "7")
    assert answer(page) == 7
    expect(page.get_by_test_id("digit-input")).to_be_visible()
    assert centre_of_what_is_seen(page) == pytest.approx((84, 84), abs=9)  # in the middle, as MNIST was made
    no_trouble(page)


def centre_of_what_is_seen(page: Page) -> tuple[float, float]:
    """Return the centre of mass (x, y) of the network's input, in CSS pixels of its picture."""
    x, y = page.get_by_test_id("digit-input").evaluate(
        """canvas => {
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            let mass = 0, x = 0, y = 0;
            for (let i = 0; i < width * height; i++) if (data[4 * i] > 150) {
                mass += data[4 * i]; x += data[4 * i] * (i % width); y += data[4 * i] * Math.floor(i / width);
            }
            return [x / mass * 168 / width, y / mass * 168 / height];
        }"""
    )
    return x, y


def test_the_prediction_comes_while_the_pen_is_still_down(page: Page) -> None:
    ready(page)
    on_screen = place(page)
    page.mouse.move(*on_screen(DIGITS[7][0][0]))
    page.mouse.down()
    for at in DIGITS[7][0][1:]:
        page.mouse.move(*on_screen(at), steps=6)
    expect(page.get_by_test_id("prediction")).to_have_attribute("data-digit", "7")
    before = ink(page)
    page.mouse.up()
    assert ink(page) == before  # the answer never touches the strokes


def test_nine_of_ten_digits_are_read(page: Page) -> None:
    ready(page)
    read = {}
    for digit, strokes in DIGITS.items():
        draw(page, strokes)
        read[digit] = answer(page)
        page.get_by_test_id("drawing-clear").click()
        expect(page.get_by_test_id("prediction")).not_to_have_attribute("data-digit", str(read[digit]))
        settled(page)
    right = [digit for digit, seen in read.items() if digit == seen]
    assert len(right) >= 9, read


def test_undo_redo_and_clear(page: Page) -> None:
    ready(page)
    undo, redo, clear = (page.get_by_test_id(f"drawing-{name}") for name in ("undo", "redo", "clear"))
    empty = ink(page)
    for button in (undo, redo, clear):
        expect(button).to_be_disabled()
    draw(page, DIGITS[4][:1])
    one = ink(page)
    draw(page, DIGITS[4][1:])
    both = ink(page)
    assert empty < one < both
    assert answer(page) == 4
    undo.click()
    eventually(lambda: ink(page) == one, "undo takes the last stroke away")
    redo.click()
    eventually(lambda: ink(page) == both, "redo brings it back")
    page.get_by_test_id("digit-canvas").press("Control+z")
    eventually(lambda: ink(page) == one, "Ctrl+Z undoes")
    clear.click()
    eventually(lambda: ink(page) == empty, "clear leaves nothing")
    expect(page.get_by_test_id("prediction")).not_to_have_attribute("data-digit", "4")
    undo.click()
    eventually(lambda: ink(page) == one, "clear can be undone")
    assert answer(page) in range(10)


def test_a_wider_brush_leaves_more_ink(page: Page) -> None:
    ready(page)
    draw(page, DIGITS[1])
    thin = ink(page)
    page.get_by_test_id("drawing-clear").click()
    page.get_by_test_id("brush").fill("36")
    draw(page, DIGITS[1])
    assert ink(page) > 1.5 * thin


def test_the_keyboard_draws_as_well(page: Page) -> None:
    ready(page)
    canvas = page.get_by_test_id("digit-canvas")
    canvas.focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    for _ in range(8):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    assert answer(page) == 1


def test_leaving_the_page_and_coming_back_keeps_the_drawing(page: Page) -> None:
    ready(page)
    draw(page, DIGITS[7])
    assert answer(page) == 7
    drawn = ink(page)
    choose_page(page, "Networks", "Networks")
    expect(page.get_by_test_id("diagram").first).to_be_visible()
    choose_page(page, "Train and draw", "Draw")
    expect(page.get_by_test_id("prediction")).to_have_attribute("data-digit", "7")
    eventually(lambda: ink(page) == drawn, "the strokes are there again")


def test_a_finger_draws_on_a_phone_and_the_page_does_not_scroll(open_page: Callable[..., Page]) -> None:
    page = open_page(has_touch=True, is_mobile=True, viewport=PHONE, device_scale_factor=2)
    ready(page)
    on_screen = place(page)
    before = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch = page.context.new_cdp_session(page)
    for stroke in DIGITS[7]:
        points = [on_screen(at) for at in stroke]
        for kind, (x, y) in zip(["touchStart"] + ["touchMove"] * (len(points) - 1), points, strict=True):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert answer(page) == 7
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == before
    no_trouble(page)
