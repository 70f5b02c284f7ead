"""What was done to a network, step by step, so that each step can be undone and done again."""

from dataclasses import dataclass, replace

from cnnviz.language import Sentence
from cnnviz.spec import Network

NOTHING = Sentence("")
LONGEST = 200
"""Steps that are kept; the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Step:
    """A network, and what made it of the one before.

    Attributes:
        network: as it is after the step.
        selected: the place of the node that the step leaves selected.
        title: what the step was: "Insert relu1 after conv1".
        before: the place of the node that was selected when it was taken: undo selects it again.
        made_for: the data set that it is for, and how many classes that has.
    """

    network: Network
    selected: str = ""
    title: Sentence = NOTHING
    before: str = ""
    made_for: tuple[str, int] = ("own", 1)


@dataclass(frozen=True, slots=True)
class History:
    """The steps so far, and which of them is shown.

    Attributes:
        steps: the first is the network that was there at first.
        at: the index of the present one.
        taken: how many steps there ever were.
    """

    steps: tuple[Step, ...]
    at: int = 0
    taken: int = 0

    @property
    def present(self) -> Step:
        """The step that is shown."""
        return self.steps[self.at]

    @property
    def version(self) -> int:
        """Tells the present apart from every other one of this history."""
        return self.taken * (LONGEST + 2) + self.at

    @property
    def undoable(self) -> Step | None:
        """The step that undo takes back, if there is one."""
        return self.present if self.at else None

    @property
    def redoable(self) -> Step | None:
        """The step that redo does again, if there is one."""
        return self.steps[self.at + 1] if self.at + 1 < len(self.steps) else None

    def take(self, step: Step) -> "History":
        """Return the history with one more step; what was undone before it is forgotten."""
        steps = (*self.steps[: self.at + 1], step)[-LONGEST - 1 :]
        return History(steps, len(steps) - 1, self.taken + 1)

    def undo(self) -> "History":
        """Return the history one step back, if there is one."""
        return replace(self, at=max(0, self.at - 1))

    def redo(self) -> "History":
        """Return the history one step on, if there is one."""
        return replace(self, at=min(len(self.steps) - 1, self.at + 1))
