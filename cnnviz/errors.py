"""Everything that can go wrong on purpose.

    CnnvizError            one clear sentence for the user; never a traceback
    ├── SpecError          a layer, network or training config that cannot exist
    │   └── ShapeError     layers that do not fit together
    ├── DataError          a data set, image or drawing that cannot be used
    ├── DeviceError        a device that is not there or too small
    └── RunError           a run or checkpoint that is missing, busy or damaged

An error keeps its sentence as an English template and its values, so that the page and the command line can say
it in the user's language (``cnnviz.language``). Only ``cnnviz.ui.guard`` and ``cnnviz.cli`` catch them all.
"""

from typing import Any, Self


class CnnvizError(Exception):
    """A mistake that the user can understand and mend.

    Args:
        template: English sentence with ``{name}`` placeholders; the key of the translation.
        **values: what the placeholders stand for.

    Attributes:
        place: where it is: a layer's path in the tree (``block_1.conv``), a place in a file (``body[2]``), a file;
            empty where there is only one place.
    """

    place: str = ""

    def __init__(self, template: str, /, **values: Any) -> None:
        super().__init__(template)
        self.template = template
        self.values = values

    def at(self, place: str) -> Self:
        """Return this error, knowing where it happened; the innermost place is kept."""
        self.place = self.place or place
        return self

    def __str__(self) -> str:
        sentence = self.template.format(**self.values)
        return f"{self.place}: {sentence}" if self.place else sentence


class SpecError(CnnvizError):
    """A layer, network or config that cannot exist: names the parameter, its value and the rule."""


class ShapeError(SpecError):
    """A layer that does not fit what comes before it."""


class DataError(CnnvizError):
    """A data set, image or drawing that cannot be used."""


class DeviceError(CnnvizError):
    """A device that is not there, or too small for what was asked."""


class RunError(CnnvizError):
    """A run or checkpoint that is missing, busy or damaged."""
