"""How large the output is: kernel, padding, stride."""

from cnnviz.ops.windows import convolution_axis
from cnnviz.shapes import apply
from cnnviz.shapes.windows import conv_padding
from cnnviz.spec import Conv2d
from tests.notes.claims import claim


def convolved(size, kernel, padding=0, stride=1):
    """The output's side for a square input: as the shape rule has it, and as many windows as there are to slide."""
    made = apply(Conv2d(1, 1, kernel, stride, padding), (1, size, size)).shape
    axis = convolution_axis(size, kernel, stride, (padding, padding))
    assert made == (1, axis.outputs, axis.outputs)
    return axis.outputs


@claim("c024", "c096")
def side(size, kernel, padding=0, stride=1):
    return convolved(size, kernel, padding, stride)


@claim("c057", "c067", "c071", "c073", "c075")
def height_and_width(size, kernel, padding=0, stride=1):
    return [convolved(size, kernel, padding, stride)] * 2


@claim("c023")
def shape_of_a_convolution(shape, kernel, padding, stride):
    layer = Conv2d(shape[1], shape[1], kernel, stride, padding)
    return [shape[0], *apply(layer, tuple(shape[1:])).shape]


@claim("c012")
def formula(cases):
    return [convolved(*case) for case in cases]


@claim("c054")
def with_and_without_padding(size, kernel, paddings):
    return [convolved(size, kernel, padding) for padding in paddings]


@claim("c066")
def padding_in_all(size, kernel, total):
    return [convolved(size, kernel, total // 2)] * 2


@claim("c068")
def padding_in_all_that_may_be_odd(size, kernel, totals):
    return [convolution_axis(size, kernel, 1, (total - total // 2, total // 2)).outputs for total in totals]


@claim("c070")
def padding_that_keeps_the_size(size, kernels):
    found = []
    for kernel in kernels:
        layer = Conv2d(1, 1, kernel, padding="same")
        assert sum(conv_padding(layer, 0)) == kernel - 1
        found.append(apply(layer, (1, size, size)).shape[1])
    return found


@claim("c072")
def formula_with_stride_is_right(cases):
    return [
        (size - kernel + 2 * padding + stride) // stride == convolved(size, kernel, padding, stride)
        for size, kernel, padding, stride in cases
    ]


@claim("c074")
def sizes_divided_by_the_stride(sizes, kernel, stride):
    return [convolved(size, kernel, (kernel - 1) // 2, stride) for size in sizes]


@claim("c076", "c168")
def half_of_the_kernel_as_padding(size, kernels):
    return [convolved(size, kernel, (kernel - 1) // 2) for kernel in kernels]


@claim("c169")
def several_strides(size, kernel, strides):
    return [convolved(size, kernel, stride=stride) for stride in strides]
