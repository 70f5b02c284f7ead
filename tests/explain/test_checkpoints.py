"""Weights that were brought along are kept beside the runs, under names that clash with nothing."""

import dataclasses

import pytest
import torch

from cnnviz.errors import RunError
from cnnviz.explain import checkpoints
from cnnviz.explain.predict import Predictor
from cnnviz.nets.build import build
from cnnviz.nets.checkpoint import Checkpoint, load
from cnnviz.spec import AdaptiveAvgPool2d, Chain, Conv2d, Flatten, Network
from cnnviz.train import runs


def sample(channels=1, classes=10, flat=True):
    layers = (Conv2d(channels, classes, 3), AdaptiveAvgPool2d(1), *([Flatten()] if flat else []))
    network = Network("Small", (channels, 28, 28), Chain("", layers))
    names = tuple(map(str, range(classes)))
    return Checkpoint(
        network, names, (0.0,) * channels, (1.0,) * channels, "plain", 0, 0, build(network).state_dict()
    )


def test_what_is_kept_is_found_again_and_is_no_run(runs_root):
    assert checkpoints.imported() == []
    file = checkpoints.keep("my-net_2", sample())
    assert checkpoints.imported() == ["my-net_2"]
    assert checkpoints.path_of("my-net_2") == file
    assert load(file).network == sample().network
    assert runs.list_runs() == []
    checkpoints.forget("my-net_2")
    assert checkpoints.imported() == []
    with pytest.raises(RunError, match="no kept weights called my-net_2"):
        checkpoints.forget("my-net_2")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 61, "naïve", "lenet", "taken", "a run"])
def test_a_name_that_is_none_or_taken_is_refused(runs_root, name):
    checkpoints.keep("taken", sample())
    with pytest.raises(RunError, match="`name`|already a trained network called"):
        checkpoints.keep(name, sample())
    assert checkpoints.imported() == ["taken"]


def test_a_folder_that_cannot_be_written_is_said(runs_root):
    runs_root.write_text("a file where the folder should be")
    with pytest.raises(RunError, match="cannot be kept in"):
        checkpoints.keep("x", sample())


def test_a_drawing_goes_into_grey_and_colour_networks_and_others_are_refused():
    drawing = torch.rand(1, 28, 28).numpy()
    for channels in (1, 3):
        (answer,) = Predictor(sample(channels)).predict(drawing)
        assert sum(answer.probabilities) == pytest.approx(1, abs=1e-5)
    with pytest.raises(RunError, match="pictures of 2 channels"):
        Predictor(sample(channels=2))
    with pytest.raises(RunError, match="gives 10x1x1, not one score for each of 10 classes"):
        Predictor(sample(flat=False)).predict(drawing)
    few = dataclasses.replace(sample(), classes=("a", "b"))
    with pytest.raises(RunError, match="gives 10, not one score for each of 2 classes"):
        Predictor(few).predict(drawing)
