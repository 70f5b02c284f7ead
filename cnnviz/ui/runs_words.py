"""How the Runs page says things: states, numbers, and words that people typed."""

import re
import time

from cnnviz.language import N_
from cnnviz.store import report_parts
from cnnviz.store.overview import Record
from cnnviz.train.run import State
from cnnviz.ui import labels
from cnnviz.ui.i18n import _

STATES: dict[State, tuple[str, str, str]] = {
    "starting": (N_("starting"), "blue", ":material/hourglass_top:"),
    "queued": (N_("queued"), "orange", ":material/hourglass_empty:"),
    "running": (N_("running"), "blue", ":material/play_arrow:"),
    "paused": (N_("paused"), "orange", ":material/pause:"),
    "finished": (N_("finished"), "green", ":material/check:"),
    "stopped": (N_("stopped"), "gray", ":material/stop:"),
    "failed": (N_("failed"), "red", ":material/error:"),
}
"""State -> (what it is called, colour, icon)."""

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&^=\"'])")


def plain(text: str) -> str:
    """Return somebody's words so that Markdown shows them as they were typed."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


def percent(share: float | None) -> str:
    """Return a share from 0 to 1 in percent."""
    return "–" if share is None else f"{100 * share:.2f} %"


def state(name: State) -> str:
    """Return what a state is called."""
    return _(STATES[name][0])


def dataset(name: str | None) -> str:
    """Return what a data set is called; a folder by its own name."""
    return "–" if name is None else labels.dataset(name)


def moment(created: float) -> str:
    """Return a date and time on this machine's clock."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(created))


def lasted(seconds: float | None) -> str:
    """Return how long something took."""
    return "–" if seconds is None else labels.duration(seconds)


def changes(row: Record) -> str:
    """Return what somebody changed by hand while it trained, as a sentence; "" for nothing."""
    told = report_parts.changes(row.changes, _)
    return _("Changed by hand: {changes}.").format(changes=told) if told else ""


def title(row: Record) -> str:
    """Return what tells a run from others in one line: its name, and what it trains if it has one."""
    what = f"{row.network or row.name} · {dataset(row.dataset)}"
    return f"{row.title} ({what})" if row.about.name or row.search else what
