"""The largest value and the mean of each window, and a picture in another size."""

import numpy as np

from cnnviz.ops.interpolation import interpolate, interpolation_axis
from cnnviz.ops.pooling import adaptive_axis, avg_pool, max_pool, pooling_axis, window_sums
from cnnviz.shapes import apply
from cnnviz.spec import AdaptiveMaxPool2d, AvgPool2d, Conv2d, MaxPool2d
from tests.notes.claims import array, claim


def axes(x, kernel, stride, padding=0, dilation=1):
    """The windows of a pooling over a picture (..., H, W), along height and width."""
    return [pooling_axis(size, kernel, stride, padding, dilation) for size in x.shape[-2:]]


def largest(x, **window):
    """Max pooling of (C, H, W)."""
    return max_pool(x, *axes(x, **window))[0]


def mean(x, **window):
    """Average pooling of (C, H, W)."""
    return avg_pool(x, *axes(x, **window))[0]


def side(size, kernel, stride=None, padding=0):
    """The output's side for a square input; without a stride that of torch, the window."""
    _, height, width = apply(MaxPool2d(kernel, stride, padding), (1, size, size)).shape
    assert height == width == pooling_axis(size, kernel, stride or kernel, padding).outputs
    return height


@claim("c085", "c090", "c171", "c173")
def max_pooling(x, kernel, stride, dilation=1):
    return largest(array([x]), kernel=kernel, stride=stride, dilation=dilation)[0]


@claim("c020", "c086")
def average_pooling(x, kernel, stride):
    return mean(array([x]), kernel=kernel, stride=stride)[0]


@claim("c089")
def first_value_with_padding(x, kernel, stride, padding):
    return largest(array([x]), kernel=kernel, stride=stride, padding=padding)[0, 0, 0]


@claim("c199")
def first_window(x, kernel, stride):
    return largest(array([x]), kernel=kernel, stride=stride)[0, 0, 0]


@claim("c092")
def each_channel_on_its_own(x, kernel, stride, padding):
    return largest(array(x), kernel=kernel, stride=stride, padding=padding)


@claim("c118")
def mean_and_sum_of_everything(x):
    x = array([x])
    rows, cols = (adaptive_axis(size, 1) for size in x.shape[1:])
    return avg_pool(x, rows, cols)[0].item(), window_sums(x, rows, cols).item()


@claim("c016", "c029")
def pooled_shape(shape, kernel):
    return [shape[0], *apply(MaxPool2d(kernel), tuple(shape[1:])).shape]


@claim("c017")
def sides_for_several_windows(size, kernels):
    return [side(size, kernel) for kernel in kernels]


@claim("c087")
def pooled_side(size, kernel):
    return side(size, kernel)


@claim("c088")
def sides_with_and_without_padding(size, cases):
    return [side(size, *case) for case in cases]


@claim("c091")
def formula(cases):
    return [side(size, kernel, stride, padding) for size, kernel, padding, stride in cases]


@claim("c093")
def parameters(kernel, inputs, outputs):
    layers = MaxPool2d(kernel), AvgPool2d(kernel), Conv2d(inputs, outputs, kernel)
    return [apply(layer, (inputs, kernel, kernel)).params for layer in layers]


@claim("c172")
def what_a_pooling_is_by_default(kernel):
    layer = MaxPool2d(kernel)
    windows = apply(layer, (1, 4 * kernel, 4 * kernel)).windows
    return windows[0].step, layer.padding, layer.dilation


@claim("c174")
def adaptive_sides(sizes, output):
    sides = [apply(AdaptiveMaxPool2d(output), (1, size, size)).shape[1] for size in sizes]
    assert sides == [adaptive_axis(size, output).outputs for size in sizes]
    return sides


def bilinear(x, factor):
    """A picture (C, H, W) made larger or smaller."""
    axes = [interpolation_axis(size, scale_factor=factor, mode="bilinear") for size in x.shape[1:]]
    return interpolate(x, *axes)


@claim("c030", "c031")
def shape_in_another_size(shape, factor):
    return [shape[0], *bilinear(np.zeros(shape[1:]), factor).shape]


@claim("c032")
def picture_in_another_size(x, factor):
    return bilinear(array([x]), factor)[0]


@claim("c033")
def picture_of_half_the_size(x, factor):
    found = bilinear(array([x]), factor)
    assert np.allclose(found, mean(array([x]), kernel=2, stride=2))
    return found[0]
