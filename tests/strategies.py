"""Random networks for property tests: valid by construction, small enough to run in torch at once."""

from hypothesis import strategies as st

from cnnviz.errors import SpecError
from cnnviz.shapes import apply
from cnnviz.shapes.tracing import trace
from cnnviz.spec import (
    GELU,
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Branches,
    Chain,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    LogSoftmax,
    MaxPool2d,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
)  # fmt: skip

names = st.sampled_from(["", "conv", "act", "block", "stem", "head"])


@st.composite
def networks(draw, most=8):
    """A network of one to ``most`` layers or branches that torch accepts."""
    shape = (draw(st.integers(1, 3)), draw(st.integers(6, 16)), draw(st.integers(6, 16)))
    body, _ = draw(chains(shape, most))
    return Network(draw(st.sampled_from(["Net", "my net 2", "网络", "2nd"])), shape, body)


@st.composite
def chains(draw, shape, most, depth=2):
    items = []
    for position in range(draw(st.integers(1, most))):
        node = draw(nodes(shape, f"item{position}" if draw(st.booleans()) else "", depth))
        try:
            shape = (
                trace(Network("probe", (*shape, 1, 1)[:3], Chain("", (node,)))).output_shape
                if len(shape) == 3
                else apply(node, shape).shape
            )
        except SpecError:
            continue
        items.append(node)
    return Chain("", tuple(items)), shape


@st.composite
def nodes(draw, shape, name, depth):
    if len(shape) == 1:
        return draw(
            st.sampled_from(
                [
                    Linear(shape[0], 5, name=name),
                    ReLU(name=name),
                    Dropout(0.3, name=name),
                    LogSoftmax(name=name),
                ]
            )
        )
    if depth and draw(st.integers(0, 4)) == 0:
        merge = draw(st.sampled_from(["add", "concat"]))
        paths = []
        for _ in range(draw(st.integers(2, 3))):
            out = shape[0] if merge == "add" else draw(st.integers(1, 3))
            inner = draw(st.sampled_from([(), (ReLU(),), (BatchNorm2d(shape[0]),)])) if merge == "add" else ()
            paths.append(Chain("", (*inner, Conv2d(shape[0], out, 3, padding=1))))
        if merge == "add" and draw(st.booleans()):
            paths.append(Chain("", ()))
        return Branches(name, tuple(paths), merge)
    kernel = st.integers(1, 4)
    return draw(
        st.one_of(
            st.builds(
                Conv2d, st.just(shape[0]), st.integers(1, 4), kernel | st.tuples(kernel, kernel), st.integers(1, 2),
                st.integers(0, 2), st.integers(1, 2), name=st.just(name),
            ),
            st.builds(MaxPool2d, st.integers(1, 3), name=st.just(name)),
            st.builds(AvgPool2d, st.integers(1, 3), ceil_mode=st.booleans(), name=st.just(name)),
            st.builds(AdaptiveAvgPool2d, st.integers(1, 3), name=st.just(name)),
            st.sampled_from([ReLU(name=name), Sigmoid(name=name), Tanh(name=name), GELU(name=name)]),
            st.just(BatchNorm2d(shape[0], name=name)),
            st.just(Flatten(name=name)),
        )
    )  # fmt: skip
