"""Connections: HTTP/1.1 of uvicorn, with limits on what the client owes.

A head that does not come whole in time, or grows too large, ends its connection; raw Chinese in an
address is read as if it were percent-encoded.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote_from_bytes

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from kg_builder.model.bilingual import Language
from kg_builder.serving.addresses import Proxies, household, is_loopback
from kg_builder.serving.guard import ALWAYS
from kg_builder.serving.log import Log
from kg_builder.serving.problems import KINDS, Problem, problem_response
from kg_builder.serving.settings import Settings

LAST_WORD: Final = 1.0
"""Seconds before the end in which what was not done in time is told so."""
_SAFE: Final = "".join(map(chr, range(0x80)))
"""What is left as it is in a request line: all of ASCII."""
_SLOWEST: Final = 1024
"""Bytes a second that a client takes at least."""
_MOST_CONNECTIONS: Final = 10_000
_METHODS: Final = "GET, HEAD, OPTIONS, POST"
_LINE: Final = re.compile(rb"\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+ [/*h]")
"""How a request begins whose method may be anything."""
_REFUSALS: Final = (
    Problem("bad-request", "这不是 HTTP/1.1", "this is no HTTP/1.1"),
    Problem("timeout-request", "请求没有按时发完", "the request was not sent in time"),
    Problem("address-too-long", "请用 POST 查询", "ask by POST"),
    Problem("head-too-large", "请少发一些请求头", "send less of a head"),
    Problem(
        "method",
        f"没有这种方法；可用的方法：{_METHODS}",
        f"there is no such method; methods: {_METHODS}",
        headers={"allow": _METHODS},
    ),
    Problem("busy", "连接太多，请稍后再来", "too many connections; come again later"),
)
"""Answers to what has no head that could be answered."""


def protocol_for(settings: Settings, log: Log | None) -> type[HttpToolsProtocol]:
    """Return the protocol class of a server's connections."""
    every = _most_connections()
    one = settings.connections_per_client

    class Protocol(_Protocol):
        max_header = settings.max_header
        head_seconds = settings.head_seconds
        send_seconds = settings.send_seconds
        refusals = MappingProxyType(
            {problem.kind: _refusal(problem, settings.language) for problem in _REFUSALS}
        )
        admission = Admission(every, one, Proxies(settings.proxies))
        event_log = log

    return Protocol


def _refusal(problem: Problem, language: Language) -> bytes:
    """Return an answer as it is sent by hand, before there is anything to answer by."""
    response = problem_response(problem, language)
    response.headers["connection"] = "close"
    line = f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}\r\n"
    head = b"".join(b"%b: %b\r\n" % pair for pair in (*response.raw_headers, *ALWAYS))
    return line.encode() + head + b"\r\n" + response.body


def _most_connections() -> int:
    """Return how many connections there may be: files are needed for other things, too."""
    try:
        import resource
    except ImportError:
        return _MOST_CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return soft * 3 // 4


class _TooLargeError(Exception):
    """A head is too large; its argument is the kind of problem that is."""


class Admission:
    """How many connections there may be: in all, and of one client that is not this machine."""

    def __init__(self, every: int, one: int, proxies: Proxies) -> None:
        self._every = every
        self._one = one
        self._proxies = proxies
        self._within = 0
        self._by_client: Counter[str] = Counter()

    def enter(self, peer: str) -> bool:
        """Count a connection; whether there is room for it."""
        self._within += 1
        if not self._is_counted(peer):
            return self._within <= self._every
        name = household(peer)
        self._by_client[name] += 1
        return self._within <= self._every and self._by_client[name] <= self._one

    def leave(self, peer: str) -> None:
        """Count a connection no more."""
        self._within -= 1
        if self._is_counted(peer):
            name = household(peer)
            self._by_client[name] -= 1
            if self._by_client[name] <= 0:
                del self._by_client[name]

    def _is_counted(self, peer: str) -> bool:
        return not is_loopback(peer) and peer not in self._proxies


