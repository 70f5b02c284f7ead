"""What an example of the notes is."""

from dataclasses import dataclass


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
