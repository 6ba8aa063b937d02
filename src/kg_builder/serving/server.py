"""The server: connections, and the way it ends.

A head that does not come whole in time, or grows too large, ends its connection; raw Chinese in an
address is read as if it were percent-encoded. When the server is told to end it takes no new
connection, answers what has been asked, and says of what cannot be done in time that it was not.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final
from urllib.parse import quote_from_bytes

import uvicorn
from starlette.applications import Starlette
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from kg_builder.serving.state import Settings, State

_KEEP_ALIVE: Final = 15
_SWITCH: Final = 0.0005
"""Seconds that a thread runs on while another waits."""
_BACKLOG: Final = 4096
_LAST_HEADS: Final = 0.25
"""Seconds in which requests that are on their way arrive when the server is told to end."""
_LAST_WORD: Final = 1.0
"""Seconds before the end in which what was not done in time is told so."""
_SAFE: Final = "".join(map(chr, range(0x80)))
"""What is left as it is in a request line: all of ASCII."""
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def protocol_for(settings: Settings) -> type[HttpToolsProtocol]:
    """Return the protocol class of a server's connections."""

    class Protocol(_Protocol):
        max_header = settings.max_header
        head_seconds = settings.head_seconds

    return Protocol


class _Protocol(HttpToolsProtocol):
    """A connection, whose heads have a size and a time."""

    max_header: int
    head_seconds: float

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._in_head = self._in_line = True
        self._head_size = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_has_come()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_size += len(data)
        if self._in_line:
            data = self._encoded(data)
        super().data_received(data)
        if self._in_head and self._head_size > self.max_header:
            self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["kg.abort"] = self.transport.abort  # type: ignore[typeddict-unknown-key]
        self._await_head()

    def on_headers_complete(self) -> None:
        self._head_has_come()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = self._in_line = True
        self._head_size = 0

    def _encoded(self, data: bytes) -> bytes:
        """Return what comes of a request line in ASCII: its parser knows nothing else."""
        end = data.find(b"\n", len(data) - len(data.lstrip(b"\r\n"))) + 1
        self._in_line = not end
        if data.isascii():
            return data
        line = data[:end] if end else data
        return quote_from_bytes(line, _SAFE).encode() + data[len(line) :]

    def shutdown(self) -> None:
        """End the connection when what has been asked is answered."""
        if (
            self._in_head
            and self._head_size
            and (self.cycle is None or self.cycle.response_complete)
        ):
            self.loop.call_later(_LAST_WORD, super().shutdown)
            return
        super().shutdown()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._in_head = True
            self._head_timer = self.loop.call_later(self.head_seconds, self._refuse, _TOO_SLOW)

    def _head_has_come(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, answer: bytes) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


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
                http=protocol_for(settings),
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
        self.told: int | None = None
        """The signal by which it was told to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take SIGTERM and SIGINT for a word to end; they end nothing else."""
        former: Mapping[int, Any] = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401 - a frame
        """Note by which signal it is told to end."""
        self.told = sig
        super().handle_exit(sig, frame)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to end."""
        # pages are made in a thread: whoever waits for an answer should not wait long for it
        sys.setswitchinterval(_SWITCH)
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
        seconds = self._state.settings.drain_seconds - _LAST_WORD
        last_word = asyncio.create_task(self._stop_queries(seconds))
        try:
            await super().shutdown(sockets)
        finally:
            last_word.cancel()

    async def _stop_queries(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._state.stop_work()
