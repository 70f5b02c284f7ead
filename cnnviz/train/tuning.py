"""The same training, faster.

    quick = tuned(module, config, device, note)     # called instead of ``module``
    with precision(config, device):
        loss = ...(quick(x))

What is done in both modes, and what it does to the numbers:

- pooling before ReLU (max(relu(x)) = relu(max(x)), on a quarter of the values), ReLU in place where nobody needs what
  was there, the gradient of Flatten in the layout of what lies before it: not one bit changes
- channels last where convolutions have several input channels: sums run in another order, equal within rounding
- dropout from random bytes on a CPU: other masks than torch's, of the same distribution

Only in the mode "fast", and the price of each:

- bfloat16 in convolutions and linear layers and what lies between them, where the processor computes with it: 3 digits
  instead of 7; weights, their gradients, the last layer's probabilities, loss and optimiser stay float32
- ``torch.compile`` where it is asked for: sums in another order

Nothing here depends on time, so "fast" too gives the same numbers every time. The number of threads stays as torch
chooses it: since they sleep while they wait (``worker.yield_cores``), two were as fast as one among a dozen busy
neighbours, so there is nothing to probe.
"""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.language import N_
from cnnviz.nets.build import Merge
from cnnviz.train.config import TrainConfig
from cnnviz.train.dropout import ByteDropout, decides
from cnnviz.train.events import Noted

Note = Callable[[Noted], object]

ENOUGH_CHANNELS = 4
"""Input channels of some convolution from which on channels last pays; after a picture's own it costs speed."""

BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
"""What Linux calls the instructions, on Intel's and AMD's processors and on ARM's."""


def tuned(
    module: nn.Module, config: TrainConfig, device: torch.device, note: Note = lambda _noted: None
) -> nn.Module:
    """Return a faster module that shares every weight and buffer with ``module``.

    What trains one of them trains the other, and the names in ``state_dict`` are the same. Only layers without
    weights differ, so look inside (hooks) at ``module``. Inputs may lie in memory as they like.

    Args:
        module: as ``recipe.initialised`` makes it, on the device; only how its weights lie in memory changes.
        config: the mode, and whether to compile.
        device: where it runs.
        note: is told if compiling failed; the result then works without.
    """
    if _channels_last(module, config, device):
        module.to(memory_format=torch.channels_last)
    compiled = config.compiled and config.mode == "fast"
    quick = _quick(module, device, plain=compiled)
    if compiled:
        shape = (config.batch_size, *config.network.input_shape)
        try:
            assert isinstance(quick, nn.Sequential)
            quick = Compiled(quick, shape, device)
            quick.try_out(precision(config, device))
        except Exception as error:  # whatever a compiler does not like, training goes on without it
            reason = f"{type(error).__name__}: {error}".strip().splitlines()[0][:200]
            note(
                Noted(
                    N_("the network cannot be compiled here, so it trains without: {reason}"),
                    {"reason": reason},
                )
            )
            quick = _quick(module, device)
    quick.train(module.training)
    return quick


def precision(config: TrainConfig, device: torch.device) -> AbstractContextManager[Any]:
    """Return the context of a forward pass and its loss: bfloat16 in the mode "fast" where it pays, else nothing."""
    if config.mode == "fast" and computes_bfloat16(device):
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()


def computes_bfloat16(device: torch.device) -> bool:
    """Return whether a device multiplies bfloat16 itself; one that only imitates it is slower than in float32."""
    match device.type:
        case "cuda":
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
        case "cpu":
            return bool(BFLOAT16_FLAGS & _processor_flags())
        case _:
            return False


