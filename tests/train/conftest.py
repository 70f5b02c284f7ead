"""Tiny networks and a folder of runs for every test of the training rooms."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from cnnviz.spec import AvgPool2d, Chain, Conv2d, Flatten, Linear, Network, Sigmoid
from cnnviz.train.run import ALIVE
from cnnviz.train.runs import Run
from tests.train.nursery import Nursery


def tiny_network(*, classes: int = 10, name: str = "Tiny") -> Network:
    return Network(
        name,
        (1, 28, 28),
        Chain("", (AvgPool2d(4), Conv2d(1, 4, 3), Sigmoid(), Flatten(), Linear(100, classes))),
    )


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Whatever a test before has set."""
    torch.set_num_threads(1)


@pytest.fixture
def tiny() -> Network:
    return tiny_network()


@pytest.fixture(autouse=True)
def runs_folder(runs_root: Path) -> Path:
    return runs_root


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool], float], None]:
    def wait(true: Callable[[], bool], seconds: float = 30.0) -> None:
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, "this took too long"
            time.sleep(0.01)

    return wait


@pytest.fixture
def ended(wait_for) -> Callable[[Run], str]:
    def wait(run: Run) -> str:
        wait_for(lambda: run.state() not in ALIVE, 60.0)
        return run.state()

    return wait


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Real workers that begin in milliseconds."""
    made = Nursery()
    yield made
    made.close()
