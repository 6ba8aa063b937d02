"""The server: how it starts, and the way it ends.

When it is told to end it takes no new connection, answers what has been asked, and says of what
cannot be done in time that it was not.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.config import Config

from kg_builder.serving.connections import LAST_WORD, protocol_for
from kg_builder.serving.log import Notices
from kg_builder.serving.settings import Settings
from kg_builder.serving.state import State

_KEEP_ALIVE: Final = 15
_SWITCH: Final = 0.0005
"""Seconds that a thread runs on while another waits."""
_BACKLOG: Final = 4096
_LAST_HEADS: Final = 0.25
"""Seconds in which requests that are on their way arrive when the server is told to end."""


class Server(uvicorn.Server):
    """Serves an application until it is told to end."""

    def __init__(
        self, app: Starlette, settings: Settings, ready: Callable[[], None] = lambda: None
    ) -> None:
        """Serve `app`; `ready` is called when it takes connections."""
        self._ready = ready
        self._state: State = app.state.kg
        super().__init__(
            Config(
                app,
                http=protocol_for(settings, self._state.log),
                ws="none",
                lifespan="on",
                loop="auto",
                access_log=False,
                log_config=None,
                log_level="critical",
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=round(settings.drain_seconds),
                backlog=_BACKLOG,
            )
        )
        self.ended_by: int | None = None
        """The signal by which it was told to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take SIGTERM and the like for a word to end; they end nothing else."""
        former: Mapping[int, Any] = {
            number: signal.signal(number, self.handle_exit)
            for name in ("SIGINT", "SIGTERM", "SIGHUP")
            if (number := getattr(signal, name, None)) is not None
        }
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401 - a frame
        """Note by which signal it is told to end."""
        self.ended_by = sig
        super().handle_exit(sig, frame)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to end."""
        # pages are made in a thread: whoever waits for an answer should not wait long for it
        sys.setswitchinterval(_SWITCH)
        notices = Notices(self._state.log)
        logging.getLogger().addHandler(notices)
        super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the graph, and take connections."""
        await super().startup(sockets)
        gc.freeze()  # the graph and its names stay: no collection need look at them
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what has been asked, and end."""
        await asyncio.sleep(_LAST_HEADS)
        self._state.draining = True
        seconds = self._state.settings.drain_seconds - LAST_WORD
        last_word = asyncio.create_task(self._stop_queries(seconds))
        try:
            await super().shutdown(sockets)
        finally:
            last_word.cancel()

    async def _stop_queries(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._state.stop_work()
