"""How well each class is told apart, and whether the network knows how sure it may be."""

import math
from collections.abc import Sequence

import streamlit as st

from cnnviz.components import ChartData, chart
from cnnviz.components.chart import Series
from cnnviz.explain.evaluation import Calibration, PerClass
from cnnviz.ui import labels, runs_words
from cnnviz.ui.i18n import _

CLOSE = 0.005
"""Confidence and accuracy that differ by less are as good as equal."""


def per_class(names: Sequence[str], rows: Sequence[PerClass]) -> None:
    """Show precision and recall of each class in a table that can be sorted."""
    st.markdown(f"**{_('Class by class')}**")
    precision, recall = _("Precision"), _("Recall")
    helps = {
        precision: _("Of the pictures that were taken for this class, the share that really show it."),
        recall: _("Of the pictures that show this class, the share that were taken for it."),
    }
    bars = {
        name: st.column_config.ProgressColumn(help=text, min_value=0, max_value=100, format="%.2f %%")
        for name, text in helps.items()
    }
    f1 = st.column_config.NumberColumn(help=_("The harmonic mean of precision and recall."), format="%.2f %%")
    st.dataframe(
        {
            _("Class"): list(names), precision: [_percent(row.precision) for row in rows],
            recall: [_percent(row.recall) for row in rows], "F1": [_percent(row.f1) for row in rows],
            _("Pictures"): [row.support for row in rows],
        },
        column_config=bars | {"F1": f1}, hide_index=True, key="results_classes", height=min(38 + 35 * len(rows), 460),
    )  # fmt: skip


def calibration(known: Calibration) -> None:
    """Show the reliability diagram, and what it says."""
    st.markdown(f"**{_('Calibration')}**")
    edges = [known.bins[0].low, *(each.high for each in known.bins)]
    middles = [(each.low + each.high) / 2 for each in known.bins]
    whole = max(1, sum(each.count for each in known.bins))
    chart(
        ChartData(
            [
                Series(_("share of them that is right"), edges, [each.accuracy for each in known.bins], kind="bars"),
                Series(_("a calibrated network"), [0, 1], [0, 1], dashed=True, colour=5),
                Series(_("share of all answers"), middles, [each.count / whole for each in known.bins], kind="points", colour=1),
            ],
            _("how sure it was"), _("accuracy"), (0, 1), (0, 1),
        ),
        labels.chart(), key="results_calibration", height=300,
    )  # fmt: skip
    gap = known.confidence - known.accuracy
    if abs(gap) < CLOSE:
        text = _("On average it was {sure} sure and {right} right: it knows quite well how sure it may be.")
    elif gap > 0:
        text = _(
            "On average it was {sure} sure and {right} right: it is too sure of itself, by {gap} points."
        )
    else:
        text = _("On average it was {sure} sure and {right} right: it is too modest, by {gap} points.")
    sure, right = runs_words.percent(known.confidence), runs_words.percent(known.accuracy)
    error = _("The expected calibration error, the distance between bars and line where each bar counts by its pictures, is {error} %.").format(error=f"{100 * known.error:.2f}")  # fmt: skip
    st.markdown(f"{text.format(sure=sure, right=right, gap=f'{100 * abs(gap):.1f}')} {error}")
    top = known.bins[-1]
    if top.count:
        st.caption(
            _("Of the {count} answers that it was more than {low} sure of, {right} were right.").format(
                count=f"{top.count:,}", low=f"{100 * top.low:.0f} %", right=runs_words.percent(top.accuracy)
            )
        )


def _percent(share: float) -> float | None:
    return None if math.isnan(share) else 100 * share
