"""cnnviz: a visual laboratory for convolutional neural networks.

The flow, one way:

    spec  ->  shapes   what follows from a network: sizes, parameters, multiply-adds
          ->  nets     the network in torch, and its source code
          ->  train    a run in a process of its own, its events on disk
          ->  explain  a trained network asked questions
          ->  figures, components, ui, pages   what is seen

A network is a frozen value (``cnnviz.spec``); every other room is a fold over it. The import rule (who may
import whom) stands in docs/architecture.md and is held by tests/test_architecture.py.
"""

__version__ = "0.1.0"
