"""Branches whose results cannot be added or joined."""

from typing import Any

from cnnviz.diagnosis import edits
from cnnviz.diagnosis.edits import Edit
from cnnviz.diagnosis.flow import Passed, backwards, chains
from cnnviz.diagnosis.problems import Message, message
from cnnviz.diagnosis.search import Search
from cnnviz.diagnosis.sizes import other_windows, try_windows
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.shapes.windows import conv_padding
from cnnviz.spec import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    Branches,
    Chain,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Network,
    Shape,
    Upsample,
    tree,
)
from cnnviz.spec.checks import pair, short
from cnnviz.spec.tree import join

STRIDES = (1, 2, 3, 4, 8)


def explain(search: Search) -> Message:
    """Return why the results of paths do not fit together; offer to fit the odd ones to the others."""
    stop = search.stop
    node, shapes = stop.node, stop.shapes
    assert isinstance(node, Branches)
    paths = [(join(stop.path, name), chain) for name, chain in chains(node)]
    goals = _goals(node, paths, shapes)
    for rank, goal in enumerate(goals):
        _fit_all(search, paths, goal, 0.5 * rank)
        for (path, chain), shape in zip(paths, shapes, strict=True):
            if _differs(node, shape, goal):
                _fit(search, path, chain, shape, goal, 0.5 * rank)
    if node.merge == "add" and len({shape[1:] for shape in shapes}) == 1:
        both = edits.set_parameters(search.network, stop.path, merge="concat")
        search.offer(2.8, both)
    for path, chain in paths:
        if not chain.items and node.merge == "add" and len(paths) > 2:
            search.offer(2.6, edits.remove(search.network, path))
    return _said(search, node, shapes)


def _goals(node: Branches, paths: list[tuple[str, Chain]], shapes: tuple[Shape, ...]) -> list[Shape]:
    """Return what the paths could agree on: what most of them give; without a majority, the longest path's first."""
    votes: dict[Shape, list[int]] = {}
    for (_path, chain), shape in zip(paths, shapes, strict=True):
        same = next((goal for goal in votes if not _differs(node, shape, goal)), shape)
        votes.setdefault(same, []).append(sum(1 for _ in backwards(chain, "")))
    found = sorted(votes, key=lambda goal: (-len(votes[goal]), -max(votes[goal])))
    return found[:1] if 2 * len(votes[found[0]]) > len(shapes) else found[:3]


def _differs(node: Branches, shape: Shape, goal: Shape) -> bool:
    return shape != goal if node.merge == "add" else shape[1:] != goal[1:]


def _fit(search: Search, path: str, chain: Chain, shape: Shape, goal: Shape, cost: float) -> None:
    """Offer to make one path give the goal, or at least its size."""
    network = search.network
    layers = [(place, layer) for place, layer in backwards(chain, path) if not isinstance(layer, Branches)]
    if len(shape) != len(goal):
        for place, layer in layers:
            if isinstance(layer, Flatten):
                search.offer(cost + 0.6, edits.remove(network, place))
        if len(goal) == 1:
            search.offer(cost + 1.2, edits.append(network, path, Flatten(name="flatten")))
        return
    if len(shape) == 1:
        for place, layer in layers:
            if isinstance(layer, Linear):
                search.offer(
                    cost + 1.0, edits.set_parameters(network, place, out_features=goal[0]), adapting=False
                )
                return
        search.offer(cost + 1.5, edits.append(network, path, Linear(shape[0], goal[0], name="fit")))
        return
    if len(shape) != 3:
        return
    for rank, edit in enumerate(_path_edits(search, network, path, chain, shape, goal)):
        search.offer(cost + 0.8 + 0.3 * rank, edit, family="fit", adapting=False)
    if shape[1:] != goal[1:]:
        concat = isinstance(search.stop.node, Branches) and search.stop.node.merge == "concat"
        search.offer(cost + 1.1, _unstrided(network, path, chain, shape[0] if concat else goal[0]))
        windows = [
            one
            for one in layers
            if isinstance(one[1], Conv2d | MaxPool2d | AvgPool2d | ConvTranspose2d | Upsample)
        ]
        try_windows(search, windows, cost + 1.2)
        search.offer(cost + 2.0, _pooled(search, path, shape, goal), adapting=False)


def _pooled(search: Search, path: str, shape: Shape, goal: Shape) -> Edit:
    """Return a path with an average at its end that has the goal's size; for a sum also with its channels."""
    assert isinstance(search.stop.node, Branches)
    layers: list[Layer] = [AdaptiveAvgPool2d(short(goal[1], goal[2]), name="adaptive_pool")]
    if search.stop.node.merge == "add" and shape[0] != goal[0]:
        layers.append(Conv2d(shape[0], goal[0], 1, name="fit"))
    return edits.append(search.network, path, *layers)


def _unstrided(network: Network, path: str, chain: Chain, channels: int) -> Edit:
    """Return a path whose convolutions all have stride 1, and whose last one gives some channels."""
    title: Message | None = None
    last = True
    for place, layer in backwards(chain, path):
        values: dict[str, Any] = {}
        if isinstance(layer, Conv2d):
            if last and layer.out_channels != channels:
                values["out_channels"] = channels
            if pair(layer.stride) != (1, 1):
                values["stride"] = 1
            last = False
        if values:
            edit = edits.set_parameters(network, place, **values)
            if edit is None:
                return None
            network = edit[1]
            title = edits.also(title, place, layer, values) if title else edit[0]
    return (title, network) if title else None