class Compiled(nn.Sequential):
    """A chain whose whole training batches run as ``torch.compile`` made them; all else runs as it stands.

    An odd last batch and evaluation would each be compiled anew, which takes longer than they do. On CUDA the steps
    are recorded and played as one graph (mode "reduce-overhead").
    """

    def __init__(self, chain: nn.Sequential, shape: tuple[int, ...], device: torch.device) -> None:
        super().__init__(OrderedDict(chain.named_children()))
        self._shape = shape
        self._on_cuda = device.type == "cuda"
        mode = "reduce-overhead" if self._on_cuda else "default"
        self._compiled = torch.compile(chain.forward, mode=mode, dynamic=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map a batch to its scores."""
        if not self.training or x.shape != self._shape:
            return nn.Sequential.forward(self, x)  # type: ignore[no-untyped-call, no-any-return]
        if self._on_cuda:
            torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        scores: Tensor = self._compiled(x)
        return scores

    def try_out(self, context: AbstractContextManager[Any]) -> None:
        """Compile now, forward and backward, and leave weights, buffers and random generators as they are.

        Raises:
            Exception: whatever the compiler raises.
        """
        first = next(self.parameters())
        before = [buffer.clone() for buffer in self.buffers()]
        with torch.random.fork_rng([first.device] if self._on_cuda else []):
            self.train()
            try:
                with context:
                    scores = self(torch.zeros(self._shape, device=first.device))
                scores.float().sum().backward()
            finally:
                for buffer, value in zip(self.buffers(), before, strict=True):
                    buffer.copy_(value)
                for parameter in self.parameters():
                    parameter.grad = None


class LaidFlatten(nn.Module):
    """Flatten whose gradient lies in memory as its input did.

    Torch's comes back with the channels first, and each operation before it that works with channels last would
    then read the one and write the other, at a fifth of the speed.
    """

    def __init__(self, part: nn.Flatten) -> None:
        super().__init__()
        self.start_dim, self.end_dim = part.start_dim, part.end_dim

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` with the dimensions from ``start_dim`` to ``end_dim`` as one."""
        laid = x.dim() == 4 and x.is_contiguous(memory_format=torch.channels_last)
        x = _SameLayout.apply(x) if laid and x.requires_grad else x
        return x.flatten(self.start_dim, self.end_dim)


class _SameLayout(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Tensor:
        gradient: Tensor = gradients[0]
        return gradient.contiguous(memory_format=torch.channels_last)


class InFloat32(nn.Module):
    """A layer without weights that computes in float32 where it is given less."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's result."""
        result: Tensor = self.part(x.to(torch.promote_types(x.dtype, torch.float32)))
        return result


def _quick(module: nn.Module, device: torch.device, *, plain: bool = False) -> nn.Module:
    """Return a network of the same layers, those without weights replaced by faster ones.

    ``plain``: for the compiler, which knows the rest better.
    """
    if isinstance(module, Merge):
        paths = OrderedDict(
            (name, _quick(path, device, plain=plain)) for name, path in module.named_children()
        )
        return Merge(paths, module.merge)
    if not isinstance(module, nn.Sequential):
        return _layer(module, device, plain=plain)
    names, parts = list(module._modules), _pooled_first(list(module.children()))
    quick: list[nn.Module] = []
    for at, part in enumerate(parts):
        if isinstance(part, nn.ReLU) and not plain:
            quick.append(nn.ReLU(inplace=at > 0 and _is_free(parts[at - 1])))
        else:
            quick.append(_quick(part, device, plain=plain))
    return nn.Sequential(OrderedDict(zip(names, quick, strict=True)))


def _layer(part: nn.Module, device: torch.device, *, plain: bool) -> nn.Module:
    match part:
        case nn.LogSoftmax() | nn.Softmax():
            return InFloat32(part)
        case nn.Dropout() if device.type == "cpu" and not plain and decides(part):
            return ByteDropout(part.p)
        case nn.Flatten() if not plain:
            return LaidFlatten(part)
        case nn.Dropout() | nn.Dropout2d():
            return type(part)(part.p)  # its own: whether it drops is not the other network's to say
        case _:
            return part


def _pooled_first(parts: list[nn.Module]) -> list[nn.Module]:
    """Return the layers with each "ReLU, max pooling" turned round where pooling makes the picture smaller."""
    parts = list(parts)
    for at in range(len(parts) - 1):
        first, second = parts[at], parts[at + 1]
        if isinstance(first, nn.ReLU) and isinstance(second, nn.MaxPool2d) and _shrinks(second):
            parts[at], parts[at + 1] = second, first
    return parts


def _shrinks(pool: nn.MaxPool2d) -> bool:
    def both(value: Any) -> tuple[int, int]:
        return value if isinstance(value, tuple) else (value, value)

    # Spread windows can lie in the padding altogether, whose maximum is -infinity: there ReLU must not come after.
    return min(both(pool.stride)) > 1 and both(pool.dilation) == (1, 1)


def _is_free(before: nn.Module) -> bool:
    """Return whether nobody needs a layer's result but the one that comes next, not even for a gradient."""
    while isinstance(before, nn.Sequential) and len(before):
        before = before[-1]
    alone = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d, nn.MaxPool2d, Merge)
    return isinstance(before, alone)


def _channels_last(module: nn.Module, config: TrainConfig, device: torch.device) -> bool:
    if device.type == "mps" or (device.type == "cuda" and config.mode != "fast"):
        return False
    return any(
        isinstance(part, nn.Conv2d) and part.in_channels >= ENOUGH_CHANNELS for part in module.modules()
    )


@cache
def _processor_flags() -> frozenset[str]:
    """Return what the processor can do as Linux names it; nothing elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(
        flag for line in lines if line.lower().startswith(("flags", "features")) for flag in line.split()
    )
