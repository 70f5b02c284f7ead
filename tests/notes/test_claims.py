import pytest

from cnnviz.content.examples import EXAMPLES
from tests.notes import blocks, layers, networks, pooling, sizes, windows  # noqa: F401  (they enter their functions)
from tests.notes.claims import COMPUTED, FUNCTIONS, STATEMENTS, agrees, claim, plain

COMPUTED_HERE = {number: entry for number, entry in STATEMENTS.items() if entry["kind"] in COMPUTED}


@pytest.mark.parametrize("number", COMPUTED_HERE)
def test_our_code_gives_what_is_true(number):
    entry = COMPUTED_HERE[number]
    found = plain(FUNCTIONS[number](**entry["input"]))
    assert agrees(found, entry["expected"], entry.get("digits")), f"{entry['says']} Our code: {found}"


def test_every_value_shape_and_count_has_a_function_and_every_function_a_statement():
    assert FUNCTIONS.keys() == COMPUTED_HERE.keys()


def test_the_statements_are_numbered_without_a_gap_and_say_something():
    assert list(STATEMENTS) == [f"c{number:03}" for number in range(1, 207)]
    assert all(entry["says"] and entry["topic"] and entry["verdict"] for entry in STATEMENTS.values())


def test_every_statement_that_an_example_names_is_known():
    named = {number for example in EXAMPLES for number in example.claims}
    assert named
    assert named <= STATEMENTS.keys()


@pytest.mark.parametrize(
    ("found", "expected", "digits"),
    [
        (19.00002, 19, None),
        (1, True, None),
        (True, 1, None),
        ([1, 2], [1, 2, 3], None),
        ([[1], [2]], [1, 2], None),
        ({"total": 1}, {"total": 1, "macs": 2}, None),
        ("ShapeError", "RuntimeError", None),
        (0.0434, 0.0433, 4),
        (0.0433, 0.0434, None),
        (float("nan"), 1, None),
    ],
)
def test_what_differs_does_not_agree(found, expected, digits):
    assert not agrees(found, expected, digits)


def test_a_rounded_number_agrees_with_what_rounds_to_it():
    assert agrees(0.043338, 0.0433, digits=4)


def test_a_second_function_for_a_statement_is_refused():
    with pytest.raises(ValueError, match="c043"):
        claim("c043")(lambda: None)
