"""Numbers as pages write them: six digits, a true minus, powers of ten instead of e."""

import numpy as np
from numpy.typing import NDArray

Number = float | np.floating | NDArray[np.float64]

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def said(value: Number) -> str:
    """Return a number as text: ``−0.966173``, ``1.36539·10⁷``."""
    mantissa, exponent = _parts(value)
    power = f"·10{str(exponent).translate(RAISED)}" if exponent else ""
    return mantissa.replace("-", "−") + power


def tex(value: Number) -> str:
    """Return a number as a formula has it, in LaTeX."""
    mantissa, exponent = _parts(value)
    return rf"{mantissa} \cdot 10^{{{exponent}}}".removeprefix(r"1 \cdot ") if exponent else mantissa


def factor(value: Number) -> str:
    """Return a number as it stands behind a sign in a formula: negative ones in parentheses, in LaTeX."""
    return f"({tex(value)})" if float(value) < 0 else tex(value)


def times(ratio: float) -> str:
    """Return a ratio without an exponent, with the digits that matter."""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def _parts(value: Number) -> tuple[str, int]:
    mantissa, _, exponent = f"{float(value):.6g}".partition("e")
    return mantissa, int(exponent or 0)
