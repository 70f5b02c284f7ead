"""From the description to PyTorch code that reads like a tutorial and runs alone.

pieces      a node as a call (``nn.Conv2d(...)``) or a sequence in place
loops       runs of pieces that repeat
patterns    what instances of one block have in common, argument by argument
parameters  what differs between them: a constructor's parameters and formulas
classes     which blocks become classes
writing     the text, and which line makes what

The classes have the same attribute names as the modules that ``cnnviz.nets.build`` makes, so they load the same
weights. Nothing is known about any network: classes, parameters and loops are found by comparing instances, and are
written only where they give exactly the values that the tree has. What has no pattern is written out.
"""

from cnnviz.nets.source.writing import Source, class_name, source, written

__all__ = ["Source", "class_name", "source", "written"]
