"""From scores to probabilities to the loss: exp, softmax, log-softmax, cross-entropy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Softmax:
    """Every number on the way from the logits to the probabilities, each (n,).

    Attributes:
        moved: the logits, less their maximum in the stable form.
        exps: e to the power of these.
        softmax: their shares of the sum.
        log_softmax: the natural logarithms of the shares.
    """

    moved: Array
    exps: Array
    softmax: Array
    log_softmax: Array


def softmax(logits: Array, *, stable: bool = True) -> Softmax:
    """Return the way from logits (n,) to probabilities.

    Taking the maximum away first changes nothing in the result, for it stands above and below the fraction; but no exp
    can be too large for a computer then. Without it large logits give infinity, and infinity by infinity is no number.
    """
    moved = logits - logits.max() if stable else logits
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exps = np.exp(moved)
        shares = exps / exps.sum()
        logs = moved - np.log(exps.sum()) if stable else np.log(shares)
    return Softmax(moved, exps, shares, logs)


def cross_entropy(logits: Array, target: int) -> float:
    """Return what ``F.cross_entropy`` gives for one sample: ``log(sum of exp(z)) - z[target]``, in the stable form."""
    largest = logits.max()
    return float(largest + np.log(np.exp(logits - largest).sum()) - logits[target])


def nll(log_probabilities: Array, target: int) -> float:
    """Return what ``F.nll_loss`` gives for one sample: the log-probability of the target with the sign turned."""
    return float(-log_probabilities[target])
