"""The SPARQL endpoint.

Format: SPARQL 1.1 Protocol (W3C Recommendation, 2013). Queries only: an update is refused, since
the graph is changed by `kg build` and `kg add`.
"""

from __future__ import annotations

import asyncio
import re
from binascii import a2b_qp
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final, TypeVar
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from kg_builder.graph.iris import is_iri
from kg_builder.graph.query.volatile import is_volatile
from kg_builder.serving.media import (
    GRAPHS,
    RESULTS,
    TYPES,
    accepted,
    format_named,
    graph_format,
)
from kg_builder.serving.problems import Problem
from kg_builder.serving.state import State
from kg_builder.serving.work.adhoc import Sparql
from kg_builder.serving.work.messages import Body, Found

Answer = Callable[[Request, State], Awaitable[Response]]
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_CHUNK: Final = 256 << 10
T = TypeVar("T")

_PATIENCE: Final = 0.2
"""Seconds after which it is watched whether the client is still there."""
_MOST_FIELDS: Final = 1_000
_MALFORMED: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
SPARQL_FORMATS: Final = (
    *("json", "xml", "csv", "tsv"),
    *("turtle", "ntriples", "jsonld", "rdfxml"),
)
UTF_8: Final = ("utf-8", "utf8", "us-ascii")
"""Charsets of what can be read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a request to the endpoint."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str | None


async def sparql(request: Request, state: State, service: Answer) -> Response:
    """Answer a request to the endpoint; `service` describes it to those who ask nothing."""
    asked = await _asked(request)
    if asked.query is None and request.method != "POST":
        if request.headers.get("accept", "").startswith("text/html") and asked.format is None:
            return RedirectResponse(f"{state.root}/workbench", 303, {"vary": "Accept"})
        return await service(request, state)
    if asked.query is None:
        raise Problem(
            "bad-request",
            "缺少参数 query：一个 SPARQL 查询",
            "the parameter query is missing: a SPARQL query",
        )
    base = f"{state.origin(request)}sparql"
    item = _item(asked, asked.query, request.headers.get("accept"), base, state)
    found: Found = await while_connected(request, state.adhoc.ask(item, state.settings.timeout))
    return _response(found, asked.query, state)


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of work; end it when the client goes. Raises ClientDisconnect then."""
    here = asyncio.current_task()
    assert here is not None  # noqa: S101 - this is a coroutine
    gone = False
    watch: asyncio.Task[None] | None = None

    async def look_on() -> None:
        nonlocal gone
        # what is posted has been read before anything is asked
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone = here.cancel()

    def begin() -> None:  # most is done before, and a task of its own costs more than it
        nonlocal watch
        watch = asyncio.create_task(look_on())

    timer = asyncio.get_running_loop().call_later(_PATIENCE, begin)
    try:
        return await work
    except asyncio.CancelledError:
        if not gone:
            raise
        here.uncancel()
        raise ClientDisconnect from None
    finally:
        timer.cancel()
        if watch is not None:
            watch.cancel()


def _item(asked: Asked, query: str, accept: str | None, base: str, state: State) -> Sparql:
    if len(query.encode("utf-8", "surrogatepass")) > state.settings.max_query:
        most = state.settings.max_query
        raise Problem(
            "too-large",
            f"查询超过 {most:,} 字节",
            f"a query of over {most:,} bytes",
        )
    for name in (*asked.default_graphs, *asked.named_graphs):
        if not is_iri(name):
            raise Problem("bad-request", f"不是 IRI：{name}", f"not an IRI: {name}")
    if asked.format is not None:
        wanted = format_named(asked.format)
        if wanted is None:
            known = ", ".join(SPARQL_FORMATS)
            raise Problem(
                "not-acceptable",
                f"没有 {asked.format} 这种格式；可用：{known}",
                f"there is no format {asked.format}; use {known}",
            )
        results = wanted if wanted in RESULTS.values() else None
        graphs = graph_format(wanted) if graph_format(wanted) in GRAPHS.values() else None
    else:
        result_type = accepted(accept, tuple(RESULTS))
        graph_type = accepted(accept, tuple(GRAPHS))
        results = RESULTS[result_type] if result_type else None
        graphs = GRAPHS[graph_type] if graph_type else None
        if results is None and graphs is None:
            known = ", ".join({**RESULTS, **GRAPHS})
            raise Problem(
                "not-acceptable",
                f"没有所要的格式；可用：{known}",
                f"not to be had in that format; it can be {known}",
            )
    return Sparql(
        query,
        results,
        graphs,
        asked.default_graphs,
        asked.named_graphs,
        state.settings.max_rows,
        base,
    )


