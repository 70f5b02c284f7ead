import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.explain.learning import descend, edges, picture
from tests.pages.conftest import component


def shown(app):
    """The loss curve, and the kernel's way."""
    loss, way = component(app, 1), component(app, 2)
    return loss["series"][0]["y"], list(zip(way["series"][-1]["x"], way["series"][-1]["y"], strict=True))


def test_ten_steps_find_the_kernel(open_page):
    app = open_page("learn")
    losses, way = shown(app)
    assert (losses[9], *way[10]) == pytest.approx((0.0433, 1.0063, -0.9662), abs=5e-5)
    assert "Found" in app.success[0].value
    facts = {metric.label: metric.value for metric in app.metric}
    assert facts["Kernel after 10 steps"] == "[1.00633, −0.966173]"
    assert facts["Largest learning rate"] == "0.03333"
    assert component(app, 2)["equal"]


def test_the_mean_with_the_same_rate_is_not_there_yet(open_page):
    app = open_page("learn", loss="mean")
    assert shown(app)[1][10] == pytest.approx((0.0267, 0.2146), abs=5e-5)
    assert "Not there yet" in app.info[-1].value
    assert "1.26" in app.info[0].value  # what the notes should have said


@pytest.mark.parametrize(("link", "made"), [({"rate": "0.034", "steps": "200"}, 200), ({"rate": "10"}, 2), ({"loss": "mean", "rate": "1.5"}, 10)])  # fmt: skip
def test_above_the_bound_the_page_says_that_it_diverges_and_shows_finite_numbers(open_page, link, made):
    app = open_page("learn", **link)
    assert "It diverges" in app.error[0].value
    losses, way = shown(app)
    assert len(losses) == len(way) == made + 1
    assert np.isfinite(losses).all()
    assert np.isfinite(way).all()
    assert ("10¹²" in app.error[0].value) == (link.get("rate") == "10")
    assert not any(word in metric.value for metric in app.metric for word in ("nan", "inf"))


def test_the_code_goes_the_same_way(open_page):
    app = open_page("learn", seed="4", steps="7", rate="0.01")
    names = {"torch": torch, "nn": nn, "X": picture(), "Y": edges()}
    with torch.random.fork_rng(devices=[]):
        exec(app.code[0].value, names)
    assert names["conv2d"].weight.flatten().tolist() == pytest.approx(descend(4, 0.01, 7, "sum").kernels[-1])
    assert shown(app)[1][-1] == pytest.approx(tuple(names["conv2d"].weight.flatten().tolist()), abs=1e-6)


def test_the_panels_show_what_the_learned_kernel_makes(open_page):
    app = open_page("learn")
    panels = {panel["name"]: panel["grid"]["values"] for panel in component(app, 3)["panels"]}
    w1, w2 = panels["kernel"]
    assert panels["output"][:7] == pytest.approx([w1 + w2, w1, 0, 0, 0, w2, w1 + w2], abs=1e-6)
    assert panels["wanted"][:7] == [0, 1, 0, 0, 0, -1, 0]


@pytest.mark.parametrize(
    "link", [{"rate": "0"}, {"rate": "inf"}, {"steps": "201"}, {"seed": "-1"}, {"loss": "max"}]
)
def test_a_link_that_no_control_can_show_is_refused_by_name(open_page, link):
    app = open_page("learn", **link)
    assert next(iter(link)) in app.warning[0].value
