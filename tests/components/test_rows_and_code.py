import json

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.components import mounting

ROWS = '''
import streamlit as st
from cnnviz.components import LayerRow, rows
from cnnviz.ui import labels

layer = LayerRow("conv", "Conv2d", "convolution", (1, 6, 6), (2, 4, 4), 20, 288, 128, (3, 3), "6 - 3 + 1 = 4", "2*1*3*3 + 2 = 20")
rows([layer], labels.rows(), "k", name="Net", group="g", selected=st.session_state.get("chosen", ""), problem=PROBLEM)
'''  # fmt: skip

CODE = """
from cnnviz.components import code
from cnnviz.ui import labels

code("a = 1\\n", {"conv": (1,)}, labels.code(), "k", name="Net", group="g", selected="conv")
"""


def shown(script, **session):
    app = AppTest.from_string(script, default_timeout=60)
    for name, value in session.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return json.loads(app.get("bidi_component")[0].proto.json)


def test_the_table_is_given_each_layer_with_its_numbers_and_arithmetic():
    given = shown(ROWS.replace("PROBLEM", "None"), chosen="conv")
    assert given["layers"] == [
        {
            "path": "conv", "kind": "Conv2d", "colour": "convolution", "input": [1, 6, 6], "output": [2, 4, 4],
            "params": 20, "macs": 288, "memory": 128, "field": [3, 3], "size_why": "6 - 3 + 1 = 4",
            "params_why": "2*1*3*3 + 2 = 20", "merged": [],
        }
    ]  # fmt: skip
    assert (given["group"], given["selected"], given["problem"]) == ("g", "conv", None)


def test_a_problem_is_one_more_row_of_the_table():
    problem = {"path": "fc", "kind": "Linear", "sentence": "it does not fit"}
    assert shown(ROWS.replace("PROBLEM", repr(problem)))["problem"] == problem


def test_the_code_is_given_its_lines_by_layer():
    given = shown(CODE)
    assert (given["text"], given["lines"]) == ("a = 1\n", {"conv": [1]})
    assert (given["group"], given["selected"]) == ("g", "conv")


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        ({"path": "b1.conv", "serial": 1}, ["b1.conv"]),
        ({"path": "", "serial": 2}, [""]),
        ({"path": 7}, []),
        ("conv", []),
        (None, []),
    ],
)
def test_only_a_path_that_the_browser_chose_is_handed_on(monkeypatch, sent, heard):
    monkeypatch.setattr(mounting, "remembered", lambda key, name: sent)
    paths = []
    mounting.chosen("rows:k", paths.append)()
    mounting.chosen("rows:k", None)()
    assert paths == heard
