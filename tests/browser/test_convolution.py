"""Each number and each colour of the stage is torch's."""

import math
import random
import re
from dataclasses import dataclass, field

import pytest
import torch
from playwright.sync_api import Page, WebSocket, expect
from torch.nn import functional as F

from cnnviz.data import images
from cnnviz.ops import kernels
from tests.browser.reading import (
    eventually,
    no_trouble,
    output_shape,
    point_at,
    settled,
    stage,
    step_slider,
    the_sum,
    visit,
)

PADDING = "Padding (each side)"

NOTES = [[0.0, 1, 2], [3, 4, 5], [6, 7, 8]]


@dataclass(frozen=True)
class Setting:
    """One state of the page; its link restores it."""

    input: str = "counting"
    kh: int = 2
    kw: int = 2
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    kernel: str = "counting"
    values: tuple[float, ...] = ()
    more: dict[str, object] = field(default_factory=dict)

    @property
    def link(self) -> str:
        named = {
            name: getattr(self, name)
            for name in ("input", "kh", "kw", "stride", "padding", "dilation", "kernel")
        }
        if self.values:
            named["values"] = "_".join(f"{value:g}" for value in self.values)
        return "/convolution?" + "&".join(f"{name}={value}" for name, value in (named | self.more).items())

    def picture(self) -> torch.Tensor:
        match self.input:
            case "counting":
                return torch.tensor(NOTES, dtype=torch.float64)
            case "cross":
                return ((eye := torch.eye(7, dtype=torch.float64)) + eye.flip(0)).clamp(max=1)
            case "stripe":
                rows = torch.ones(6, 8, dtype=torch.float64)
                rows[:, 2:6] = 0
                return rows
            case "digit":
                return torch.from_numpy(images.digit(int(self.more["digit"])).astype("float64"))
            case _:
                shrunk = images.shrink(images.photograph(str(self.more["photo"])), int(self.more["side"]))
                return torch.from_numpy(shrunk.astype("float64").round(4))

    def weights(self) -> torch.Tensor:
        if self.kernel == "custom":
            return torch.tensor(self.values, dtype=torch.float64).reshape(self.kh, self.kw)
        return torch.from_numpy(kernels.PRESETS[self.kernel][1](self.kh, self.kw))

    def output(self, weights: torch.Tensor | None = None, padding: int | None = None) -> torch.Tensor:
        return F.conv2d(
            self.picture()[None, None],
            (self.weights() if weights is None else weights)[None, None],
            stride=self.stride,
            padding=self.padding if padding is None else padding,
            dilation=self.dilation,
        )[0, 0]


def drawn(count: int, seed: int = 20) -> list[Setting]:
    """Draw settings at random, each of them possible, all inputs among them."""
    chance = random.Random(seed)
    sizes = {"counting": (3, 3), "cross": (7, 7), "stripe": (6, 8), "digit": (28, 28), "photo": (28, 28)}
    settings: list[Setting] = []
    while len(settings) < count:
        name = list(sizes)[len(settings) % len(sizes)]
        kh, kw = chance.choice([1, 2, 3, 3, 4, 5]), chance.choice([1, 2, 3, 3, 4, 5])
        stride, padding, dilation = (
            chance.choice([1, 1, 2, 3]),
            chance.randint(0, 4),
            chance.choice([1, 1, 2, 3]),
        )
        room = [side + 2 * padding for side in sizes[name]]
        # One step of padding more is tried as well, so the kernel sliders may not be at their bounds.
        if any(dilation * (k - 1) + 1 > side for k, side in zip((kh, kw), room, strict=True)):
            continue
        own = chance.random() < 0.4
        values = tuple(round(chance.uniform(-3, 3), 2) for _ in range(kh * kw)) if own else ()
        more = {
            "digit": {"digit": chance.randint(0, 9)},
            "photo": {"photo": "flower", "side": chance.choice([28, 64])},
        }
        settings.append(
            Setting(
                name, kh, kw, stride, padding, dilation,
                "custom" if own else chance.choice(sorted(kernels.PRESETS)), values, more.get(name, {}),
            )
        )  # fmt: skip
    return settings


def check_formulas(page: Page, shape: tuple[int, ...]) -> None:
    """The shown formulas, worked out, give torch's shape."""
    texts = [text for text in page.locator("code").all_inner_texts() if text.startswith("floor(")]
    assert len(texts) in {1, 2}
    for text, side in zip(texts * (3 - len(texts)), shape, strict=True):
        left, right = text.split("=")
        assert re.fullmatch(r"[floor()\d\s+*/-]+", left)
        assert eval(left, {"floor": math.floor, "__builtins__": {}}) == int(right) == side


