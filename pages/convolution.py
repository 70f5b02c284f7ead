"""Convolution: choose input, kernel and layer; see shape, picture and each sum follow."""

from dataclasses import replace

import streamlit as st

from cnnviz.components import stage
from cnnviz.errors import ShapeError
from cnnviz.shapes import say
from cnnviz.ui import convolution_choices, examples, fields, filtered, formulas, labels, pictures, shell
from cnnviz.ui.i18n import _, sentence

st.markdown(
    _(
        "A window slides over the input. At each place it is multiplied with the kernel, cell by cell, and summed: one output."
    )
)


@shell.live("convolution")
def living() -> None:
    """Everything that follows from the choices."""
    examples.show("convolution")
    controls, view = pictures.columns("convolution")
    with controls:
        chosen = convolution_choices.choose()
    with view:
        try:
            result = chosen.result
        except ShapeError as error:
            st.warning(sentence(error), icon=":material/error:")
            st.markdown(_("Make the kernel, the dilation or the padding smaller, or choose a larger input."))
            return
        with st.container(horizontal=True, gap="large", key="conv_facts"):
            for title, shape in zip((_("Input"), _("Weights"), _("Output")), chosen.shapes, strict=True):
                st.metric(title, say(shape), width="content")
            st.metric(_("Parameters"), f"{result.params:,}", help=chosen.params_formula, width="content")
        stage(
            chosen.stage(), labels.stage(), key="stage", on_edit=convolution_choices.edited,
            on_view=lambda seen: pictures.look(fields.CONV, seen),
        )  # fmt: skip
        formulas.show(chosen.formulas, [_("Length")] if chosen.picture.is_row else ())
        st.markdown(_("Parameters: `{formula}`").format(formula=chosen.params_formula))
        st.code(chosen.code, language="python", wrap_lines=True)
    if chosen.flipped:
        st.subheader(_("For comparison: cross-correlation with the same kernel"))
        other = replace(chosen, flipped=False)
        stage(other.stage(), labels.stage(), key="other_stage", on_edit=convolution_choices.edited)
    if chosen.picture.whole is not None:
        filtered.show(chosen.picture.whole, chosen)


living()
