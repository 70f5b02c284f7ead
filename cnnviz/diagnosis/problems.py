"""What is said about a network: where it does not work, why, and what to press so that it does."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from cnnviz.language import N_, Sentence
from cnnviz.spec import Network

Message = Sentence
"""A sentence of the catalogue with its values; ``say(language)`` says it."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend a network.

    Attributes:
        title: what it does, as a button says it: "Set padding=2 in `conv1`".
        network: the mended network.
    """

    title: Message
    network: Network


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a network, or could be better.

    Attributes:
        path: the layer or merge where it shows; "" for the network as a whole.
        severity: "error" if the network cannot run, or not be trained as asked; "advice" if it can, but should not
            be left so.
        reason: why, in a learner's words.
        fixes: what mends it, the most likely first; at most four.
    """

    path: str
    severity: Literal["error", "advice"]
    reason: Message
    fixes: tuple[Fix, ...] = ()


class Why(NamedTuple):
    """What explains a problem further.

    Attributes:
        said: as the end of a sentence, without its full stop.
        cause: whether the problem comes from it ("because ..."); else it is a sentence of its own.
    """

    said: Message
    cause: bool = True


def because(what: Message, why: Why | None) -> Message:
    """Return a whole sentence: what does not fit, and why where that is known."""
    if why is None:
        return message(N_("{what}."), what=what)
    template = N_("{what}, because {why}.") if why.cause else N_("{what}. {why}.")
    return message(template, what=what, why=why.said)


def message(template: str, **values: Any) -> Message:
    """Return a template with its values."""
    return Message(template, values)


def joined(first: Message, second: Message) -> Message:
    """Return two things to do as one."""
    return message(N_("{first}; {second}"), first=first, second=second)
