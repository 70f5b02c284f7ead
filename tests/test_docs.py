"""What the README says is true: commands, pages, networks, tree."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cnnviz.shapes import say, trace
from cnnviz.ui.fields import fields_of
from cnnviz.ui.shell import PAGES
from cnnviz.zoo import ZOO, get

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", README, re.DOTALL)


def test_ci_runs_the_very_test_command_of_the_readme():
    command = next(block for block in BLOCKS if "pytest" in block).strip()
    assert (ROOT / ".ci/run").read_text().strip().endswith(command)
    assert command in (ROOT / "CONTRIBUTING.md").read_text()


def test_every_network_of_the_readme_exists_with_its_numbers_and_none_is_missing():
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| ([\d,]+) \| ([\d,]+) \|$", README, re.MULTILINE)
    assert {name: tuple(rest) for name, *rest in rows} == {
        name: (say(get(name).input_shape), f"{trace(get(name)).params:,}", f"{trace(get(name)).macs:,}")
        for name in ZOO
    }


def test_every_page_of_the_readme_exists_and_none_is_missing():
    section = README.partition("## Pages")[2].partition("##")[0]
    assert re.findall(r"^\| (\w[^|]*) \|", section, re.MULTILINE)[1:] == [
        title for title, *_ in PAGES.values()
    ]


def test_every_link_of_the_readme_is_one_that_the_app_restores():
    links = re.findall(r"`/(\w+)\?(\S+?)`", README)
    assert links
    for page, query in links:
        assert page in PAGES
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            field = next(field for field in [*fields_of(""), *fields_of(page)] if field.url == name)
            field.read(value)


COMMANDS = [line for line in "".join(BLOCKS).splitlines() if line.startswith("python -m cnnviz")]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_exists_with_its_options(line):
    command, *arguments = shlex.split(line)[3:]
    help_ = subprocess.run([sys.executable, "-m", "cnnviz", command, "--help"], capture_output=True, text=True, check=True, cwd=ROOT).stdout  # fmt: skip
    for argument in arguments:
        assert not argument.startswith("--") or argument in help_


def test_every_folder_of_the_readmes_tree_exists_and_none_is_missing():
    tree = next(block for block in BLOCKS if block.startswith("app.py"))
    listed = set(re.findall(r"^  (\w+/|\w+\.py)", tree, re.MULTILINE))
    folders = {
        f"{path.name}/"
        for path in (ROOT / "cnnviz").iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert listed == folders
    for name in re.findall(r"^([\w./]+)", tree, re.MULTILINE):
        assert (ROOT / name).exists()


def test_every_pin_is_exact_and_what_is_installed():
    from importlib.metadata import version

    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-")):
                package, _, pinned = line.partition("==")
                assert version(package) == pinned
