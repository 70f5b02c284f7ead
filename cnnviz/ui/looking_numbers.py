"""A data set in numbers: how many of each class, how they are split, how bright the pixels are."""

import streamlit as st

from cnnviz.components.chart import ChartData, Series, chart
from cnnviz.data import catalog
from cnnviz.ui import fields, labels, looking_cache, looking_grid, looking_samples, state
from cnnviz.ui.field import Field
from cnnviz.ui.i18n import _
from cnnviz.ui.looking_grid import Tile
from cnnviz.ui.looking_subject import Subject

UNEVEN = 1.5
"""How many times larger than the smallest class the largest may be before it is said."""

MOST_MEANS = 40

RED, GREEN, BLUE, GREY = 4, 2, 0, 5
"""Colours of the chart's palette."""


def classes(subject: Subject) -> None:
    """Show the split's choices, how many pictures each part has, and each class in it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="data_split"):
        _setting(_("Validation part"), fields.VALIDATION, subject.fraction, 0.0, 0.9, step=0.05, format="%g")
        _setting(_("Seed"), fields.SEED, subject.seed, 0, 2**31 - 1)
    counts = looking_cache.counts(subject.key, subject.fraction, subject.seed)
    train, validation, test = (sum(part) for part in zip(*counts, strict=True))
    with st.container(horizontal=True, gap="large", key="data_parts_facts"):
        st.metric(_("Training"), f"{train:,}", width="content", help=_("What the weights are learned from."))
        st.metric(
            _("Validation"), f"{validation:,}", width="content",
            help=_("What is looked at after each epoch to choose the best one. The same seed gives the same pictures."),
        )  # fmt: skip
        st.metric(_("Test"), f"{test:,}", width="content", help=_("Touched once, at the end."))
    parts = {_("Training"): 0, _("Validation"): 1, _("Test"): 2}
    chart(
        ChartData(
            [
                Series(name, list(range(len(counts))), [float(each[at]) for each in counts], kind="bars", colour=at)
                for name, at in parts.items()
                if any(each[at] for each in counts)
            ],
            _("Class"), _("Pictures"), x_names=list(subject.classes),
        ),
        labels.chart(), "data_classes", height=300,
    )  # fmt: skip
    _say_balance(subject, [count.train + count.validation for count in counts])


def pixels(subject: Subject) -> None:
    """Show mean, deviation and histogram of each channel, and each class's mean picture."""
    from cnnviz.data.datasets import MEASURED  # noqa: PLC0415  (imports torch)

    data = subject.dataset
    names = [_("Red"), _("Green"), _("Blue")] if data.shape[0] == 3 else [_("Grey")]
    st.dataframe(
        {
            _("Channel"): names,
            _("Mean value"): [f"{value:.4f}" for value in data.mean],
            _("Standard deviation"): [f"{value:.4f}" for value in data.std],
        },
        hide_index=True, width=420, key="data_statistics",
    )  # fmt: skip
    count = len(data.train_y) if data.name in catalog.DATASETS else min(len(data.train_y), MEASURED)
    st.caption(
        _(
            "Of {count:,} training pictures, on the scale from 0 (black) to 1 (white). The network sees each value minus the mean, divided by the deviation:"
        ).format(count=count)
    )
    st.code(normalize(data.mean, data.std), language="python")
    shares = looking_cache.shares(subject.key)
    steps = len(shares[0])
    colours = [RED, GREEN, BLUE] if len(shares) == 3 else [GREY]
    chart(
        ChartData(
            [
                Series(
                    name, [step / steps for step in range(steps + 1)], [100 * each for each in share], kind="bars", colour=colour
                )
                if len(shares) == 1
                else Series(name, [(step + 0.5) / steps for step in range(steps)], [100 * each for each in share], colour=colour)
                for name, share, colour in zip(names, shares, colours, strict=True)
            ],
            _("Brightness"), _("Share of the pixels in %"), x_range=(0, 1),
        ),
        labels.chart(), "data_pixels", height=260,
    )  # fmt: skip
    if len(subject.classes) <= MOST_MEANS:
        st.markdown("##### " + _("The mean of each class"))
        means = looking_cache.means(subject.key)
        looking_grid.tiles(
            [
                Tile(source, _("Mean of {label}").format(label=name), name)
                for source, name in zip(means, subject.classes, strict=True)
            ],
            side=max(84, looking_samples.side(subject)), ratio=data.shape[2] / data.shape[1],
        )  # fmt: skip


def normalize(mean: tuple[float, ...], std: tuple[float, ...]) -> str:
    """Return torchvision's line that does what the training does with mean and deviation."""

    def said(values: tuple[float, ...]) -> str:
        return f"({', '.join(f'{value:.4f}' for value in values)}{',' if len(values) == 1 else ''})"

    return f"transforms.Normalize({said(mean)}, {said(std)})"


def _say_balance(subject: Subject, sizes: list[int]) -> None:
    largest, smallest = max(sizes), min(sizes)
    times = largest / max(smallest, 1)
    said = _(
        "The largest class ({most}) has {times} times as many pictures as the smallest ({least})."
    ).format(
        most=subject.classes[sizes.index(largest)],
        times=f"{times:.2f}",
        least=subject.classes[sizes.index(smallest)],
    )
    if largest == smallest:
        st.caption(
            _("Every class has the same number of training pictures: {count:,}.").format(count=largest)
        )
    elif times < UNEVEN:
        st.caption(said)
    else:
        st.warning(
            f"{said} "
            + _(
                "Accuracy can look good while the small class is never found: look at the confusion matrix on the Results page."
            ),
            icon=":material/balance:",
        )


def _setting(title: str, field: Field[float], now: float, least: float, most: float, **more: object) -> None:
    """Show a number of the training's config; the field says only what was changed."""
    key = f"widget:{field.key}"
    st.session_state[key] = now

    def follow() -> None:
        state.put(field, st.session_state[key])

    st.number_input(title, least, most, key=key, on_change=follow, width=180, **more)  # type: ignore[call-overload]
