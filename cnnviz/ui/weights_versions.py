"""Weights that do not fit the chosen network as it is: its other versions are tried, and the best one is offered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz import zoo
from cnnviz.errors import SpecError
from cnnviz.spec import Network
from cnnviz.ui import fields, network_options, state
from cnnviz.ui.i18n import _

if TYPE_CHECKING:
    from cnnviz.nets.matching import Match

FILES = ("follow", "channels", "classes")
"""The options that a file of weights tells; whatever else was chosen is tried as it is, then as documented."""


@dataclass(frozen=True, slots=True)
class Version:
    """A documented network with other options.

    Attributes:
        entry: the network.
        options: as ``zoo.get`` takes them.
        match: what of the file fits into it.
    """

    entry: zoo.Entry
    options: dict[str, Any]
    match: "Match"

    @property
    def changed(self) -> dict[str, Any]:
        """The options that are not as documented, as the fields keep them."""
        defaults = self.entry.defaults(self.options) | {"follow": next(iter(self.entry.sources))}
        return {name: value for name, value in self.options.items() if value != defaults[name]}


def better(present: "Match", fit: Callable[[Network], "Match"]) -> Version | None:
    """Return the version of the chosen network that a file fits best, if most of it does, and more than now.

    Args:
        present: what fits into the network as it is chosen.
        fit: returns what of the file fits into a network.
    """
    entry = zoo.ZOO.get(state.get(fields.NETWORK))
    if entry is None or not present.fresh:
        return None
    found = [version for options in _tries(entry) if (version := _fitted(entry, options, fit))]
    # Two versions of ResNet-50 have the same tensors; a file that somebody has is most likely torchvision's.
    best = max(
        found,
        key=lambda version: (_share(version.match), version.options.get("follow") == "torchvision"),
        default=None,
    )
    return best if best and _share(best.match) > max(0.5, _share(present)) else None


def offer(version: Version) -> None:
    """Say which version a file fits, with a button that chooses it; the file stays."""
    name = version.entry.title
    if follow := version.options.get("follow"):
        name = _("{network} as in {source}").format(
            network=name, source=network_options.said("follow", follow)
        )
    others = [
        f"{network_options.title(option)} {network_options.said(option, value)}"
        for option, value in version.changed.items()
        if option != "follow"
    ]
    if others:
        name = _("{network} ({options})").format(network=name, options=" · ".join(others))
    st.info(
        _("It fits **{network}**: {fits} of {wanted} tensors.").format(
            network=name, fits=len(version.match.fits), wanted=version.match.wanted
        ),
        icon=":material/lightbulb:",
    )
    st.button(
        _("Set these options"), icon=":material/tune:", key="widget:take_version", type="primary",
        on_click=_take, args=(version,),
    )  # fmt: skip


def _tries(entry: zoo.Entry) -> Iterator[dict[str, Any]]:
    kept = {
        name: value
        for name in entry.options
        if name not in FILES and (value := state.get(fields.OPTIONS[name])) is not None
    }
    for others in [kept, {}] if kept else [{}]:
        for follow in entry.sources:
            yield others | ({"follow": follow} if follow else {})


def _fitted(entry: zoo.Entry, options: dict[str, Any], fit: Callable[[Network], "Match"]) -> Version | None:
    """Return a version with the channels and classes that the file tells of; None if there is no such network."""
    from cnnviz.nets.matching import told  # noqa: PLC0415  (imports torch)

    network = _built(entry, options)
    if network is None:
        return None
    match = fit(network)
    sizes = told(network, match)
    if sizes and (resized := _built(entry, options | sizes)):
        options, match = options | sizes, fit(resized)
    return Version(entry, options, match)


def _built(entry: zoo.Entry, options: dict[str, Any]) -> Network | None:
    try:
        return zoo.get(entry.name, **options)
    except SpecError:
        return None


def _share(match: "Match") -> float:
    return len(match.fits) / match.wanted


def _take(version: Version) -> None:
    for name in version.entry.options:
        state.put(fields.OPTIONS[name], version.changed.get(name))
    state.put(fields.WEIGHTS_KEPT, "")
