"""The sources that people have read and found good; ``python -m tests.nets.golden`` writes them anew."""

from pathlib import Path

from cnnviz.nets.source import source
from cnnviz.zoo import get

FOLDER = Path(__file__).resolve().parents[1] / "golden"
NAMES = ("lenet", "tiny_vgg", "vgg11", "googlenet", "resnet18", "resnet50", "densenet121")

if __name__ == "__main__":
    for name in NAMES:
        (FOLDER / f"{name}.py").write_text(source(get(name)), encoding="utf-8")
