"""What all tests share: data and runs of their own, never the user's."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests.ready import Ready

IN_CI = os.environ.get("CI") == "true"

DEEP = bool(os.environ.get("CNNVIZ_DEEP"))
"""Whether to try more random cases than fit into ten minutes."""

# How long an example takes is the machine's affair; timings are never asserted here.
settings.register_profile("calm", deadline=None, max_examples=200 if DEEP else 40)
settings.load_profile("calm")


os.environ.setdefault("OMP_NUM_THREADS", "1")
"""Tests share two cores among many processes, and what they train is tiny: a second thread would only wait, spinning."""

os.environ["CNNVIZ_STANDBY"] = "off"
"""No test's server keeps a process ready, which another test would take; ``test_warm`` has its own."""


def pytest_unconfigure():
    """Take back what cnnviz.ui.warm froze: frozen objects of triton are reported as leaks when Python ends."""
    gc.unfreeze()


def pytest_collection_modifyitems(items):
    """Begin with the longest test of all (types, from an empty cache): last, it would keep one worker alone."""
    items.sort(key=lambda item: "test_the_tools_find_nothing[mypy]" not in item.nodeid)


def missing(what, cure):
    """Skip a test whose material this machine lacks, and say so; in CI everything must be there."""
    if IN_CI:
        pytest.fail(f"{what} is missing in CI: {cure}")
    pytest.skip(f"{what} is not on this machine: {cure}")


@pytest.fixture
def real_data():
    """The folder of the real data sets, laid out for torchvision."""
    root = Path(os.environ.get("CNNVIZ_DATA", ""))
    if not (root / "MNIST" / "raw").is_dir():
        missing("MNIST", "set CNNVIZ_DATA to the folder that has it")
    return root


@pytest.fixture(scope="session")
def ready():
    """Workers that begin in milliseconds."""
    made = Ready()
    yield made
    made.close()


@pytest.fixture
def runs_root(tmp_path, monkeypatch, ready):
    """An empty folder for runs, with a worker ready for each."""
    root = tmp_path / "runs"
    monkeypatch.setenv("CNNVIZ_RUNS", str(root))
    monkeypatch.setenv("CNNVIZ_STANDBY", str(ready.folder))
    ready.serve()
    return root


@pytest.fixture
def cold(monkeypatch):
    """Runs are started as they are where nobody stands by."""
    monkeypatch.setenv("CNNVIZ_STANDBY", "off")


@pytest.fixture
def run(capsys, monkeypatch, runs_root):
    """Return the function that runs a command and gives (exit code, standard output, standard error)."""
    from cnnviz.cli import main

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["cnnviz", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capsys.readouterr()
        return exit_.value.code, out, err

    return command
