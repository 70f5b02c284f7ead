"""What a training is made of: first weights, losses, schedules."""

import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from cnnviz.nets.build import build
from cnnviz.spec import Chain, Conv2d, Flatten, Linear, LogSoftmax, Network, ReLU, Softmax
from cnnviz.train.config import SCHEDULES, TrainConfig
from cnnviz.train.recipe import initialised, loss_of, rate_at

CPU = torch.device("cpu")


def with_relu():
    body = Chain("", (Conv2d(1, 64, 5, name="conv"), ReLU(), Flatten(), Linear(64 * 576, 10, name="fc")))
    return Network("N", (1, 28, 28), body)


def rates(epochs=4, steps=25, **given):
    config = TrainConfig(with_relu(), learning_rate=0.1, **given)
    return [rate_at(config, step, epochs * steps, steps) for step in range(epochs * steps)]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("warm_up", [0.0, 0.01, 0.5, 4.0, 9.0])
def test_a_rate_is_never_zero_nor_above_the_largest(schedule, warm_up):
    found = rates(schedule=schedule, warm_up=warm_up)
    assert all(0 < rate <= 0.1 for rate in found)
    assert all(0 < rate <= 0.1 for rate in rates(epochs=1, steps=1, schedule=schedule, warm_up=warm_up))


def test_constant_stays():
    assert set(rates()) == {0.1}


def test_step_multiplies_at_the_end_of_so_many_epochs():
    found = rates(schedule="step", step_epochs=2, step_factor=0.5)
    assert found == [0.1] * 50 + [0.05] * 50


def test_cosine_falls_along_a_half_wave():
    found = rates(schedule="cosine")
    assert found == pytest.approx(
        [0.05 * (1 + math.cos(math.pi * (step + 0.5) / 100)) for step in range(100)]
    )


def test_one_cycle_rises_for_three_tenths_then_falls_in_a_straight_line():
    found = rates(schedule="one_cycle")
    assert found[:30] == pytest.approx([0.1 * (step + 0.5) / 30 for step in range(30)])
    assert found[30:] == pytest.approx([0.1 * (99.5 - step) / 70 for step in range(30, 100)])


@pytest.mark.parametrize("schedule", ["constant", "step", "cosine"])
def test_the_rate_warms_up_in_a_straight_line_and_then_follows_its_schedule(schedule):
    given = {"schedule": schedule, "step_epochs": 2}
    found = rates(warm_up=1.0, **given)
    assert found[:25] == pytest.approx([0.1 * (step + 1) / 25 for step in range(25)])
    cold = rates(epochs=3 if schedule == "cosine" else 4, **given)
    assert found[25:] == pytest.approx(cold if schedule == "cosine" else cold[25:])


def test_one_cycle_has_its_own_warm_up():
    assert rates(schedule="one_cycle", warm_up=2.0) == rates(schedule="one_cycle")


def drawn(how, network=None):
    torch.manual_seed(3)
    return initialised(TrainConfig(network or with_relu(), initialisation=how))


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_torch_s_own_first_weights_are_those_of_building():
    ours = drawn("torch")
    torch.manual_seed(3)
    assert same(ours, build(with_relu()))


def test_auto_is_xavier_where_sigmoids_saturate_and_torch_s_elsewhere(tiny):
    assert same(drawn("auto"), drawn("torch"))
    assert same(drawn("auto", tiny), drawn("xavier", tiny))
    assert not same(drawn("auto", tiny), drawn("torch", tiny))


def test_xavier_draws_weights_between_glorot_s_bounds_and_leaves_the_biases():
    module, before = drawn("xavier"), drawn("torch")
    bound = math.sqrt(6 / (25 + 64 * 25))
    assert bound * 0.98 < module.conv.weight.abs().max().item() <= bound
    assert module.conv.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.05)
    assert before.conv.bias.abs().max() > 0
    assert module.conv.bias.abs().max() > 0


def test_kaiming_draws_normal_weights_of_he_s_deviation_and_biases_of_zero():
    module = drawn("kaiming")
    assert module.conv.weight.std().item() == pytest.approx(math.sqrt(2 / 25), rel=0.06)
    assert module.fc.weight.std().item() == pytest.approx(math.sqrt(2 / (64 * 576)), rel=0.02)
    assert module.conv.bias.abs().max() == module.fc.bias.abs().max() == 0


@pytest.mark.parametrize("last", [None, LogSoftmax(), Softmax()])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_cross_entropy_whatever_the_last_layer_gives(last, smoothing):
    network = with_relu()
    if last is not None:
        network = replace(network, body=Chain("", (*network.body.items, last)))
    x, y = torch.randn(5, 10), torch.randint(0, 10, (5,))
    given = {LogSoftmax: x.log_softmax(1), Softmax: x.softmax(1)}.get(type(last), x)
    found = loss_of(network, smoothing)(given, y)
    torch.testing.assert_close(found, F.cross_entropy(x, y, label_smoothing=smoothing))


def test_the_loss_is_computed_in_float32_from_less():
    assert (
        loss_of(with_relu(), 0.1)(torch.zeros(2, 10, dtype=torch.bfloat16), torch.zeros(2).long()).dtype
        == torch.float32
    )
