"""Every shape rule against torch itself: the same sizes where torch runs, a refusal where torch refuses."""

import warnings

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.errors import SpecError
from cnnviz.shapes import apply
from cnnviz.spec import layers as L


def mostly(valid, invalid):
    """One draw in ten is from what torch refuses."""
    return st.integers(0, 9).flatmap(lambda roll: valid if roll else invalid)


def per_axis(numbers):
    return numbers | st.tuples(numbers, numbers)


sizes = st.integers(1, 12)
channels = st.sampled_from([1, 2, 3, 4, 6])
pictures = st.tuples(channels, sizes, sizes)
shapes = mostly(pictures, st.tuples(st.integers(1, 12)) | st.tuples(channels, sizes))
kernels = mostly(per_axis(st.integers(1, 5)), per_axis(st.integers(0, 9)))
strides = mostly(per_axis(st.integers(1, 4)), per_axis(st.integers(-1, 0)))
paddings = mostly(per_axis(st.integers(0, 4)), per_axis(st.integers(-2, 9)))
half = mostly(per_axis(st.integers(0, 1)), per_axis(st.integers(-1, 4)))
dilations = mostly(per_axis(st.integers(1, 3)), per_axis(st.integers(-1, 0)))
groups = mostly(st.sampled_from([1, 1, 1, 2]), st.integers(0, 5))
chance = mostly(st.floats(0, 1), st.sampled_from([-0.1, 1.5, float("nan")]))
dims = st.integers(-5, 5)

CONFIGURATIONS = {
    L.Conv2d: {
        "in_channels": channels, "out_channels": mostly(channels, st.just(0)), "kernel_size": kernels,
        "stride": st.just(1) | strides, "padding": paddings | st.sampled_from(["same", "valid", "full"]),
        "dilation": dilations, "groups": groups, "bias": st.booleans(),
        "padding_mode": st.just("zeros") | mostly(st.sampled_from(L.PADDING_MODES), st.just("wrap")),
    },
    L.ConvTranspose2d: {
        "in_channels": channels, "out_channels": channels, "kernel_size": kernels, "stride": strides, "padding": half,
        "output_padding": half, "groups": groups, "bias": st.booleans(), "dilation": dilations,
    },
    L.MaxPool2d: {
        "kernel_size": kernels, "stride": st.none() | strides, "padding": half, "dilation": dilations,
        "ceil_mode": st.booleans(),
    },
    L.AvgPool2d: {
        "kernel_size": kernels, "stride": st.none() | strides, "padding": half, "ceil_mode": st.booleans(),
        "count_include_pad": st.booleans(),
    },
    L.AdaptiveAvgPool2d: {"output_size": kernels},
    L.AdaptiveMaxPool2d: {"output_size": kernels},
    L.BatchNorm2d: {"num_features": channels, "momentum": st.floats(0, 1), "affine": st.booleans()},
    L.BatchNorm1d: {"num_features": channels, "affine": st.booleans()},
    L.Dropout: {"p": chance},
    L.Dropout2d: {"p": chance},
    L.Flatten: {"start_dim": mostly(st.integers(1, 3), dims), "end_dim": mostly(st.integers(-2, -1), dims)},
    L.Linear: {"in_features": st.integers(0, 12), "out_features": st.integers(0, 6), "bias": st.booleans()},
    L.Softmax: {"dim": dims},
    L.LogSoftmax: {"dim": dims},
    L.Upsample: {
        "scale_factor": strides, "mode": mostly(st.sampled_from(L.UPSAMPLE_MODES), st.just("cubic")),
        "align_corners": st.sampled_from([None, None, True, False]),
    },
    L.ReLU: {}, L.Sigmoid: {}, L.Tanh: {}, L.GELU: {}, L.Identity: {},
}  # fmt: skip

# How many random configurations each kind gets a run: 3,340 in all.
EXAMPLES = {
    L.Conv2d: 1000, L.ConvTranspose2d: 500, L.MaxPool2d: 500, L.AvgPool2d: 400, L.Upsample: 150, L.Flatten: 150,
    L.Linear: 150,
}  # fmt: skip


