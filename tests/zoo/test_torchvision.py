"""Where torchvision has the very same network, its weights give the same output in ours."""

import pytest
import torch
from torchvision import models

from cnnviz.nets.build import build
from cnnviz.zoo import get

VGGS = [f"vgg{depth}" for depth in (11, 13, 16, 19)]
CASES = [
    *((name, {}, name, {}) for name in ["alexnet", *VGGS, "resnet18", "resnet34", "resnet50", "densenet121"]),
    *((name, {"batch_norm": True}, f"{name}_bn", {}) for name in VGGS),
    ("googlenet", {}, "googlenet", {"aux_logits": False, "init_weights": False, "transform_input": False}),
]
NOISE = torch.randn(1_000_003, generator=torch.Generator().manual_seed(0))
"""A prime number of them, so that no two rows of a weight are the same."""


def noise(like):
    count = like.numel()
    return NOISE.repeat(-(-count // len(NOISE)))[:count].view(like.shape)


def fill(module):
    """Give a module from the meta device weights that keep numbers in range: VGG-19 draws none of its 144 million."""
    module = module.to_empty(device="cpu").eval()
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.dtype == torch.long:
                tensor.zero_()
            elif name.endswith("running_var"):
                tensor.copy_(0.5 + noise(tensor).abs())
            elif tensor.dim() == 1:
                tensor.copy_(0.1 * noise(tensor) + (1 if name.endswith("weight") else 0))
            else:
                tensor.copy_(noise(tensor) * (2 / tensor[0].numel()) ** 0.5)
    return module


@pytest.mark.parametrize(("name", "options", "theirs", "how"), CASES, ids=[case[2] for case in CASES])
def test_torchvisions_weights_give_the_same_output_in_our_network(name, options, theirs, how):
    side = 96 if name == "alexnet" else 64
    network = get(name, follow="torchvision", size=side, **options)
    with torch.device("meta"):
        ours, other = build(network).eval(), getattr(models, theirs)(weights=None, **how)
    other = fill(other)
    keys, given = list(ours.state_dict()), list(other.state_dict().values())
    assert [tuple(ours.state_dict()[key].shape) for key in keys] == [tuple(tensor.shape) for tensor in given]
    ours.load_state_dict(dict(zip(keys, given, strict=True)), assign=True)
    pictures = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        found, expected = ours(pictures), other(pictures)
    assert expected.shape == (2, 1000)
    assert (expected[0] - expected[1]).abs().max() > 1e-3 * expected.abs().max()  # it looks at the picture
    assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_the_default_size_classes_and_channels_are_torchvisions():
    for name, _options, theirs, how in CASES:
        with torch.device("meta"):
            other = getattr(models, theirs)(weights=None, **how)
        network = get(name, follow="torchvision")
        assert network.input_shape == (3, 224, 224)
        assert next(other.parameters()).shape[1] == 3
        assert list(other.parameters())[-1].shape == (1000,)
