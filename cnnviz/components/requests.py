"""What somebody asks for in a component, in order, each once.

A component that does more than set a value numbers its requests and sends all that were not answered yet, so that two
quick clicks never become one. ``browser/requests.js`` is the other end.
"""

from __future__ import annotations

from typing import Any


def received(state: object, handled: int) -> tuple[list[dict[str, Any]], int]:
    """Return the requests that are new, oldest first, and the number of the newest.

    Args:
        state: what the browser sent.
        handled: the number of the newest request that was dealt with.
    """
    given: Any = state.get("requests") if isinstance(state, dict) else None
    fresh = [each for each in given if _number(each) > handled] if isinstance(given, list) else []
    fresh.sort(key=_number)
    return fresh, max(map(_number, fresh), default=handled)


def _number(request: object) -> int:
    serial: Any = request.get("serial") if isinstance(request, dict) else None
    return serial if isinstance(serial, int) and not isinstance(serial, bool) else -1
