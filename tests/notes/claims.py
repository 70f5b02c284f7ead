"""The statements of the notes, and which function computes each with our code.

``claims.json`` has all of them: ``says`` is the statement, ``verdict`` how the notes did, ``expected`` always what is
true. Of the kinds in ``COMPUTED`` each has an ``input`` too, the keyword arguments of its function; where ``expected``
is rounded, ``digits`` says to how many decimals.
"""

import json
from pathlib import Path

import numpy as np

STATEMENTS = {
    entry["id"]: entry
    for entry in json.loads((Path(__file__).parent / "claims.json").read_text(encoding="utf-8"))
}
COMPUTED = {"value", "shape", "params"}
FUNCTIONS = {}
TOLERANCE = 1e-5


def claim(*numbers):
    """Enter a function as the one that computes these statements."""

    def enter(function):
        for number in numbers:
            if number in FUNCTIONS:
                raise ValueError(f"{number} has a function already: {FUNCTIONS[number].__name__}")
            FUNCTIONS[number] = function
        return function

    return enter


def agrees(found, expected, digits=None):
    """Whether numbers lie within 1e-5 (or round to what is expected), and all else is the same."""
    match expected:
        case dict():
            return found.keys() == expected.keys() and all(
                agrees(found[key], value, digits) for key, value in expected.items()
            )
        case list():
            found = plain(found)
            return (
                isinstance(found, list)
                and len(found) == len(expected)
                and all(agrees(*pair, digits) for pair in zip(found, expected, strict=True))
            )
        case bool() | str():
            return type(found) is type(expected) and found == expected
    if isinstance(found, bool | str | list | dict):
        return False
    return abs(found - expected) <= (TOLERANCE if digits is None else 0.5 * 10**-digits + 1e-12)


def plain(values):
    """Return arrays, tensors' shapes and tuples as lists, with numbers as Python has them."""
    if isinstance(values, np.ndarray | np.generic):
        return values.tolist()
    return [plain(value) for value in values] if isinstance(values, list | tuple) else values


def array(values):
    """Return a list of numbers as floating point array."""
    return np.array(values, dtype=np.float64)
