import pytest
import torch
from torch import nn

from cnnviz.ops.activations import ACTIVATIONS
from tests.pages.conftest import component


def shown(app, position):
    return {series["name"]: series for series in component(app, position)["series"]}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_curves_are_those_of_torch(open_page, name):
    app = open_page("activations", function=name, x="-2")
    series = shown(app, 1)
    title = ACTIVATIONS[name].name
    x = torch.tensor(series[title]["x"], dtype=torch.float64, requires_grad=True)
    y = getattr(nn, title)()(x)
    y.sum().backward()
    assert series[title]["y"] == pytest.approx(y.tolist(), abs=1e-8)
    assert series[f"{title}: gradient"]["y"] == pytest.approx(x.grad.tolist(), abs=1e-8)


@pytest.mark.parametrize(("name", "value", "gradient"), [("sigmoid", "0.5", "0.25"), ("relu", "0", "0"), ("tanh", "0", "1"), ("gelu", "0", "0.5")])  # fmt: skip
def test_value_and_gradient_stand_in_facts_formula_and_code(open_page, name, value, gradient):
    app = open_page("activations", function=name, x="0")
    facts = {metric.label: metric.value for metric in app.metric}
    assert (facts["f(x)"], facts["f′(x)"], facts["Parameters"]) == (value, gradient, "0")
    forward, backward = (each.value for each in app.latex)
    assert forward.rstrip("$ \n").endswith(rf"&= {value} \end{{aligned}}")
    assert backward.rstrip("$ \n").endswith(rf"&= {gradient} \end{{aligned}}")
    assert f"nn.{ACTIVATIONS[name].name}()(x)  # {value}\n" in app.code[0].value
    assert f"x.grad = {gradient}" in app.code[0].value


def test_the_code_runs_and_says_what_torch_says(open_page):
    code = open_page("activations", function="gelu", x="-2").code[0].value
    names = {"torch": torch, "nn": nn}
    exec(code, names)
    assert f"# {names['y'].item():.4f}"[:7] in code
    assert f"x.grad = {names['x'].grad.item():.4f}"[:14] in code


def test_compared_all_four_are_there(open_page):
    assert len(shown(open_page("activations", compare="1"), 1)) == 8


def test_five_sigmoids_leave_at_most_a_thousandth(open_page):
    app = open_page("activations", x="0", depth="5")
    bound, sigmoid, relu = (
        shown(app, 2)[name]["y"] for name in ("Sigmoid at most: 0.25ⁿ", "Sigmoid", "ReLU")
    )
    assert bound[-1] == pytest.approx(0.25**5)
    assert len(bound) == 6
    assert all(actual <= most for actual, most in zip(sigmoid, bound, strict=True))
    assert relu == [1, 0, 0, 0, 0, 0]


def test_a_relu_whose_input_is_positive_leaves_all_of_the_gradient(open_page):
    app = open_page("activations", x="2", depth="20")
    assert shown(app, 2)["ReLU"]["y"] == [1] * 21


@pytest.mark.parametrize(
    "link", [{"x": "7"}, {"x": "nan"}, {"function": "step"}, {"depth": "0"}, {"depth": "2.5"}]
)
def test_a_link_that_no_control_can_show_is_refused_by_name(open_page, link):
    app = open_page("activations", **link)
    assert next(iter(link)) in app.warning[0].value


def test_the_notes_examples_set_the_page(open_page):
    app = open_page("activations")
    app.button(key="widget:activations_example_1").click().run()
    assert list(shown(app, 1)) == ["ReLU", "ReLU: gradient"]
    assert "all of it arrives" in " ".join(markdown.value for markdown in app.markdown)
    assert "its gradient is 0" in app.info[0].value
