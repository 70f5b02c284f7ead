"""The import rule of docs/architecture.md, proved on the code."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Room -> the rooms and heavy packages that it may import. A room may always import itself. "-" means at run time
# only, inside a function (the module itself stays light).
BASE = {"errors", "files", "language", "processes"}
LIGHT = BASE | {"spec"}
TRAIN = {
    "train.config",
    "train.events",
    "train.runs",
    "train.history",
    "train.devices",
    "train.locks",
    "train.control",
    "train.doctor",
    "train.run",
    "train.state",
    "train.journal",
    "train.resuming",
    "train.queue",
    "train.estimate",
    "train.warm",
    "train.about",
}
RULE = {
    "errors": set(),
    "language": {"errors"},
    "files": set(),
    "processes": set(),
    "spec": BASE,
    "shapes": LIGHT,
    "zoo": LIGHT,
    "diagnosis": LIGHT | {"shapes", "zoo"},
    "ops": BASE | {"numpy"},
    "data.catalog": BASE | {"platformdirs"},
    "data.drawing": BASE | {"numpy"},
    "data.images": BASE | {"numpy", "PIL"},
    "data.augment": BASE | {"torch", "torchvision"},
    "data.download": BASE | {"data.catalog", "torch", "torchvision"},
    "data.archive": BASE | {"data.catalog", "data.images"},
    "data.looking": BASE | {"data", "numpy", "PIL", "torch"},
    "data.memory": BASE | {"torch"},
    "data.folder": BASE | {"data.catalog", "data.images", "data.memory", "numpy", "PIL", "torch"},
    "data.loading": BASE | {"data.folder", "torch"},
    "data.datasets": LIGHT | {"data", "numpy", "PIL", "torch", "torchvision"},
    "nets": LIGHT | {"shapes", "torch", "safetensors", "torchinfo", "-onnx"},
    "train.config": LIGHT | {"shapes", "zoo", "data.catalog"},
    "train.events": BASE,
    "train.control": LIGHT | TRAIN,
    "train.history": BASE | {"train.events"},
    "train.doctor": LIGHT | TRAIN,
    "train.locks": BASE,
    "train.queue": BASE | {"train.locks"},
    "train.devices": BASE | {"train.queue", "-train.runs", "-torch"},
    "train.estimate": LIGHT | TRAIN | {"shapes", "data.catalog"},
    "train.warm": BASE | {"-train.runs"},
    "train.standby": BASE | TRAIN | {"train.worker", "-train.loop", "-torch"},
    "train.parallel": LIGHT | TRAIN | {"data", "torch", "train.optimizer"},
    "train.follower": LIGHT | TRAIN | {"train.worker", "-train.parallel", "-train.training", "-torch"},
    "train.runs": LIGHT | TRAIN | {"data.catalog", "platformdirs"},
    "train.run": LIGHT | TRAIN,
    "train.about": BASE,
    "figures.svg": BASE,
    "train.dropout": BASE | {"torch"},
    "train.recipe": LIGHT | TRAIN | {"nets", "torch"},
    "train.optimizer": LIGHT | TRAIN | {"torch"},
    "train.tuning": LIGHT | TRAIN | {"nets", "torch", "train.dropout"},
    "train.feed": LIGHT | TRAIN | {"data", "torch"},
    "train.state": LIGHT | TRAIN | {"-safetensors", "-torch"},
    "train.journal": LIGHT | TRAIN,
    "train.resuming": LIGHT | TRAIN,
    "train.records": LIGHT | TRAIN | {"numpy"},
    "train.progress": LIGHT | TRAIN | {"train.recipe"},
    "train.tally": BASE | {"torch"},
    "train.faults": LIGHT | TRAIN | {"torch"},
    "train.watch": LIGHT | TRAIN | {"numpy", "torch", "train.feed", "train.records"},
    "train.snapshot": LIGHT | TRAIN | {"torch", "train.training"},
    "train.keeper": LIGHT | TRAIN | {"nets", "torch", "train.faults", "train.snapshot", "train.training"},
    "train.desk": LIGHT | TRAIN | {"train.training"},
    "train.examining": LIGHT | TRAIN | {"data", "torch", "train.records", "train.tuning", "train.watch", "train.training"},
    "train.training": LIGHT | TRAIN | {"data", "nets", "torch", "train"},
    "train.loop": LIGHT | TRAIN | {"data", "train.desk", "train.faults", "train.records", "train.training"},
    "train.worker": LIGHT | TRAIN | {"-train.loop", "-store.board"},
    "explain.evaluation": LIGHT | {"numpy", "-torch", "-data", "-nets"},
    "explain.epochs": LIGHT | {"numpy", "explain.evaluation", "-train.records"},
    "store": LIGHT | TRAIN | {"data.catalog", "shapes", "figures.svg", "explain.epochs", "explain.evaluation", "numpy", "PIL", "-nets"},
    "search": LIGHT | TRAIN | {"data.catalog", "zoo", "-optuna"},
    "search.finder": LIGHT | TRAIN | {"search", "train.queue", "train.worker", "-train", "-data", "-torch"},
    "explain": LIGHT | TRAIN | {"nets", "data", "torch", "numpy"},
    "figures": LIGHT | {"shapes", "ops", "train.history", "search", "numpy", "plotly"},
    "components": {"streamlit"},
    "content": BASE,
    "ui": LIGHT | TRAIN | {"store", "search", "streamlit", "starlette", "numpy", "shapes", "zoo", "diagnosis", "ops", "data.catalog", "data.images", "components", "content", "figures", "explain.checkpoints", "explain.evaluation", "explain.epochs", "-explain", "-nets", "-data"},
    "pages": LIGHT | TRAIN | {"store", "search", "streamlit", "numpy", "shapes", "zoo", "diagnosis", "ops", "data.catalog", "data.images", "components", "figures", "ui"},
    "cli": LIGHT | {"typer", "shapes", "zoo", "-diagnosis", "-data", "-nets", "-train", "-store", "-search", "-explain", "-tqdm"},
    "app": {"streamlit", "starlette", "ui"},
}  # fmt: skip

HEAVY = {
    "torch", "torchvision", "torchinfo", "safetensors", "streamlit", "starlette", "numpy", "PIL", "plotly", "typer",
    "platformdirs", "tqdm", "onnx", "optuna",
}  # fmt: skip


def room_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] == "pages":
        return "pages"
    if parts[0] == "cnnviz":
        parts = parts[1:]
    name = ".".join(part for part in parts if part != "__init__")
    return name if name in RULE or name == "__main__" else parts[0]


def imported(path):
    """Yield (module, is it inside a function or only for types) for each import of ours or of a heavy package."""

    def walk(node, late):
        for child in ast.iter_child_nodes(node):
            inside = late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            types_only = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
            if types_only:
                continue
            names = []
            if isinstance(child, ast.Import):
                names = [alias.name for alias in child.names]
            elif isinstance(child, ast.ImportFrom):
                names = [f"{child.module}.{alias.name}" for alias in child.names]
            for name in names:
                yield name, inside
            yield from walk(child, inside)

    for name, late in walk(ast.parse(path.read_text(encoding="utf-8")), late=False):
        top, _, rest = name.partition(".")
        if top == "cnnviz":
            yield rest, late
        elif top in HEAVY:
            yield top, late


def allowed(room, module, late):
    if not module or module == room or module.startswith(f"{room}."):
        return True
    names = [".".join(module.split(".")[:count]) for count in range(len(module.split(".")), 0, -1)]
    rule = RULE[room]
    return any(name in rule or (late and f"-{name}" in rule) for name in names)


FILES = sorted([ROOT / "app.py", *ROOT.glob("pages/*.py"), *ROOT.glob("cnnviz/**/*.py")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_what_its_rule_allows(path):
    room = room_of(path)
    if room in {"__init__", "__main__"} or (path.name == "__init__.py" and room in {"data", "train"}):
        assert all(not late for _, late in imported(path))
        return
    assert room in RULE, f"{path} is in no room of the import rule"
    wrong = [f"{module}{' (inside a function)' if late else ''}" for module, late in imported(path) if not allowed(room, module, late)]  # fmt: skip
    assert not wrong, f"{room} may not import {wrong}"


def loaded_by(*modules):
    """Return the names of all modules that a fresh interpreter has after importing these."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_the_light_rooms_bring_neither_torch_nor_streamlit():
    rooms = ["spec", "shapes", "zoo", "diagnosis", "figures.costs", "train.runs", "train.config", "train.history", "store.upkeep", "search.searches", "explain.checkpoints"]  # fmt: skip
    assert not loaded_by(*(f"cnnviz.{room}" for room in rooms)) & {"torch", "streamlit", "torchvision"}


def test_training_brings_no_streamlit_and_nothing_that_the_gpu_machine_lacks():
    found = loaded_by("cnnviz.train.loop", "cnnviz.train.worker", "cnnviz.nets.checkpoint")
    assert not found & {"streamlit", "plotly", "typer", "torchinfo", "sklearn", "scipy", "pandas", "onnx"}


def test_the_frame_of_the_pages_comes_without_torch():
    assert not loaded_by("cnnviz.ui.shell", "cnnviz.ui.live", "cnnviz.ui.sheet") & {"torch", "torchvision"}


def test_pages_stay_thin_and_files_readable_in_one_sitting():
    for path in [*FILES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("cnnviz/components/browser/*")]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= (120 if path.parent == ROOT / "pages" else 400), f"{path} has {lines} lines"
