import numpy as np
import pytest
import torch
from torch import nn

from tests.pages.panels import facts, picture, row


def test_the_notes_four_channels_stand_there_at_first(open_page):
    app = open_page("dropout")
    shown = row(app, "dropout")
    assert picture(shown, "x").ravel().tolist() == list(range(1, 37))
    assert picture(shown, "y")[:, 0, 0] == pytest.approx([1.333333, 0, 25.333333, 0], abs=1e-6)
    assert facts(app)["Values kept"] == "18 / 36"
    assert "Four channels" in app.button(key="widget:dropout_example_0").label
    assert app.button(key="widget:dropout_example_0").proto.type == "primary"


def test_evaluation_gives_the_input_and_draws_no_mask(open_page):
    app = open_page("dropout", mode="eval", input="random")
    shown = row(app, "dropout")
    x = torch.tensor(picture(shown, "x"))[None]
    assert (picture(shown, "y") == nn.Dropout2d(0.25).eval()(x)[0].numpy()).all()
    assert "mask0" not in shown
    assert "drop.eval()" in app.code[0].value
    assert facts(app)["Factor 1/(1 − p)"] == "1"


@pytest.mark.parametrize("kind", ["Dropout", "Dropout2d"])
def test_the_shown_output_is_the_shown_input_with_the_shown_mask(open_page, kind):
    app = open_page("dropout", kind=kind, p="0.4", seed="3", channels="3", side="4")
    shown = row(app, "dropout")
    mask = picture(shown, "mask")
    np.testing.assert_allclose(picture(shown, "y"), picture(shown, "x") * mask / 0.6, atol=1e-9)
    whole = all(channel.min() == channel.max() for channel in mask)
    assert whole == (kind == "Dropout2d")
    assert f"nn.{kind}(p=0.4)" in app.code[0].value


def test_more_draws_bring_the_mean_to_the_input(open_page):
    app = open_page("dropout", draws="5000", kind="Dropout")
    shown = row(app, "dropout_mean")
    mean, given = picture(shown, "mean"), picture(shown, "input")
    np.testing.assert_allclose(mean / given, 1, atol=0.06)  # ten standard deviations
    assert picture(shown, "kept").max() <= 5000


@pytest.mark.parametrize(
    "link", [{"p": "1"}, {"p": "nan"}, {"seed": "-1"}, {"channels": "9"}, {"kind": "AlphaDropout"}]
)
def test_what_the_page_cannot_show_is_named(open_page, link):
    app = open_page("dropout", **link)
    assert next(iter(link)) in app.warning[0].value
    assert row(app, "dropout")
