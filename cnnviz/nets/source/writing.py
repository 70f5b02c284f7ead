"""The text: a class for each block, then the network's, with the sizes behind its lines; and which line makes what."""

import keyword
import re
from dataclasses import dataclass

from cnnviz.nets.source.classes import Class, classes
from cnnviz.nets.source.entries import Series, plain
from cnnviz.nets.source.lines import Line, in_brackets, statements, wrapped
from cnnviz.nets.source.pieces import REQUIRED, products
from cnnviz.shapes import Trace, say, trace
from cnnviz.spec import Network, Shape


@dataclass(frozen=True, slots=True)
class Source:
    """A network as a Python file.

    Attributes:
        text: the file.
        lines: for each place in the tree the numbers (from 1) of the lines that make it; for what is inside a class
            first the lines in the class, then those that make the block, outwards.
    """

    text: str
    lines: dict[str, tuple[int, ...]]


def source(network: Network) -> str:
    """Return the network as a Python file that needs nothing but torch.

    Raises:
        ShapeError: if the layers do not fit together.
    """
    return written(network).text


def written(network: Network) -> Source:
    """Return the network as a Python file, with the lines of each layer.

    Raises:
        ShapeError: if the layers do not fit together.
    """
    traced = trace(network)
    name = class_name(network)
    blocks, whole = classes(network, name, products(traced.rows))
    body = [line for block in blocks for line in _block(block)]
    body += _network(whole, traced)
    lines = [*_head(network, traced, body), *body, *_foot(network, name)]
    return Source("".join(f"{line.text}\n" for line in lines), _places(lines, blocks))


def class_name(network: Network) -> str:
    """Return the network's name as a Python class name."""
    name = "".join(
        part if part[0].isupper() else part.capitalize() for part in re.findall(r"[A-Za-z0-9]+", network.name)
    )
    free = name.isidentifier() and not keyword.iskeyword(name) and name != "OrderedDict"
    return name if free else f"Network{name}"


def _head(network: Network, traced: Trace, body: list[Line]) -> list[Line]:
    """The file's docstring and imports: only what the classes need."""
    title = network.name.replace("\\", " ").replace('"', "'").replace("\n", " ")
    cost = f"{traced.params:,} parameters, {traced.macs:,} multiply-adds"
    ordered = any("OrderedDict(" in line.text for line in body)
    chains = any("(nn.Sequential):" in line.text for line in body)
    return _lines(
        f'"""{title} in PyTorch: {cost} for one {say(network.input_shape)} picture.',
        "",
        "Run it alone: it builds the network and prints the shape of what it makes of one random picture.",
        *["A class that is an nn.Sequential runs its layers in the order in which they are set."] * chains,
        '"""',
        "",
        *["from collections import OrderedDict", ""] * ordered,
        "import torch",
        "from torch import nn",
    )


def _foot(network: Network, name: str) -> list[Line]:
    """What happens when the file is run."""
    return _lines(
        "",
        "",
        'if __name__ == "__main__":',
        f"    network = {name}().eval()",
        f"    picture = torch.rand(1, {', '.join(map(str, network.input_shape))})",
        "    print(tuple(network(picture).shape))",
    )


_SUPER = Line("        super().__init__()")


def _lines(*texts: str) -> list[Line]:
    return [Line(text) for text in texts]


def _block(block: Class) -> list[Line]:
    """The class of a block."""
    if not block.merge:
        return [*_opening(block, "nn.Sequential"), *_chain(block)]
    if any(entry.name for entry in block.entries):
        return [*_opening(block, "nn.Module"), *_paths(block)]
    done = _merged("[path(x) for path in self]", block)
    return [
        *_opening(block, "nn.ModuleList"),
        *in_brackets("        super().__init__([", block.entries, "])", block.constructor),
        *_lines("", "    def forward(self, x):", f"        return {done}"),
    ]


