import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.pages.panels import facts, picture, row


@pytest.mark.parametrize(
    "link", [{}, {"channels": "3", "height": "2", "width": "4", "out": "10", "seed": "7"}, {"bias": "0"}]
)
def test_the_shown_output_is_torchs(open_page, link):
    app = open_page("linear", **link)
    shown = row(app, "linear")
    flat = torch.flatten(torch.tensor(picture(shown, "x"))[None], 1)
    assert shown["flat"].ravel().tolist() == flat[0].tolist()
    bias = torch.tensor(shown["b"].ravel()) if "b" in shown else None
    assert (bias is None) == (link.get("bias") == "0")
    theirs = F.linear(flat, torch.tensor(shown["W"]), bias)[0]
    np.testing.assert_allclose(shown["y"].ravel(), theirs.numpy(), atol=1e-9)
    assert facts(app)["Largest: argmax(y)"] == str(int(theirs.argmax()))
    layer = nn.Linear(flat.shape[1], len(theirs), bias=bias is not None)
    count = sum(each.numel() for each in layer.parameters())
    assert facts(app)["Parameters"].endswith(f"= {count:,}")
    assert ("bias=False" in app.code[0].value) == (bias is None)
    known = {"nn": nn, "x": torch.tensor(picture(shown, "x"), dtype=torch.float32)[None]}
    exec(app.code[0].value, known)
    assert known["y"].shape == (1, len(theirs))


def test_the_notes_hidden_layer_is_counted_and_their_mistake_named(open_page):
    app = open_page("linear", features="9216", hidden="128")
    assert app.dataframe[0].value["Parameters"].tolist() == ["1,179,776", "1,290", "92,170"]
    assert app.dataframe[0].value["Weight"][0] == "(128, 9216)"
    assert "1,181,066" in app.info[0].value


@pytest.mark.parametrize("link", [{"channels": "4"}, {"bias": "yes"}, {"features": "0"}, {"out": "1.5"}])
def test_what_the_page_cannot_show_is_named(open_page, link):
    app = open_page("linear", **link)
    assert next(iter(link)) in app.warning[0].value
    assert row(app, "linear")
