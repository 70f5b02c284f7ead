import json

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.content import examples
from tests.pages.panels import facts, row


def cells(app):
    """Return what the panels show, before and after."""
    panels = row(app, "batchnorm_cells")
    return panels["x"], panels["y"]


def charts(app):
    found = [json.loads(each.proto.json) for each in app.get("bidi_component")]
    return {data["key"]: data for data in found if "series" in data}


def table(app):
    frame = app.dataframe[0].value
    return dict(zip(frame.iloc[:, 0], frame.iloc[:, 1], strict=True))


@pytest.mark.parametrize("example", examples.of("batchnorm"), ids=lambda example: example.title)
def test_each_example_of_the_notes_sets_the_page_and_says_what_is_to_be_seen(open_page, example):
    app = open_page("batchnorm", gamma="3")
    next(button for button in app.button if button.label == example.title).click().run()
    assert not app.exception
    assert not app.error
    said = [markdown.value for markdown in app.markdown]
    assert example.text in said
    assert not example.correction or example.correction in [info.value for info in app.info]


def test_the_notes_four_numbers_come_out_as_torch_has_them(open_page):
    app = open_page("batchnorm", input="numbers", gamma="2", beta="1", steps="0")
    before, after = cells(app)
    assert before.ravel().tolist() == [1, 2, 3, 4]
    assert after.ravel() == pytest.approx([-1.683271, 0.105576, 1.894424, 3.683271], abs=1e-6)
    assert r"&= 2\cdot\frac{x - 2.5}{\sqrt{1.25 + 10^{-5}}} + 1" in app.latex[0].value
    assert "0.25" in table(app)["_buffers['running_mean']"]
    assert "running_var = (1 − 0.1)·1 + 0.1·1.25·4/3 = 1.06667" in " ".join(
        text.value for text in app.markdown
    )


@pytest.mark.parametrize("mode", ["train", "eval"])
def test_the_page_shows_what_torchs_layer_gives_after_the_same_batches(open_page, mode):
    app = open_page(
        "batchnorm", input="features", batch="6", steps="5", mode=mode, gamma="1.5", beta="-1", momentum="0.3"
    )
    layer = nn.BatchNorm1d(3, momentum=0.3, dtype=torch.float64)
    nn.init.constant_(layer.weight, 1.5), nn.init.constant_(layer.bias, -1)
    random = np.random.default_rng(0)
    batches = [[2, -1, -4] + np.array([2, 1, 0.5]) * random.standard_normal((6, 3)) for _ in range(6)]
    for batch in batches[:-1]:
        layer(torch.tensor(batch))
    expected = layer.train(mode == "train")(torch.tensor(batches[-1])).detach().numpy()
    before, after = cells(app)
    np.testing.assert_allclose(before, batches[-1])
    np.testing.assert_allclose(after, expected, atol=1e-9)
    kept = charts(app)["batchnorm_running_var"]["series"][-1]["y"]
    assert kept[-1] == pytest.approx(layer.running_var[0].item())
    assert len(kept) == (7 if mode == "train" else 6)
    assert table(app)["_buffers['num_batches_tracked']"] == f"tensor({len(kept) - 1})"
    assert table(app)["training"] == str(mode == "train")


def test_one_picture_of_sixteen_channels_has_thirty_two_parameters(open_page):
    app = open_page("batchnorm", batch="1", channels="16", steps="0")
    assert facts(app) == {
        "Input": "1x16x7x7", "Output": "1x16x7x7", "Parameters": "2·16 = 32", "Values per channel": "49",
    }  # fmt: skip
    assert app.code[0].value.startswith("layer = nn.BatchNorm2d(16, eps=1e-05, momentum=0.1).train()")


@pytest.mark.parametrize(("link", "refused"), [({}, True), ({"mode": "eval"}, False), ({"mode": "eval", "steps": "1"}, True)])  # fmt: skip
def test_a_batch_of_one_feature_is_refused_kindly_where_torch_refuses_it(open_page, link, refused):
    app = open_page("batchnorm", **{"input": "features", "batch": "1", "steps": "0"} | link)
    assert [warning.value[:48] for warning in app.warning] == ["One value per channel is its own mean: nothing w"] * refused  # fmt: skip
    assert len(app.latex) == (not refused)
    assert not app.error


def test_the_histograms_hold_every_value_of_every_channel_on_one_scale(open_page):
    before, after = (charts(open_page("batchnorm"))[f"batchnorm_{when}"] for when in ("before", "after"))
    assert [sum(series["y"]) for series in before["series"] + after["series"]] == [8 * 7 * 7] * 6
    assert before["x_range"] == after["x_range"]


def test_a_constant_channel_is_no_division_by_zero(open_page):
    app = open_page("batchnorm", spread="0", steps="0", beta="2")
    _before, after = cells(app)
    assert (after == 2).all()


def test_the_mended_layer_is_shown_as_code(open_page):
    app = open_page("batchnorm")
    assert "class BatchNorm(nn.Module):" in app.code[-1].value
    namespace = {}
    exec(app.code[-1].value, namespace)
    x = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(namespace["BatchNorm"](3)(x), nn.BatchNorm2d(3)(x))


@pytest.mark.parametrize("link", [{"gamma": "7"}, {"eps": "0"}, {"momentum": "2"}, {"batch": "0"}, {"channels": "99"}, {"mode": "x"}])  # fmt: skip
def test_a_link_that_no_slider_can_show_is_refused_by_name(open_page, link):
    app = open_page("batchnorm", **link)
    assert next(iter(link)) in app.warning[0].value
    assert not app.error
