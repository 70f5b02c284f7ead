"""What happens to the fields of session and link: kept, shown by widgets, restored from a link, written into it.

Streamlit forgets a widget's value when its page is left, so each field has a copy of its own in the session that
follows the widget. What a link says is checked; what cannot be is left at its default.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import streamlit as st

from cnnviz.ui.field import Field
from cnnviz.ui.fields import fields_of

T = TypeVar("T")

RESTORED = "link_restored"
REFUSED = "link_refused"


def get(field: Field[T]) -> T:
    """Return a field's value in this session."""
    value: T = st.session_state.get(field.key, field.default)
    return value


def put(field: Field[T], value: T) -> None:
    """Set a field's value in this session."""
    st.session_state[field.key] = value


def widget(field: Field[Any], after: Callable[[], None] | None = None) -> dict[str, Any]:
    """Return ``key`` and ``on_change`` for a widget, so that it shows the field and the field follows it.

    Args:
        field: what the widget shows.
        after: called when the user has changed it, before the page runs again.
    """
    key = f"widget:{field.key}"
    st.session_state[key] = get(field)

    def follow() -> None:
        put(field, st.session_state[key])
        if after:
            after()

    return {"key": key, "on_change": follow}


def keep_within(field: Field[int], least: int, most: int) -> None:
    """Bring a field into the bounds that another choice left for it."""
    put(field, min(max(get(field), least), most))


def keep_among(field: Field[T], choices: Sequence[T]) -> None:
    """Bring a field back to what there is to choose: a link or an older choice may say something else."""
    if get(field) not in choices:
        put(field, field.default if field.default in choices else choices[0])


def restore(page: str = "") -> None:
    """Take over what the link says of a page, or with "" of every page; once a session."""
    key = f"{RESTORED}:{bool(page)}"
    if st.session_state.get(key):
        return
    st.session_state[key] = True
    named = {field.url: field for field in fields_of(page)}
    wrong = _take(named, {name: text for name, text in st.query_params.items() if name in named})
    st.session_state[REFUSED] = [*st.session_state.get(REFUSED, []), *wrong]


def apply(page: str, query: str) -> None:
    """Set a page's fields to what the query of a link says, such as ``"padding=1&stride=2"``; the others to their defaults.

    Raises:
        ValueError: if the link has a field or value that the page cannot show.
    """
    named = {field.url: field for field in fields_of(page)}
    texts = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    for field in named.values():
        if field.url not in texts:
            put(field, field.default)
    if wrong := [*_take(named, texts), *(texts.keys() - named.keys())]:
        raise ValueError(f"{page}?{query}: {', '.join(wrong)}")


def _take(named: dict[str, Field[Any]], texts: dict[str, str]) -> list[str]:
    """Put what texts say into the fields of those names; return the names whose text is no value."""
    wrong = []
    for name, text in texts.items():
        try:
            if name in named:
                put(named[name], named[name].read(text))
        except ValueError:
            wrong.append(name)
    return wrong


def settings(page: str, *, looks: bool = True) -> dict[str, str]:
    """Return what a page's link says now: its fields where they differ from their defaults.

    Args:
        page: its name; "" for what every page's link says.
        looks: whether to say also where somebody looks.
    """
    told = (field for field in fields_of(page) if looks or not field.look)
    return {field.url: written(get(field)) for field in told if get(field) != field.default}


def publish(page: str) -> None:
    """Write a page's fields into its link, where they differ from their defaults."""
    wanted = settings("") | settings(page)
    if dict(st.query_params) != wanted:
        st.query_params.from_dict(wanted)


def refused() -> list[str]:
    """Return the link's parameters that could not be understood, once."""
    names: list[str] = st.session_state.pop(REFUSED, [])
    return names


def written(value: Any) -> str:
    """Return a field's value as a link says it."""
    match value:
        case bool():
            return str(int(value))
        case float():
            return f"{value:.10g}"
        case (tuple() as place, float() as number):  # a cell that was typed over
            return f"{'.'.join(map(str, place))}~{number:.10g}"
        case []:
            return ""
        case (str(), *_) as names:
            return ",".join(names)
        case tuple():
            return "_".join(map(written, value))
    return str(value)
