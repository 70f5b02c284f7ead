"""torch's own batch normalisation, looked into; and the notes' layer written from scratch, mended."""

import inspect
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class BatchNorm(nn.Module):
    """The notes' layer, mended: with momentum 0.9 it gives what nn.BatchNorm1d and nn.BatchNorm2d give.

    Only the variance that it gathers divides by n; torch gathers the one that divides by n - 1.
    """

    moving_mean: Tensor
    moving_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.9) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma = nn.Parameter(torch.ones(num_features))
        self.beta = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("moving_mean", torch.zeros(num_features))
        self.register_buffer("moving_var", torch.ones(num_features))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (N, C) or (N, C, H, W)."""
        dims = (0,) if x.dim() == 2 else (0, 2, 3)
        shape = (1, -1) + (1,) * (x.dim() - 2)  # (1, C) or (1, C, 1, 1): along the channels, not the width
        if self.training:
            mean, var = x.mean(dims), x.var(dims, unbiased=False)
            with torch.no_grad():  # otherwise every batch that was ever seen stays in memory
                m = self.momentum
                self.moving_mean.mul_(m).add_((1 - m) * mean)
                self.moving_var.mul_(m).add_((1 - m) * var)
        else:
            mean, var = self.moving_mean, self.moving_var
        x_hat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.gamma.view(shape) * x_hat + self.beta.view(shape)


def inside(
    batches: Sequence[NDArray[np.float64]],
    channels: int,
    *,
    pictures: bool,
    training: bool,
    gamma: float,
    beta: float,
    eps: float,
    momentum: float,
) -> dict[str, str]:
    """Return ``vars(layer)`` of the real layer after it was trained with some batches, each value as Python writes it.

    Args:
        batches: (N, C) or (N, C, H, W) each, in order.
        channels: C.
        pictures: whether it is ``nn.BatchNorm2d``, or else ``nn.BatchNorm1d``.
        training: the mode that it is left in.
        gamma: every channel's weight.
        beta: every channel's bias.
        eps: as in torch.
        momentum: as in torch.

    Returns:
        Name -> value; parameters and buffers one by one, such as ``_buffers['running_mean']``.
    """
    layer = (nn.BatchNorm2d if pictures else nn.BatchNorm1d)(channels, eps, momentum)
    with torch.no_grad():
        layer.weight.fill_(gamma)
        layer.bias.fill_(beta)
        for batch in batches:
            layer(torch.from_numpy(batch).float())
    layer.train(training)
    found: dict[str, str] = {}
    for name, value in vars(layer).items():
        if name in {"_parameters", "_buffers"}:
            found |= {f"{name}[{key!r}]": _said(each) for key, each in value.items()}
        else:
            found[name] = _said(value)
    return found


def _said(value: object) -> str:
    return " ".join(repr(value).split())


def source() -> str:
    """Return the code of the mended layer, to be shown."""
    return f"import torch\nfrom torch import Tensor, nn\n\n\n{inspect.getsource(BatchNorm)}"
