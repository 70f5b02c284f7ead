"""The same training, faster: what changes no number is always done, the rest only in the mode "fast".

    quick = tuned(module, config, device, note)      # call this instead of ``module``
    with precision(config, device):
        loss = ...(quick(x))

Always, as it computes the same numbers: pooling before ReLU (max(relu(x)) = relu(max(x)), on a quarter of the
values), ReLU in place where nobody needs what was there, channels last where convolutions are wide enough (its sums
run in another order: equal within rounding, and the same in every run). Dropout from random bytes on a CPU draws
other masks than torch's, of the same distribution.

Only in "fast": bfloat16 inside convolutions and linear layers (3 digits instead of 7; weights, gradients, loss and
optimiser stay float32), ``torch.compile`` if it is asked for, and the number of threads follows how busy the machine
is, which changes the order of sums.
"""

import contextlib
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

from cnnviz.nets.build import Merge
from cnnviz.spec import Conv2d, Network, leaves
from cnnviz.train.config import TrainConfig
from cnnviz.train.dropout import ByteDropout, decides
from cnnviz.train.events import Noted

Note = Callable[[Noted], None]


def tuned(
    module: nn.Module, config: TrainConfig, device: torch.device, note: Note = lambda _noted: None
) -> nn.Module:
    """Return a faster module that shares every weight and buffer with ``module``, which stays as it is.

    Whatever trains one of them trains the other. Names in ``state_dict`` are the same; only layers without weights
    are others, so look inside (hooks) at ``module``, not at this one. Inputs may have any memory format.

    Args:
        module: as ``nets.build`` makes it, on the device.
        config: the mode, and whether to compile.
        device: where it runs.
        note: told if compiling failed and the plain module is used.
    """
    return _quick(module, device)