def _path_edits(
    search: Search, network: Network, path: str, chain: Chain, shape: Shape, goal: Shape
) -> list[Edit]:
    """Return ways to fit a path by a convolution: the last one changed, or a 1x1 convolution more."""
    found: list[Edit] = []
    place, conv = next(
        (one for one in backwards(chain, path) if isinstance(one[1], Conv2d | ConvTranspose2d | Branches)),
        ("", None),
    )
    concat = isinstance(search.stop.node, Branches) and search.stop.node.merge == "concat"
    channels = shape[0] if concat else goal[0]
    if isinstance(conv, Conv2d):
        if shape[1:] == goal[1:]:
            found.append(edits.set_parameters(network, place, out_channels=channels))
        else:
            stride = fitting_stride(conv, search.arrived[place], goal)
            if stride is not None:
                values: dict[str, Any] = {"stride": stride}
                if channels != conv.out_channels:
                    values["out_channels"] = channels
                found.append(edits.set_parameters(network, place, **values))
    stride = fitting_stride(Conv2d(shape[0], channels, 1), shape, goal)
    if stride is not None:
        fitted = Conv2d(shape[0], channels, 1, stride=stride, name="fit")
        found.append(
            (
                message(N_("Put {code} on the shortcut `{path}`"), code=edits.code(fitted), path=path),
                edits.inserted(network, path, 0, (fitted,)),
            )
            if not chain.items
            else edits.append(network, path, fitted)
        )
    return found


def fitting_stride(conv: Conv2d, shape: Shape, goal: Shape) -> int | tuple[int, int] | None:
    """Return the stride with which a convolution turns a shape's height and width into a goal's; None if none does."""
    found = []
    for axis in (0, 1):
        kernel, dilation = pair(conv.kernel_size)[axis], pair(conv.dilation)[axis]
        room = shape[1 + axis] + sum(conv_padding(conv, axis)) - dilation * (kernel - 1) - 1
        found += [stride for stride in STRIDES if room // stride + 1 == goal[1 + axis]][:1]
    return short(found[0], found[1]) if len(found) == 2 else None


def _fit_all(search: Search, paths: list[tuple[str, Chain]], goal: Shape, cost: float) -> None:
    """Where several paths differ from the goal, offer to fit them all in the same way: each keeps its size."""
    network, stop = search.network, search.stop
    assert isinstance(stop.node, Branches)
    changed: list[str] = []
    for (path, chain), shape in zip(paths, stop.shapes, strict=True):
        if not _differs(stop.node, shape, goal) or len(shape) != 3 or len(goal) != 3:
            continue
        edit = _same_size(search, network, path, chain, shape, goal)
        if edit is None:
            return
        network = edit[1]
        changed.append(f"`{path}`")
    title = message(
        N_("Change {paths} so that they give {size}"), paths=", ".join(changed), size=say(goal[1:])
    )
    if len(changed) > 1:
        search.offer(cost + 1.0, (title, network), adapting=False)


def _same_size(search: Search, network: Network, path: str, chain: Chain, shape: Shape, goal: Shape) -> Edit:
    """Return the first small change of one path that gives the goal."""
    tries = _path_edits(search, network, path, chain, shape, goal)
    for place, layer in backwards(chain, path):
        if isinstance(layer, Conv2d | MaxPool2d | AvgPool2d):
            tries += [
                edits.set_parameters(network, place, **values) for _cost, values in other_windows(layer)
            ]
    for edit in tries:
        if edit is None:
            continue
        node = tree.node_at(edit[1], path)
        result = search.flow.through(node, search.arrived[path])
        assert isinstance(search.stop.node, Branches)
        if isinstance(result, Passed) and not _differs(search.stop.node, result.shape, goal):
            return edit
    return None


def _said(search: Search, node: Branches, shapes: tuple[Shape, ...]) -> Message:
    name = edits.called(search.stop.path, node)
    gives = ", ".join(
        f"`{label}` {say(shape)}" for (label, _), shape in zip(chains(node), shapes, strict=True)
    )
    ranks = {len(shape) for shape in shapes}
    if len(ranks) > 1:
        return message(
            N_("{layer} cannot merge pictures with rows of features: its paths give {shapes}"),
            layer=name,
            shapes=gives,
        )
    if node.merge == "concat":
        return message(
            N_("{layer} joins channels, so its paths need the same height and width, but they give {shapes}"),
            layer=name, shapes=gives,
        )  # fmt: skip
    size, channels = len({shape[1:] for shape in shapes}) > 1, len({shape[0] for shape in shapes}) > 1
    if size and channels:
        template = N_("{layer} adds value to value, so its paths need equal shapes, but they give {shapes}")
    elif size:
        template = N_("{layer} adds value to value, but its paths differ in height and width: {shapes}")
    elif len(shapes[0]) == 1:
        template = N_(
            "{layer} adds value to value, but its paths give different numbers of features: {shapes}"
        )
    else:
        template = N_("{layer} adds value to value, but its paths differ in channels: {shapes}")
    return message(template, layer=name, shapes=gives)
