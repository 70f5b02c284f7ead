"""The cheaper dropout is dropout: the right part is dropped, the mean stays, gradients follow the mask."""

import pytest
import torch
from torch import nn

from cnnviz.train.dropout import ByteDropout, decides


@pytest.mark.parametrize("p", [0.25, 0.5, 1 / 256])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_right_part_is_dropped_and_the_rest_is_scaled(p, layout):
    torch.manual_seed(0)
    x = torch.ones(16, 8, 31, 33).contiguous(memory_format=layout).requires_grad_()
    y = ByteDropout(p)(x)
    dropped = (y == 0).float().mean().item()
    assert dropped == pytest.approx(p, abs=4 * (p * (1 - p) / x.numel()) ** 0.5)
    assert torch.equal(y[y != 0], torch.full_like(y[y != 0], 1 / (1 - p)))
    assert y.is_contiguous(memory_format=layout)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


def test_it_is_seeded_and_does_nothing_in_evaluation():
    layer, x = ByteDropout(0.5), torch.rand(5, 7).t()
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append(layer(x))
    assert torch.equal(*results)
    assert layer.eval()(x) is x


def test_it_keeps_the_kind_of_number_that_it_is_given():
    assert ByteDropout(0.5)(torch.ones(3, 5, dtype=torch.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("part", "can"),
    [
        (nn.Dropout(0.5), True), (nn.Dropout(1 / 256), True), (nn.Dropout(0.1), False), (nn.Dropout(0), False),
        (nn.Dropout(1.0), False), (nn.Dropout2d(0.5), False), (nn.ReLU(), False),
    ],
)  # fmt: skip
def test_a_byte_decides_for_multiples_of_a_256th(part, can):
    assert decides(part) is can
