"""Taking up a run that has ended or fallen: its events are cut back to what its state knows, and say so.

Only whoever holds the run's lock may do this. Doing it twice (the starter at once, the worker after it has read every
byte of the state) leaves the same as doing it once.
"""

import time
from contextlib import suppress

from cnnviz.train import journal, state
from cnnviz.train.events import Event, Resumed
from cnnviz.train.run import Run


def prepare(run: Run, *, epochs: int | None = None, checked: bool) -> Resumed:
    """Cut a run back to its newest good state, say ``Resumed``, and return that event; step 0 for a run without one.

    Args:
        run: what is taken up.
        epochs: how many more than it has (than it did, where it ended early).
        checked: whether every byte of the state is read first; what is damaged is then removed.

    Raises:
        OSError: if the run's folder cannot be read or written.
        RunError: if its config is damaged.
    """
    found = state.newest(run.path, checked=checked)
    if checked:
        for name in (state.STATE, state.PREVIOUS):
            if found is None or (found[0].name != name and name == state.STATE):
                with suppress(FileNotFoundError):
                    (run.path / name).unlink()
    if found is None:
        step, planned = 0, run.config().epochs
    else:
        step, planned = found[1].step, found[1].epoch if found[1].data.get("early") else found[1].epochs

    def resumed(gone: list[Event]) -> Resumed:
        asked = [event.epochs for event in gone if isinstance(event, Resumed)]  # not yet in any state
        target = planned + epochs if epochs is not None else max([planned, *asked])
        return Resumed(time.time(), step, target)

    event = journal.cut(run, found[1].offset if found else 0, resumed)
    assert isinstance(event, Resumed)
    return event
