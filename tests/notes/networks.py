"""The documented networks: shapes step by step, parameters, multiply-adds."""

import numpy as np
import torch

from cnnviz.nets.build import build
from cnnviz.ops.linear import linear
from cnnviz.shapes import trace
from cnnviz.spec import Conv2d, Linear, leaves
from cnnviz.zoo import get
from tests.notes.claims import claim

LEARNED = {"Conv2d", "Linear"}


def rows(network, shape=None):
    """The layers of a documented network, for its own pictures or others (N, C, H, W)."""
    described = get(network)
    return trace(described.with_input(tuple(shape[1:])) if shape else described).rows


def ends(network, shape=None):
    """Part of the network -> the shape of one picture where it ends, with the batch; in order."""
    return {row.path.split(".")[0]: [1, *row.output_shape] for row in rows(network, shape)}


def row_of(network, layer):
    (found,) = [row for row in rows(network) if row.path == layer]
    return found


def counts(network):
    """Learned layer -> its parameters, in order."""
    return {row.path: row.params for row in rows(network) if row.params}


def params_of(network, *kinds):
    return [row.params for row in rows(network) if row.layer in kinds]


def square(network, side):
    """A documented network, traced for square pictures."""
    described = get(network)
    return trace(described.with_input((described.input_shape[0], side, side)))


@claim("c002", "c003")
def end_of_a_block(network, block, shape):
    return ends(network, shape)[block]


@claim("c004", "c095", "c162")
def flattened(network):
    (found,) = [row.output_shape for row in rows(network) if row.layer == "Flatten"]
    return found[0]


@claim("c005")
def weights_of_the_classifier(network):
    with torch.device("meta"):
        return list(build(get(network)).classifier[-1].weight.shape)


@claim("c006", "c127")
def parameters(network):
    return trace(get(network)).params


@claim("c027")
def parameters_of_simple_cnn(network):
    found = counts(network)
    return {"conv1": found["conv1"], "fc": found["fc"], "total": trace(get(network)).params}


@claim("c094")
def every_layer(network, shape):
    return [["input", shape], *([row.layer, [1, *row.output_shape]] for row in rows(network, shape))]


@claim("c097")
def parameters_of_lenet(network):
    totals = trace(get(network))
    convs, linears = params_of(network, "Conv2d"), params_of(network, "Linear")
    return {"conv": convs, "fc": linears, "total": totals.params, "macs": totals.macs}


@claim("c099")
def convolutions_and_linear_layers(network):
    return len(params_of(network, "Conv2d")), len(params_of(network, "Linear"))


@claim("c101")
def end_of_alexnet(network):
    totals = trace(get(network))
    (flat,) = [row.input_shape for row in rows(network) if row.layer == "Flatten"]
    return {
        "total": totals.params,
        "fc": sum(params_of(network, "Linear")),
        "macs": totals.macs,
        "flat": [1, *flat],
    }


@claim("c102")
def first_kernels(networks):
    layers = (
        [layer for _, layer in leaves(get(name).body) if isinstance(layer, Conv2d)] for name in networks
    )
    return [convs[0].kernel_size for convs in layers]


@claim("c106")
def blocks_and_flattened(network):
    shapes = [end for part, end in ends(network).items() if part.startswith("block")]
    return [*shapes, [1, flattened(network)]]


@claim("c108")
def learned_layers(networks):
    return [len(params_of(name, *LEARNED)) for name in networks]


@claim("c116", "c148")
def every_part(network, shape):
    return list(ends(network, shape).values())


@claim("c117")
def fewer_parameters(network, others):
    totals = trace(get(network))
    shares = {key: sum(params_of(name, "Linear")) / trace(get(name)).params for key, name in others.items()}
    return {"nin": totals.params, "macs": totals.macs, **shares}


@claim("c119")
def last_maps(network, shape):
    return ends(network, shape)["block4"]


@claim("c121")
def channels_in_a_nin_block(network, block):
    return [
        row.output_shape[0] for row in rows(network) if row.layer == "Conv2d" and row.path.startswith(block)
    ]


@claim("c124", "c125")
def channels_of_inception_blocks(network, module):
    return [
        row.output_shape[0] for row in rows(network) if row.layer == "concat" and row.path.startswith(module)
    ]


@claim("c126")
def modules_for_several_sizes(network, sides):
    return [list(ends(network, (1, 1, side, side)).values()) for side in sides]


@claim("c143")
def steps_of_lenet_with_batch_normalisation(network, shape):
    steps = [
        [1, *row.output_shape]
        for row in rows(network, shape)
        if row.layer in {"Conv2d", "AvgPool2d", "Flatten"}
    ]
    return [*steps, [1, *trace(get(network)).output_shape]]


@claim("c144")
def what_normalisation_adds(network):
    totals = trace(get(network))
    return totals.params, totals.macs, sum(params_of(network, "BatchNorm1d", "BatchNorm2d"))


@claim("c147")
def layers_of_resnet(network):
    learned = [row for row in rows(network) if row.layer in LEARNED]
    counted = [row for row in learned if ".shortcut." not in row.path]
    return len(counted), len(params_of(network, "Conv2d")), len(params_of(network, "Linear"))


@claim("c149", "c155")
def parameters_and_multiply_adds(network, sides):
    totals = [square(network, side) for side in sides]
    (params,) = {total.params for total in totals}
    return [params, *(total.macs for total in totals)]


@claim("c151")
def channels_of_the_modules(network):
    return [end[1] for part, end in ends(network).items() if part.startswith("b")]


@claim("c154")
def channels_and_sides_of_densenet(network, side):
    kinds = "stem", "dense", "transition"
    return [end[1:3] for part, end in ends(network, (1, 1, side, side)).items() if part.startswith(kinds)]


@claim("c159", "c160", "c161")
def one_layer(network, layer, shape):
    row = row_of(network, layer)
    assert row.input_shape == tuple(shape[1:])
    return [shape[0], *row.output_shape]


@claim("c165")
def weights_and_what_they_do(network, layer, rows):
    described = dict(leaves(get(network).body))[layer]
    assert isinstance(described, Linear)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = torch.nn.Linear(described.in_features, described.out_features).double()
        x = torch.randn(rows, described.in_features).double()
    weight, bias = made.weight.detach().numpy(), made.bias.detach().numpy()
    return weight.shape, np.allclose(linear(x.numpy(), weight, bias), made(x).detach().numpy())


@claim("c166", "c193")
def every_count(network):
    totals = trace(get(network))
    return counts(network) | {"total": totals.params, "macs": totals.macs}


@claim("c185")
def tensors_of_a_module(network, layer):
    with torch.device("meta"):
        made = build(get(network))
    return len(list(made.parameters())), len(list(made.get_submodule(layer).parameters()))


@claim("c192")
def convolutions_and_poolings(network, shape):
    return [[1, *row.output_shape] for row in rows(network, shape) if row.layer in {"Conv2d", "MaxPool2d"}]


@claim("c202")
def multiply_adds(networks):
    return [trace(get(name)).macs for name in networks]


@claim("c203")
def first_module_of_googlenet(network, shape):
    return [
        [1, *row.output_shape] for row in rows(network, shape) if row.path.startswith("b1.") and row.formulas
    ]


@claim("c206")
def channels_of_lenet(network):
    convs = [row for row in rows(network) if row.layer == "Conv2d"]
    return [convs[0].input_shape[0], *(row.output_shape[0] for row in convs)]
