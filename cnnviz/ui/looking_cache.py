"""What the Data page knows of a data set, computed once: the pictures and their statistics."""

import os
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.data import catalog
from cnnviz.ui import cache

if TYPE_CHECKING:
    from cnnviz.data.datasets import Dataset, Shape
    from cnnviz.data.looking import Count

Known = tuple[str, "Shape | None", int]
"""What tells a data set from another, and from itself after it was changed: name, shape of a folder's pictures, when."""

KEPT = 8


def known(name: str, shape: "Shape") -> Known:
    """Return the key of a data set; a folder whose classes' folders have changed has another one."""
    if not catalog.is_folder(name):
        return name, None, 0
    home = catalog.folder_path(name)
    homes = [part for part in (home / "train", home / "test") if part.is_dir()] or [home]
    folders = [entry.stat().st_mtime_ns for part in homes for entry in os.scandir(part) if entry.is_dir()]
    return name, shape, max(folders, default=0)


def dataset(key: Known) -> "Dataset":
    """Return a data set; the pictures of a folder stay in their files, and are read where they are shown.

    Raises:
        DataError: if it cannot be read.
    """
    name, shape, _changed = key
    return cache.dataset(name) if shape is None else _folder(*key)


@st.cache_resource(show_spinner=False, max_entries=2)
def _folder(name: str, shape: "Shape | None", changed: int) -> "Dataset":
    from cnnviz.data.datasets import load  # noqa: PLC0415  (imports torch)

    return load(name, shape=shape, room=0)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def counts(key: Known, fraction: float, seed: int) -> "list[Count]":
    """Return how many pictures each class has in training, validation and test."""
    from cnnviz.data import looking  # noqa: PLC0415

    return looking.counts(dataset(key), fraction, seed)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def shares(key: Known) -> list[list[float]]:
    """Return the histogram of each channel."""
    from cnnviz.data import looking  # noqa: PLC0415

    return looking.shares(dataset(key))


@st.cache_data(show_spinner=False, max_entries=KEPT)
def means(key: Known) -> list[str]:
    """Return the mean picture of each class, as addresses."""
    from cnnviz.data import looking  # noqa: PLC0415

    return [looking.link(each) for each in looking.means(dataset(key))]


@st.cache_data(show_spinner=False, max_entries=KEPT)
def normalisation(key: Known, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation of each channel as a network with so many channels sees them."""
    from cnnviz.data import looking  # noqa: PLC0415

    return looking.normalisation(dataset(key), channels)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def sizes(key: Known) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the smallest and the largest picture's width and height; None where all have one size."""
    from cnnviz.data import looking  # noqa: PLC0415
    from cnnviz.data.folder import Files  # noqa: PLC0415

    pictures = dataset(key).train_x
    return looking.sizes(pictures) if isinstance(pictures, Files) else None


@st.cache_data(show_spinner=False, max_entries=64)
def pictures(key: Known, numbers: tuple[int, ...], *, original: bool = False) -> list[str]:
    """Return training pictures by number, as addresses.

    Args:
        key: of the data set.
        numbers: of the pictures.
        original: whether those of a folder come as they lie there, and not in the network's size.
    """
    from cnnviz.data import looking  # noqa: PLC0415

    return looking.links(dataset(key), numbers, original=original)


@st.cache_data(show_spinner=False, max_entries=32)
def changed(
    key: Known, numbers: tuple[int, ...], kinds: tuple[str, ...], times: int, seed: int, shape: "Shape"
) -> list[list[str]]:
    """Return each picture as it goes into the network, then as a training would show it in some epochs."""
    from cnnviz.data import looking  # noqa: PLC0415

    return looking.changed_links(dataset(key), numbers, kinds, times, seed, shape)