async def _asked(request: Request) -> Asked:
    """Read the parameters of a request, in each of the three ways that the protocol has."""
    pairs = pairs_of(request.scope["query_string"])
    if request.method != "POST":
        return _of_pairs(pairs)
    kind, charset = content_type(request)
    if kind in (FORM, QUERY) and charset not in UTF_8:
        raise Problem(
            "media-type",
            f"查询用 UTF-8 编码，不用 {charset}",
            f"a query is encoded in UTF-8, not in {charset}",
            headers={"accept-post": f"{FORM}, {QUERY}"},
        )
    if kind == FORM:
        body = await request.body()
        return _of_pairs((*pairs, *pairs_of(body)))
    if kind == QUERY:
        text = _decoded(await request.body())
        found = _of_pairs(pairs)
        if found.query is not None:
            raise Problem(
                "bad-request",
                "查询在正文里，就不能再有参数 query",
                "the query is the body: there must be no parameter query",
            )
        return Asked(text, found.default_graphs, found.named_graphs, found.format)
    if kind == UPDATE:
        raise _no_update()
    raise Problem(
        "media-type",
        f"POST 的正文应是 {FORM} 或 {QUERY}",
        f"what is posted is {FORM} or {QUERY}",
        headers={"accept-post": f"{FORM}, {QUERY}"},
    )


def content_type(request: Request) -> tuple[str, str]:
    """Return the media type of what a request carries, and its charset, UTF-8 where it has none."""
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            return kind.strip(), value.strip().strip('"')
    return kind.strip(), "utf-8"


def _of_pairs(pairs: Sequence[tuple[str, str]]) -> Asked:
    def values(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in pairs if key == name)

    def filled(name: str) -> tuple[str, ...]:  # a field of a form that was left empty says nothing
        return tuple(value for value in values(name) if value.strip())

    if values("update"):
        raise _no_update()
    queries = values("query")
    if len(queries) > 1:
        raise Problem("bad-request", "参数 query 多于一个", "more than one parameter query")
    formats = filled("format") or filled("output")
    return Asked(
        queries[0] if queries else None,
        filled("default-graph-uri"),
        filled("named-graph-uri"),
        formats[0] if formats else None,
    )


def _no_update() -> Problem:
    return Problem(
        "forbidden",
        "这个端点只读：图由 kg build 和 kg add 改变",
        "this endpoint only reads: kg build and kg add change the graph",
    )


def pairs_of(data: bytes) -> list[tuple[str, str]]:
    """Return the fields of a query string or a form. Raises Problem for what is not UTF-8."""
    if data.count(b"&") >= _MOST_FIELDS:
        raise Problem("bad-request", "参数太多", "too many parameters")
    try:
        return [
            (_unquoted(name), _unquoted(value))
            for field in data.replace(b"+", b" ").split(b"&")
            if field
            for name, _, value in (field.partition(b"="),)
        ]
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _unquoted(data: bytes) -> str:
    """Return what was percent-encoded.

    Quoted-printable is the same code with another sign, and its decoder, which is none of Python,
    takes a tenth of the time that `unquote` takes.
    """
    if _MALFORMED.search(data):
        return unquote_to_bytes(data).decode()
    return a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"=")).decode()


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _not_utf8() -> Problem:
    return Problem("bad-request", "不是 UTF-8", "not UTF-8")


def _response(found: Found, query: str, state: State) -> Response:
    headers = {
        "vary": "Accept",
        "cache-control": cache_control(query),
        **cut_headers(found, state.settings.max_rows),
    }
    return body_response(found.body, TYPES[found.format], headers)


def cache_control(query: str) -> str:
    """Return whether the answer to a query may be kept; who keeps it asks whether it still holds.

    That of one that asks for the time or for chance does not hold for a moment.
    """
    return "no-store" if is_volatile(query) else "no-cache"


def cut_headers(found: Found, most: int | None) -> dict[str, str]:
    """Return the headers that say of a result that there is more of it."""
    if not found.cut:
        return {}
    return {"kg-cut": f"max-rows={most}", "warning": f'199 - "only the first {most} rows"'}


def body_response(body: Body, media_type: str, headers: dict[str, str]) -> Response:
    """Return a response with a body that a child has made; a file is removed once it is open."""
    if body.data is not None:
        return Response(body.data, headers=headers, media_type=media_type)
    assert body.path is not None  # noqa: S101 - the one or the other
    headers["content-length"] = str(body.size)
    # at once: nobody else knows of the file, and the client may be gone before it is sent
    file = body.path.open("rb", buffering=0)
    body.path.unlink(missing_ok=True)
    return StreamingResponse(_sent(body, file), headers=headers, media_type=media_type)


async def _sent(body: Body, file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(body.skipped)
        if body.start:
            yield body.start
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
