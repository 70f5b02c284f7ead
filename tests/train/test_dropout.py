"""The cheaper dropout is dropout: the right part is dropped, the mean stays, gradients follow the mask."""

import pytest
import torch
from torch import nn

from cnnviz.train.dropout import ByteDropout, with_byte_dropout


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


def test_it_takes_the_place_of_torch_s_where_a_byte_can_decide():
    inner = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    module = with_byte_dropout(nn.Sequential(inner, nn.Dropout(0.1), nn.Dropout2d(0.5), nn.Dropout(1.0)))
    kinds = [type(part).__name__ for part in module.modules()]
    assert kinds == ["Sequential", "Sequential", "Linear", "ByteDropout", "Dropout", "Dropout2d", "Dropout"]
    assert list(module.state_dict()) == ["0.0.weight", "0.0.bias"]
