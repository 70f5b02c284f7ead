"""What onnxruntime computes from our file is what torch computes."""

import subprocess
import sys

import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given

from cnnviz.errors import SpecError
from cnnviz.nets import onnx as room
from cnnviz.nets.build import build
from cnnviz.nets.onnx import export
from cnnviz.shapes import trace
from cnnviz.spec import (
    GELU,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm2d,
    Branches,
    Chain,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Dropout2d,
    Flatten,
    Identity,
    Linear,
    LogSoftmax,
    MaxPool2d,
    Network,
    Softmax,
    Upsample,
    from_json,
    leaves,
    to_json,
)
from cnnviz.zoo import ZOO, get
from tests.strategies import networks
from tests.zoo.test_zoo import narrow, variants

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
LARGE = 30_000_000
"""Parameters or multiply-adds from which on a narrow network of the same tree stands for a network."""


def trained(network, seed=0):
    """The built module with weights as after training: batch normalisation has seen something."""
    torch.manual_seed(seed)
    module = build(network)
    for name, tensor in module.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        elif name.endswith(("running_mean", "bias")) or (name.endswith("weight") and tensor.dim() == 1):
            tensor.normal_()
    return module.eval()


def run(data, pictures):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(["output"], {"input": pictures.numpy()})[0])


def same(network, *batches):
    """Check the file with onnx and compare onnxruntime's output with torch's."""
    module = trained(network)
    data = export(network, module.state_dict())
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    for batch in batches or (1, 3):
        pictures = torch.randn(batch, *network.input_shape)
        with torch.no_grad():
            expected = module(pictures)
        got = run(data, pictures)
        assert got.shape == expected.shape
        assert (got - expected).abs().max() <= 1e-4 * max(1.0, float(expected.abs().max()))


@pytest.mark.parametrize("name", sorted(ZOO))
def test_onnxruntime_computes_what_torch_computes_at_three_sizes(name):
    least = ZOO[name].options["size"].least
    for size in (least, least + 17, 2 * least + 31):
        same(narrow(get(name, size=size)))


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_source_and_option_of_a_network_is_the_same_in_onnx_and_in_json(name):
    for network in variants(name):
        assert from_json(to_json(network)) == network
        traced = trace(network)
        same(narrow(network) if max(traced.params, traced.macs) > LARGE else network, 2)


@given(networks(12))
def test_a_random_tree_is_the_same_network_in_onnx_and_in_json(network):
    same(network, 2)
    assert from_json(to_json(network)) == network


@pytest.mark.parametrize(
    "layer",
    [
        *(Conv2d(4, 6, (3, 2), (1, 2), (2, 1), padding_mode=mode, groups=2) for mode in room.PAD_MODES),
        Conv2d(4, 6, (4, 2), padding="same", dilation=(1, 3), bias=False),
        Conv2d(4, 6, 4, padding="same", padding_mode="circular"),
        ConvTranspose2d(4, 6, (3, 2), (2, 3), (1, 0), output_padding=(1, 2), groups=2),
        ConvTranspose2d(4, 6, 3, 2, output_padding=1, dilation=3, bias=False),
        MaxPool2d((3, 2), 2, (1, 0), dilation=(1, 2), ceil_mode=True),
        MaxPool2d(2, 5, ceil_mode=True),
        MaxPool2d(2, 3, dilation=5, ceil_mode=True),
        *(
            AvgPool2d(3, 2, padding, ceil_mode=True, count_include_pad=count)
            for padding in (0, 1)
            for count in (True, False)
        ),
        AvgPool2d(2, 3, 1, ceil_mode=False, count_include_pad=False),
        AvgPool2d((3, 2), 2, (1, 0), ceil_mode=True),
        *(kind(size) for kind in (AdaptiveAvgPool2d, AdaptiveMaxPool2d) for size in (1, (5, 2), (4, 7), 13)),
        *(Upsample((2, 3), mode) for mode in room.RESIZE_MODES),
        Upsample(3, "bilinear", align_corners=True),
        Upsample(1, "bicubic", align_corners=True),
        Upsample(2, "bicubic", align_corners=True),
        BatchNorm2d(4, eps=0.1, affine=False),
        *(Flatten(*dims) for dims in ((1, 2), (2,), (2, -1), (3, 3))),
        Linear(9, 5),
        Linear(9, 5, bias=False),
        *(kind(dim) for kind in (Softmax, LogSoftmax) for dim in (0, 2, -1)),
        GELU(),
        Dropout(0.9),
        Dropout2d(),
        Identity(),
    ],
    ids=lambda layer: str(layer)[:60],
)
def test_every_kind_of_layer_is_said_exactly(layer):
    same(Network("One", (4, 10, 9), Chain("", (layer,))), 1, 2)


def test_a_network_that_does_nothing_or_only_merges_is_one_too():
    same(Network("Empty", (1, 3, 3), Chain("", ())))
    same(
        Network(
            "Nested", (1, 3, 3), Chain("", (Chain("input", ()), Identity(name="output"), Chain("end", ())))
        )
    )
    empty = (Chain("a", ()), Chain("b", ()), Chain("c", ()))
    for merge in ("add", "concat"):
        same(Network("Thrice", (1, 3, 3), Chain("", (Branches("sum", empty, merge=merge),))))


def test_nodes_are_called_by_their_paths_and_say_their_line_of_pytorch():
    network = get("resnet18")
    model = onnx.load_from_string(export(network))
    nodes = {node.name: node for node in model.graph.node}
    assert {path for path, _ in leaves(network.body)} <= set(nodes)
    conv = next(node for node in model.graph.node if node.op_type == "Conv")
    assert conv.doc_string.startswith("nn.Conv2d(")
    assert conv.input[1] == f"{conv.name}.weight"
    shapes = {value.name: value.type.tensor_type.shape.dim for value in model.graph.value_info}
    row = next(row for row in trace(network).rows if row.path == conv.name)
    assert [dim.dim_param or dim.dim_value for dim in shapes[conv.output[0]]] == ["batch", *row.output_shape]


def test_weights_of_another_network_are_refused():
    with pytest.raises(SpecError, match=r"not those of this network: `conv1.weight` differs"):
        export(get("lenet"), build(get("alexnet")).state_dict())


def test_an_output_padding_that_onnx_refuses_is_refused_with_its_layer():
    layer = ConvTranspose2d(4, 6, 3, 1, output_padding=1, dilation=2, name="up")
    with pytest.raises(SpecError, match=r"up: ONNX cannot say `output_padding` \(=1\) that is not smaller"):
        export(Network("Up", (4, 8, 8), Chain("", (layer,))))


def test_more_than_two_gigabytes_are_refused_before_anything_is_built():
    network = Network("Huge", (1, 64, 64), Chain("", (Flatten(), Linear(4096, 200_000))))
    with pytest.raises(
        SpecError, match=r"one ONNX file holds 2 GB, but the weights of this network take 3.3 GB"
    ):
        export(network)


def test_the_training_room_runs_without_onnx():
    code = (
        "import sys; sys.modules['onnx'] = None; "
        "import cnnviz.train.loop, cnnviz.train.worker, cnnviz.nets.onnx, cnnviz.nets.source, cnnviz.explain.predict"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
