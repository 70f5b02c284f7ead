"""Random networks of blocks that are alike but not the same: what the source has to find the pattern of."""

from hypothesis import strategies as st

from cnnviz.spec import BatchNorm2d, Branches, Chain, Conv2d, Network, ReLU

KINDS = ("conv", "norm", "relu", "grow", "inner")


@st.composite
def families(draw):
    """One to four blocks of one family; how often layers repeat, widths, strides, names and shortcuts differ."""
    block = draw(st.sampled_from(["", "Family", "Net", "OrderedDict", "Linear"]))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True))
    first, factor, growth = draw(st.integers(0, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    named, tail, shortcut = draw(st.booleans()), draw(st.booleans()), draw(st.sampled_from([0, 0, 1, 2]))
    before = width = draw(st.integers(1, 4))
    made = []
    for position in range(draw(st.integers(1, 4))):
        items, out, wide = [], factor * draw(st.integers(1, 4)), width
        for number in range(first, first + draw(st.integers(0, 4))):
            for kind in kinds:
                layer, width = _layer(
                    kind, width, out, growth, number, named, odd=draw(st.integers(0, 19)) == 0
                )
                items.append(layer)
        if tail != (draw(st.integers(0, 4)) == 0):
            items.append(Conv2d(width, width, 1, name="last" if named else ""))
        if shortcut == 1 or (shortcut == 2 and draw(st.booleans())):
            fitted = () if wide == width else (Conv2d(wide, width, 1, name="fit"),)
            paths = (Chain("residual", tuple(items)), Chain("shortcut", fitted))
            items = [Branches("sum", paths, "add"), ReLU(name="relu")]
        made.append(Chain(f"block{position}" if named else "", tuple(items), block=block))
    name = draw(st.sampled_from(["Net", "Family", "OrderedDict"]))
    return Network(name, (before, 4, 4), Chain("", tuple(made)))


def _layer(kind, width, out, growth, number, named, *, odd):
    """A layer or branches of that kind, and the channels behind it; the odd one has no bias."""
    name = f"{kind}{number}" if named else ""
    match kind:
        case "conv":
            return Conv2d(width, out, 3, padding=1, bias=not odd, name=name), out
        case "norm":
            return BatchNorm2d(width, name=name), width
        case "relu":
            return ReLU(name=name), width
        case "grow":
            seen, new = ("seen", "new") if named else ("", "")
            paths = (Chain(seen, ()), Chain(new, (Conv2d(width, growth, 1),)))
            return Branches(name, paths, "concat"), width + growth
        case _:
            return Chain(name, (Conv2d(width, width, 1), ReLU())), width