def attempt(kind, arguments, shape):
    """Return torch's output shape, parameter count and FLOPs, or the exception with which it refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd paddings, empty weights: torch only warns
            layer = getattr(nn, kind.__name__)(**arguments).eval()
            with torch.no_grad(), FlopCounterMode(display=False) as counter:
                output = layer(torch.zeros(2, *shape))
    except (
        RuntimeError,
        ValueError,
        TypeError,
        IndexError,
        ZeroDivisionError,
        AssertionError,
        NotImplementedError,
    ) as error:
        return error
    return tuple(output.shape), sum(p.numel() for p in layer.parameters()), counter.get_total_flops()


def stricter(kind, arguments, shape, outcome):
    """Where we refuse on purpose what torch lets pass: nothing a learner means; each with its reason."""
    output = outcome[0]
    nothing = 0 in output or any(
        0 in (value if isinstance(value, tuple) else (value,))
        for key, value in arguments.items()
        if key in SIZES
    )
    no_picture = len(shape) < 3  # torch takes the batch for the channels, or only warns
    batch_flattened = kind is L.Flatten and arguments["start_dim"] % (len(shape) + 1) == 0
    padding = arguments.get("padding", 0)
    # With a mode other than zeros torch pads by a function of its own, which takes a negative padding for a crop.
    cropped = not isinstance(padding, str) and min(padding if isinstance(padding, tuple) else (padding,)) < 0
    return nothing or no_picture or batch_flattened or cropped


# A layer without channels, features, window or spread computes nothing.
SIZES = {
    "in_channels",
    "out_channels",
    "in_features",
    "out_features",
    "kernel_size",
    "output_size",
    "scale_factor",
    "dilation",
}


def check(kind, arguments, shape):
    outcome = attempt(kind, arguments, shape)
    try:
        layer = kind(**arguments)
        result = apply(layer, shape)
    except SpecError as error:
        assert isinstance(error, SpecError)
        assert "`" in str(error) or "expects" in str(error), (
            "the sentence names a parameter or what is expected"
        )
        if not isinstance(outcome, Exception):
            assert stricter(kind, arguments, shape, outcome), f"torch gives {outcome}, we refuse: {error}"
        return "refused"
    assert not isinstance(outcome, Exception), f"torch refuses ({outcome}), we give {result}"
    output, params, flops = outcome
    assert (2, *result.shape) == output
    assert result.params == params
    assert 2 * (2 * result.macs) == flops  # a batch of two pictures; a multiply-add is two operations
    if result.params:
        assert result.params_formula.endswith(f" = {params}")
        assert eval(result.params_formula.partition(" = ")[0]) == params
    return "accepted"


@pytest.mark.parametrize("kind", CONFIGURATIONS, ids=lambda kind: kind.__name__)
def test_the_rule_of_each_layer_equals_torch_on_random_configurations(kind):
    seen = {"accepted": 0, "refused": 0}

    @settings(
        max_examples=EXAMPLES.get(kind, 40),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.fixed_dictionaries(CONFIGURATIONS[kind]), shapes, st.integers(0, 3))
    def compare(arguments, shape, fits):
        if fits:  # three of four inputs have the channels or features that the layer expects
            for name in ("in_channels", "num_features"):
                if name in arguments:
                    rank = {L.BatchNorm1d: 2}.get(kind, 3)
                    shape = (arguments[name], *shape[1:rank])
            if "in_features" in arguments:
                shape = (*shape[:-1], max(1, arguments["in_features"]))
        seen[check(kind, arguments, shape)] += 1

    compare()
    assert seen["accepted"] >= EXAMPLES.get(kind, 40) // 10, (
        f"too few valid configurations were tried: {seen}"
    )


def test_the_formula_of_the_output_size_stands_with_its_numbers():
    result = apply(L.Conv2d(1, 6, 5, padding=2), (1, 28, 28))
    assert result.formulas == ("floor((28 + 2*2 - 1*(5-1) - 1) / 1) + 1 = 28",)
    assert result.params_formula == "6*1*5*5 + 6 = 156"
    assert result.macs == 28 * 28 * 6 * 25


def test_a_kernel_larger_than_the_padded_input_is_refused_with_all_its_numbers():
    with pytest.raises(SpecError, match=r"`kernel_size` \(=7\).*covers 13.*height 6 = 4 \+ 1 \+ 1"):
        apply(L.Conv2d(1, 1, 7, padding=1, dilation=2), (1, 4, 9))


def test_an_output_too_large_for_any_machine_is_refused():
    with pytest.raises(SpecError, match="at most"):
        apply(L.Conv2d(1, 10_000_000, 1), (1, 1000, 1000))
