"""Triples that people bring: judged for everybody, taken in from whoever knows the write token."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kg_builder.errors import InputError
from kg_builder.graph.iris import is_iri
from kg_builder.model.bilingual import Language
from kg_builder.serving.documents import whole_page
from kg_builder.serving.media import accepted, language_of
from kg_builder.serving.problems import Problem, in_its_words
from kg_builder.serving.protocol import UTF_8, content_type
from kg_builder.serving.queries import yes_or_no
from kg_builder.serving.state import State
from kg_builder.serving.work.validation import Add, Judge

SYNTAXES: Final[Mapping[str, str]] = {
    "text/turtle": "turtle",
    "application/x-turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/trig": "trig",
    "application/n-quads": "nquads",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdfxml",
}
"""What is read, by media type."""
REPORTS: Final[Mapping[str, str]] = {
    "application/json": "json",
    "text/html": "html",
    "application/sarif+json": "sarif",
    "text/turtle": "turtle",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
    "text/plain": "text",
}
"""Formats of a report, by media type."""
_TYPES: Final[Mapping[str, str]] = {name: kind for kind, name in REPORTS.items()}
_NAMES: Final[Mapping[str, str]] = {
    **REPORTS,
    **{name: name for name in REPORTS.values()},
    "ttl": "turtle",
    "ntriples": "nt",
    "n-triples": "nt",
    "jsonld": "json-ld",
    "rdfxml": "xml",
    "txt": "text",
}
"""What `?format=` may say: other interfaces call some of the formats otherwise."""
_WITH_CHARSET: Final = ("text/html", "text/turtle", "text/plain")
_LONGEST_NAME: Final = 200


async def validate(request: Request, state: State) -> Response:
    """Judge the triples that are posted, and answer with the report."""
    _must_judge(state)
    name = _report_format(request)
    language = _language(request, state)
    syntax = _syntax(request)
    data = await request.body()
    _must_hold_something(data)
    with _told_of_data():
        judged = await state.judge(Judge(data, syntax, _name(request), name, language))
    headers = {
        "cache-control": "no-store",
        "vary": "Accept, Accept-Language",
        "content-language": language,
        "kg-conforms": "true" if judged.passes else "false",
    }
    if name == "html":
        response = whole_page(judged.body)
        response.headers.update(headers)
        return response
    kind = _TYPES[name]
    if kind in _WITH_CHARSET:
        kind += "; charset=utf-8"
    return Response(judged.body, headers=headers, media_type=kind)


async def contribute(request: Request, state: State) -> Response:
    """Take the triples that are posted into the graph, as `kg add` does, or refuse them whole."""
    _must_be_allowed(request, state)
    _must_judge(state)
    source = request.query_params.get("source", "")
    by = request.query_params.get("by", "")
    if not source or not by:
        raise Problem(
            "bad-request",
            "要有参数 source（依据什么：文件、网址或人）和 by（谁）",
            "the parameters source (a document, a URL or a person) and by (who) are needed",
        )
    syntax = _syntax(request)
    data = await request.body()
    _must_hold_something(data)
    dry_run = yes_or_no("dry-run", request.query_params.get("dry-run"))
    language = _language(request, state)
    item = Add(data, syntax, _name(request), source, by, "json", language, dry_run=dry_run)
    with _told_of_data():
        added = await state.add(item)
    report = json.loads(added.report)
    headers = {
        "cache-control": "no-store",
        "content-language": language,
        "vary": "Accept-Language",
    }
    if added.status == "refused":
        problem = {
            "type": f"{state.root}/problems/does-not-conform",
            "title": "does not conform" if language == "en" else "数据不合规",
            "status": 422,
            "instance": request.url.path,
            "detail": "nothing was taken in" if language == "en" else "整批没有收下",
            "report": report,
        }
        return JSONResponse(problem, 422, headers, "application/problem+json")
    is_batch = added.status != "unchanged"  # what is known makes none, that could be undone
    body = {
        "status": added.status,
        "number": added.number if is_batch else None,
        "graph": added.graph if is_batch else None,
        "new": added.new,
        "known": added.known,
        "inferred": added.inferred,
        "report": report,
    }
    if added.status == "done":
        headers["location"] = state.paths.path(added.graph)
    return JSONResponse(body, 201 if added.status == "done" else 200, headers)


@contextmanager
def _told_of_data() -> Iterator[None]:
    """Tell what cannot be read of what was posted as a problem of the data, not of a query."""
    try:
        yield
    except InputError as error:
        raise in_its_words(error, "data") from error


def _must_be_allowed(request: Request, state: State) -> None:
    """Raise Problem unless the request has the write token."""
    token = state.settings.write_token
    if token is None:
        raise Problem(
            "forbidden",
            "这台服务器不收三元组：没有给 kg serve --write-token-file",
            "this server takes no triples: kg serve was given no --write-token-file",
        )
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer"
    if not is_bearer or not hmac.compare_digest(
        given.strip().encode("utf-8", "surrogateescape"), token.encode()
    ):
        raise Problem(
            "unauthorized",
            "请求要带 Authorization: Bearer 写入口令",
            "the request needs Authorization: Bearer with the write token",
            headers={
                "www-authenticate": 'Bearer realm="kg"'
                + (', error="invalid_token"' if is_bearer else "")
            },
        )


def _must_judge(state: State) -> None:
    if state.base is None:
        raise Problem(
            "not-found",
            "只有 kg build 建的图才能据以验证",
            "triples are judged only against a graph made by kg build",
        )


def _must_hold_something(data: bytes) -> None:
    if not data.strip():
        raise Problem("bad-request", "正文是空的", "the body is empty")


def _syntax(request: Request) -> str:
    kind, charset = content_type(request)
    if charset not in UTF_8:
        raise Problem("media-type", f"要用 UTF-8，不用 {charset}", f"in UTF-8, not in {charset}")
    syntax = SYNTAXES.get(kind)
    if syntax is None:
        known = ", ".join(SYNTAXES)
        raise Problem(
            "media-type",
            f"Content-Type 应是 {known} 之一",
            f"Content-Type is one of {known}",
            headers={"accept-post": known},
        )
    return syntax


def _name(request: Request) -> str:
    """Return what reports call the submission."""
    name = request.query_params.get("name", "").strip() or "posted"
    if len(name) > _LONGEST_NAME or not name.isprintable() or is_iri(name):
        raise Problem(
            "bad-request", "参数 name 应是一个文件名", "the parameter name is a file name"
        )
    return name


def _report_format(request: Request) -> str:
    asked = request.query_params.get("format")
    if asked:
        name = asked.strip().lower().replace(" ", "+")
        if name in _NAMES:
            return _NAMES[name]
        known = ", ".join(_TYPES)
        raise Problem("not-acceptable", f"可用的格式：{known}", f"formats: {known}")
    kind = accepted(request.headers.get("accept"), tuple(REPORTS))
    if kind is None:
        known = ", ".join(REPORTS)
        raise Problem("not-acceptable", f"可用的格式：{known}", f"formats: {known}")
    return REPORTS[kind]


def _language(request: Request, state: State) -> Language:
    return language_of(request, state.settings.language)