def check_colours(page: Page, wanted: torch.Tensor) -> None:
    """Each cell of the painted output has the colour that the page's scale gives to torch's value."""
    away = page.evaluate(
        """async ([values, rows, cols]) => {
            const find = (node) => {
                for (const each of node.querySelectorAll("*")) {
                    if (each.dataset.testid === "stage-output") return each;
                    const inner = each.shadowRoot && find(each.shadowRoot);
                    if (inner) return inner;
                }
            };
            const { Scale } = await import("/_stcore/bidi-components/cnnviz.stage/colour.js");
            const scale = new Scale(values, false);
            const canvas = find(document);
            const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const [down, across] = [canvas.height / rows, canvas.width / cols];
            const inside = down >= 12 ? 0.14 : 0.5;  // beside the number that stands in the middle
            let away = 0;
            for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) {
                const at = 4 * (Math.floor((r + inside) * down) * width + Math.floor((c + inside) * across));
                const i = scale.index(values[r * cols + c]);
                // A value on the border of two shades may fall on either side.
                const near = [i - 1, i, i + 1].filter((k) => scale.table[k]).map((k) =>
                    Math.max(...scale.table[k].map((v, j) => Math.abs(v - data[at + j]))));
                away = Math.max(away, Math.min(...near));
            }
            return away;
        }""",
        [wanted.flatten().tolist(), *wanted.shape],
    )
    assert away <= 1


def check_sum(page: Page, wanted: torch.Tensor, cell: tuple[int, int], weights: torch.Tensor) -> None:
    shown = the_sum(page)
    assert (shown.row, shown.col) == cell
    assert shown.value == pytest.approx(wanted[cell].item(), abs=1e-5)
    assert shown.shown == pytest.approx(wanted[cell].item(), abs=1e-5, rel=1e-5)
    assert sum(x * w for x, w in shown.terms) == pytest.approx(wanted[cell].item(), abs=1e-5)
    assert [w for _, w in shown.terms] == pytest.approx(weights.flatten().tolist(), abs=1e-7)


def cells(shape: tuple[int, ...], chance: random.Random) -> list[tuple[int, int]]:
    rows, cols = shape
    return [(0, 0), (rows - 1, cols - 1), (chance.randrange(rows), chance.randrange(cols))]


def check_by_pointing(page: Page, wanted: torch.Tensor, weights: torch.Tensor, chance: random.Random) -> None:
    for row, col in cells(wanted.shape, chance):
        point_at(page, row, col)
        check_sum(page, wanted, (row, col), weights)


def check_by_keys(page: Page, wanted: torch.Tensor, weights: torch.Tensor) -> None:
    rows, cols = wanted.shape
    page.get_by_test_id("stage-output").focus()
    row = col = 0
    page.keyboard.press("Control+Home")
    for key, down, right in [
        ("ArrowRight", 0, 1),
        ("ArrowDown", 1, 0),
        ("ArrowRight", 0, 1),
        ("ArrowLeft", 0, -1),
    ]:
        page.keyboard.press(key)
        row, col = max(0, min(rows - 1, row + down)), max(0, min(cols - 1, col + right))
        check_sum(page, wanted, (row, col), weights)
    page.keyboard.press("Control+End")
    check_sum(page, wanted, (rows - 1, cols - 1), weights)


def check_all(page: Page, wanted: torch.Tensor, weights: torch.Tensor, chance: random.Random) -> None:
    expect(stage(page)).to_have_attribute("data-output-shape", "x".join(map(str, wanted.shape)))
    check_formulas(page, wanted.shape)
    check_by_pointing(page, wanted, weights, chance)
    check_by_keys(page, wanted, weights)
    check_colours(page, wanted)


@pytest.mark.parametrize("setting", drawn(12), ids=lambda setting: setting.link.split("?")[1])
def test_shape_sums_and_colours_are_those_of_torch_before_and_after_a_step_of_padding(
    page: Page, setting: Setting
) -> None:
    visit(page, setting.link)
    chance = random.Random(setting.link)
    weights = setting.weights()
    check_all(page, setting.output(), weights, chance)

    step_slider(page, PADDING)
    wanted = setting.output(padding=setting.padding + 1)
    expect(page.get_by_role("slider", name=PADDING)).to_have_value(str(setting.padding + 1))
    eventually(lambda: the_metric(page) == tuple(wanted.shape), "the new shape")
    settled(page)
    check_all(page, wanted, weights, chance)
    no_trouble(page)


