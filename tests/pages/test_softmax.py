import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnviz.content import examples
from tests.pages.panels import facts, row

LINKS = [
    {},
    {"z0": "-3.5", "z1": "0", "z2": "20", "target": "0"},
    {"classes": "10", "z9": "7.5", "target": "9", "stable": "0"},
    {"offset": "1000"},
]


@pytest.mark.parametrize("link", LINKS)
def test_every_shown_number_is_torchs(open_page, link):
    app = open_page("softmax", **link)
    shown = row(app, "softmax")
    z, target = torch.tensor(shown["z"].T), torch.tensor([int(link.get("target", 2))])
    np.testing.assert_allclose(shown["softmax"].T, F.softmax(z, 1), atol=1e-9)
    np.testing.assert_allclose(shown["log_softmax"].T, F.log_softmax(z, 1), atol=1e-9)
    loss = F.cross_entropy(z, target).item()
    assert shown["loss"].item() == pytest.approx(loss, abs=1e-9)
    assert facts(app)["nn.CrossEntropyLoss"] == facts(app)["nn.LogSoftmax + nn.NLLLoss"] == f"{loss:.5f}"
    assert facts(app)["Predicted: argmax(z)"] == str(int(z.argmax()))
    assert ("moved" in shown) == (link.get("stable") != "0")


@pytest.mark.parametrize("link", LINKS)
def test_the_shown_code_runs_and_gives_what_its_comments_say(open_page, link):
    lines = open_page("softmax", **link).code[0].value.splitlines()
    known = {"torch": torch, "nn": nn}
    exec("\n".join(lines[:2]), known)
    for line in lines[2:]:
        code, said = line.split("#")
        assert eval(code, known).item() == pytest.approx(float(said), abs=1e-5)


def test_large_logits_without_the_stable_form_are_no_numbers_and_no_error(open_page):
    app = open_page("softmax", offset="1000", stable="0")
    assert np.isinf(row(app, "softmax")["exp"]).all()
    assert np.isnan(row(app, "softmax")["softmax"]).all()
    assert not app.error
    z, target = torch.tensor(row(app, "softmax")["z"].T), torch.tensor([2])
    loss = f"{F.cross_entropy(z, target).item():.5f}"
    assert facts(app)["nn.CrossEntropyLoss"] == facts(app)["nn.LogSoftmax + nn.NLLLoss"] == loss
    assert facts(app)["Probability of the target"] == f"{F.softmax(z, 1)[0, 2].item():.4f}"


def test_fewer_classes_than_the_target_bring_it_back(open_page):
    app = open_page("softmax", target="9")
    assert app.session_state["softmax_target"] == 2


def test_every_example_opens_as_the_notes_have_it(open_page):
    app = open_page("softmax")
    for number, example in enumerate(examples.of("softmax")):
        app.button(key=f"widget:softmax_example_{number}").click().run()
        assert not app.exception
        assert any(text.value == example.text for text in app.markdown)
    assert row(app, "softmax")["softmax"].max() == pytest.approx(0.996, abs=1e-3)


@pytest.mark.parametrize("link", [{"z0": "nan"}, {"z1": "1e9"}, {"classes": "2"}, {"stable": "maybe"}])
def test_what_the_page_cannot_show_is_named(open_page, link):
    app = open_page("softmax", **link)
    assert next(iter(link)) in app.warning[0].value
    assert row(app, "softmax")
