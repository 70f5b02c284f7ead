import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.content import examples
from cnnviz.data import images
from tests.pages.panels import facts


def stage_of(app):
    """Return what the stage was given."""
    return next(data for each in app.get("bidi_component") if "taps" in (data := json.loads(each.proto.json)).get("rows", {}))  # fmt: skip


def output(app):
    grid = stage_of(app)["output"]
    return np.reshape(grid["values"], grid["shape"])


@pytest.mark.parametrize("example", examples.of("interpolation"), ids=lambda example: example.title)
def test_each_example_of_the_notes_sets_the_page_and_says_what_is_to_be_seen(open_page, example):
    app = open_page("interpolation", factor="3", mode="area", input="random")
    next(button for button in app.button if button.label == example.title).click().run()
    assert not app.exception
    assert not app.error
    assert example.text in [markdown.value for markdown in app.markdown]
    assert not example.correction or example.correction in [info.value for info in app.info]


@pytest.mark.parametrize("factor", [0.5, 1.5, 2.0, 3.3])
@pytest.mark.parametrize(("mode", "corners"), [("nearest", None), ("area", None), ("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True)])  # fmt: skip
def test_the_stage_shows_what_torch_gives(open_page, mode, corners, factor):
    link = {"input": "sixteen", "mode": mode, "factor": str(factor), "align_corners": str(int(bool(corners)))}
    x = torch.arange(1, 17, dtype=torch.float64).reshape(1, 1, 4, 4)
    expected = F.interpolate(x, scale_factor=factor, mode=mode, align_corners=corners)[0]
    app = open_page("interpolation", **link)
    np.testing.assert_allclose(output(app), expected.numpy(), atol=1e-9)
    assert facts(app)["Output"] == "x".join(map(str, expected.shape))
    namespace = {"F": F, "x": x}
    exec(app.code[0].value, namespace)
    np.testing.assert_allclose(namespace["y"][0].numpy(), output(app), atol=1e-9)


def test_two_by_two_becomes_four_by_four_as_the_notes_have_it(open_page):
    assert output(open_page("interpolation")).tolist() == [
        [[1, 1.25, 1.75, 2], [1.5, 1.75, 2.25, 2.5], [2.5, 2.75, 3.25, 3.5], [3, 3.25, 3.75, 4]]
    ]


@pytest.mark.parametrize(("factor", "side"), [("0.5", 14), ("2", 56)])
def test_a_digit_is_halved_and_doubled(open_page, factor, side):
    app = open_page("interpolation", input="digit", factor=factor)
    assert stage_of(app)["output"]["shape"] == [1, side, side]
    assert f"floor(28 * {factor}) = {side}" in " ".join(text.value for text in app.markdown)
    x = torch.tensor(images.digit(7).astype(np.float64).round(2))[None, None]
    expected = F.interpolate(x, scale_factor=float(factor), mode="bilinear")[0]
    np.testing.assert_allclose(output(app), expected.numpy(), atol=1e-6)


def test_the_smallest_grid_keeps_a_cell_and_a_large_picture_stays_drawable(open_page):
    assert stage_of(open_page("interpolation", factor="0.25"))["output"]["shape"] == [1, 1, 1]
    large = stage_of(open_page("interpolation", input="photo", side="224", factor="4"))["output"]["shape"]
    assert max(large) <= 256


@pytest.mark.parametrize("link", [{"factor": "9"}, {"factor": "0"}, {"mode": "cubic"}, {"align_corners": "yes"}, {"input": "wave"}])  # fmt: skip
def test_a_link_that_no_widget_can_show_is_refused_by_name(open_page, link):
    app = open_page("interpolation", **link)
    assert next(iter(link)) in app.warning[0].value
    assert not app.error
