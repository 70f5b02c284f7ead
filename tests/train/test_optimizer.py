"""The optimisers make torch's own steps, and keep what torch's keep, without torch's compiler."""

import subprocess
import sys
from collections import OrderedDict

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnviz import zoo
from cnnviz.train.config import OPTIMIZERS, TrainConfig
from cnnviz.train.optimizer import Optimizer

CPU = torch.device("cpu")

THEIRS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, fused=True),
    "sgd, momentum": lambda parameters: torch.optim.SGD(parameters, momentum=0.8, weight_decay=0.01, fused=True),
    "sgd, nesterov": lambda parameters: torch.optim.SGD(parameters, momentum=0.8, nesterov=True, fused=True),
    "adam": lambda parameters: torch.optim.Adam(parameters, weight_decay=0.01, fused=True),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, weight_decay=0.1, fused=True),
    "adamw, betas": lambda parameters: torch.optim.AdamW(parameters, betas=(0.8, 0.95), weight_decay=0, fused=True),
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, momentum=0.8, weight_decay=0.01),
    "rmsprop, no momentum": torch.optim.RMSprop,
}  # fmt: skip

OURS = {
    "sgd": {"optimizer": "sgd", "momentum": 0.0},
    "sgd, momentum": {"optimizer": "sgd", "momentum": 0.8, "weight_decay": 0.01},
    "sgd, nesterov": {"optimizer": "sgd", "momentum": 0.8, "nesterov": True},
    "adam": {"optimizer": "adam", "weight_decay": 0.01},
    "adamw": {"optimizer": "adamw", "weight_decay": 0.1},
    "adamw, betas": {"optimizer": "adamw", "beta1": 0.8, "beta2": 0.95},
    "rmsprop": {"optimizer": "rmsprop", "momentum": 0.8, "weight_decay": 0.01},
    "rmsprop, no momentum": {"optimizer": "rmsprop", "momentum": 0.0},
}

LAYOUTS = pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
EVERY = pytest.mark.parametrize("name", THEIRS)


def network(layout):
    """A network whose last layer never has a gradient."""
    torch.manual_seed(0)
    parts = OrderedDict(conv=nn.Conv2d(4, 6, 3), flatten=nn.Flatten(), fc=nn.Linear(54, 3))
    return nn.ModuleDict({"used": nn.Sequential(parts), "idle": nn.Linear(2, 2)}).to(memory_format=layout)


def learn(module, optimizer, step, steps):
    x, y = torch.randn(8, 4, 5, 5, generator=torch.Generator().manual_seed(1)), torch.arange(8) % 3
    for at in steps:
        optimizer.zero_grad()
        F.cross_entropy(module["used"](x), y).backward()
        step(0.01 / (1 + at))


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


@EVERY
@LAYOUTS
def test_the_steps_are_torch_s_to_the_last_bit_and_so_is_what_is_kept(name, layout):
    assert {given["optimizer"] for given in OURS.values()} == set(OPTIMIZERS)
    mine, other, before = network(layout), network(layout), network(layout)
    ours = Optimizer(TrainConfig(zoo.get("lenet"), **OURS[name]), mine.parameters(), CPU)
    theirs = THEIRS[name](list(other.parameters()))

    def step(rate):
        theirs.param_groups[0]["lr"] = rate
        theirs.step()

    learn(mine, ours, ours.step, range(5))
    learn(other, theirs, step, range(5))
    assert same(mine, other)
    assert not torch.equal(mine["used"].conv.weight, before["used"].conv.weight)
    assert torch.equal(mine["idle"].weight, before["idle"].weight)
    for parameter, kept in zip(other.parameters(), ours.kept, strict=True):
        known = {key: value for key, value in theirs.state[parameter].items() if value is not None}
        assert kept.keys() == known.keys()
        for key, value in kept.items():
            assert torch.equal(value, known[key])
            assert value.stride() == known[key].stride()


@EVERY
@LAYOUTS
def test_another_one_goes_on_from_what_was_kept_wherever_it_lay(name, layout):
    config = TrainConfig(zoo.get("lenet"), **OURS[name])
    whole, half = network(layout), network(layout)
    once, first = (Optimizer(config, each.parameters(), CPU) for each in (whole, half))
    learn(whole, once, once.step, range(6))
    learn(half, first, first.step, range(3))
    then = Optimizer(config, half.parameters(), CPU)
    saved = [{key: value.contiguous() for key, value in kept.items()} for kept in first.kept]
    then.load(saved)
    learn(half, then, then.step, range(3, 6))
    assert same(whole, half)
    for kept, given in zip(then.kept, saved, strict=True):
        assert kept.keys() == given.keys()
        assert all(kept[key].data_ptr() != given[key].data_ptr() for key in kept)


TRAINING = """
import sys
from cnnviz import zoo
from cnnviz.train.config import TrainConfig
from cnnviz.train.loop import train

*_, end = train(TrainConfig(zoo.get("lenet"), "digits", "cpu", epochs=1, clip_norm=1.0))
print(type(end).__name__, "torch._dynamo" in sys.modules)
"""


def test_a_training_never_imports_torch_s_compiler():
    done = subprocess.run([sys.executable, "-c", TRAINING], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Finished False"
