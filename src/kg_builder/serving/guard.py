"""What stands around every answer: limits, headers, kept answers, and the log.

Whatever a client sends, it gets an answer or a closed connection, and no other client waits for it:
the name it calls the server by is checked (a page of another site must not reach a server on the
reader's machine), bodies are limited in size and time, and so are requests of one client.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg_builder.model.bilingual import Language
from kg_builder.serving.addresses import address_of, household
from kg_builder.serving.cache import Cache, Kept, names_etag
from kg_builder.serving.clients import Client, Clients
from kg_builder.serving.media import language_accepted, language_of
from kg_builder.serving.paths import path_within
from kg_builder.serving.pool import ClosingError
from kg_builder.serving.problems import Problem, problem_of, problem_response
from kg_builder.serving.settings import Settings
from kg_builder.serving.state import State

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page may load: from this server alone, and nothing that stands within the page."""
ALWAYS: Final = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""What every answer says; raw, since it is said so often."""
_READ_BY_POST: Final = ("/sparql", "/api/queries")
_NOT_SHARED: Final = ("/api/contributions", "/api/validate")
"""What other sites' pages may not use."""
_SHARED: Final = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"ETag, Link, Location, Content-Location, Retry-After, KG-Cut",
    ),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
"""What lets pages of other sites read an answer."""
_ALLOWED_HEADERS: Final = "Accept, Accept-Language, Content-Type, If-None-Match"
_KEPT: Final = 512 << 10
"""A larger answer is not kept."""
_KEPT_QUESTION: Final = 16 << 10
"""Nor is the answer to more than so many bytes that were posted."""
_DAY: Final = 86_400
_READING: Final = ("GET", "HEAD")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._~%-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""What Host may look like: addresses of the server itself stand in some answers."""
_LISTS: Final = (b"accept", b"accept-language", b"if-none-match")
"""Headers of which there may be several lines."""
_LINGER: Final = 2.0
"""Seconds for which the rest is taken of what is refused."""


@dataclass(slots=True)
class _Exchange:
    """One request and its answer, as far as they have come."""

    scope: Scope
    key: tuple[Any, ...] | None
    """What a kept answer to the request is found by; None where none is kept."""
    started: float = field(default_factory=time.perf_counter)
    status: int = 0
    sent: int = 0
    start: Message | None = None
    """The head of the answer, held back until the body tells its ETag."""
    parts: list[bytes] = field(default_factory=list)


class Guard:
    """The outermost part of the application."""

    def __init__(self, app: ASGIApp, state: State, allowed: Callable[[Scope], set[str]]) -> None:
        """Stand around `app`; `allowed` tells by which methods a path answers."""
        self._app = app
        self._state = state
        self._allowed = allowed
        self._cache = Cache(state.settings.cache)
        self._clients = Clients(state.settings.requests_per_second, state.settings.per_client)
        self._log = state.log
        self._hosts: frozenset[str] | None = None
        """The names of the server, once they are known; none for any."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        _join_lists(scope)
        root = unquote(self._state.root)
        if root and scope["path"].startswith(f"{root}/"):
            scope["root_path"] = root
        exchange = _Exchange(scope, self._key(scope) if scope["method"] in _READING else None)
        headers = Headers(scope=scope)
        origin = self._state.proxies.origin(
            scope["client"][0] if scope.get("client") else "", headers.getlist("x-forwarded-for")
        )
        error: BaseException | None = None
        client: Client | None = None
        try:
            self._check_head(headers)
            if not origin.local:
                client = self._clients.admit(household(origin.client))
                client.under_way += 1
            await self._answer(exchange, headers, receive, send)
        except ClientDisconnect:
            exchange.status = exchange.status or 499
        except asyncio.CancelledError:  # the server is ended without waiting for what is under way
            await self._tell(exchange, ClosingError(), receive, send)
        except TimeoutError as problem:  # the client does not take what it gets
            error = problem
            _abort(scope)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the server goes on
            error = None if isinstance(problem, Problem) else problem
            await self._tell(exchange, problem, receive, send)
        finally:
            if client is not None:
                client.under_way -= 1
            if self._log is not None:
                self._log.request(
                    scope, origin, exchange.status, exchange.sent, exchange.started, error
                )

    # the request

    def _key(self, scope: Scope, body: bytes | None = None) -> tuple[Any, ...] | None:
        """Return what a kept answer to this request is found by; `body` is what was posted."""
        accept = host = kind = b""
        language: Language | None = None
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = value
            elif name == b"content-type":
                kind += b"\n" + value  # of several, this is not the place to tell which counts
            elif name == b"accept-language":
                language = language_accepted(value.decode("latin-1"))
            elif name == b"host":
                host += value  # addresses of the server itself stand in some answers
            elif name == b"x-forwarded-proto" and self._state.proxies.pass_on(scope):
                host += b" " + value  # the same words of anybody else change no answer
            elif name in (b"authorization", b"range"):
                return None
        day = int(time.time() // _DAY)  # citations tell it
        path, query = scope["raw_path"], scope["query_string"]
        return (self._state.now.tag, day, path, query, accept, language, host, kind, body)

    def _check_head(self, headers: Headers) -> None:
        """Raise Problem for a head that is for another server, or for a body that is not taken."""
        settings = self._state.settings
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            raise Problem("bad-request", "要有一个 Host", "there must be one Host")
        if not _HOST.fullmatch(hosts[0]):
            raise Problem("bad-request", "Host 不是一个地址", "Host is no address")
        if "*" not in settings.hosts and not self._is_ours(hosts[0]):
            raise Problem(
                "host",
                "这台服务器不叫这个名字；用 --allow-host 可以加上",
                "this server is not called so; --allow-host adds a name",
            )
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity"):
            raise Problem(
                "media-type",
                "正文不能压缩",
                "what is posted is not compressed",
                headers={"accept-encoding": "identity"},
            )
        framing = headers.get("transfer-encoding", "chunked").strip().lower()
        if framing != "chunked":
            raise Problem(
                "bad-request",
                "正文的传输编码只能是 chunked",
                "a body comes in no transfer coding but chunked",
            )
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > settings.max_body:
            raise _too_large(settings.max_body)

    def _is_ours(self, host: str) -> bool:
        name = _name_of(host)
        if self._hosts is None:
            self._hosts = _own_names(self._state)
        # no name server can lead a browser to an address
        return name in self._hosts or address_of(name) is not None

    async def _answer(
        self, exchange: _Exchange, headers: Headers, receive: Receive, send: Send
    ) -> None:
        scope = exchange.scope
        if scope["method"] == "OPTIONS":
            await self._send_options(exchange, send)
            return
        body: Receive = _Body(receive, self._state.settings)
        if scope["method"] == "POST" and path_within(scope).startswith(_READ_BY_POST):
            first = await body()
            posted = first.get("body", b"")
            if not first.get("more_body") and len(posted) <= _KEPT_QUESTION:
                exchange.key = self._key(scope, posted)
            body = _Again(first, body)
        kept = self._cache.get(exchange.key) if exchange.key is not None else None
        if kept is not None:
            await self._send_kept(exchange, kept, headers.get("if-none-match"), send)
            return
        await self._app(scope, body, self._sender(exchange, headers, send))

    async def _send_options(self, exchange: _Exchange, send: Send) -> None:
        """Say by which methods a path answers, and what pages of other sites may do."""
        scope = exchange.scope
        methods = {"GET", "HEAD", "POST"} if scope["path"] == "*" else self._allowed(scope)
        if not methods:
            raise Problem("not-found", "没有这个地址", "there is no such address")
        allow = ", ".join(sorted({*methods, "OPTIONS"}))
        # without a length: 204 has no body, and must not tell of one (RFC 9110, 8.6)
        found = {"allow": allow, "vary": "Origin"}
        path = path_within(scope)
        if self._state.settings.cors and not path.startswith(_NOT_SHARED):
            shared = ["GET", "HEAD"] + ["POST"] * path.startswith(_READ_BY_POST)
            found |= {
                "access-control-allow-origin": "*",
                "access-control-allow-methods": ", ".join(shared),
                "access-control-allow-headers": _ALLOWED_HEADERS,
                "access-control-max-age": "86400",
            }
        exchange.status = 204
        raw = [(name.encode(), value.encode()) for name, value in found.items()]
        await send({"type": "http.response.start", "status": 204, "headers": raw})
        await send({"type": "http.response.body", "body": b""})

    # the answer

    def _sender(self, exchange: _Exchange, asked: Headers, send: Send) -> Send:
        """Return what sends an answer: with the headers that every answer has, and an ETag."""
        seconds = self._state.settings.send_seconds

        async def deliver(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                self._add_headers(exchange.scope, message)
                exchange.start = message
                return
            body, more = message.get("body", b""), message.get("more_body", False)
            start, exchange.start = exchange.start, None
            if start is not None:
                if not more and exchange.key is not None and start["status"] == 200:
                    kept = self._finish(exchange, start, body)
                    if kept is not None:
                        await self._send_kept(exchange, kept, asked.get("if-none-match"), send)
                        return
                await send(start)
            exchange.sent += len(body)
            async with asyncio.timeout(seconds):
                await send(message)

        return deliver

    def _finish(self, exchange: _Exchange, start: Message, body: bytes) -> Kept | None:
        """Give a whole answer its ETag, and keep it unless it says that nobody should.

        What was posted has no ETag: `If-None-Match` is for what has an address (RFC 9110, 13.1.2).
        """
        headers = start["headers"]
        said = dict(headers)
        if b"no-store" in said.get(b"cache-control", b""):
            return None
        is_post = exchange.scope["method"] == "POST"
        etag = "" if is_post else said.get(b"etag", b"").decode("latin-1")
        if not etag and not is_post:
            # two formats may have the same bytes, and are not the same representation
            etag = f'"{hashlib.sha256(said.get(b"content-type", b"") + body).hexdigest()[:32]}"'
            headers.append((b"etag", etag.encode()))
        kept = Kept(tuple(headers), body, etag)
        assert exchange.key is not None  # noqa: S101 - the caller has seen to it
        if len(body) <= _KEPT and exchange.scope["method"] != "HEAD":
            self._cache.put(exchange.key, kept)
        return kept

    async def _send_kept(
        self, exchange: _Exchange, kept: Kept, none_match: str | None, send: Send
    ) -> None:
        headers = list(kept.headers)
        body = kept.body
        exchange.status = 200
        if none_match is not None and kept.etag and names_etag(none_match, kept.etag):
            exchange.status, body = 304, b""
            headers = [pair for pair in headers if pair[0] not in _OF_A_BODY]
        await send({"type": "http.response.start", "status": exchange.status, "headers": headers})
        if exchange.scope["method"] == "HEAD":
            body = b""
        exchange.sent += len(body)
        async with asyncio.timeout(self._state.settings.send_seconds):
            await send({"type": "http.response.body", "body": body})

    def _add_headers(self, scope: Scope, message: Message) -> None:
        path, method = path_within(scope), scope["method"]
        shared = self._state.settings.cors and (
            method in ("GET", "HEAD") or path.startswith(_READ_BY_POST)
        )
        added = ALWAYS + _SHARED if shared and not path.startswith(_NOT_SHARED) else ALWAYS
        headers = list(message.get("headers", ()))
        said = {name for name, _ in headers}
        headers += [pair for pair in added if pair[0] not in said]
        if self._state.draining:
            headers.append((b"connection", b"close"))
        message["headers"] = headers

    async def _tell(
        self, exchange: _Exchange, error: Exception, receive: Receive, send: Send
    ) -> None:
        """Answer with a problem; where an answer has begun already, end the connection."""
        if exchange.status and exchange.start is None:
            _abort(exchange.scope)
            return
        settings = self._state.settings
        problem = problem_of(error, settings.timeout)
        language = language_of(Request(exchange.scope), settings.language)
        response = problem_response(problem, language, exchange.scope["path"], self._state.root)
        ends = problem.kind in ("too-large", "timeout-request", "too-many")
        if ends:
            response.headers["connection"] = "close"
        exchange.status = response.status_code
        message = {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": response.raw_headers,
        }
        self._add_headers(exchange.scope, message)
        try:
            await send(message)
            await send({"type": "http.response.body", "body": response.body, "more_body": True})
            exchange.sent += len(response.body)
            if ends and exchange.scope["method"] == "POST":
                await _discard(receive)
            await send({"type": "http.response.body", "body": b""})
        except (OSError, RuntimeError):
            _abort(exchange.scope)


_OF_A_BODY: Final = frozenset({b"content-length", b"content-type"})


class _Again:
    """What a client sends, the first part of which has been read."""

    def __init__(self, first: Message, rest: Receive) -> None:
        self._first: Message | None = first
        self._rest = rest

    async def __call__(self) -> Message:
        """Return the next part. Raises what the rest does."""
        first, self._first = self._first, None
        return await self._rest() if first is None else first


class _Body:
    """What a client sends, up to a size and within a time."""

    def __init__(self, receive: Receive, settings: Settings) -> None:
        self._receive = receive
        self._most = settings.max_body
        self._seconds = settings.body_seconds
        self._deadline: float | None = None
        self._size = 0
        self._whole = False

    async def __call__(self) -> Message:
        """Return the next part. Raises Problem for one too many, or too late."""
        if self._whole:
            return await self._receive()
        loop = asyncio.get_running_loop()
        if self._deadline is None:
            self._deadline = loop.time() + self._seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise Problem(
                "timeout-request",
                f"正文没有在 {self._seconds:g} 秒内发完",
                f"the body was not sent within {self._seconds:g} s",
            ) from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._most:
            raise _too_large(self._most)
        return message


def _too_large(most: int) -> Problem:
    return Problem("too-large", f"正文超过 {most:,} 字节", f"a body of over {most:,} bytes")


async def _discard(receive: Receive) -> None:
    """Take what a client is still sending: only then it looks at its answer.

    A connection that is closed before is reset, and the answer with it (RFC 9112, 9.6).
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER):
            while (await receive()).get("more_body", False):
                pass


def _abort(scope: Scope) -> None:
    """End a connection at once, whatever waits to be sent."""
    abort = scope.get("kg.abort")
    if abort is not None:
        abort()


def _join_lists(scope: Scope) -> None:
    """Make one line of the lines of a header that is a list (RFC 9110, 5.3)."""
    names = [name for name, _ in scope["headers"]]
    for name in _LISTS:
        if names.count(name) > 1:
            lines = [value for other, value in scope["headers"] if other == name]
            rest = [pair for pair in scope["headers"] if pair[0] != name]
            scope["headers"] = [*rest, (name, b", ".join(lines))]


def _own_names(state: State) -> frozenset[str]:
    """Return the names that the server is called by."""
    settings = state.settings
    names = {"localhost", settings.host.lower(), *map(_name_of, settings.hosts)}
    names |= {
        (urlsplit(base).hostname or "").lower() for base in (settings.base, state.base) if base
    }
    return frozenset(map(_in_ascii, names - {""}))


def _in_ascii(name: str) -> str:
    """Return a name as Host holds it: 数据.cn is asked for under xn--."""
    with suppress(UnicodeError):
        return name.encode("idna").decode()
    return name


def _name_of(host: str) -> str:
    """Return the name in a Host header, without its port."""
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0] if name.count(":") == 1 else name
