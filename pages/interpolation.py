"""Interpolation: a picture made smaller or larger; each new value with its weights."""

import streamlit as st

from cnnviz.components import stage
from cnnviz.shapes import say
from cnnviz.ui import examples, fields, formulas, interpolation, labels, pictures, shell
from cnnviz.ui.i18n import _

st.markdown(
    _(
        "Interpolation gives a picture another size. Each new value lies somewhere among the old ones and is a weighted mean of those around; nothing is learned."
    )
)


@shell.live("interpolation")
def living() -> None:
    """Everything that follows from the choices."""
    examples.show("interpolation")
    controls, view = pictures.columns("interpolation")
    with controls:
        chosen = interpolation.choose()
    with view:
        with st.container(horizontal=True, gap="large", key="interpolation_facts"):
            st.metric(_("Input"), say(chosen.picture.values.shape), width="content")
            st.metric(_("Output"), say(chosen.shape), width="content")
            st.metric(_("Parameters"), "0", width="content", help=_("Nothing is learned."))
        stage(
            chosen.stage(), labels.stage(), key="interpolation_stage", on_edit=interpolation.edited,
            on_view=lambda seen: pictures.look(fields.INTERPOLATION, seen),
        )  # fmt: skip
        formulas.show(chosen.formulas)
        st.code(chosen.code, language="python", wrap_lines=True)
        st.latex(chosen.place)
        st.caption(
            _("Place x of new cell o; s is the factor, n and m are old and new size, all counted from 0.")
            + "  \n"
            + interpolation.explain(chosen.mode)
        )


living()
