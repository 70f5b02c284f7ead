"""What the server does beside running pages."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from cnnviz.ui import warm

PATIENCE = 5.0
"""Seconds that a server waits for its first visitor before it imports torch."""


@asynccontextmanager
async def warmed(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Prepare for the first visitor as soon as the server starts.

    ``pages/`` is declared to be ours: until the first ``st.navigation`` Streamlit would run its files by itself,
    without our frame, for whoever opens a link to one. And where nobody comes soon, the heavy modules are imported
    meanwhile; a first visitor's page goes before them.
    """
    PagesManager.uses_pages_directory = False
    warm.SERVED.set()
    soon = threading.Timer(PATIENCE, warm.start)
    soon.daemon = True
    soon.start()
    yield {}
    soon.cancel()


class FreshAssets:
    """Let browsers ask again for our components' files.

    Streamlit serves them without a version in their address and without ETag, so that after an update a browser
    would go on with yesterday's JavaScript.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "no-cache"
            await send(message)

        ours = scope["type"] == "http" and "/_stcore/bidi-components/" in scope["path"]
        await self.app(scope, receive, marked if ours else send)
