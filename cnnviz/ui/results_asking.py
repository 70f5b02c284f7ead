"""Asking the test pictures of a run that ended before it did: in a thread of the server, on the CPU, one at a time."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from cnnviz.errors import CnnvizError, RunError
from cnnviz.explain import epochs
from cnnviz.ui import warm
from cnnviz.ui.i18n import _, sentence
from cnnviz.ui.results_subject import Subject


@dataclass(eq=False)
class Asking:
    """One evaluation under way.

    Attributes:
        run: the folder whose test pictures are asked. checkpoint: the weights.
        share: how much is done, 0 to 1.
        error: why it ended without an answer.
        stopped: set to end it. done: set when it has ended.
    """

    run: Path
    checkpoint: Path
    share: float = 0.0
    error: CnnvizError | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Ask, and keep the answers in the run's folder."""
        try:
            epochs.ask_test(
                self.run, self.checkpoint, progress=self._reached, should_stop=self.stopped.is_set
            )
        except CnnvizError as error:
            self.error = error
        except Exception as error:
            self.error = RunError(
                "the evaluation failed: {reason}", reason=f"{type(error).__name__}: {error}"[:300]
            )
        finally:
            self.done.set()

    def _reached(self, share: float) -> None:
        self.share = share


@st.cache_resource
def _desk() -> list[Asking]:
    """The evaluation that runs now, or the last one; of all sessions of this server."""
    return []


def offer(subject: Subject) -> None:
    """Show the button that asks the test pictures now; while they are asked, how far that is."""
    desk = _desk()
    now = next((each for each in desk if not each.done.is_set()), None)
    if now and now.run == subject.run.path:
        st.fragment(_watch, run_every=0.5)(now)
        return
    if last := next((each for each in desk if each.run == subject.run.path and each.error), None):
        st.error(sentence(last.error) if last.error else "", icon=":material/error:")
    checkpoint = subject.run.checkpoint()
    if checkpoint is None:
        st.caption(_("It left no weights, so they cannot be asked now either."))
        return
    if now:
        st.caption(_("Another run's test pictures are being asked; one at a time."))
    if st.button(
        _("Evaluate the test pictures now"), icon=":material/fact_check:", key="widget:results_evaluate", disabled=now is not None,
    ):  # fmt: skip
        warm.wait()
        asking = Asking(subject.run.path, checkpoint)
        desk[:] = [asking]
        threading.Thread(target=asking.work, name=f"evaluate {subject.run.name}", daemon=True).start()
        st.rerun()


def _watch(asking: Asking) -> None:
    if asking.done.is_set():
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(asking.share, _("Asking the test pictures…"))
        st.button(_("Cancel"), key="widget:results_cancel", on_click=asking.stopped.set)
