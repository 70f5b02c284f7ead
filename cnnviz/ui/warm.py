"""Heavy modules, imported once in the background and frozen.

The first page is usable before torch is there. Streamlit collects garbage after every run of a page; with torch's
hundreds of thousands of objects one collection takes 0.3 s with the interpreter's lock held, so what the imports
made is frozen: the collector passes it over from then on.
"""

import gc
import importlib
import logging
import threading
from functools import cache

import streamlit as st

from cnnviz.train import warm as standby
from cnnviz.ui.i18n import _

MODULES = (
    "torch",
    "PIL.Image",
    "pandas",
    "cnnviz.explain.predict",
    "cnnviz.nets.source",
    "plotly.graph_objects",
)

_done = threading.Event()

SERVED = threading.Event()
"""Whether this process is a server: then it also keeps a process ready for the next training."""


@cache
def start() -> threading.Thread:
    """Begin to import the heavy modules, once a process."""
    thread = threading.Thread(target=_import, name="warm", daemon=True)
    thread.start()
    return thread


def wait() -> None:
    """Return when torch is there; meanwhile the page says what it waits for."""
    start()
    if not _done.is_set():
        with st.spinner(_("Loading PyTorch (only after a start)…")):
            _done.wait()


def _import() -> None:
    try:
        for name in MODULES:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()
    except Exception:
        logging.getLogger("cnnviz").exception("a heavy module cannot be imported")
    finally:
        _done.set()
    if SERVED.is_set():
        standby.keep()
