"""torch's optimisers by their functions.

The classes of ``torch.optim`` import torch's compiler when the first of them is made: half of the time from a cold
start to the first step. The functions that they call do not. The steps are torch's own to the last bit; only what is
kept between two of them is kept here, by the names that torch gives it.
"""

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

from cnnviz.train.config import TrainConfig

ALPHA, EPS = 0.99, 1e-8
"""The defaults of ``torch.optim``."""

Kept = dict[str, Tensor]


class Optimizer:
    """The optimiser of a config.

    Args:
        config: with the algorithm, its momentum and weight decay.
        parameters: what it moves, always in the same order.
        device: where they are; on a CPU and on CUDA a step is one fused kernel, where the algorithm has one.
    """

    def __init__(self, config: TrainConfig, parameters: Iterable[nn.Parameter], device: torch.device) -> None:
        self._config = config
        self._parameters = list(parameters)
        self._fused = config.optimizer != "rmsprop" and device.type in {"cpu", "cuda"}
        self.kept: list[Kept] = [{} for _ in self._parameters]
        """What is remembered of each parameter: running means and momentum, in its shape, and "step", a number."""

    def zero_grad(self) -> None:
        """Forget all gradients; asking the module to would walk through all its parts."""
        for parameter in self._parameters:
            parameter.grad = None

    def step(self, rate: float) -> None:
        """Move every parameter that has a gradient."""
        parameters: list[Tensor] = []
        gradients: list[Tensor] = []
        kept: list[Kept] = []
        for parameter, each in zip(self._parameters, self.kept, strict=True):
            if parameter.grad is not None:
                parameters.append(parameter)
                gradients.append(parameter.grad)
                kept.append(each)
        with torch.no_grad():
            self._move(parameters, gradients, kept, rate)

    def load(self, kept: Sequence[Mapping[str, Tensor]]) -> None:
        """Take over what another one of the same parameters has kept.

        Each value comes to lie in memory as its parameter does: fused kernels walk through both side by side.
        """
        for parameter, mine, given in zip(self._parameters, self.kept, kept, strict=True):
            mine.clear()
            for name, value in given.items():
                if name == "step":
                    mine[name] = value.to(self._place(parameter), copy=True)
                else:
                    mine[name] = _zeros(parameter).copy_(value)

    def _move(self, parameters: list[Tensor], gradients: list[Tensor], kept: list[Kept], rate: float) -> None:
        config, decay = self._config, self._config.weight_decay
        match config.optimizer:
            case "sgd":
                momenta = [each.get("momentum_buffer") for each in kept]
                sgd(
                    parameters, gradients, momenta, fused=self._fused, weight_decay=decay,
                    momentum=config.momentum, lr=rate, dampening=0, nesterov=config.nesterov, maximize=False,
                )  # fmt: skip
                for each, momentum in zip(kept, momenta, strict=True):
                    if momentum is not None:
                        each["momentum_buffer"] = momentum
            case "rmsprop":
                squares = self._all("square_avg", parameters, kept)
                buffers = self._all("momentum_buffer", parameters, kept) if config.momentum else []
                rmsprop(
                    parameters, gradients, squares, [], buffers, self._steps(parameters, kept),
                    lr=rate, alpha=ALPHA, eps=EPS, weight_decay=decay, momentum=config.momentum, centered=False,
                )  # fmt: skip
            case _:
                (adamw if config.optimizer == "adamw" else adam)(
                    parameters, gradients, self._all("exp_avg", parameters, kept),
                    self._all("exp_avg_sq", parameters, kept), [], self._steps(parameters, kept),
                    fused=self._fused, amsgrad=False, beta1=config.beta1, beta2=config.beta2, lr=rate,
                    weight_decay=decay, eps=EPS, maximize=False,
                )  # fmt: skip

    def _all(self, name: str, parameters: list[Tensor], kept: list[Kept]) -> list[Tensor]:
        for parameter, each in zip(parameters, kept, strict=True):
            if name not in each:
                each[name] = _zeros(parameter)
        return [each[name] for each in kept]

    def _steps(self, parameters: list[Tensor], kept: list[Kept]) -> list[Tensor]:
        for parameter, each in zip(parameters, kept, strict=True):
            if "step" not in each:
                each["step"] = torch.zeros((), device=self._place(parameter))
        return [each["step"] for each in kept]

    def _place(self, parameter: Tensor) -> torch.device:
        """Return where torch keeps the number of steps: on the CPU, but beside the weights for a fused kernel."""
        return parameter.device if self._fused else torch.device("cpu")


def _zeros(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter, requires_grad=False, memory_format=torch.preserve_format)
