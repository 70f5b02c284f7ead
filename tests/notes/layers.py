"""What has no window: batch normalisation, dropout, linear layers, softmax, and learning a kernel."""

import ast

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnnviz.data.augment import augment
from cnnviz.explain.learning import descend, valley
from cnnviz.explain.normalisation import BatchNorm, inside
from cnnviz.ops.activations import relu_gradient, sigmoid_gradient
from cnnviz.ops.dropout import drop, kept
from cnnviz.ops.linear import parameters
from cnnviz.ops.normalisation import draw, gather, normalise, statistics
from cnnviz.ops.softmax import cross_entropy, nll, softmax
from cnnviz.shapes import apply
from cnnviz.spec import BatchNorm2d, Linear
from tests.notes.claims import array, claim


def sample(shape, seed=0):
    """Normally distributed numbers, each channel around another mean and with another spread."""
    (made,) = draw(tuple(shape), range(shape[1]), range(1, shape[1] + 1), 1, seed)
    return made


def normalised(x, gamma=1.0, beta=0.0, eps=1e-5):
    """A batch as it leaves the layer in training."""
    found, channels = statistics(x), np.ones(x.shape[1])
    return normalise(x, found.mean, found.var, gamma * channels, beta * channels, eps)


@claim("c131")
def four_numbers(x, gamma, beta, eps):
    return normalised(array(x)[:, None], gamma, beta, eps)[:, 0]


@claim("c034")
def shape_stays(shape):
    made = normalised(sample(shape)).shape
    assert made[1:] == apply(BatchNorm2d(shape[1]), tuple(shape[1:])).shape
    return made


@claim("c035")
def gamma_and_beta(channels):
    layer = BatchNorm(channels)
    start = [values.unique().item() for values in (layer.gamma, layer.beta)]
    return (
        list(layer.gamma.shape),
        list(layer.beta.shape),
        *start,
        apply(BatchNorm2d(channels), (channels, 7, 7)).params,
    )


def shown(x):
    """What the page shows of the real layer after a batch, and the spec's layer, whose defaults it has."""
    layer = BatchNorm2d(x.shape[1])
    looks = inside(
        [x], x.shape[1], pictures=x.ndim == 4, training=True, gamma=1, beta=0, eps=layer.eps, momentum=layer.momentum
    )  # fmt: skip
    return looks, layer


@claim("c036")
def what_one_batch_leaves(shape):
    x = sample(shape)
    looks, layer = shown(x)
    running = gather([statistics(x)], shape[1], layer.momentum)[-1]
    assert looks["_buffers['num_batches_tracked']"] == f"tensor({running.batches})"
    names = "eps", "momentum", "affine", "track_running_stats"
    return [running.batches, *(ast.literal_eval(looks[name]) for name in names)]


@claim("c037")
def running_statistics_are_as_the_formula_says(shape):
    x, layer = sample(shape), nn.BatchNorm2d(shape[1]).double()
    layer(torch.from_numpy(x))
    running = gather([statistics(x)], shape[1], layer.momentum)[-1]
    mean, var = 0.1 * x.mean((0, 2, 3)), 0.9 + 0.1 * x.var((0, 2, 3), ddof=1)
    return all(
        np.allclose(ours, formula) and np.allclose(ours, theirs)
        for ours, formula, theirs in [
            (running.mean, mean, layer.running_mean),
            (running.var, var, layer.running_var),
        ]
    )


@claim("c038")
def what_the_printed_layer_lacks(channels, printed):
    looks, _ = shown(sample((1, channels, 7, 7)))
    names = {name.partition("[")[0] for name in looks}
    assert names >= set(printed)
    return sorted(names - set(printed))


@claim("c039")
def shape_whose_running_means_spread_so(batch, channels, sides, spread):
    def spread_of(side):
        many = draw((batch, 400, side, side), [0] * 400, [1] * 400, 1, seed=0)
        return gather(map(statistics, many), 400, momentum=0.1)[-1].mean.std()

    fitting = min(sides, key=lambda side: abs(spread_of(side) - spread))
    return batch, channels, fitting, fitting


@claim("c133")
def one_mean_a_channel(shape):
    found = statistics(sample(shape))
    assert np.allclose(normalised(sample(shape)).mean((0, 2, 3)), 0)
    return found.mean.shape


@claim("c137")
def the_layer_from_scratch_is_right_for_features(shape):
    x = sample(shape)
    ours, theirs = BatchNorm(shape[1]).double(), nn.BatchNorm1d(shape[1]).double()
    results = [layer(torch.from_numpy(x)).detach().numpy() for layer in (ours, theirs)]
    return all(np.allclose(result, normalised(x)) for result in results)


@claim("c176")
def factor_mean_and_share_of_dropout(p):
    one = np.ones((1, 1, 1))
    scale, nothing = drop(one, one, p).item(), drop(one, 0 * one, p).item()
    share = 1 - kept((64, 1, 1), p, seed=0, draws=1000, whole_channels=True).mean() / 1000
    assert abs(share - p) < 0.01
    return scale, p * nothing + (1 - p) * scale, 1 - 1 / scale


@claim("c177")
def dropped_channels(x, p, dropped):
    x = array(x)
    mask = np.ones_like(x)
    mask[dropped] = 0
    return drop(x, mask, p)[:, 0, 0]


@claim("c163", "c164")
def parameters_of_a_linear_layer(features, outputs, bias):
    count = apply(Linear(features, outputs, bias=bias), (features,)).params
    assert count == parameters(features, outputs, bias=bias)
    return count


@claim("c167")
def one_linear_layer_or_two(features, hidden, classes):
    return (
        parameters(features, classes, bias=False),
        parameters(hidden, classes, bias=False),
        parameters(features, hidden) + parameters(hidden, classes),
        parameters(features, classes),
    )


@claim("c196")
def shares_of_the_sum(logits):
    return softmax(array(logits)).softmax


@claim("c011")
def cross_entropy_takes_scores(logits, target):
    theirs = nn.CrossEntropyLoss()(torch.tensor([logits]).double(), torch.tensor([target]))
    return bool(np.isclose(cross_entropy(array(logits), target), theirs.item()))


@claim("c184")
def log_softmax_and_nll_are_the_cross_entropy(logits, target):
    ours = nll(softmax(array(logits)).log_softmax, target)
    theirs = F.nll_loss(F.log_softmax(torch.tensor([logits]).double(), dim=1), torch.tensor([target]))
    return bool(np.isclose(ours, cross_entropy(array(logits), target)) and np.isclose(ours, theirs.item()))


@claim("c103")
def steepest_slopes(x):
    return sigmoid_gradient(array(x)).max(), relu_gradient(array(x)).max()


@claim("c063", "c064")
def last_loss_and_kernel(seed, rate, steps, reduction):
    found = descend(seed, rate, steps, reduction)
    return found.losses[steps - 1], *found.kernels[steps]  # the notes print a step's loss before it is made


@claim("c065")
def bends_of_the_loss(reduction):
    return valley(reduction).bends


@claim("c104")
def shape_of_changed_pictures(shape, kinds):
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand(4, *shape, generator=generator)
    (found,) = {augment(pictures, generator, () if kind == "none" else (kind,)).shape for kind in kinds}
    return list(found[1:])
