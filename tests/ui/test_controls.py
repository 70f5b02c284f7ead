import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.components.sliders import received
from cnnviz.ui import fields
from cnnviz.ui.controls import Control
from tests.pages.conftest import component

WHOLE = Control(fields.ACT_DEPTH, "Depth", 1, 20)
ODD = Control(fields.ACT_DEPTH, "Odd", 1, 20, 2)
FLOAT = Control(fields.ACT_X, "x", -6.0, 6.0, 0.1)


@pytest.mark.parametrize(
    ("control", "value", "fitted"),
    [
        (WHOLE, 7.0, 7), (WHOLE, 7.6, 8), (WHOLE, -3, 1), (WHOLE, 1e300, 20),
        (ODD, 4, 5), (ODD, 19.9, 19), (ODD, 20, 19), (FLOAT, 0.123, 0.123), (FLOAT, 99, 6.0),
    ],
)  # fmt: skip
def test_a_value_is_brought_to_what_the_slider_can_have(control, value, fitted):
    assert control.fitted(value) == fitted
    assert type(control.fitted(value)) is type(fitted)


@pytest.mark.parametrize("wrong", [{"least": 3, "most": 2}, {"least": 0, "most": 1, "scale": "log"}])
def test_a_slider_without_room_or_with_a_logarithm_of_zero_is_refused(wrong):
    with pytest.raises(ValueError, match="least"):
        Control(fields.ACT_X, "x", **wrong)


@pytest.mark.parametrize(
    "state",
    [None, 7, [], {}, {"values": None}, {"values": [1]}, {"values": {"x": "1"}}, {"values": {"x": None}},
     {"values": {"x": True}}, {"values": {"x": float("nan")}}, {"values": {"x": float("inf")}}],
)  # fmt: skip
def test_what_is_no_number_is_not_received(state):
    assert received(state) == {}


def script():
    from cnnviz.ui import fields, state
    from cnnviz.ui.controls import Control, sliders

    sliders("group", [Control(fields.ACT_X, "x", -1.0, 1.0, 0.5), Control(fields.ACT_DEPTH, "n", 2, 6)])
    assert isinstance(state.get(fields.ACT_DEPTH), int)


def test_fields_are_brought_into_the_bounds_before_they_are_shown():
    app = AppTest.from_function(script, default_timeout=60)
    app.session_state[fields.ACT_X.key] = 5.0
    app.session_state[fields.ACT_DEPTH.key] = 1
    app.run()
    assert not app.exception
    shown = {each["name"]: each["value"] for each in component(app)["sliders"]}
    assert shown == {"act_x": 1.0, "act_depth": 2}
    assert component(app)["labels"]["label:act_depth"] == "n"
    assert component(app)["serial"] == 0
