"""No widget, container or component has the key of a field: Streamlit would write its own state over it."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from cnnviz.components import Box, ChartData
from cnnviz.ui.fields import FIELDS

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "cnnviz" / "ui").glob("*.py"))]


PREFIXED = ("chart", "diagram", "panels")
"""Components that put their own name before the key."""


def named(function, names):
    return isinstance(function, ast.Name) and function.id in names


def patterns(tree):
    """Yield each ``key=`` that reaches Streamlit as it is written, as a pattern: what is filled in may be anything."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for keyword in (each for call in calls if not named(call.func, PREFIXED) for each in call.keywords):
        match keyword.value if keyword.arg == "key" else None:
            case ast.Constant(value=str(text)):
                yield re.escape(text)
            case ast.JoinedStr(values=parts):
                yield "".join(re.escape(p.value) if isinstance(p, ast.Constant) else ".*" for p in parts)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_key_can_be_that_of_a_field(file):
    for pattern in patterns(ast.parse(file.read_text())):
        assert not [field.key for field in FIELDS if re.fullmatch(pattern, field.key)], pattern


def test_the_keys_are_found():
    found = {p for file in FILES for p in patterns(ast.parse(file.read_text()))}
    assert {"dropout_facts", "linear_table", "stage", "curves_.*"} <= found


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("chart", (ChartData([], "", ""),)),
        ("diagram", (Box("", "chain", "", (1,), (1,), 0, 0),)),
        ("panels", ([], [])),
    ],
)
def test_a_component_puts_its_own_name_before_the_key(name, given, monkeypatch):
    module = import_module(f"cnnviz.components.{name}")
    keys = []
    monkeypatch.setattr(module, "renderer", lambda _name: lambda key, **_more: keys.append(key))
    getattr(module, name)(*given, labels={}, key="k")
    assert keys == [f"{name}:k"]
