"""Thousands of tiny forward passes: one thread is faster than many that wait for each other."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    """Let torch compute in one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
