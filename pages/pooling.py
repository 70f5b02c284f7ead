"""Pooling: the largest, the mean or the power mean of each window; what a shift changes and what it does not."""

import math

import streamlit as st

from cnnviz.components import stage
from cnnviz.errors import ShapeError
from cnnviz.shapes import say
from cnnviz.spec import AdaptiveAvgPool2d, AdaptiveMaxPool2d
from cnnviz.ui import examples, fields, formulas, labels, pictures, pooling, shell, shifting
from cnnviz.ui.i18n import _, sentence

st.markdown(
    _(
        "Pooling makes a picture smaller: each window becomes one number, its largest or its mean. Each channel is pooled by itself, and nothing is learned."
    )
)


@shell.live("pooling")
def living() -> None:
    """Everything that follows from the choices."""
    examples.show("pooling")
    controls, view = pictures.columns("pooling")
    with controls:
        picture, chosen = pooling.choose()
    with view:
        x = picture.values
        try:
            result = chosen.result(x)
        except ShapeError as error:
            st.warning(sentence(error), icon=":material/error:")
            st.markdown(_("Make the window or the dilation smaller, or choose a larger input."))
            return
        with st.container(horizontal=True, gap="large", key="pool_facts"):
            st.metric(_("Input"), say(x.shape), width="content")
            st.metric(_("Output"), say(result.shape), width="content")
            st.metric(_("Parameters"), "0", width="content", help=_("Nothing is learned."))
        data = chosen.stage(picture)
        stage(
            data, labels.stage(), key="pool_stage", on_edit=pooling.edited,
            on_view=lambda seen: pictures.look(fields.POOL, seen),
        )  # fmt: skip
        if data.empty == -math.inf and data.rows.before:
            st.caption(_("Max pooling pads with minus infinity, not with zero: padding never wins."))
        formulas.show(result.formulas)
        if isinstance(chosen.layer, AdaptiveMaxPool2d | AdaptiveAvgPool2d):
            rows, cols = chosen.axes(x)
            formulas.show(
                [pooling.bins(rows), pooling.bins(cols)],
                [_("Rows of each window"), _("Columns of each window")],
            )
        st.code(chosen.code, language="python", wrap_lines=True)
    shifting.show(x, chosen)


living()
