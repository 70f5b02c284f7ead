"""The choices of the page of the blocks, and the block that follows from them."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import ShapeError
from cnnviz.language import N_
from cnnviz.spec import Chain, Network, Node
from cnnviz.ui import controls, fields, reasons, state
from cnnviz.ui.controls import Control
from cnnviz.ui.field import Field
from cnnviz.ui.i18n import _
from cnnviz.zoo import blocks

IN, SIDE, OUT = N_("Input channels"), N_("Input side (height and width)"), N_("Output channels")


@dataclass(frozen=True, slots=True)
class Block:
    """One kind of block.

    Attributes:
        title: what people call it; a message.
        about: what it does, in a sentence or two; a message.
        formula: the same as LaTeX.
        build: makes it, given its name; reads the fields.
        channels: of the input.
        side: of the input.
        sliders: the other numbers, each with its label and bounds' name in ``fields.BLOCK_BOUNDS``.
    """

    title: str
    about: str
    formula: str
    build: Callable[[str], Node]
    channels: Field[int]
    side: Field[int]
    sliders: tuple[tuple[Field[int], str], ...]


def _vgg(name: str) -> Node:
    return blocks.vgg_block(
        state.get(fields.VGG_IN), state.get(fields.VGG_OUT), state.get(fields.VGG_CONVS), name=name
    )


def _nin(name: str) -> Node:
    numbers = (fields.NIN_IN, fields.NIN_OUT, fields.NIN_KERNEL, fields.NIN_STRIDE, fields.NIN_PADDING)
    return blocks.nin_block(*map(state.get, numbers), name=name)


def _inception(name: str) -> Node:
    return blocks.inception(
        state.get(fields.INCEPTION_IN),
        state.get(fields.INCEPTION_C1),
        (state.get(fields.INCEPTION_C2A), state.get(fields.INCEPTION_C2B)),
        (state.get(fields.INCEPTION_C3A), state.get(fields.INCEPTION_C3B)),
        state.get(fields.INCEPTION_C4),
        name=name,
    )


def _residual(name: str) -> Node:
    return blocks.residual(
        state.get(fields.RESIDUAL_IN), state.get(fields.RESIDUAL_OUT), state.get(fields.RESIDUAL_FITTED) == "yes",
        state.get(fields.RESIDUAL_STRIDE), name=name,
    )  # fmt: skip


def _dense(name: str) -> Node:
    numbers = (fields.DENSE_IN, fields.DENSE_CONVS, fields.DENSE_GROWTH)
    return blocks.dense_block(*map(state.get, numbers), name=name)


def _transition(name: str) -> Node:
    return blocks.transition(state.get(fields.TRANSITION_IN), state.get(fields.TRANSITION_OUT), name=name)


BLOCKS = {
    "vgg": Block(
        N_("VGG"),
        N_("3×3 convolutions that keep the size, each with a ReLU, then a pooling that halves it."),
        r"y = \operatorname{pool}(\sigma(W_n * \dots \sigma(W_1 * x))), \quad \sigma = \operatorname{ReLU}",
        _vgg, fields.VGG_IN, fields.VGG_SIDE,
        ((fields.VGG_CONVS, N_("3×3 convolutions")), (fields.VGG_OUT, OUT)),
    ),
    "nin": Block(
        N_("NiN"),
        N_("A convolution and two 1×1 convolutions: a small network of its own at every pixel."),
        r"y = \sigma(W_2\,\sigma(W_1\,\sigma(W * x))), \quad \sigma = \operatorname{ReLU}",
        _nin, fields.NIN_IN, fields.NIN_SIDE,
        (
            (fields.NIN_OUT, OUT), (fields.NIN_KERNEL, N_("Kernel size")), (fields.NIN_STRIDE, N_("Stride")),
            (fields.NIN_PADDING, N_("Padding")),
        ),
    ),
    "inception": Block(
        N_("Inception"),
        N_("Four paths look at the same input through windows of different size; concat puts their channels side by side."),
        r"y = [\,p_1(x),\ p_2(x),\ p_3(x),\ p_4(x)\,]",
        _inception, fields.INCEPTION_IN, fields.INCEPTION_SIDE,
        (
            (fields.INCEPTION_C1, N_("p1: 1×1")), (fields.INCEPTION_C2A, N_("p2: 1×1 first")),
            (fields.INCEPTION_C2B, N_("p2: 3×3")), (fields.INCEPTION_C3A, N_("p3: 1×1 first")),
            (fields.INCEPTION_C3B, N_("p3: 5×5")), (fields.INCEPTION_C4, N_("p4: 1×1 after pooling")),
        ),
    ),
    "residual": Block(
        N_("Residual"),
        N_("Two convolutions learn what is to be added to their own input; the input takes a shortcut."),
        r"y = \operatorname{ReLU}(f(x) + \operatorname{shortcut}(x))",
        _residual, fields.RESIDUAL_IN, fields.RESIDUAL_SIDE,
        ((fields.RESIDUAL_OUT, OUT), (fields.RESIDUAL_STRIDE, N_("Stride"))),
    ),
    "dense": Block(
        N_("Dense"),
        N_("Each convolution sees the results of all before it and puts its own beside them by concat."),
        r"x_{k} = [\,x_{k-1},\ f_k(x_{k-1})\,]",
        _dense, fields.DENSE_IN, fields.DENSE_SIDE,
        ((fields.DENSE_CONVS, N_("Convolutions")), (fields.DENSE_GROWTH, N_("Growth rate (new channels of each)"))),
    ),
    "transition": Block(
        N_("Transition"),
        N_("A 1×1 convolution makes fewer channels, a pooling halves the size: it keeps a DenseNet small."),
        r"y = \operatorname{pool}(W\,\operatorname{ReLU}(\operatorname{BN}(x)))",
        _transition, fields.TRANSITION_IN, fields.TRANSITION_SIDE, ((fields.TRANSITION_OUT, OUT),),
    ),
}  # fmt: skip

NAMES = {
    "vgg": "vgg_block", "nin": "nin_block", "inception": "inception", "residual": "residual", "dense": "dense_block",
    "transition": "transition",
}  # fmt: skip
"""Each block's function in ``cnnviz.zoo.blocks``, and what it is called inside the network that holds it."""


