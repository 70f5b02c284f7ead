"""The notes' examples: each is a page's settings, one click away, and what is to be seen there.

Where the notes are mistaken, ``correction`` says so and gives the right value; ``claims`` names the statements that
``tests/notes`` reproduces.
"""

from dataclasses import dataclass

from cnnviz.language import N_  # noqa: F401


@dataclass(frozen=True, slots=True)
class Example:
    """One example of the notes.

    Attributes:
        page: the page that shows it.
        query: the page's settings as its link says them, such as ``"padding=1&stride=2"``.
        title: what its button says, a few words; an English message of the catalogue.
        text: what is to be seen, one or two sentences; a message.
        correction: where the notes are mistaken: the right value, said kindly; a message, or "".
        claims: the statements that it shows, by their numbers in ``tests/notes/claims.json``.
    """

    page: str
    query: str
    title: str
    text: str
    correction: str = ""
    claims: tuple[str, ...] = ()


EXAMPLES: tuple[Example, ...] = (
    # convolution
    # pooling
    # activations
    # batchnorm
    # dropout
    # linear
    # softmax
    # interpolation
    # dense
    # learn
    # blocks
)
"""In the order in which their page shows them."""


def of(page: str) -> list[Example]:
    """Return the examples of a page."""
    return [example for example in EXAMPLES if example.page == page]
