"""Pure functions whose results are kept: the same question is answered once. Nothing cached is ever changed."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.spec import Network

if TYPE_CHECKING:
    from cnnviz.data.datasets import Dataset, Shape
    from cnnviz.explain.epochs import Epoch
    from cnnviz.explain.evaluation import Evaluation
    from cnnviz.explain.predict import Predictor
    from cnnviz.nets.source import Source
    from cnnviz.nets.summary import Summary


@st.cache_data(show_spinner=False, max_entries=64)
def source(network: Network) -> "Source":
    """Return the network's PyTorch source, and which line makes what."""
    from cnnviz.nets.source import written  # noqa: PLC0415  (the frame of the pages comes without it)

    return written(network)


@st.cache_data(show_spinner=False, max_entries=64)
def summary(network: Network) -> "Summary":
    """Return torchinfo's table of the network and its totals."""
    from cnnviz.nets.summary import summary as table  # noqa: PLC0415  (imports torch)

    return table(network)


@st.cache_data(show_spinner=False, max_entries=2)
def onnx(network: Network) -> bytes:
    """Return the network as an ONNX file with fresh weights."""
    from cnnviz.nets.onnx import export  # noqa: PLC0415  (imports torch)

    return export(network)


def predictor(path: Path) -> "Predictor":
    """Return the predictor of a checkpoint file; a file that was written anew is read anew.

    Raises:
        RunError: if the file is missing, damaged or none of ours.
    """
    try:
        version = path.stat().st_mtime_ns
    except OSError:
        version = 0
    return _predictor(str(path), version)


@st.cache_resource(show_spinner=False, max_entries=16)
def _predictor(path: str, version: int) -> "Predictor":
    from cnnviz.explain.predict import Predictor  # noqa: PLC0415  (imports torch)

    return Predictor.of(Path(path))


@st.cache_resource(show_spinner=False, max_entries=2)
def dataset(name: str, shape: "Shape | None" = None) -> "Dataset":
    """Return a data set, as ``cnnviz.data.datasets.load``; it is never changed."""
    from cnnviz.data.datasets import load  # noqa: PLC0415  (imports torch)

    return load(name, shape=shape)


def epoch(path: Path) -> "Epoch | None":
    """Return what a run wrote down at the end of an epoch; a file that was written anew is read anew."""
    try:
        version = path.stat().st_mtime_ns
    except OSError:
        return None
    return _epoch(str(path), version)


@st.cache_resource(show_spinner=False, max_entries=600)
def _epoch(path: str, version: int) -> "Epoch | None":
    from cnnviz.explain.epochs import read  # noqa: PLC0415

    return read(Path(path))


@st.cache_resource(show_spinner=False, max_entries=4)
def tested(run: Path, classes: tuple[str, ...], version: int) -> "Evaluation | None":
    """Return a run's answers to the test pictures; ``version`` tells two states of the file apart."""
    from cnnviz.explain import epochs  # noqa: PLC0415

    return epochs.tested(run, classes)
