"""The measures against what their definitions say, counted one answer at a time."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.data.datasets import Dataset, load
from cnnviz.errors import RunError
from cnnviz.explain.evaluation import Answers, Evaluation, evaluate
from cnnviz.nets.build import build
from cnnviz.nets.checkpoint import Checkpoint, save
from cnnviz.spec import Chain, Flatten, Linear, LogSoftmax, Network, Softmax


@st.composite
def answers(draw):
    count, classes = draw(st.integers(0, 40)), draw(st.integers(1, 6))
    numbers = st.lists(st.integers(0, classes - 1), min_size=count, max_size=count)
    sure = st.lists(st.floats(0, 1, width=16), min_size=count, max_size=count)
    return Answers(draw(numbers), draw(sure), draw(numbers), [str(c) for c in range(classes)])


def close(mine, theirs):
    return (math.isnan(mine) and math.isnan(theirs)) or mine == pytest.approx(theirs, abs=1e-12)


@given(answers())
def test_confusion_accuracy_and_support_are_those_that_one_counts_by_hand(found):
    pairs = list(zip(found.labels.tolist(), found.predicted.tolist(), strict=True))
    size = len(found.classes)
    assert found.confusion().tolist() == [[pairs.count((t, p)) for p in range(size)] for t in range(size)]
    right = sum(t == p for t, p in pairs)
    assert close(found.accuracy, right / len(pairs) if pairs else math.nan)
    assert (
        sum(row.support for row in found.per_class())
        == sum(row.predicted for row in found.per_class())
        == len(pairs)
    )


@given(answers())
def test_precision_recall_and_f1_are_those_of_their_definitions(found):
    pairs = list(zip(found.labels.tolist(), found.predicted.tolist(), strict=True))
    for number, row in enumerate(found.per_class()):
        hit = sum(t == p == number for t, p in pairs)
        missed = sum(t == number != p for t, p in pairs)
        wrong = sum(p == number != t for t, p in pairs)
        assert close(row.precision, hit / (hit + wrong) if hit + wrong else math.nan)
        assert close(row.recall, hit / (hit + missed) if hit + missed else math.nan)
        assert close(row.f1, hit / (hit + (missed + wrong) / 2) if hit + missed + wrong else math.nan)


@given(answers(), st.integers(1, 20))
def test_calibration_is_the_weighted_gap_between_confidence_and_accuracy(found, bins):
    known = found.calibration(bins)
    gap = seen = 0.0
    for number, row in enumerate(known.bins):
        low, high = number / bins, (number + 1) / bins
        assert (row.low, row.high) == (low, high)
        inside = [
            i for i, c in enumerate(found.confidence.tolist()) if min(int(c * bins), bins - 1) == number
        ]
        assert row.count == len(inside)
        seen += row.count
        if inside:
            sure = sum(found.confidence[i] for i in inside) / len(inside)
            hits = sum(found.right[i] for i in inside) / len(inside)
            assert close(row.confidence, sure)
            assert close(row.accuracy, hits)
            assert low - 1e-9 <= row.confidence <= high + 1e-9
            gap += len(inside) * abs(sure - hits)
    assert seen == len(found)
    assert known.error == pytest.approx(gap / max(len(found), 1), abs=1e-12)


def test_a_network_that_is_always_sure_and_half_the_time_wrong_has_an_error_of_a_half():
    found = Answers([0, 0, 1, 1], [1, 1, 1, 1], [0, 1, 0, 1], "ab").calibration()
    assert (found.error, found.confidence, found.accuracy) == (0.5, 1.0, 0.5)
    assert [row.count for row in found.bins] == [0] * 9 + [4]


@given(answers(), st.integers(0, 10), st.data())
def test_mistakes_are_the_wrong_answers_and_the_surest_come_first(found, count, data):
    classes = st.none() | st.integers(0, len(found.classes) - 1)
    truth, predicted = data.draw(classes), data.draw(classes)
    numbers = found.mistakes(count, truth, predicted).tolist()
    wanted = [
        i
        for i in range(len(found))
        if found.labels[i] != found.predicted[i]
        and truth in {None, int(found.labels[i])}
        and predicted in {None, int(found.predicted[i])}
    ]
    assert numbers == sorted(wanted, key=lambda i: -found.confidence[i])[:count]


@given(answers())
def test_the_cells_of_the_confusion_matrix_hold_every_picture_once(found):
    size = len(found.classes)
    cells = {(t, p): found.cell(t, p).tolist() for t in range(size) for p in range(size)}
    assert sorted(number for numbers in cells.values() for number in numbers) == list(range(len(found)))
    assert all(len(numbers) == found.confusion()[place] for place, numbers in cells.items())


def test_the_hardest_classes_are_those_that_are_missed_or_wrongly_seen():
    found = Answers([0, 1, 1, 3, 3, 0], [1.0] * 6, [0, 1, 2, 3, 1, 0], "abcd")
    assert found.hardest(1) == [1]  # one was missed, one seen where it was not
    assert found.hardest(9) == [0, 1, 2, 3]


def test_what_does_not_fit_together_is_refused():
    for wrong in (([0, 5], [1, 1], [0, 0]), ([0], [1, 1], [0, 0]), ([0, -1], [1, 1], [0, 0])):
        with pytest.raises(ValueError, match="only|equally"):
            Answers(*wrong, "ab")
    with pytest.raises(ValueError, match="column"):
        Evaluation(np.ones((2, 3)), [0, 1], "ab")


@settings(max_examples=30)
@given(st.integers(1, 30), st.integers(2, 5), st.integers(0, 1000))
def test_answers_and_loss_are_those_of_torch(count, classes, seed):
    chance = torch.Generator().manual_seed(seed)
    scores = torch.randn(count, classes, generator=chance, dtype=torch.float64)
    labels = torch.randint(classes, (count,), generator=chance)
    found = Evaluation(scores.softmax(1).numpy(), labels.numpy(), [str(c) for c in range(classes)])
    assert found.loss == pytest.approx(torch.nn.functional.cross_entropy(scores, labels).item(), abs=1e-9)
    assert found.accuracy == pytest.approx((scores.argmax(1) == labels).double().mean().item())
    assert found.predicted.tolist() == scores.argmax(1).tolist()


def small(*last):
    network = Network("Small", (1, 28, 28), Chain("", (Flatten(), Linear(784, 10), *last)))
    torch.manual_seed(0)
    card = {"seed": 3, "validation_fraction": 0.25}
    return Checkpoint(
        network, tuple("0123456789"), (0.1,), (0.3,), "digits", 1, 1, build(network).state_dict(), card
    )


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits")


@pytest.mark.parametrize(
    "last", [(), (Softmax(1),), (LogSoftmax(1),)], ids=["scores", "softmax", "log-softmax"]
)
def test_a_network_is_asked_all_test_pictures_and_gives_probabilities(digits, last, tmp_path):
    known = small(*last)
    save(tmp_path / "it.safetensors", known)
    shares = []
    found = evaluate(tmp_path / "it.safetensors", progress=shares.append)
    with torch.inference_mode():
        scores = small().module()((digits.test_x.float() / 255 - 0.1) / 0.3)
    np.testing.assert_allclose(found.probabilities, scores.softmax(1).numpy(), atol=1e-5)
    assert found.labels.tolist() == digits.test_y.tolist()
    assert shares == [1.0]


def test_the_validation_pictures_are_those_that_the_run_kept(digits):
    kept, learned = (evaluate(small(), digits, part) for part in ("validation", "training"))
    assert len(kept) + len(learned) == len(digits.train_y)
    assert len(kept) == pytest.approx(len(digits.train_y) / 4, abs=10)


def test_other_classes_and_a_stop_end_with_a_sentence(digits):
    with pytest.raises(RunError, match="stopped"):
        evaluate(small(), digits, should_stop=lambda: True)
    x, y = digits.test_x[:4], digits.test_y[:4] * 0
    two = Dataset("two", ("a", "b"), x, y, x, y, (0.1,), (0.3,))
    with pytest.raises(RunError, match="10 classes apart, two has 2"):
        evaluate(small(), two)
