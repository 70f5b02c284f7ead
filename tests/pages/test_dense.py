import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.pages.panels import facts, row


def test_the_weights_of_the_notes_are_counted(open_page):
    app = open_page("dense", channels="1")
    assert facts(app)["Linear: weights"] == "1,000,000,000"
    app.session_state["compare_channels"] = 3
    app.run()
    assert facts(app)["Convolution: weights"] == "270"
    assert any("3·3·3 · 10 = 270` weights, with bias 280" in text.value for text in app.markdown)
    assert app.code[0].value == "nn.Linear(3000000, 1000)\nnn.Conv2d(3, 10, kernel_size=3)"


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, 2), (-2, 7), (1, 0)])
def test_the_dense_unit_loses_the_pattern_and_the_convolution_follows_it(open_page, down, right):
    app = open_page("dense", down=str(down), right=str(right))
    unit, convolution = row(app, "dense_unit"), row(app, "dense_convolution")
    x = torch.tensor(unit["input"])
    assert (
        unit["unit"].item() == F.linear(x.reshape(1, -1), torch.tensor(unit["weights"]).reshape(1, -1)).item()
    )
    theirs = F.conv2d(x[None, None], torch.tensor(convolution["kernel"])[None, None])[0, 0]
    np.testing.assert_allclose(convolution["map"], theirs.numpy(), atol=1e-9)
    assert convolution["largest"].item() == 5
    assert np.argwhere(convolution["map"] == 5).tolist() == [[2 + down, 2 + right]]
    assert (unit["unit"].item() == 5) == (down == right == 0)
    assert any(f"**[{2 + down}, {2 + right}]**" in text.value for text in app.markdown)


@pytest.mark.parametrize("link", [{"down": "8"}, {"side": "0"}, {"kernel": "12"}, {"hidden": "many"}])
def test_what_the_page_cannot_show_is_named(open_page, link):
    app = open_page("dense", **link)
    assert next(iter(link)) in app.warning[0].value
    assert row(app, "dense_unit")
