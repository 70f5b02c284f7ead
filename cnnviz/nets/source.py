"""From the description to PyTorch code that a learner can read and run alone.

The class has the same attribute names as the module that ``cnnviz.nets.build`` makes, so it loads the same
weights. Sizes in the comments are computed, never written by hand.
"""

import keyword
import re

from cnnviz.shapes import say, trace
from cnnviz.spec import Branches, Chain, Network, Node, Shape, named
from cnnviz.spec.code import line

MERGE = '''
class Merge(nn.Module):
    """Run every path on the same input, then add the results or join their channels."""

    def __init__(self, merge: str, /, **paths: nn.Module) -> None:
        super().__init__()
        self.merge = merge
        for name, path in paths.items():
            self.add_module(name, path)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [path(x) for path in self.children()]
        return torch.cat(results, dim=1) if self.merge == "concat" else sum(results[1:], results[0])

'''


def source(network: Network) -> str:
    """Return the network as a Python file that needs nothing but torch.

    Raises:
        ShapeError: if the layers do not fit together.
    """
    traced = trace(network)
    after: dict[str, Shape] = {}
    for row in traced.rows:
        after[row.path.partition(".")[0]] = row.output_shape
    items = list(named(network.body.items))
    made = [line for name, item in items for line in _assign(name, item)]
    width = max((len(f"x = {_call(name)}") for name, _ in items), default=0)
    steps = [
        f"{f'x = {_call(name)}':<{width}}  # {say(after[name])}" if name in after else f"x = {_call(name)}"
        for name, _ in items
    ]
    merge = MERGE if _has_branches(network.body) else ""
    ordered = "from collections import OrderedDict\n\n" if "OrderedDict(" in "".join(made) else ""
    return f'''"""{_plain(network.name)} in PyTorch: {traced.params:,} parameters, {traced.macs:,} multiply-adds for one {say(network.input_shape)} picture.

Run it alone: it builds the network and prints the shape of what it makes of one random picture.
"""

{ordered}import torch
from torch import nn

{merge}
class {class_name(network)}(nn.Module):
    def __init__(self) -> None:
        super().__init__()
{_indented(made, 8)}
    def forward(self, x: torch.Tensor) -> torch.Tensor:
{_indented([*steps, "return x"], 8)}

if __name__ == "__main__":
    network = {class_name(network)}()
    picture = torch.rand(1, {", ".join(map(str, network.input_shape))})
    print(tuple(network(picture).shape))
'''


def class_name(network: Network) -> str:
    """Return the network's name as a Python class name."""
    name = "".join(
        part if part[0].isupper() else part.capitalize() for part in re.findall(r"[A-Za-z0-9]+", network.name)
    )
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"Network{name}"


def _assign(name: str, item: Node) -> list[str]:
    head, tail = (f'self.add_module("{name}", ', ")") if name.isdigit() else (f"self.{name} = ", "")
    return _wrapped(head, _expression(item), tail)


def _call(name: str) -> str:
    return f"self.{name}(x)" if not name.isdigit() else f'self.get_submodule("{name}")(x)'


def _expression(node: Node) -> list[str]:
    match node:
        case Chain(items=()):
            return ["nn.Identity()"]
        case Chain(items=items) if any(item.name for item in items):
            inner = [_wrapped(f'("{name}", ', _expression(item), "),") for name, item in named(items)]
            return ["nn.Sequential(OrderedDict([", *_shifted(inner), "]))"]
        case Chain(items=items):
            return [
                "nn.Sequential(",
                *_shifted([_wrapped("", _expression(item), ",") for item in items]),
                ")",
            ]
        case Branches(paths=paths, merge=merge):
            if not all(path.name for path in paths):  # a position is no keyword
                inner = [_wrapped(f'"{name}": ', _expression(path), ",") for name, path in named(paths)]
                return [f'Merge("{merge}", **{{', *_shifted(inner), "})"]
            inner = [_wrapped(f"{path.name}=", _expression(path), ",") for path in paths]
            return [f'Merge("{merge}",', *_shifted(inner), ")"]
        case _:
            return [line(node)]


def _wrapped(head: str, lines: list[str], tail: str) -> list[str]:
    return [head + lines[0], *lines[1:-1], lines[-1] + tail] if len(lines) > 1 else [head + lines[0] + tail]


def _shifted(blocks: list[list[str]]) -> list[str]:
    return [f"    {line}" for block in blocks for line in block]


def _indented(lines: list[str], by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in lines)


def _has_branches(node: Node) -> bool:
    match node:
        case Branches():
            return True
        case Chain(items=items):
            return any(map(_has_branches, items))
        case _:
            return False


def _plain(text: str) -> str:
    return text.replace("\\", " ").replace('"', "'").replace("\n", " ")
