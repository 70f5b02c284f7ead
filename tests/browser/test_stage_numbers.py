"""Each number, shape and colour of the stage is torch's, for settings drawn at random out of everything it can do."""

import json
import math
import random
from collections.abc import Iterator

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from tests.browser.colours import check_colours
from tests.browser.reading import (
    eventually,
    no_trouble,
    output_shape,
    point_at,
    settled,
    stage,
    step_slider,
    the_line,
    the_sum,
    visit,
)
from tests.browser.stages import Convolved, Setting, convolutions, moved, pooled, poolings
from tests.conftest import DEEP


def metric(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue")


def cells(shape: tuple[int, ...], chance: random.Random) -> list[tuple[int, int]]:
    rows, cols = shape
    return [(0, 0), (rows - 1, cols - 1), (chance.randrange(rows), chance.randrange(cols))]


def walk_on(page: Page, setting: Setting, chance: random.Random) -> Iterator[Setting]:
    """Yield a setting, and then twice the one after a random slider's step; the page shows each when it is yielded."""
    yield setting
    for _ in range(2):
        step = moved(setting, chance)
        if step is None:
            return
        title, setting = step
        step_slider(page, title)
        wanted = pooled(setting) if setting.page == "pooling" else Convolved(setting).output()

        def shown(wanted: torch.Tensor = wanted) -> bool:
            point_at(page, 0, 0)
            if output_shape(page) != tuple(wanted.shape[1:]) or the_line(page)["side"] != "output":
                return False  # the grid may have moved away under the mouse
            now = the_sum(page)
            return abs(now.value - wanted[now.channel, 0, 0].item()) < 1e-5

        eventually(shown, f"the page follows {title}", 8)
        settled(page)
        yield setting


# Each is seen at its link and after two steps of its sliders: 54 configurations.
@pytest.mark.parametrize(
    "setting", convolutions(18 if DEEP else 8, seed=11), ids=lambda setting: setting.link.split("?")[1]
)
def test_a_convolution_is_torchs_seen_from_output_input_and_kernel(page: Page, setting: Setting) -> None:
    chance = random.Random(setting.link)
    out, groups = setting.number("out", 1), setting.number("groups", 1)
    o = chance.randrange(out)
    per = Convolved(setting).weight.shape[1]
    i = o // (out // groups) * per + chance.randrange(per)
    visit(page, f"{setting.link}&see={i}_{o}")
    stage(page)
    for now in walk_on(page, setting, chance):
        check_convolution(page, Convolved(now), (i, o), chance)
    no_trouble(page)


def check_convolution(page: Page, made: Convolved, see: tuple[int, int], chance: random.Random) -> None:
    """Shapes, parameters, colours, sums, reach and weights on the page are torch's."""
    (i, o), wanted = see, made.output()
    within = i % made.weight.shape[1]
    expect(stage(page)).to_have_attribute("data-output-shape", "x".join(map(str, wanted.shape[1:])))
    shape = wanted.shape if not made.is_row else (wanted.shape[0], wanted.shape[2])
    expect(metric(page, "Output")).to_have_text("x".join(map(str, shape)))
    expect(metric(page, "Parameters")).to_have_text(f"{made.params:,}")
    if made.setting.get("input") != "wave":
        check_colours(page, wanted[o], wanted)
    for row, col in cells(wanted.shape[1:], chance):
        point_at(page, row, col)
        shown = the_sum(page)
        assert (shown.row, shown.col, shown.channel) == (row, col, o)
        assert shown.value == pytest.approx(wanted[o, row, col].item(), abs=1e-5)
        assert shown.shown == pytest.approx(wanted[o, row, col].item(), abs=1e-5, rel=1e-5)
        assert sum(shown.shares) + made.bias == pytest.approx(wanted[o, row, col].item(), abs=1e-5)
        assert sum(a * b for a, b in shown.terms) == pytest.approx(shown.shares[within], abs=1e-5)
    check_reach(page, made, (i, o), chance)
    check_kernel(page, made, wanted, (within, o), chance)


def check_reach(page: Page, made: Convolved, see: tuple[int, int], chance: random.Random) -> None:
    """Pointing at an input cell tells every output that changes with it, and by how much."""
    i, o = see
    x = made.setting.input()
    before = (0, 0) if made.setting.get("as") == "transposed" else made.setting.pair("padding", 0)
    before = (0, before[0]) if made.is_row else before
    row, col = (chance.randrange(side) for side in x.shape[1:])
    padded = x.shape[1] + 2 * before[0], x.shape[2] + 2 * before[1]
    point_at(page, row + before[0], col + before[1], "input", padded)
    line = the_line(page)
    assert (line["side"], line["row"], line["col"]) == ("input", str(row + before[0]), str(col + before[1]))
    assert float(line["value"]) == pytest.approx(x[i, row, col].item(), abs=1e-6)
    more = x.clone()
    more[i, row, col] += 1
    change = made.output(more)[o] - made.output()[o]
    told = torch.zeros_like(change)
    for r, c, w in json.loads(line["reach"]):
        told[r, c] = w
    assert (change - told).abs().max().item() < 1e-5


def check_kernel(
    page: Page, made: Convolved, wanted: torch.Tensor, see: tuple[int, int], chance: random.Random
) -> None:
    """Pointing at a weight tells its value and how many outputs change with it."""
    height, width = made.kernel
    row, col = chance.randrange(height), chance.randrange(width)
    page.get_by_test_id(f"kernel-cell-{row}-{col}").first.hover()
    line = the_line(page)
    assert (line["side"], line["row"], line["col"]) == ("kernel", str(row), str(col))
    assert float(line["value"]) == pytest.approx(made.weight[see[1], see[0], row, col].item(), abs=1e-6)
    if made.setting.get("as") != "transposed":
        assert int(line["meets"]) == math.prod(wanted.shape[1:])


# With two steps of their sliders, 21 configurations.
@pytest.mark.parametrize(
    "setting", poolings(7 if DEEP else 4, seed=3), ids=lambda setting: setting.link.split("?")[1]
)
def test_a_pooling_is_torchs(page: Page, setting: Setting) -> None:
    chance = random.Random(setting.link)
    channel = chance.randrange(setting.number("channels", 1))
    visit(page, f"{setting.link}&see={channel}_{channel}")
    stage(page)
    for now in walk_on(page, setting, chance):
        check_pooling(page, now, channel, chance)
    no_trouble(page)


def check_pooling(page: Page, setting: Setting, channel: int, chance: random.Random) -> None:
    """Shape, colours and each window's result on the page are torch's."""
    wanted = pooled(setting)
    expect(stage(page)).to_have_attribute("data-output-shape", "x".join(map(str, wanted.shape[1:])))
    expect(metric(page, "Output")).to_have_text("x".join(map(str, wanted.shape)))
    check_colours(
        page, wanted[channel], wanted, style="grey" if setting.get("input") == "digit" else "diverging"
    )
    for row, col in cells(wanted.shape[1:], chance):
        point_at(page, row, col)
        shown = the_sum(page)
        assert (shown.row, shown.col, shown.channel) == (row, col, channel)
        assert shown.value == pytest.approx(wanted[channel, row, col].item(), abs=1e-5)
        values = [a for a, _w in shown.terms]
        kind = str(setting.get("kind"))
        if "max" in kind:
            assert max(values) == pytest.approx(shown.value, abs=1e-5)
        elif "avg" in kind:
            assert sum(values) / shown.divisor == pytest.approx(shown.value, abs=1e-5)
