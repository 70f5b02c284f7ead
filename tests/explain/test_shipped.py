"""What the cards of the shipped networks say is measured again on the official test pictures."""

import re

import numpy as np
import pytest

from cnnviz.data.datasets import load
from cnnviz.explain.checkpoints import WEIGHTS, path_of, shipped
from cnnviz.explain.predict import Predictor


def test_every_shipped_network_has_a_card_and_both_are_there():
    assert set(shipped()) == {"digit_recognizer", "lenet"}
    assert all((WEIGHTS / f"{name}.md").is_file() for name in shipped())


@pytest.mark.parametrize(("name", "least"), [("digit_recognizer", 99.3), ("lenet", 98.8)])
def test_the_accuracy_on_the_card_is_the_accuracy_on_the_official_test_set(real_data, name, least):
    predictor, data = Predictor.of(path_of(name)), load("mnist", root=real_data)
    right = 0
    for pictures, labels in zip(data.test_x.split(1000), data.test_y.split(1000), strict=True):
        answers = predictor.predict(pictures[:, 0].numpy().astype(np.float32) / 255)
        right += sum(answer.digit == label for answer, label in zip(answers, labels.tolist(), strict=True))
    percent = right / len(data.test_y) * 100
    on_card = float(re.search(r"\*\*([\d.]+) %\*\*", (WEIGHTS / f"{name}.md").read_text()).group(1))
    assert percent == pytest.approx(on_card, abs=0.03)  # another processor rounds in another order
    assert percent >= least
    assert predictor.checkpoint.card["test_accuracy"] == pytest.approx(on_card / 100, abs=1e-4)


def test_a_run_that_is_not_there_is_refused_with_what_is_shipped():
    from cnnviz.errors import RunError

    with pytest.raises(RunError, match="shipped are digit_recognizer, lenet"):
        path_of("../../etc/passwd")