class _Protocol(HttpToolsProtocol):
    """A connection: what the client owes comes in time, and so it takes what it is given."""

    max_header: int
    head_seconds: float
    send_seconds: float
    refusals: Mapping[str, bytes]
    admission: Admission
    event_log: Log | None

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
        self._reader_timer: asyncio.TimerHandle | None = None
        self._unread = 0
        """Bytes that the client had not taken when it was last looked at."""
        self._last = b""
        """What has been read last."""
        self._rest = b""
        """What is to be read next."""
        self._is_upgrade = False
        self._peer = ""
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._peer = self.client[0] if self.client else ""
        if self.admission.enter(self._peer):
            self._await_head()
        else:
            self._refuse("busy")

    def connection_lost(self, exc: Exception | None) -> None:
        self.admission.leave(self._peer)
        self._head_has_come()
        self._all_is_taken()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    # what the client sends

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._in_head:
            self._head_size += len(data)
        if self._in_line:
            data = self._encoded(data)
        self._rest = data
        while self._rest:
            self._last, self._rest = self._rest, b""
            super().data_received(self._last)
        if self._in_head and self._head_size > self.max_header:
            self._refuse("address-too-long" if self._in_line else "head-too-large")
        elif self._head_timer is None and not self._is_answering():
            self._await_rest()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["kg.abort"] = self.transport.abort  # type: ignore[typeddict-unknown-key]
        self._in_head = True
        self._await_rest()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # no trailer changes what the head has said
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(n) + len(v) + 4 for n, v in self.headers) > self.max_header:
            is_long = 2 * len(self.url) > self.max_header
            raise _TooLargeError("address-too-long" if is_long else "head-too-large")
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            self._is_upgrade = True  # to be read anew, as what it also is
            return
        self._head_has_come()
        self._name_the_host()
        super().on_headers_complete()
        self._in_head = False

    def on_message_complete(self) -> None:
        if self._is_upgrade:
            return
        super().on_message_complete()
        self._in_head = self._in_line = True
        self._head_size = 0
        if not self._is_answering():  # the rest of a body that nobody waited for
            self._head_has_come()

    def _encoded(self, data: bytes) -> bytes:
        """Return what comes of a request line in ASCII: its parser knows nothing else."""
        end = data.find(b"\n", len(data) - len(data.lstrip(b"\r\n"))) + 1
        self._in_line = not end
        if data.isascii():
            return data
        line = data[:end] if end else data
        return quote_from_bytes(line, _SAFE).encode() + data[len(line) :]

    def _name_the_host(self) -> None:
        """See to it that Host is whom the request is for (RFC 9112, 3.2.2).

        The target of the request line may name it; of old, nobody needed to.
        """
        named = sum(name == b"host" for name, _ in self.headers)
        if named == 0 and self.parser.get_http_version() == "1.0" and self.server is not None:
            self.headers.append((b"host", _netloc(self.server[0].encode(), self.server[1])))
        elif named == 1 and not self.url.startswith((b"/", b"*")):
            target = httptools.parse_url(self.url)
            if target.host:
                host = _netloc(target.host, target.port)
                # in place: the scope has this list
                self.headers[:] = [pair for pair in self.headers if pair[0] != b"host"]
                self.headers.append((b"host", host))
                self.url = (target.path or b"/") + (b"?" + target.query if target.query else b"")

    def _unsupported_upgrade_warning(self) -> None:
        """Go on in HTTP: nothing else is spoken here.

        The parser has taken the body for another protocol, so the request is read anew without the
        wish to upgrade: whole libraries, as Java's, send it with everything that they ask.
        """
        if self._is_upgrade:
            line = b"%b %b HTTP/%b\r\n" % (
                self.parser.get_method(),
                self.url,
                self.parser.get_http_version().encode(),
            )
            fields = (b"%b: %b\r\n" % pair for pair in self.headers if pair[0] != b"upgrade")
            error = sys.exception()
            assert isinstance(error, httptools.HttpParserUpgrade)  # noqa: S101 - so it is called
            self._rest = b"".join((line, *fields, b"\r\n", self._last[error.args[0] :]))
            self._is_upgrade = False
        self.parser = httptools.HttpRequestParser(self)
        with contextlib.suppress(AttributeError):  # as uvicorn makes it
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    # what the client gets

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._await_reader()
        if not self._in_head and not self._is_answering():
            self._await_rest()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._all_is_taken()
        if not self._is_answering():  # some of it is still here
            self._await_reader()

    def _await_reader(self) -> None:
        """Look later whether the client takes what it is given."""
        if self._reader_timer is None and self.transport.get_write_buffer_size():
            self._unread = self.transport.get_write_buffer_size()
            self._reader_timer = self.loop.call_later(self.send_seconds, self._look_at_reader)

    def _look_at_reader(self) -> None:
        self._reader_timer = None
        taken = self._unread - self.transport.get_write_buffer_size()
        if taken < self._unread and taken < _SLOWEST * self.send_seconds:
            self._tell("stalled", 0)
            self.transport.abort()
        else:
            self._await_reader()

    def _all_is_taken(self) -> None:
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None

    # the end

    def shutdown(self) -> None:
        """End the connection when what has been asked is answered."""
        if self._in_head and self._head_size and not self._is_answering():
            self.loop.call_later(LAST_WORD, super().shutdown)
            return
        super().shutdown()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Refuse what is no HTTP, and whatever its head is too much for."""
        match sys.exception():
            case httptools.HttpParserInvalidMethodError() if _LINE.match(self._last):
                self._refuse("method")
            case httptools.HttpParserCallbackError(__context__=_TooLargeError(args=(kind,))):
                self._refuse(kind)
            case _:
                self._refuse("bad-request")

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        self._in_head = True
        self._await_rest()

    def _await_rest(self) -> None:
        """Give the client so long for what it owes: a head, or a body that nobody waits for."""
        if self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(
                self.head_seconds, self._refuse, "timeout-request"
            )

    def _head_has_come(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, kind: str) -> None:
        """Say why nothing more is read; what has been asked before is answered first."""
        self._head_has_come()
        self._refused = True
        is_whole = self._in_head or not self._is_answering()
        if self._is_answering() and is_whole:
            self.cycle.keep_alive = False
            return
        if self.transport.is_closing():
            return
        self._tell("refused", KINDS[kind][0])
        if not is_whole and (self.pipeline or self.cycle.response_started):
            self.transport.abort()  # there is no place left to say it
            return
        if self._in_head or not is_whole:
            self.transport.write(self.refusals[kind])
        self.transport.close()
        self._await_reader()

    def _tell(self, event: str, status: int) -> None:
        if self.event_log is not None:
            self.event_log.event(event, client=self._peer, status=status)


def _netloc(host: bytes, port: int | None) -> bytes:
    """Return a host as it stands in an address."""
    name = b"[%b]" % host if b":" in host else host
    return name if port is None else b"%b:%d" % (name, port)
