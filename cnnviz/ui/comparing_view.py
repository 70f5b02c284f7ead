"""What the compare page shows of its networks: sentences, a table, diagrams, accuracy against cost, curves."""

import streamlit as st

from cnnviz import zoo
from cnnviz.components import ChartData, chart, diagram
from cnnviz.components.chart import Series
from cnnviz.content import published
from cnnviz.figures.scatter import Point, scatter
from cnnviz.shapes import say, trace
from cnnviz.shapes.memory import memory
from cnnviz.train.events import EpochEnd, Finished
from cnnviz.train.history import read, thin
from cnnviz.train.run import Run
from cnnviz.ui import diagram as drawn
from cnnviz.ui import fields, labels, state, tables
from cnnviz.ui.comparing import Compared, accuracy
from cnnviz.ui.i18n import _
from cnnviz.ui.numbers import times

MATTERS = 0.005
"""A smaller difference is none worth a word."""


def relations(found: list[Compared]) -> None:
    """Say of every network but the first how its costs stand to the first one's."""
    first, *others = found
    said = _("**{other}** beside {first}: parameters {params}, multiply-adds {macs}.")
    lines = [
        said.format(
            other=other.title, first=first.title, params=f"**{relation(first.trace.params, other.trace.params)}**",
            macs=f"**{relation(first.trace.macs, other.trace.macs)}**",
        )
        for other in others
    ]  # fmt: skip
    st.markdown("  \n".join(lines))


def relation(before: float, after: float) -> str:
    """Return how one number stands to another, in words: ``23.5 times fewer``, ``19 % fewer``."""
    if not before or not after or abs(after / before - 1) < MATTERS:
        return _("as good as equal") if before and after else "–"
    if after < before:
        return (
            _("{count} times fewer").format(count=times(before / after))
            if before >= 2 * after
            else _("{percent} % fewer").format(percent=f"{100 * (1 - after / before):.0f}")
        )
    return (
        _("{count} times as many").format(count=times(after / before))
        if after >= 2 * before
        else _("{percent} % more").format(percent=f"{100 * (after / before - 1):.0f}")
    )


def table(found: list[Compared], batch: int) -> None:
    """Show one row a network: what goes in, how deep it is, what it costs, what it has reached."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    trained = any(each.runs for each in found)
    most = {
        "params": max(each.trace.params for each in found),
        "macs": max(each.trace.macs for each in found),
    }
    rows = [
        {
            _("Network"): each.title,
            _("Input"): say(each.network.input_shape),
            _("Output"): say(each.trace.output_shape),
            _("Depth"): each.depth,
            _("Parameters"): each.trace.params,
            _("Multiply-adds"): each.trace.macs,
            _("Memory to train"): tables.size(memory(each.network, batch, "adam").total),
            _("Receptive field (conv, pool)"): say(each.field),
            **(_reached(each.best()) if trained else {}),
        }
        for each in found
    ]
    st.dataframe(
        rows, hide_index=True, key="compare_table",
        column_config={
            _("Depth"): number(help=_("Convolution and linear layers on the longest way through.")),
            _("Parameters"): st.column_config.ProgressColumn(format="localized", min_value=0, max_value=max(most["params"], 1)),
            _("Multiply-adds"): st.column_config.ProgressColumn(format="localized", min_value=0, max_value=max(most["macs"], 1), help=_("For one picture, convolution and linear layers; the bias is not counted.")),
            _("Memory to train"): text(help=_("Weights, gradients, Adam's two averages, and what is kept for the backward pass; float32.")),
            _("Receptive field (conv, pool)"): text(help=_("The largest of a convolution or pooling; a linear layer sees everything.")),
            _("Network"): text(width="medium"),
            _("Test accuracy"): text(help=_("Of the best finished run of this very network; train it to fill this in.")),
        },
    )  # fmt: skip


def diagrams(found: list[Compared]) -> None:
    """Show the networks' diagrams side by side, at most three in a row."""
    for start in range(0, len(found), 3):
        row = found[start : start + 3]
        columns = st.columns(max(len(row), 2))
        for position, (column, each) in enumerate(zip(columns, row, strict=False)):
            with column:
                st.markdown(f"**{each.title}**")
                diagram(
                    drawn.boxes(each.network),
                    labels.diagram(),
                    key=f"compare_{start + position}",
                    open_depth=0,
                )


