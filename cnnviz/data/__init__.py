"""Data sets, and the path from a drawing to a network's input.

catalog   which data sets there are and whether they are complete (no torch)
datasets  load, split and fit them (torch)
augment   random changes of training pictures (torch)
drawing   from strokes or a photograph to 28x28, the way MNIST was made
"""
