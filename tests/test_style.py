"""Lint, format and types, so that the one test command holds them too."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("tool", ["ruff check .", "ruff format --check .", "mypy"])
def test_the_tools_find_nothing(tool):
    name, *arguments = tool.split()
    done = subprocess.run(
        [sys.executable, "-m", name, *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
