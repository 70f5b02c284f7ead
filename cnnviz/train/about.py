"""What people say of a run, ``about.json`` in its folder: a name, tags, a note, the search that it belongs to.

Written whole or not at all, checked when it is written and when it is read: the folder may come from anywhere.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnviz import files
from cnnviz.errors import RunError

ABOUT = "about.json"
MOST_NAME, MOST_NOTE, MOST_TAGS, MOST_TAG, MOST_BYTES = 80, 4000, 12, 30, 100_000

UNSEEN = "\u3000\u00a0\u200c\u200d"
"""What Python calls not printable though people type it: wide spaces, and what joins signs (also those of emoji)."""

_TAG = re.compile(r"[\w][\w .+:-]{0,29}")


@dataclass(frozen=True, slots=True)
class About:
    """What people say of a run.

    Attributes:
        name: what it is called in lists; "" for what it trains.
        tags: words to find it by, sorted.
        note: whatever else is to be remembered.
        search: the search whose trial it is; "" for none.
        more: what others wrote (a trial's number, say); kept as it is.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    search: str = ""
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "About":
        """Return what a mapping says.

        Raises:
            RunError: for a name, tag or note that cannot be.
        """
        own = {"name", "tags", "note", "search"}
        return cls(
            checked_name(values.get("name", "")),
            checked_tags(values.get("tags", ())),
            checked_note(values.get("note", "")),
            checked_name(values.get("search", "")),
            {key: value for key, value in values.items() if key not in own},
        )

    def values(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        said = {"name": self.name, "tags": list(self.tags), "note": self.note, "search": self.search}
        return {**self.more, **said}


def read(folder: Path) -> About:
    """Return what is said of the run in a folder; what is missing or damaged says nothing."""
    path = folder / ABOUT
    try:
        if path.stat().st_size > MOST_BYTES:
            return About()
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return About()
    if not isinstance(values, dict):
        return About()
    with contextlib.suppress(RunError):
        return About.of(values)
    good: dict[str, Any] = {}
    for key, value in values.items():  # one wrong value does not hide the others
        with contextlib.suppress(RunError):
            About.of({key: value})
            good[key] = value
    return About.of(good)


def write(folder: Path, about: About) -> None:
    """Write what is said of the run in a folder; whatever happens, the file is the old one or the new one.

    Raises:
        RunError: if it cannot be written.
    """
    write_whole(folder / ABOUT, json.dumps(about.values(), ensure_ascii=False, indent=1).encode())


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file so that nobody ever reads half of it.

    Raises:
        RunError: if it cannot be written.
    """
    try:
        with files.whole(path) as file:
            file.write(data)
    except OSError as error:
        raise RunError(
            "{path} cannot be written: {reason}", path=str(path), reason=error.strerror or str(error)
        ) from None


def checked_name(name: object) -> str:
    """Return a name without the space around it.

    Raises:
        RunError: if it is too long, or has line ends or other characters that cannot be seen.
    """
    text = name.strip() if isinstance(name, str) else None
    if text is None or len(text) > MOST_NAME or not _readable(text, UNSEEN):
        raise RunError(
            "a run's name must be at most {most} characters in one line", most=MOST_NAME
        )  # fmt: skip
    return text


def checked_tags(tags: object) -> tuple[str, ...]:
    """Return tags sorted, each once.

    Raises:
        RunError: if there are too many, or one is more than letters, digits, spaces and ``_ . + : -``.
    """
    given = [tags] if isinstance(tags, str) else tags
    if not isinstance(given, Iterable):
        given = [given]
    found = set()
    for tag in given:
        text = tag.strip() if isinstance(tag, str) else ""
        if not _TAG.fullmatch(text):
            raise RunError(
                "`{tag}` is no tag: a tag is 1 to {most} letters, digits, spaces or any of _ . + : -",
                tag=str(tag)[:40], most=MOST_TAG,
            )  # fmt: skip
        found.add(text)
    if len(found) > MOST_TAGS:
        raise RunError("a run has at most {most} tags", most=MOST_TAGS)
    return tuple(sorted(found))


def checked_note(note: object) -> str:
    """Return a note with plain line ends.

    Raises:
        RunError: if it is too long, or has characters that are no text.
    """
    text = note.replace("\r\n", "\n").strip() if isinstance(note, str) else None
    if text is None or len(text) > MOST_NOTE or not _readable(text, UNSEEN + "\n\t"):
        raise RunError("a note must be text of at most {most} characters", most=MOST_NOTE)
    return text


def _readable(text: str, besides: str) -> bool:
    return all(char.isprintable() or char in besides for char in text)