def _opening(block: Class, base: str) -> list[Line]:
    """The first lines of a class, up to the constructor's parameters."""
    words = [
        each.name if each.default is REQUIRED else f"{each.name}={each.default!r}"
        for each in block.constructor.parameters
    ]
    count = {2: "Two", 3: "Three", 4: "Four"}.get(len(block.entries), str(len(block.entries)))
    done = "results are added" if block.merge == "add" else "channels are joined"
    return [
        *_lines("", "", f"class {block.name}({base}):"),
        *_lines(*[f'    """{count} paths over the same input; their {done}."""', ""] if block.merge else []),
        *wrapped("    def __init__(", ["self", *words], "):"),
    ]


def _chain(block: Class) -> list[Line]:
    """A chain's constructor: layers without names go to nn.Sequential at once, others are set one by one."""
    unnamed = not any(entry.name for entry in block.entries)
    if unnamed and block.entries and plain(block.entries, (True,) * len(block.paths)):
        return in_brackets("        super().__init__(", block.entries, ")", block.constructor)
    return [_SUPER, *statements("self", block.entries, block.constructor, "        ")]


def _paths(block: Class) -> list[Line]:
    """Constructor and forward of branches. An empty path needs no module: it is the input itself."""
    if not all(entry.name for entry in block.entries):
        made = statements("self", block.entries, block.constructor, "        ", by_name=True)
        done = _merged("[path(x) for path in self.children()]", block)
        return [_SUPER, *made, *_lines("", "    def forward(self, x):", f"        return {done}")]
    empty = [entry for entry in block.entries if isinstance(entry, Series) and not entry.entries]
    others = [entry for entry in block.entries if entry not in empty]
    words = ["x" if entry in empty else f"self.{entry.name}(x)" for entry in block.entries]
    if block.merge == "concat":
        forward = wrapped("        return torch.cat([", words, "], dim=1)")
    else:
        forward = [Line(f"        return {' + '.join(words)}")]
    handed_on = tuple(path for entry in empty for path in entry.paths)
    return [
        _SUPER,
        *statements("self", others, block.constructor, "        "),
        *_lines("", "    def forward(self, x):"),
        *(Line(line.text, handed_on) for line in forward),
    ]


def _merged(results: str, block: Class) -> str:
    return f"torch.cat({results}, dim=1)" if block.merge == "concat" else f"sum({results})"


def _network(whole: Class, traced: Trace) -> list[Line]:
    """The network's own class: with every step and the size after it, if its items have names."""
    after: dict[str, Shape] = {}
    for row in traced.rows:
        after[row.path.partition(".")[0]] = row.output_shape
    names = [entry.name for entry in whole.entries]
    if not names or not all(names):
        opening = _opening(whole, "nn.Sequential")
        rest = _commented(_chain(whole), after)
    else:
        opening = _opening(whole, "nn.Module")
        width = max(len(f"x = self.{name}(x)") for name in names)
        steps = [f"{f'x = self.{name}(x)':<{width}}  # {say(after[name])}" if name in after else f"x = self.{name}(x)" for name in names]  # fmt: skip
        rest = [
            _SUPER,
            *statements("self", whole.entries, whole.constructor, "        "),
            *_lines("", "    def forward(self, x):", *(f"        {step}" for step in [*steps, "return x"])),
        ]
    opening[2] = Line(opening[2].text, ("",))
    return [*opening, *rest]


def _commented(lines: list[Line], after: dict[str, Shape]) -> list[Line]:
    """Put the size behind each line that makes just one item of the network."""
    return [
        Line(f"{line.text}  # {say(after[line.paths[0]])}", line.paths)
        if len(line.paths) == 1 and line.paths[0] in after
        else line
        for line in lines
    ]


def _places(lines: list[Line], blocks: list[Class]) -> dict[str, tuple[int, ...]]:
    """Return the lines of every place: its own, then those of the block around it, outwards."""
    own: dict[str, list[int]] = {}
    for number, line in enumerate(lines, start=1):
        for path in line.paths:
            own.setdefault(path, []).append(number)
    owners = {path for block in blocks for path in block.paths}
    found: dict[str, tuple[int, ...]] = {}

    def around(path: str) -> tuple[int, ...]:
        if path not in found:
            above = path
            while above and (above == path or above not in owners):
                above = above.rpartition(".")[0]
            found[path] = (*own[path], *(around(above) if above else ()))
        return found[path]

    for path in own:
        around(path)
    return found
