from typing import get_args

import pytest
import torch
from torch import nn

from cnnviz import spec
from cnnviz.shapes import apply
from cnnviz.spec.code import line

GIVEN = {
    "Conv2d": spec.Conv2d(3, 4, (3, 2), bias=False),
    "ConvTranspose2d": spec.ConvTranspose2d(3, 4, 2, stride=2),
    "MaxPool2d": spec.MaxPool2d(2),
    "AvgPool2d": spec.AvgPool2d(2, stride=1),
    "AdaptiveAvgPool2d": spec.AdaptiveAvgPool2d((2, 3)),
    "AdaptiveMaxPool2d": spec.AdaptiveMaxPool2d(2),
    "BatchNorm2d": spec.BatchNorm2d(3),
    "BatchNorm1d": spec.BatchNorm1d(3),
    "Linear": spec.Linear(8, 4),
}


@pytest.mark.filterwarnings("error")  # torch warns where dim is missing
@pytest.mark.parametrize("kind", get_args(spec.Layer), ids=lambda kind: kind.__name__)
def test_every_layers_line_runs_in_torch_and_gives_the_shape_that_we_say(kind):
    layer = GIVEN.get(kind.__name__) or kind()
    shape = (3, 8) if kind is spec.BatchNorm1d else (3, 8, 8)
    module = eval(line(layer), {"nn": nn})
    assert tuple(module(torch.rand(2, *shape)).shape[1:]) == apply(layer, shape).shape


def test_what_torch_has_no_default_for_is_always_written():
    assert line(spec.Upsample()) == "nn.Upsample(scale_factor=2)"
    assert line(spec.Softmax()) == "nn.Softmax(dim=1)"
    assert line(spec.Upsample(3, mode="bilinear")) == "nn.Upsample(scale_factor=3, mode='bilinear')"
