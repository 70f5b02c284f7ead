"""Two languages for whatever is said: English is in the code, 中文 in a gettext catalogue.

Standard library only, so that pages, commands and errors can all use it. The catalogues are
``locale/zh/LC_MESSAGES/cnnviz.po`` and the ``.mo`` compiled from it (``tools/catalogue.py``).
"""

import gettext
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cnnviz.errors import CnnvizError

LANGUAGES = {"en": "English", "zh": "中文"}
DEFAULT = "en"

_LOCALE = Path(__file__).parent / "locale"


class Message(str):
    """Text that stands in the catalogue, in English until somebody says it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template of the catalogue and what its placeholders stand for; a value may be such a sentence itself.

    Attributes:
        template: English, with ``{name}`` placeholders.
        values: what they stand for.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def say(self, language: str) -> str:
        """Return it in a language."""
        return render(self.template, self.values, language)

    def __str__(self) -> str:
        return self.say(DEFAULT)


def N_(message: str) -> Message:  # noqa: N802
    """Mark a message for the catalogue without translating it yet."""
    return Message(message)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; what it lacks stays English."""
    return gettext.translation("cnnviz", _LOCALE, languages=[language], fallback=True)


def translate(message: str, language: str) -> str:
    """Return a message in a language."""
    return catalogue(language).gettext(message) if message else ""


def translator(language: str) -> Callable[[str], str]:
    """Return the function that translates into one language."""
    return lambda message: translate(message, language)


def closest(*wanted: str | None) -> str:
    """Return the first language that we speak among locale names such as ``zh-CN`` or ``en_GB.UTF-8``."""
    for name in wanted:
        language = (name or "").lower()[:2]
        if language in LANGUAGES:
            return language
    return DEFAULT


def from_environment() -> str:
    """Return the language of the terminal: CNNVIZ_LANG, else what gettext would take."""
    return closest(*(os.environ.get(name) for name in ("CNNVIZ_LANG", "LC_ALL", "LC_MESSAGES", "LANG")))


def render(template: str, values: Mapping[str, Any], language: str) -> str:
    """Return a template in a language with its values put in; messages among the values are translated too.

    A template that does not fit its values comes from a damaged file: then it is returned as it is.
    """
    said = {name: _value(value, language) for name, value in values.items()}
    try:
        return translate(template, language).format(**said)
    except (LookupError, ValueError, AttributeError):
        return template


def sentence(error: CnnvizError, language: str) -> str:
    """Return an error's sentence in a language, with its place where it has one."""
    text = render(error.template, error.values, language)
    return f"{error.place}: {text}" if error.place else text


def _value(value: Any, language: str) -> Any:
    match value:
        case Message():
            return translate(value, language)
        case Sentence():
            return value.say(language)
        case _:
            return value
