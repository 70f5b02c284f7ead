"""What a student may vary in a documented network: the options' names, kinds and bounds, in one table.

A network's function has those of them as keyword arguments that make sense for it; the arguments' defaults are the
network as it is documented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from cnnviz.errors import SpecError
from cnnviz.spec.checks import flag, one_of, shown

Kind = Literal["choice", "integer", "number", "flag", "table"]
Value = str | int | float | bool

TRUE, FALSE = frozenset({"1", "true", "on", "yes"}), frozenset({"0", "false", "off", "no"})

MOST_BLOCKS, MOST_CONVS, MOST_CHANNELS = 10, 10, 1024
"""Bounds of a table of blocks: more would be no picture that a student's machine can take in."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be varied.

    Attributes:
        name: of the option; the keyword argument, and the name in links and commands.
        kind: "choice" of some values, "integer" or "number" in bounds, "flag" (on or off), "table" of blocks as text.
        default: the documented network's; None in the general table.
        choices: of a choice.
        least: of an integer or number.
        most: of an integer or number.
        step: of an integer or number, for whoever offers it.
    """

    name: str
    kind: Kind
    default: Value | None = None
    choices: tuple[Value, ...] = ()
    least: float = 0
    most: float = 0
    step: float = 1

    def check(self, value: Any) -> None:
        """Refuse what the option cannot be.

        Raises:
            SpecError: with the option, the value and the rule.
        """
        match self.kind:
            case "choice":
                one_of(self.name, value, self.choices)
            case "integer":
                if type(value) is not int or not self.least <= value <= self.most:
                    raise SpecError(
                        "`{parameter}` (={value}) must be an integer from {least} to {most}",
                        parameter=self.name, value=shown(value), least=self.least, most=self.most,
                    )  # fmt: skip
            case "number":
                number = type(value) in {int, float} and isfinite(value)
                if not number or not self.least <= value <= self.most:
                    raise SpecError(
                        "`{parameter}` (={value}) must be a number from {least} to {most}",
                        parameter=self.name, value=shown(value), least=self.least, most=self.most,
                    )  # fmt: skip
            case "flag":
                flag(self.name, value)
            case "table":
                read_blocks(value)

    def read(self, text: str) -> Value:
        """Return the value that a text from a link or command means, such as ``"0.5"`` or ``"on"``.

        Raises:
            SpecError: if it means none; with the option, the text and the rule.
        """
        value = self._meant(text)
        self.check(value)
        return value

    def _meant(self, text: str) -> Value:
        try:
            match self.kind:
                case "choice":
                    return next((choice for choice in self.choices if str(choice) == text), text)
                case "integer":
                    return int(text)
                case "number":
                    return round(float(text), 4)
                case "flag" if text.lower() in TRUE | FALSE:
                    return text.lower() in TRUE
        except (ValueError, OverflowError):
            pass
        return text


OPTIONS: Mapping[str, Option] = {
    option.name: option
    for option in (
        Option("follow", "choice", choices=("d2l", "paper", "torchvision")),
        Option("blocks", "table"),
        Option("growth_rate", "integer", least=1, most=128),
        Option("activation", "choice", choices=("relu", "sigmoid", "tanh", "gelu")),
        Option("pooling", "choice", choices=("max", "avg")),
        Option("size", "integer", least=1, most=1024),
        Option("channels", "integer", least=1, most=256),
        Option("classes", "integer", least=2, most=1000),
        Option("width", "choice", choices=(0.25, 0.5, 1, 2)),
        Option("dropout", "number", least=0, most=0.9, step=0.05),
        Option("batch_norm", "flag"),
    )
}
"""Every option that a documented network can have.

follow       whose version of the network; sets the defaults of the others
blocks       VGG's table: for each block, how many convolutions of how many channels (``1-64 2-128``)
growth_rate  DenseNet's: channels that each layer adds
activation   of every hidden layer
pooling      of the windows that make the picture smaller
size         height and width of the input in pixels; the linear layers follow
channels     of the input
classes      scores at the end
width        times the channels of every convolution
dropout      probability; 0 for none
batch_norm   after each convolution
"""


def read_blocks(text: Any) -> tuple[tuple[int, int], ...]:
    """Return (convolutions, channels) of each block that a table such as ``1-64 1-128 2-256`` lists.

    Raises:
        SpecError: if it is no such table; says what one looks like.
    """
    rows = [part.partition("-") for part in text.split()] if isinstance(text, str) else []
    if not 1 <= len(rows) <= MOST_BLOCKS or not all(
        convs.isdecimal() and channels.isdecimal() for convs, _line, channels in rows
    ):
        raise SpecError(
            "`blocks` (={value}) must be 1 to {most} blocks such as 1-64 2-128: convolutions, a hyphen, channels",
            value=shown(text), most=MOST_BLOCKS,
        )  # fmt: skip
    table = tuple((int(convs[:9]), int(channels[:9])) for convs, _line, channels in rows)
    for convs, channels in table:
        if not (1 <= convs <= MOST_CONVS and 1 <= channels <= MOST_CHANNELS):
            raise SpecError(
                "`blocks` (={value}) may have 1 to {convs} convolutions and 1 to {channels} channels in a block",
                value=shown(text), convs=MOST_CONVS, channels=MOST_CHANNELS,
            )  # fmt: skip
    return table


def scaled(channels: int, width: float) -> int:
    """Return a number of channels times the width, rounded, at least 1."""
    return max(1, int(channels * width + 0.5))