def choose() -> str:
    """Show the kinds of blocks and return the chosen one."""
    return str(
        st.segmented_control(
            _("Block"), list(BLOCKS), format_func=lambda name: _(BLOCKS[name].title), required=True,
            **state.widget(fields.BLOCK),
        )
    )  # fmt: skip


def choose_numbers(kind: str) -> Network:
    """Show a block's numbers and return a network that is this block alone."""
    block = BLOCKS[kind]
    wanted = ((block.channels, IN), (block.side, SIDE), *block.sliders)
    controls.sliders(
        f"block_{kind}",
        [
            Control(field, _(label), *fields.BLOCK_BOUNDS[field.url.partition("_")[2]])
            for field, label in wanted
        ],
    )
    if kind == "residual":
        titles = {"no": _("Unchanged"), "yes": _("1×1 convolution")}
        st.segmented_control(
            _("Shortcut"), list(titles), format_func=titles.__getitem__, required=True,
            help=_("`use_1x1conv`: needed where the channels or the size change."),
            **state.widget(fields.RESIDUAL_FITTED),
        )  # fmt: skip
    side = state.get(block.side)
    return Network(
        f"{block.title} block",
        (state.get(block.channels), side, side),
        Chain("", (block.build(NAMES[kind]),)),
    )


def explain(network: Network, error: ShapeError, kind: str) -> None:
    """Say why a block cannot be, and offer the ways out."""
    st.error(reasons.reason(network, error), icon=":material/error:")
    if kind != "residual":
        field = BLOCKS[kind].side
        st.button(
            _("Use a side of {side}").format(side=field.default), icon=":material/undo:", key="widget:block_way_out",
            on_click=state.put, args=(field, field.default),
        )  # fmt: skip
        return
    st.markdown(
        _(
            "Only equal shapes can be added. A 1×1 convolution on the shortcut (`use_1x1conv=True`) takes the same stride and gives as many channels."
        )
    )
    with st.container(horizontal=True, key="block_ways_out"):
        st.button(
            _("Use a 1×1 convolution"), icon=":material/build:", key="widget:block_way_out", type="primary",
            on_click=state.put, args=(fields.RESIDUAL_FITTED, "yes"),
        )  # fmt: skip
        st.button(
            _("Keep channels and size"), icon=":material/undo:", key="widget:block_keep", on_click=_keep_shape
        )


def _keep_shape() -> None:
    state.put(fields.RESIDUAL_OUT, state.get(fields.RESIDUAL_IN))
    state.put(fields.RESIDUAL_STRIDE, 1)
