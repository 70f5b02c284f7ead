"""WHAT follows from a network: sizes, parameters, multiply-adds, receptive field, and why. No torch.

rules    one layer: what it makes of a shape, with the arithmetic
tracing  the whole tree: one row a layer, and totals
"""

from cnnviz.shapes.rules import Result, apply, say
from cnnviz.shapes.tracing import Row, Trace, trace

__all__ = ["Result", "Row", "Trace", "apply", "say", "trace"]
