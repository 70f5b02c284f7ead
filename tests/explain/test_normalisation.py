import copy

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.explain.normalisation import BatchNorm, inside
from cnnviz.ops.normalisation import draw, gather, statistics


@pytest.mark.parametrize(("shape", "kind"), [((16, 5), nn.BatchNorm1d), ((2, 3, 4, 4), nn.BatchNorm2d), ((8, 4, 5, 4), nn.BatchNorm2d)])  # fmt: skip
def test_the_notes_layer_mended_equals_torch_but_for_the_unbiased_variance(shape, kind):
    torch.manual_seed(0)
    ours, theirs = BatchNorm(shape[1]), kind(shape[1])
    for _ in range(3):
        x = torch.randn(shape) * 3 + 1
        torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours.moving_mean, theirs.running_mean)
    n = x.numel() / shape[1]
    unbiased = (ours.moving_var - 0.9**3) * n / (n - 1) + 0.9**3
    torch.testing.assert_close(unbiased, theirs.running_var)
    theirs.running_var.copy_(ours.moving_var)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


def test_the_mended_layer_keeps_no_graph_of_the_batches_that_it_saw():
    layer = BatchNorm(3)
    layer(torch.randn(2, 3, 4, 4))
    copy.deepcopy(layer).eval()(torch.randn(2, 3, 4, 4)).sum().backward()
    assert layer.moving_mean.grad_fn is None


def test_vars_of_the_layer_hold_what_our_running_statistics_say():
    batches = draw((8, 3, 7, 7), [2, -1, 0], [1, 2, 3], 4, seed=0)
    running = gather(map(statistics, batches), 3, momentum=0.2)[-1]
    found = inside(batches, 3, pictures=True, training=False, gamma=2, beta=1, eps=1e-3, momentum=0.2)
    numbers = [float(part) for part in found["_buffers['running_mean']"][8:-2].split(",")]
    np.testing.assert_allclose(numbers, running.mean, atol=1e-4)
    assert found["_buffers['num_batches_tracked']"] == "tensor(4)"
    assert (found["training"], found["eps"], found["momentum"]) == ("False", "0.001", "0.2")
    assert "tensor([2., 2., 2.]" in found["_parameters['weight']"]
    assert {"num_features", "affine", "track_running_stats", "_forward_hooks"} <= found.keys()
