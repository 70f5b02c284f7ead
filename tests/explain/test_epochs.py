"""What a run wrote down at each epoch's end is read as it was, and nothing else is."""

import zipfile

import numpy as np
import pytest
import torch

from cnnviz.data.datasets import load
from cnnviz.errors import RunError
from cnnviz.explain import epochs
from cnnviz.explain.evaluation import evaluate
from tests.explain.making import HANDFUL, tiny, train

CLASSES = tuple("0123456789")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(tmp_path_factory.mktemp("runs") / "run")


def test_the_answers_of_an_epoch_are_those_that_torch_gave_and_counted(run):
    kept = epochs.validation(run.path)
    assert kept is not None
    for number, path in epochs.files(run.path).items():
        epoch = epochs.read(path)
        assert epoch.number == number
        answers = epoch.answers(kept.labels, CLASSES)
        with np.load(path) as written:
            assert answers.confusion().tolist() == written["confusion"].tolist()
        assert 0.1 < answers.accuracy <= 1


def test_the_last_epoch_answers_as_its_checkpoint_does(run):
    kept, last = epochs.validation(run.path), epochs.read(epochs.files(run.path)[3])
    asked = evaluate(run.path / "last.safetensors", part="validation")
    assert asked.labels.tolist() == kept.labels.tolist()
    assert (asked.predicted == last.predicted).mean() > 0.99  # equal scores may fall either way
    np.testing.assert_allclose(asked.confidence, last.confidence, atol=2e-3)
    np.testing.assert_allclose(asked.probabilities[:HANDFUL], last.handful, atol=2e-3)
    data = load("digits")
    assert data.train_y[torch.from_numpy(kept.numbers)].tolist() == kept.labels.tolist()


def test_the_test_pictures_were_asked_with_the_best_weights(run):
    found = epochs.tested(run.path, CLASSES)
    asked = evaluate(run.path / "best.safetensors")
    np.testing.assert_allclose(found.probabilities, asked.probabilities, atol=2e-3)
    assert found.accuracy == pytest.approx(run.end().test_accuracy, abs=0.003)
    assert found.loss == pytest.approx(run.end().test_loss, abs=0.01)


def test_the_kernels_are_the_first_convolutions(run):
    from cnnviz.nets.checkpoint import load as checkpoint

    weight = next(
        value for value in checkpoint(run.path / "last.safetensors").weights.values() if value.ndim == 4
    )
    np.testing.assert_allclose(epochs.read(epochs.files(run.path)[3]).kernels, weight.numpy(), atol=1e-3)


def test_the_handful_is_read_as_the_network_sees_it(run):
    few = epochs.handful(run.path)
    assert few.pictures.shape == (HANDFUL, 1, 28, 28)
    assert few.labels.tolist() == epochs.validation(run.path).labels[:HANDFUL].tolist()


def test_a_network_without_convolution_has_no_kernels(tmp_path):
    run = train(tmp_path / "run", tiny(convolution=False), epochs=1)
    assert epochs.read(epochs.files(run.path)[1]).kernels is None


def test_a_run_that_wrote_nothing_has_nothing(tmp_path):
    run = train(tmp_path / "run", epochs=1, records=False)
    assert epochs.files(run.path) == {}
    assert epochs.validation(run.path) is epochs.handful(run.path) is epochs.tested(run.path, CLASSES) is None


@pytest.mark.parametrize("size", [0, 10, 100, 1000, 1500])
def test_a_file_that_was_cut_is_passed_over(run, tmp_path, size):
    whole = epochs.files(run.path)[1].read_bytes()
    cut = tmp_path / "0001.npz"
    cut.write_bytes(whole[:size])
    assert epochs.read(cut) is None


@pytest.mark.parametrize("place", range(0, 3000, 150))
def test_a_byte_that_was_turned_breaks_nothing(run, tmp_path, place):
    whole = bytearray(epochs.files(run.path)[1].read_bytes())
    whole[place % len(whole)] ^= 0xFF
    (tmp_path / "0001.npz").write_bytes(whole)
    found = epochs.read(tmp_path / "0001.npz")
    assert found is None or np.isfinite(found.confidence).all()


def test_what_is_none_of_ours_is_passed_over(tmp_path):
    def read(**arrays):
        np.savez(tmp_path / "0001.npz", **arrays)
        return epochs.read(tmp_path / "0001.npz")

    good = {"predicted": np.zeros(3, np.uint16), "confidence": np.zeros(3, np.float16)}
    assert read(**good).handful is None
    assert read(**good | {"predicted": np.zeros(4, np.uint16)}) is None
    assert read(**good | {"predicted": np.array([{}, {}, {}], dtype=object)}) is None  # a pickle
    assert read(**good | {"kernels": np.zeros((2, 2), np.float16)}) is None
    assert read(predicted=good["predicted"]) is None
    assert not len(read(handful=np.zeros((2, 10), np.float16)).predicted)  # a run without validation pictures
    assert epochs.files(tmp_path) == {}
    assert read(**good).answers(np.array([0, 1]), CLASSES) is None
    assert (
        read(**good | {"predicted": np.full(3, 99, np.uint16)}).answers(np.zeros(3, np.int64), CLASSES)
        is None
    )


def test_a_file_that_swells_is_not_unpacked(tmp_path):
    path = tmp_path / "0001.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("predicted.npy", "w") as entry,
    ):
        for _ in range(401):
            entry.write(bytes(1_000_000))
    assert path.stat().st_size < 1_000_000
    assert epochs.load(path) == {}


def test_the_test_pictures_are_asked_later_and_the_card_counts_it(tmp_path):
    run = train(tmp_path / "run", epochs=1, end="stopped")
    assert epochs.times_asked(run.path) == 0
    answers = epochs.ask_test(run.path, run.checkpoint())
    found = epochs.tested(run.path, CLASSES)
    assert found.predicted.tolist() == answers.predicted.tolist()
    np.testing.assert_allclose(found.probabilities, answers.probabilities, atol=1e-3)
    assert epochs.times_asked(run.path) == 1


def test_answers_that_cannot_be_kept_are_a_sentence(tmp_path):
    run = train(tmp_path / "run", epochs=1, end="stopped")
    checkpoint = run.checkpoint().rename(tmp_path / "it.safetensors")
    with pytest.raises(RunError, match="cannot be kept"):
        epochs.ask_test(tmp_path / "nowhere", checkpoint)
