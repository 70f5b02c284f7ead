"""What can go wrong in a training, each as one clear sentence; and where numbers first went beyond all bounds."""

import contextlib
import errno

import torch
from torch import Tensor, nn

from cnnviz.errors import CnnvizError, DataError, DeviceError, RunError
from cnnviz.language import N_
from cnnviz.train.config import TrainConfig

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says where a file cannot grow any more."""

_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "alloc_failed")
_LOST = ("cuda error", "device-side", "mps backend", "nccl", "cublas", "cudnn", "driver", "hip error")


class LossError(RunError):
    """The loss is infinite or no number."""


def sentence(error: BaseException, config: TrainConfig, device: str) -> CnnvizError | None:
    """Return the sentence for an error that nobody raised on purpose; None where there is none better than its own.

    Args:
        error: what was raised.
        config: of the training.
        device: the id where it runs ("" before it is known).
    """
    text = str(error).lower()
    match error:
        case CnnvizError():
            return error
        case MemoryError() | torch.OutOfMemoryError():
            return _too_large(config, device)
        case OSError() if error.errno in FULL:
            return RunError("the disk is full: {reason}", reason=error.strerror or str(error))
        case FileNotFoundError() | NotADirectoryError():
            return DataError(
                "a file that the training needs has disappeared: {file}", file=str(error.filename or error)
            )
        case RuntimeError() if any(word in text for word in _MEMORY):
            return _too_large(config, device)
        case RuntimeError() if device not in {"", "cpu"} and any(word in text for word in _LOST):
            return DeviceError(
                "{device} was lost in the middle of the training ({reason}): resume it when the device is back",
                device=device, reason=str(error).strip().splitlines()[0][:200],
            )  # fmt: skip
    return None


def beyond_bounds(step: int, rate: float, layer: str = "", what: str = "output") -> LossError:
    """Return the error of a loss that is infinite or no number.

    Args:
        step: at which.
        rate: the learning rate there.
        layer: the path of the layer that was first; "" where only the loss itself was not finite.
        what: of the layer: "output", "gradient" or "weights".
    """
    rate = float(f"{rate:.3g}")  # more digits would say nothing
    if not layer:
        return LossError(
            "the loss is no longer a finite number at step {step}: choose a smaller learning rate than {rate}",
            step=step, rate=rate,
        )  # fmt: skip
    template = {
        "output": N_(
            "at step {step} the output of {layer} is no longer finite: choose a smaller learning rate than {rate}"
        ),
        "gradient": N_(
            "at step {step} the gradient of {layer} is no longer finite: choose a smaller learning rate than {rate}"
        ),
        "weights": N_(
            "at step {step} the weights of {layer} are no longer finite: choose a smaller learning rate than {rate}"
        ),
    }[what]
    return LossError(template, step=step, rate=rate, layer=layer, what=what)


def culprit(module: nn.Module, x: Tensor | None) -> tuple[str, str]:
    """Return which layer was not finite first, and what of it: "gradient", "weights" or "output"; ("", "") for none.

    Weights that are not finite come from the step before, whose gradients still lie there: going backwards, the
    first of those is the one nearest to the end. Where all weights are finite, pictures go through once more.
    """
    parts = [(path, part) for path, part in module.named_modules() if list(part.parameters(recurse=False))]
    bad = [path for path, part in parts if not all(map(_finite, part.parameters(recurse=False)))]
    if bad:
        steep = [
            path for path, part in parts
            if not all(_finite(each.grad) for each in part.parameters(recurse=False) if each.grad is not None)
        ]  # fmt: skip
        return (steep[-1], "gradient") if steep else (bad[0], "weights")
    return (_first_output(module, x), "output") if x is not None else ("", "")


def _first_output(module: nn.Module, x: Tensor) -> str:
    found: list[str] = []

    def listen(path: str, result: object) -> None:
        if not found and isinstance(result, Tensor) and not _finite(result):
            found.append(path)

    hooks = [
        part.register_forward_hook(lambda _m, _x, y, path=path: listen(path, y))
        for path, part in module.named_modules() if path and not list(part.children())
    ]  # fmt: skip
    try:
        with torch.inference_mode():
            module(x)
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else ""


def _finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def _too_large(config: TrainConfig, device: str) -> CnnvizError:
    device = device or config.device
    largest = 0
    with contextlib.suppress(Exception):  # an estimate that fails must not hide what happened
        from cnnviz.train import devices, estimate  # noqa: PLC0415

        known = {each.id: each for each in devices.available()}
        largest = estimate.largest_after_overflow(config, known[devices.parts(device)[0]])
    if 0 < largest < config.batch_size:
        return DeviceError(
            "{device} has too little memory for {network} with a batch of {batch}: a batch of {largest} should fit",
            device=device, network=config.network.name, batch=config.batch_size, largest=largest,
        )  # fmt: skip
    return DeviceError(
        "{device} has too little memory for {network} with a batch of {batch}: take a smaller batch",
        device=device, network=config.network.name, batch=config.batch_size,
    )  # fmt: skip
