"""What slides over a picture: cross-correlation, true convolution, edges, channels, 1x1."""

import io

import numpy as np
from PIL import Image

from cnnviz.data.images import decode_coloured
from cnnviz.nets.build import module
from cnnviz.ops.convolution import convolve, partial
from cnnviz.ops.dense import convolution_weights, linear_weights
from cnnviz.ops.kernels import drawn
from cnnviz.ops.linear import linear
from cnnviz.ops.windows import convolution_axis
from cnnviz.shapes import apply
from cnnviz.spec import Conv2d
from tests.notes.claims import array, claim


def axes(x, kernel, *, flipped=False):
    """The windows of a kernel (..., kh, kw) over a picture (..., H, W), along height and width."""
    sizes = zip(x.shape[-2:], kernel.shape[-2:], strict=True)
    return [convolution_axis(size, cells, flipped=flipped) for size, cells in sizes]


def slide(x, kernel, *, flipped=False):
    """What one kernel makes of one picture, both of rows and columns."""
    x, kernel = array(x), array(kernel)
    return convolve(x[None], kernel[None, None], *axes(x, kernel, flipped=flipped))[0]


@claim("c043", "c059")
def cross_correlation(x, kernel):
    return slide(x, kernel)


@claim("c056")
def first_value_of_the_cross_correlation(x, kernel):
    return slide(x, kernel)[0, 0]


@claim("c044")
def kernel_turned_over(kernel):
    kernel = array(kernel)
    rows, cols = axes(kernel, kernel, flipped=True)
    return [[kernel[row, col] for _, col in cols.taps[0]] for _, row in rows.taps[0]]


@claim("c045")
def first_value_of_the_true_convolution(x, kernel):
    return slide(x, kernel, flipped=True)[0, 0]


@claim("c046")
def true_convolution(x, kernel):
    return slide(x, kernel, flipped=True)


@claim("c060")
def signs_of_edges(edges, kernel):
    return [slide(x, kernel)[0, 0] for x in edges]


@claim("c061")
def what_a_kernel_finds_in_the_transposed_picture(x, kernel):
    found = slide(x, kernel)
    return found.shape, np.abs(found).max()


@claim("c062")
def edges_below_each_other(x, kernel):
    found = slide(x, kernel)
    assert np.all(found == found[:, :1])
    return found[:, 0]


@claim("c055")
def slices_added_up(shape, kernel, seed):
    x, weight = drawn(seed, tuple(shape)), drawn(seed + 1, (1, shape[0], *kernel))
    windows = axes(x, weight)
    each = [partial(x, weight[:, channel], *windows, [channel]) for channel in range(shape[0])]
    by_hand = sum(slide(*pair) for pair in zip(x, weight[0], strict=True))
    whole = convolve(x, weight, *windows)
    return np.allclose(sum(each), whole) and np.allclose(by_hand, whole[0])


@claim("c079")
def two_channels_in(x, kernels):
    (found,) = several_channels(x, kernels)
    return found


@claim("c081")
def several_channels(x, kernels):
    x, kernels = array(x), array(kernels)
    return convolve(x, kernels, *axes(x, kernels))


@claim("c013")
def weights_of_kernel_sizes(kernels):
    sizes = [tuple(kernel) if isinstance(kernel, list) else kernel for kernel in kernels]
    return [list(module(Conv2d(1, 1, size)).weight.shape) for size in sizes]


@claim("c014", "c077")
def shape_of_the_weights(inputs, outputs, kernel):
    return list(module(Conv2d(inputs, outputs, kernel)).weight.shape)


@claim("c078")
def order_of_a_picture_in_colour(height, width):
    file = io.BytesIO()
    Image.fromarray(np.zeros((height, width, 3), np.uint8)).save(file, "PNG")
    return decode_coloured(file.getvalue(), "picture.png", longest=height + width).shape


@claim("c052")
def shape_along_one_dimension(shape, outputs, kernel):
    batch, channels, length = shape
    made = apply(Conv2d(channels, outputs, (1, kernel)), (channels, 1, length)).shape
    x, weight = np.zeros((channels, 1, length)), np.zeros((outputs, channels, 1, kernel))
    assert convolve(x, weight, *axes(x, weight)).shape == made
    return batch, made[0], made[2]


@claim("c082")
def mixing_channels(shape, outputs):
    batch, *one = shape
    weights, with_biases = (
        apply(Conv2d(one[0], outputs, 1, bias=bias), tuple(one)) for bias in (False, True)
    )
    return [batch, *with_biases.shape], weights.params, with_biases.params


@claim("c084")
def size_after_mixing_channels(shape, outputs):
    return apply(Conv2d(shape[1], outputs, 1), tuple(shape[1:])).shape[1:]


@claim("c083")
def mixing_channels_is_linear(shape, outputs, seed):
    x, weight = drawn(seed, tuple(shape)), drawn(seed + 1, (outputs, shape[0]))
    found = convolve(x, weight[:, :, None, None], *axes(x, weight[:, :, None, None]))
    product = (weight @ x.reshape(shape[0], -1)).reshape(outputs, *shape[1:])
    pixels = linear(x.transpose(1, 2, 0), weight).transpose(2, 0, 1)
    return np.allclose(found, product), np.allclose(found, pixels)


@claim("c042")
def weights_of_a_linear_layer(side, channels, hidden):
    return linear_weights(side, channels, hidden)


@claim("c048")
def weights_of_a_kernel_and_of_one_unit(kernel, side):
    weights = apply(Conv2d(1, 1, kernel, bias=False), (1, side, side)).params
    assert weights == convolution_weights(kernel, 1, 1)
    return weights, linear_weights(side, 1, 1)


@claim("c049")
def weights_without_and_with_biases(kernel, inputs, outputs):
    shape = (inputs, kernel, kernel)
    return [apply(Conv2d(inputs, outputs, kernel, bias=bias), shape).params for bias in (False, True)]


@claim("c050")
def a_convolution_has_far_fewer_weights(kernel, inputs, outputs, side, hidden):
    whole = linear_weights(side, inputs, hidden)
    return whole >= 1e9 and convolution_weights(kernel, inputs, outputs) < whole / 1e6


@claim("c197")
def parameters_for_pictures_of_several_sizes(kernel, inputs, outputs, sides):
    return [apply(Conv2d(inputs, outputs, kernel), (inputs, side, side)).params for side in sides]