def results(found: list[Compared]) -> None:
    """Show accuracy against cost, of finished runs and of what is published, and the runs' curves."""
    datasets = list(
        dict.fromkeys([*(run.config().dataset for each in found for run in each.runs), published.DATASET])
    )
    state.keep_among(fields.COMPARE_DATA, datasets)
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_trained"):
        chosen = st.selectbox(
            _("Data set"),
            datasets,
            format_func=labels.dataset,
            width=280,
            **state.widget(fields.COMPARE_DATA),
        )
        titles = {"params": _("Parameters"), "macs": _("Multiply-adds")}
        cost = st.segmented_control(
            _("Cost"), list(titles), format_func=titles.__getitem__, required=True, **state.widget(fields.COMPARE_COST)
        )  # fmt: skip
    own = [(each, run) for each in found if (run := each.best(chosen))]
    points = [_point(each, run, str(cost)) for each, run in own if getattr(each.trace, str(cost))]
    titles_found = {each.title for each in found}
    if chosen == published.DATASET:
        points += [_published(result, str(cost), titles_found) for result in published.RESULTS]
        st.caption(
            _("Published: {source}; middle, worst and best of about twenty runs.").format(
                source=published.SOURCE
            )
        )
    if points:
        figure = scatter(points, cost=titles[str(cost)], accuracy=_("Test accuracy"))
        st.plotly_chart(figure, key="compare_scatter", config={"displayModeBar": False})
    if own:
        _curves(own)
    if missing := [each.title for each in found if not each.best(chosen)]:
        st.info(
            _("Not trained on {dataset} here yet: {names}. Train one, and its point and curve stand here.").format(dataset=labels.dataset(chosen), names=", ".join(missing)),
            icon=":material/model_training:",
        )  # fmt: skip


def _published(result: published.Published, cost: str, chosen: set[str]) -> Point:
    entry = zoo.ZOO[result.network]
    traced = trace(zoo.get(result.network, size=result.size))
    return Point(
        entry.title, _("Published"), getattr(traced, cost), result.median, result.least, result.most,
        strong=entry.title in chosen,
    )  # fmt: skip


def _curves(own: list[tuple[Compared, Run]]) -> None:
    """Validation accuracy by epoch, one line a run; the training's where no validation pictures were kept."""
    series = []
    for each, run in own:
        history = read(run)
        epochs = [end.epoch for end in history.epochs]
        values = [_share(end) for end in history.epochs]
        line = thin(list(zip(map(float, epochs), values, strict=True)))
        series.append(Series(each.title, [x for x, _y in line], [100 * y for _x, y in line]))
    chart(
        ChartData(series, _("Epoch"), _("Validation accuracy (%)")),
        labels.chart(), key="compare_curves", height=320,
    )  # fmt: skip


def _point(each: Compared, run: Run, cost: str) -> Point:
    share = accuracy(run)
    return Point(each.title, _("Trained here"), getattr(each.trace, cost), share, share, share)


def _share(end: EpochEnd) -> float:
    return end.train_accuracy if end.val_accuracy is None else end.val_accuracy


def _reached(run: Run | None) -> dict[str, str]:
    """The cells of the table that a finished run fills."""
    end = run.end() if run else None
    return {
        _("Trained on"): labels.dataset(run.config().dataset) if run else "–",
        _("Test accuracy"): f"{100 * accuracy(run):.2f} %" if run else "–",
        _("Training time"): labels.duration(end.seconds) if isinstance(end, Finished) else "–",
    }
