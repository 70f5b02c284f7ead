"""A layer as the line of PyTorch that makes it."""

from dataclasses import MISSING, fields

from cnnviz.spec.layers import Layer

# Torch's own habit is to give these without their names.
POSITIONAL = {
    "Conv2d": 2, "ConvTranspose2d": 2, "MaxPool2d": 1, "AvgPool2d": 1, "AdaptiveAvgPool2d": 1, "AdaptiveMaxPool2d": 1,
    "BatchNorm1d": 1, "BatchNorm2d": 1, "Linear": 2, "Dropout": 1, "Dropout2d": 1,
}  # fmt: skip


NEEDED = {"Softmax": "dim", "LogSoftmax": "dim", "Upsample": "scale_factor", "Dropout": "p", "Dropout2d": "p"}
"""What torch has no useful default for, or nobody leaves out: always written."""


def line(layer: Layer) -> str:
    """Return a layer in PyTorch, what is as torch has it by default left out: ``nn.Conv2d(1, 6, kernel_size=5)``."""
    kind = type(layer).__name__
    arguments = []
    for position, entry in enumerate(fields(layer)):
        value = getattr(layer, entry.name)
        ours = entry.name == NEEDED.get(kind)
        if entry.name == "name" or (value == entry.default and entry.default is not MISSING and not ours):
            continue
        arguments.append(repr(value) if position < POSITIONAL.get(kind, 0) else f"{entry.name}={value!r}")
    return f"nn.{kind}({', '.join(arguments)})"
