"""The fixtures of the training rooms: a folder of runs, tiny networks, patience."""

from tests.train.conftest import ended, one_thread, runs_folder, tiny, wait_for  # noqa: F401
