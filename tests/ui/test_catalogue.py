"""No visible string is written outside a catalogue."""

import ast
import re
import string
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import catalogue  # noqa: E402

# Widgets and texts of Streamlit whose strings a user sees, and the keyword arguments that are seen.
SHOWN = {
    "title", "header", "subheader", "markdown", "caption", "text", "write", "info", "warning", "error", "success",
    "button", "selectbox", "slider", "select_slider", "number_input", "text_input", "segmented_control", "toggle",
    "checkbox", "radio", "metric", "expander", "tabs", "file_uploader", "download_button", "spinner", "progress",
    "badge", "page_link", "toast", "echo",
}  # fmt: skip
SEEN = {"help", "placeholder", "label", "title"}
NAMES = {"torchinfo", "ReLU", "Sigmoid", "Tanh", "LeNet", "/home/ada/pictures", "adam, adamw, sgd, rmsprop", "constant, step, cosine, one_cycle", "flip,crop,shift,rotate,colour,drawing; none", "auto, torch, xavier, kaiming", "tpe, random, grid", "median, none"}  # fmt: skip


def literals(node):
    """Yield the strings of an expression that are not inside a call of a marking function."""
    match node:
        case ast.Call(func=ast.Name(id="_" | "N_")):
            return
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            for value in values:
                if isinstance(value, ast.Constant):
                    yield value.value
        case ast.Call(func=func) if isinstance(func, ast.Attribute) and func.attr == "format":
            yield from literals(func.value)
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            for element in elements:
                yield from literals(element)
        case ast.IfExp(body=body, orelse=other):
            yield from literals(body)
            yield from literals(other)
        case ast.BinOp(left=left, right=right):
            yield from literals(left)
            yield from literals(right)


# Icons, inline code, torch's own names and parameters, formulas: the same in every language.
CODE = re.compile(r":material|:red\[|-badge\[| :small|`|nn\.|f\W?\(x\)$|[a-z]+(_[a-z]+)+$")


def unmarked(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "LOG":
            continue  # the server's log is for whoever runs it
        shown = node.args[:1] if node.func.attr in SHOWN else []
        shown += [keyword.value for keyword in node.keywords if keyword.arg in SEEN]
        for expression in shown:
            for text in literals(expression):
                letters = [letter for letter in text if letter.isalpha()]
                if len(letters) > 1 and text not in NAMES and not CODE.match(text):
                    yield f"{path.name}:{node.lineno}: {text!r}"


VISIBLE = sorted([*ROOT.glob("pages/*.py"), *ROOT.glob("cnnviz/ui/*.py"), *ROOT.glob("cnnviz/components/*.py"), *ROOT.glob("cnnviz/cli/*.py")])  # fmt: skip


@pytest.mark.parametrize("path", VISIBLE, ids=lambda path: path.name)
def test_no_visible_string_is_written_outside_the_catalogue(path):
    assert not list(unmarked(path))


def test_the_finder_of_unmarked_strings_finds_them(tmp_path):
    file = tmp_path / "page.py"
    file.write_text(
        'st.title("Hello")\nst.button(_("Go"), help=f"really {x}")\nst.metric(_("a").format(), "1")\n'
    )
    assert len(list(unmarked(file))) == 2


def test_a_message_inside_an_f_string_is_collected_too():
    code = """st.markdown(f"**{_('Calibration')}** {icon} {i18n._('Difference')} {_(name)}")"""
    assert list(catalogue.said(code)) == ["Calibration", "Difference"]


def test_why_numbers_are_no_longer_finite_is_collected():
    assert sum(message.startswith("at step {step} the ") for message in catalogue.messages()) == 3


def test_the_chinese_catalogue_has_every_message_translated_and_nothing_else():
    wanted, stored = set(catalogue.messages()), {m.id: m for m in catalogue.stored() if m.id}
    assert wanted == set(stored), "run python tools/catalogue.py"
    assert not [text for text, message in stored.items() if not message.string or message.fuzzy]


def test_every_translation_has_the_placeholders_of_its_message():
    def fields(text):
        return sorted(
            (name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(text) if name
        )

    for message in catalogue.stored():
        if message.id:
            assert fields(message.id) == fields(message.string), message.id


def test_the_compiled_catalogue_is_fresh():
    assert catalogue.MO.read_bytes() == catalogue.compiled(catalogue.stored()), (
        "run python tools/catalogue.py"
    )
