"""One value that a session keeps, and its link may say; the table of all is ``cnnviz.ui.fields``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """One value that a session keeps.

    Attributes:
        key: its name in the session; the widget's key is the same with ``widget:`` before it.
        default: what it is at first.
        read: makes a value of a link's text; raises ValueError where it is none.
        pages: the pages whose links have it; none for every page.
        url: its name in the link; "" for not in the link.
        look: only where somebody looks; no setting of what is shown.
    """

    key: str
    default: T
    read: Callable[[str], T]
    pages: tuple[str, ...] = ()
    url: str = ""
    look: bool = False
