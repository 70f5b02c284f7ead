"""What a block teaches beside its picture: its branches in a table, add against concat, and what its idea saves."""

from math import prod

import streamlit as st

from cnnviz.components import Box
from cnnviz.shapes import Result, apply, say
from cnnviz.spec import Conv2d, Network, Shape, leaves
from cnnviz.ui.i18n import _


def branches(whole: Box) -> None:
    """Show one row a branch, or a layer where nothing branches: shapes, costs, and its share of them."""
    paths = [part for box in whole.walk() if box.form == "branches" for part in box.parts]
    rows = paths or [box for box in whole.walk() if box.form == "layer"]
    nested = sum(box.form == "branches" for box in whole.walk()) > 1
    totals = max(sum(row.params for row in rows), 1), max(sum(row.macs for row in rows), 1)
    names = [row.path.partition(".")[2] if nested else row.path.rpartition(".")[2] for row in rows]
    table = {
        _("Branch") if paths else _("Layer"): names,
        _("What is in it"): [_inside(row) for row in rows],
        _("Output"): [say(row.output) for row in rows],
        _("Parameters"): [row.params for row in rows],
        _("Share of the parameters"): [row.params / totals[0] for row in rows],
        _("Multiply-adds"): [row.macs for row in rows],
        _("Share of the multiply-adds"): [row.macs / totals[1] for row in rows],
    }
    share = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
    count = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        table, hide_index=True, key="block_branches", height=38 + 35 * len(rows),
        column_config={
            _("Parameters"): count, _("Multiply-adds"): count, _("Share of the parameters"): share,
            _("Share of the multiply-adds"): share, _("What is in it"): st.column_config.TextColumn(width="medium"),
        },
    )  # fmt: skip


def merges(whole: Box) -> None:
    """Say what the block's merges do to the shapes, and what the other kind of merge would do."""
    for box in whole.walk():
        if box.form != "branches":
            continue
        shapes = [part.output for part in box.parts]
        channels = " + ".join(str(shape[0]) for shape in shapes)
        total = sum(shape[0] for shape in shapes)
        if box.problem:
            differ = f"`{' ≠ '.join(map(say, shapes))}`"
            st.markdown(_("**Add** needs equal shapes: {shapes}.").format(shapes=differ))
            return
        if box.merge == "add":
            added = f"`{' + '.join(map(say, shapes))} = {say(box.output)}`"
            st.markdown(
                _("**Add** sums value by value: {shapes}. The channels stay as they are.").format(
                    shapes=added
                )
            )
            st.markdown(
                _("**Concat** would put them side by side: {channels} channels.").format(
                    channels=f"`{channels} = {total}`"
                )
            )
            return
        st.markdown(
            _(
                "**Concat** joins along the channels: {channels}. Height and width must be equal, and stay."
            ).format(channels=f"`{channels} = {total}`")
        )
        if len(set(shapes)) > 1:
            st.markdown(
                _("**Add** would be impossible here: {shapes}.").format(
                    shapes=f"`{' ≠ '.join(map(say, shapes))}`"
                )
            )
        else:
            st.markdown(
                _("**Add** would be possible too, and keep {count} channels.").format(count=shapes[0][0])
            )
        if sum(other.form == "branches" for other in whole.walk()) > 1:
            st.caption(_("This is the first of them; each further one adds its channels in the same way."))
        return


def saving(kind: str, network: Network) -> None:
    """Show what the block's idea costs or saves, with the numbers put in."""
    {
        "vgg": _vgg, "nin": _nin, "inception": _inception, "residual": _residual, "dense": _dense,
        "transition": _transition,
    }[kind](network)  # fmt: skip


def _vgg(network: Network) -> None:
    convs = _convs(network)
    count = max(len(convs), 2)  # with one convolution there is nothing to compare yet
    wide, side = convs[-1].out_channels, 2 * count + 1
    stack = count * apply(Conv2d(wide, wide, 3, padding=1), (wide, 1, 1)).params
    one = apply(Conv2d(wide, wide, side, padding=count), (wide, 1, 1)).params
    st.markdown(
        _(
            "{count} convolutions of 3×3, one after the other, see {side}×{side} pixels. From {wide} to {wide} channels they have {stack:,} parameters; a single {side}×{side} convolution has {one:,}."
        ).format(count=count, side=side, wide=wide, stack=stack, one=one)
    )


def _nin(network: Network) -> None:
    first, *mixing = _convs(network)
    shape = (first.out_channels, 1, 1)
    one = apply(mixing[0], shape)
    st.markdown(
        _(
            "The 1×1 convolutions keep the {count} channels: they neither compress nor look around. Each is a linear layer at every pixel that mixes its channels, `{formula}` parameters, and the ReLU behind it makes the mix non-linear."
        ).format(count=first.out_channels, formula=one.params_formula)
    )