def the_metric(page: Page) -> tuple[int, ...]:
    """Return the output's shape as the metric above the stage says it."""
    text = (
        page.get_by_test_id("stMetric").filter(has_text="Output").get_by_test_id("stMetricValue").inner_text()
    )
    return tuple(int(side) for side in re.findall(r"\d+", text))


def test_a_step_of_padding_changes_shape_formula_and_picture(page: Page) -> None:
    visit(page, Setting("cross", 3, 3, kernel="sobel_x").link)
    before = page.get_by_test_id("stage-output").evaluate("c => c.toDataURL()")
    assert output_shape(page) == the_metric(page) == (5, 5)
    step_slider(page, PADDING)
    expect(stage(page)).to_have_attribute("data-output-shape", "7x7")
    expect(page.get_by_text("floor((7 + 2*1 - 1*(3-1) - 1) / 1) + 1 = 7")).to_be_visible()
    assert the_metric(page) == (7, 7)
    assert page.get_by_test_id("stage-output").evaluate("c => c.toDataURL()") != before
    expect(page).to_have_url(re.compile("padding=1"))


def test_pointing_stepping_and_playing_cost_no_message_to_the_server(page: Page) -> None:
    sent: list[object] = []

    def follow(socket: WebSocket) -> None:
        def frame(sent_now: object) -> None:  # a method of list would not do: Playwright marks its listeners
            sent.append(sent_now)

        socket.on("framesent", frame)

    page.on("websocket", follow)
    visit(page, Setting("digit", 3, 3, kernel="sobel_x", more={"digit": 7}).link)
    stage(page)
    page.wait_for_timeout(500)
    assert sent, "the frames of the start must be seen, else nothing is proved"
    before = len(sent)
    for place in range(26):
        point_at(page, place, 25 - place)
    page.get_by_test_id("stage-output").press("ArrowLeft")
    page.get_by_test_id("stage-next").click()
    page.get_by_test_id("stage-play").click()
    page.wait_for_timeout(400)
    page.get_by_test_id("stage-play").click()
    assert len(sent) == before


def test_an_edited_kernel_value_changes_the_output_and_stays_torchs(page: Page) -> None:
    setting = Setting("cross", 3, 3, padding=1, kernel="sobel_x")
    visit(page, setting.link)
    stage(page)
    weights = setting.weights()
    for row, col, text, value in [(1, 1, "2.5", 2.5), (0, 2, "\u22121/4", -0.25), (2, 0, "1,5", 1.5)]:
        cell = page.get_by_test_id(f"kernel-cell-{row}-{col}")
        cell.fill(text)
        cell.press("Enter")
        weights[row, col] = value
        wanted = setting.output(weights)
        check_by_pointing(page, wanted, weights, random.Random(row))  # in the same frame, before any answer
        expect(page).to_have_url(re.compile("kernel=custom"))
        settled(page)
        check_colours(page, wanted)
        check_by_pointing(page, wanted, weights, random.Random(row))
    page.reload()
    settled(page)
    check_all(page, setting.output(weights), weights, random.Random(9))


@pytest.mark.parametrize("text", ["abc", "", "1/0", "1e999", "nan"])
def test_what_is_no_number_keeps_the_value_and_says_so(page: Page, text: str) -> None:
    setting = Setting("cross", 3, 3, kernel="sobel_x")
    visit(page, setting.link)
    stage(page)
    cell = page.get_by_test_id("kernel-cell-1-2")
    cell.fill(text)
    cell.press("Enter")
    expect(stage(page).get_by_role("alert")).to_contain_text("is not a number, so 2 was kept")
    page.get_by_test_id("stage-output").focus()
    expect(cell).to_have_value("2")
    check_by_pointing(page, setting.output(), setting.weights(), random.Random(1))


def test_a_kernel_without_room_is_one_sentence_and_coming_back_restores_the_stage(page: Page) -> None:
    setting = Setting("cross", 3, 3, dilation=3, kernel="sobel_x")
    visit(page, setting.link)
    assert output_shape(page) == (1, 1)
    step_slider(page, "Dilation")
    warning = page.get_by_test_id("stAlert")
    expect(warning).to_have_count(1)
    expect(warning).to_contain_text("kernel")
    expect(page.get_by_test_id("stage")).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    no_trouble(page)
    step_slider(page, "Dilation", "ArrowLeft")
    expect(warning).to_have_count(0)
    check_all(page, setting.output(), setting.weights(), random.Random(2))
