"""The faster network is the same network: scores, gradients, buffers and names, in float32 within 1e-6."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz import zoo
from cnnviz.nets.build import build
from cnnviz.spec import Chain, Conv2d, Dropout, Flatten, Linear, LogSoftmax, MaxPool2d, Network, ReLU
from cnnviz.train import tuning
from cnnviz.train.config import TrainConfig
from cnnviz.train.recipe import initialised, loss_of
from cnnviz.train.tuning import computes_bfloat16, precision, tuned
from tests.train.conftest import tiny_network

CPU = torch.device("cpu")

SHALLOW = ("lenet", "simple_cnn", "tiny_vgg", "digit_recognizer", "cifar_net")
DEEP = ("lenet_bn", "alexnet", "googlenet", "resnet18", "densenet")


def config_of(network, **given):
    return TrainConfig(network, "mnist", "cpu", **given)


def small(name):
    sizes = {"cifar_net": {}, "alexnet": {"size": 65}, "googlenet": {"size": 64}, "resnet18": {"size": 32}}
    width = {} if name in (*SHALLOW, "lenet_bn", "densenet") else {"width": 0.25}
    return zoo.get(name, **sizes.get(name, {}), **width)


def learned(module, network, x, y):
    """Return scores, gradients and buffers after one forward and backward pass in training mode."""
    torch.manual_seed(7)
    scores = module(x)
    loss_of(network, 0.1)(scores, y).backward()
    gradients = {name: parameter.grad.clone() for name, parameter in module.named_parameters()}
    module.zero_grad()
    return scores.detach(), gradients, {name: value.clone() for name, value in module.named_buffers()}


def without_dropout(module):
    for part in module.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
    return module


@pytest.mark.parametrize(
    ("name", "dtype"),
    [(name, torch.float32) for name in SHALLOW] + [(name, torch.float64) for name in SHALLOW + DEEP],
)
def test_it_gives_the_scores_and_gradients_of_the_network_that_was_built(name, dtype):
    """Deep networks in float64: batch normalisation of few numbers makes rounding in float32 as large as you like."""
    network = small(name)
    torch.manual_seed(0)
    module = without_dropout(build(network)).to(dtype).train()
    plain = copy.deepcopy(module)
    quick = tuned(module, config_of(network), CPU)
    x, y = torch.randn(4, *network.input_shape, dtype=dtype), torch.randint(0, 10, (4,))
    given = x.clone()
    got, expected = learned(quick, network, x, y), learned(plain, network, x, y)
    assert torch.equal(x, given)
    assert list(quick.state_dict()) == list(plain.state_dict())
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-6)


@given(
    kernel=st.integers(2, 4), stride=st.integers(1, 4), padding=st.integers(0, 1), size=st.integers(6, 13),
    ceil=st.booleans(), seed=st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_pooling_before_relu_changes_not_one_bit(kernel, stride, padding, size, ceil, seed):
    torch.manual_seed(seed)
    pool = nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil)
    module = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), pool, nn.Flatten())
    plain, quick = copy.deepcopy(module), tuned(module, config_of(tiny_network()), CPU)
    x = torch.randint(-2, 3, (2, 1, size, size)).float()  # many equal values
    results = []
    for each in (plain, quick):
        scores = each(x)
        weights = torch.linspace(-1, 1, scores.numel()).view_as(scores)
        (scores * weights).sum().backward()
        results.append((scores, each[0].weight.grad, each[0].bias.grad))
    for left, right in zip(*results, strict=True):
        assert torch.equal(left, right)
    assert [type(part).__name__ for part in quick][1:3] == (
        ["MaxPool2d", "ReLU"] if stride > 1 else ["ReLU", "MaxPool2d"]
    )


def test_the_network_that_was_built_stays_as_it_is_and_learns_with_it():
    network = zoo.get("digit_recognizer")
    module = build(network)
    before = [repr(part) for part in module.modules()]
    quick = tuned(module, config_of(network), CPU)
    assert [repr(part) for part in module.modules()] == before
    with torch.no_grad():
        next(quick.parameters()).add_(1)
    assert all(one is other for one, other in zip(module.parameters(), quick.parameters(), strict=True))
    x = torch.randn(3, *network.input_shape)
    module.eval()
    torch.testing.assert_close(module(x), quick.eval()(x), rtol=1e-5, atol=1e-6)


def test_whether_the_other_network_is_evaluated_meanwhile_does_not_touch_dropout():
    network = Network("N", (1, 2, 2), Chain("", (Flatten(), Dropout(0.1), Linear(4, 10))))
    module = build(network)
    quick = tuned(module, config_of(network), CPU).train()
    module[1].eval()
    assert quick[1].training


def test_relu_writes_in_place_only_where_nobody_else_reads():
    parts = (
        Conv2d(1, 2, 3, name="conv"), ReLU(name="a"), ReLU(name="b"), Flatten(), Linear(2 * 26 * 26, 10), ReLU(name="c"),
    )  # fmt: skip
    network = Network("N", (1, 28, 28), Chain("", (ReLU(name="first"), *parts)))
    quick = tuned(build(network), config_of(network), CPU)
    writing = {name: part.inplace for name, part in quick.named_children() if isinstance(part, nn.ReLU)}
    assert writing == {"first": False, "a": True, "b": False, "c": True}


def test_the_gradient_of_flatten_lies_as_its_input_did():
    network = zoo.get("lenet")
    quick = tuned(build(network), config_of(network), CPU)
    layouts = []
    pooled = [part for part in quick.children() if isinstance(part, nn.AvgPool2d)][-1]
    pooled.register_forward_hook(lambda _part, _given, result: result.register_hook(layouts.append) and None)
    quick(torch.randn(3, 1, 28, 28)).sum().backward()
    assert layouts[0].is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("name", "last"), [("lenet", True), ("simple_cnn", False)])
def test_channels_last_is_chosen_where_some_convolution_sees_several_channels(name, last):
    network = zoo.get(name)
    module = build(network)
    tuned(module, config_of(network), CPU)
    weights = [part.weight for part in module.modules() if isinstance(part, nn.Conv2d)]
    assert {weight.stride(1) == 1 for weight in weights} == {last}


@pytest.mark.skipif(not computes_bfloat16(CPU), reason="this processor only imitates bfloat16")
def test_fast_computes_in_bfloat16_but_its_answer_weights_and_loss_in_float32():
    network = zoo.get("digit_recognizer")
    config = config_of(network, mode="fast")
    torch.manual_seed(0)
    module = initialised(config)
    quick, seen = tuned(module, config, CPU).eval(), []
    next(part for part in quick.children() if isinstance(part, nn.MaxPool2d)).register_forward_hook(
        lambda _part, _given, result: seen.append(result.dtype)
    )
    x = torch.randn(8, 1, 28, 28)
    with precision(config, CPU):
        scores = quick(x)
        loss = loss_of(network, 0.0)(scores, torch.arange(8))
    assert seen == [torch.bfloat16]
    assert (scores.dtype, loss.dtype) == (torch.float32, torch.float32)
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float32}
    torch.testing.assert_close(scores, module.eval()(x), rtol=0.05, atol=0.05)


def test_exact_computes_in_float32():
    with precision(config_of(tiny_network()), CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_a_processor_that_only_imitates_bfloat16_computes_in_float32(monkeypatch):
    monkeypatch.setattr(tuning, "_processor_flags", lambda: frozenset({"avx512f"}))
    with precision(config_of(tiny_network(), mode="fast"), CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_a_network_that_cannot_be_compiled_trains_without_and_says_so(monkeypatch, tiny):
    def refuse(*_given, **_options):
        raise RuntimeError("no compiler here\nand a long stack")

    monkeypatch.setattr(torch, "compile", refuse)
    config, notes = config_of(tiny, mode="fast", compiled=True), []
    quick = tuned(build(tiny), config, CPU, notes.append)
    assert [note.values for note in notes] == [{"reason": "RuntimeError: no compiler here"}]
    assert "trains without" in notes[0].template
    assert quick(torch.zeros(2, *tiny.input_shape)).shape == (2, 10)


def test_compiling_tries_one_batch_and_leaves_everything_as_it_was(monkeypatch):
    calls = []

    def counting(function, **options):
        def run(x):
            calls.append((tuple(x.shape), options))
            return function(x)

        return run

    monkeypatch.setattr(torch, "compile", counting)
    network = zoo.get("lenet", batch_norm=True)
    config = config_of(network, mode="fast", compiled=True, batch_size=4)
    torch.manual_seed(0)
    module = build(network)
    before, chance = copy.deepcopy(module.state_dict()), torch.get_rng_state()
    quick = tuned(module, config, CPU)
    assert calls == [((4, 1, 28, 28), {"mode": "default", "dynamic": False})]
    assert torch.equal(chance, torch.get_rng_state())
    assert list(quick.state_dict()) == list(before)
    assert all(torch.equal(value, before[name]) for name, value in quick.state_dict().items())
    assert all(parameter.grad is None for parameter in quick.parameters())
    quick(torch.zeros(3, 1, 28, 28))  # an odd last batch
    quick.eval()(torch.zeros(4, 1, 28, 28))
    assert len(calls) == 1
    quick.train()(torch.zeros(4, 1, 28, 28))
    assert len(calls) == 2


def test_exact_never_compiles(monkeypatch, tiny):
    monkeypatch.setattr(torch, "compile", lambda *_given, **_options: pytest.fail("compiled"))
    tuned(build(tiny), config_of(tiny, compiled=True), CPU)


def test_log_probabilities_are_computed_in_float32():
    network = Network("N", (1, 1, 1), Chain("", (Flatten(), Linear(1, 10), LogSoftmax())))
    quick = tuned(build(network), config_of(network), CPU)
    assert quick[-1](torch.zeros(1, 10, dtype=torch.bfloat16)).dtype == torch.float32


def test_fast_gives_the_same_numbers_every_time():
    network = zoo.get("digit_recognizer")
    config = config_of(network, mode="fast")
    results = []
    for _ in range(2):
        torch.manual_seed(1)
        quick = tuned(initialised(config), config, CPU)
        with precision(config, CPU):
            results.append(quick(torch.randn(4, 1, 28, 28)))
    assert torch.equal(*results)


def test_a_pool_whose_windows_lie_far_apart_stays_behind_its_relu():
    network = Network(
        "N",
        (1, 8, 8),
        Chain("", (Conv2d(1, 2, 3), ReLU(), MaxPool2d(2, 2, dilation=2), Flatten(), Linear(8, 10))),
    )
    assert [type(part).__name__ for part in tuned(build(network), config_of(network), CPU)][1:3] == [
        "ReLU",
        "MaxPool2d",
    ]