def _inception(network: Network) -> None:
    """As Szegedy and others argue: make few channels by a 1x1 before the dear convolution."""
    convs = dict(leaves(network.body))
    table: dict[str, list[str | int | float]] = {title: [] for title in (
        _("Path"), _("Directly"), _("1×1 first"), _("Then the convolution"), _("Together"), _("Of the direct cost"),
    )}  # fmt: skip
    lines = []
    for path in ("p2", "p3"):
        reduce, conv = convs[f"inception.{path}.reduce"], convs[f"inception.{path}.conv"]
        assert isinstance(reduce, Conv2d)
        assert isinstance(conv, Conv2d)
        direct = Conv2d(reduce.in_channels, conv.out_channels, conv.kernel_size, padding=conv.padding)
        costs = [apply(layer, shape).macs for layer, shape in (
            (direct, network.input_shape), (reduce, network.input_shape), (conv, apply(reduce, network.input_shape).shape),
        )]  # fmt: skip
        together = costs[1] + costs[2]
        for column, value in zip(table.values(), (path, *costs, together, together / costs[0]), strict=True):
            column.append(value)
        _channels, height, width = network.input_shape
        kernel = f"{conv.kernel_size}·{conv.kernel_size}"
        lines.append(
            f"{path}: `{direct.in_channels}·{direct.out_channels}·{kernel}·{height}·{width} = {costs[0]:,}`  →  "
            f"`{reduce.in_channels}·{reduce.out_channels}·{height}·{width} + "
            f"{conv.in_channels}·{conv.out_channels}·{kernel}·{height}·{width} = {together:,}`"
        )
    st.markdown(
        _(
            "A 1×1 convolution first makes few channels, so that the dear convolution has less to do. In multiply-adds:"
        )
    )
    count = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        table, hide_index=True, key="block_saving",
        column_config=dict.fromkeys(list(table)[1:5], count)
        | {_("Of the direct cost"): st.column_config.NumberColumn(format="percent")},
    )  # fmt: skip
    st.markdown("  \n".join(lines))


def _residual(network: Network) -> None:
    convs = dict(leaves(network.body))
    fitted = convs.get("residual.sum.shortcut.conv3")
    st.markdown(
        _(
            "Where the residual path gives zeros, the block hands its input on: it only has to learn what should change. (The last ReLU keeps that true for values that are not negative.)"
        )
    )
    if isinstance(fitted, Conv2d):
        result = apply(fitted, network.input_shape)
        st.markdown(
            _(
                "The shortcut's 1×1 convolution makes {before} into {after}, for `{formula}` parameters."
            ).format(before=say(network.input_shape), after=say(result.shape), formula=result.params_formula)
        )
    else:
        st.markdown(_("The shortcut has no parameters and no multiply-adds."))


def _dense(network: Network) -> None:
    convs = _convs(network)
    start, growth = network.input_shape[0], convs[0].out_channels
    seen = [conv.in_channels for conv in convs]
    total = start + len(convs) * growth
    st.markdown(
        _("Channels grow by {growth} at each convolution: {path}. Together {formula}.").format(
            growth=growth, path=f"`{' → '.join(map(str, [*seen, total]))}`",
            formula=f"`{start} + {len(convs)}·{growth} = {total}`",
        )
    )  # fmt: skip
    results: list[Result] = [apply(conv, (conv.in_channels, *network.input_shape[1:])) for conv in convs]
    st.dataframe(
        {
            _("Convolution"): list(range(1, len(convs) + 1)),
            _("Sees"): seen,
            _("Adds"): [conv.out_channels for conv in convs],
            _("Afterwards"): [*seen[1:], total],
            _("Multiply-adds"): [result.macs for result in results],
        },
        hide_index=True, key="block_growth",
        column_config={_("Multiply-adds"): st.column_config.NumberColumn(format="localized")},
    )  # fmt: skip


def _transition(network: Network) -> None:
    conv = _convs(network)[0]
    before = network.input_shape
    mixed: Shape = (conv.out_channels, *before[1:])
    after: Shape = (conv.out_channels, before[1] // 2, before[2] // 2)
    counts = [prod(shape) for shape in (before, mixed, after)]
    st.markdown(
        _("The 1×1 convolution makes {before} channels into {after}; the pooling halves height and width. Values: {shapes}.").format(
            before=before[0], after=conv.out_channels,
            shapes=" → ".join(
                f"`{say(shape)} = {count:,}`" for shape, count in zip((before, mixed, after), counts, strict=True)
            ),
        )
    )  # fmt: skip


def _convs(network: Network) -> list[Conv2d]:
    return [layer for _path, layer in leaves(network.body) if isinstance(layer, Conv2d)]


def _inside(box: Box) -> str:
    if box.form == "layer":
        return box.title
    return " → ".join(part.title for part in box.walk() if part.form == "layer") or _("unchanged")
