"""WHAT follows from a network: sizes, parameters, multiply-adds, receptive field, memory, and why. No torch.

rules     one layer: what it makes of a shape
formulas  the arithmetic of that in words
windows   where a layer's windows lie
views     what one value sees of the picture through all windows before it
tracing   the whole tree: one row a layer, and totals; up to the first error
memory    the bytes that training takes
"""

from cnnviz.shapes.rules import Result, apply, say
from cnnviz.shapes.tracing import Reached, Row, Trace, reached, trace

__all__ = ["Reached", "Result", "Row", "Trace", "apply", "reached", "say", "trace"]
