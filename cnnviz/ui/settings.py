"""What the settings of a training are called, on Train and on Search."""

from cnnviz.language import N_
from cnnviz.ui.i18n import _

TITLES: dict[str, str] = {
    "optimizer": N_("Optimiser"),
    "learning_rate": N_("Learning rate"),
    "momentum": N_("Momentum"),
    "nesterov": N_("Nesterov's momentum"),
    "beta1": "β₁",
    "beta2": "β₂",
    "weight_decay": N_("Weight decay"),
    "schedule": N_("Learning-rate schedule"),
    "step_epochs": N_("Step every … epochs"),
    "step_factor": N_("Factor of each step"),
    "warm_up": N_("Warm-up (epochs)"),
    "batch_size": N_("Batch size"),
    "epochs": N_("Epochs"),
    "seed": N_("Seed"),
    "validation_fraction": N_("Validation part"),
    "augment": N_("Augmentation"),
    "label_smoothing": N_("Label smoothing"),
    "clip_norm": N_("Clip gradients at norm"),
    "patience": N_("Early stopping: patience (epochs)"),
    "initialisation": N_("First weights"),
    "mode": N_("Mode"),
    "compiled": N_("Compile first (torch.compile)"),
}
"""By the names of ``TrainConfig``."""


def title(name: str) -> str:
    """Return what a setting is called."""
    return _(TITLES[name])
