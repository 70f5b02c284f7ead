"""What a training is made of besides its data: first weights, loss, learning rate."""

import math
from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from cnnviz.nets.build import build
from cnnviz.spec import LogSoftmax, Network, Softmax, leaves
from cnnviz.train.config import TrainConfig, initialisation_of

WARM_UP = 0.3
"""Part of "one_cycle" in which the rate rises."""

Loss = Callable[[Tensor, Tensor], Tensor]


def initialised(config: TrainConfig) -> nn.Module:
    """Return the config's network with fresh weights, drawn by torch's global generator.

    "torch" leaves its defaults. "xavier" draws the weights of convolutions and linear layers from Glorot's uniform
    distribution and leaves the biases, as Dive into Deep Learning does (7.6). "kaiming" draws them from He's normal
    distribution (fan in, for ReLUs) and sets the biases to 0. "auto" is "xavier" where there are sigmoids or tanhs,
    "torch" elsewhere.

    Sources: Glorot and Bengio 2010; He et al. 2015.
    """
    module = build(config.network)
    how = initialisation_of(config)
    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            if how == "xavier":
                nn.init.xavier_uniform_(part.weight)
            elif how == "kaiming":
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
                if part.bias is not None:
                    nn.init.zeros_(part.bias)
    return module


def loss_of(network: Network, smoothing: float) -> Loss:
    """Return the loss that fits a network's last layer: cross-entropy of scores or (log) probabilities, in float32."""
    last = [layer for _, layer in leaves(network.body)][-1:]
    match last:
        case [LogSoftmax()]:
            return lambda scores, y: _negative_log_likelihood(scores.float(), y, smoothing)
        case [Softmax()]:
            return lambda scores, y: _negative_log_likelihood(
                scores.float().clamp_min(1e-12).log(), y, smoothing
            )
        case _:
            return lambda scores, y: F.cross_entropy(scores.float(), y, label_smoothing=smoothing)


def rate_at(config: TrainConfig, step: int, total: int, steps_per_epoch: int) -> float:
    """Return the learning rate of a step.

    Args:
        config: with the schedule and its largest rate.
        step: counted from 0 since the schedule began.
        total: steps of the whole schedule.
        steps_per_epoch: steps of one epoch.
    """
    if config.schedule == "one_cycle":
        done = (step + 0.5) / total
        return config.learning_rate * min(done / WARM_UP, (1 - done) / (1 - WARM_UP))
    warm = min(config.warm_up * steps_per_epoch, total)
    if step < warm:
        return config.learning_rate * min(1.0, (step + 1) / warm)
    match config.schedule:
        case "step":
            return config.learning_rate * config.step_factor ** (
                step // (steps_per_epoch * config.step_epochs)
            )
        case "cosine":
            done = (step - warm + 0.5) / (total - warm)
            return config.learning_rate * (1 + math.cos(math.pi * done)) / 2
        case _:
            return config.learning_rate


def _negative_log_likelihood(logs: Tensor, y: Tensor, smoothing: float) -> Tensor:
    plain = F.nll_loss(logs, y)
    return plain if not smoothing else (1 - smoothing) * plain - smoothing * logs.mean()
