"""The stored queries, as an interface for programs: `/api/queries/NAME?street=…`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kg_builder.graph.query.catalogue import Parameter, StoredQuery
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.serving.media import RESULTS, TYPES, accepted, format_named, language_of
from kg_builder.serving.problems import Problem
from kg_builder.serving.protocol import (
    FORM,
    body_response,
    cache_control,
    content_type,
    cut_headers,
    pairs_of,
)
from kg_builder.serving.state import State
from kg_builder.serving.work.messages import Found
from kg_builder.serving.work.trusted import StoredAsk

RESERVED: Final = ("format", "evidence", "lang", "max-rows")
"""Parameters of the interface itself."""
QUERY_FORMATS: Final = ("json", "xml", "csv", "tsv", "markdown", "xlsx")
_OFFERED: Final = (*RESULTS, TYPES["markdown"].partition(";")[0], TYPES["xlsx"])
_BY_TYPE: Final[Mapping[str, str]] = {
    **RESULTS,
    **{TYPES[name].partition(";")[0]: name for name in ("markdown", "xlsx")},
}
_YES: Final = ("1", "true", "yes", "")
_NO: Final = ("0", "false", "no")
MOST_ROWS: Final = 1_000_000
_COUNT: Final = re.compile(r"[0-9]{1,9}")


async def list_queries(_request: Request, state: State) -> Response:
    """List the stored queries with their parameters."""
    found = [described(query, state.root) for query in state.stored.values()]
    return JSONResponse({"queries": found}, headers={"cache-control": "no-cache"})


async def query_text(request: Request, state: State) -> Response:
    """Answer with the text of a stored query."""
    query = _query(request, state)
    return Response(
        query.text.encode(),
        headers={"cache-control": "no-cache"},
        media_type="application/sparql-query",
    )


async def run_query(request: Request, state: State) -> Response:
    """Run a stored query with the parameters of the request."""
    query = _query(request, state)
    pairs = pairs_of(request.scope["query_string"])
    if request.method == "POST":
        if content_type(request)[0] != FORM:
            raise Problem("media-type", f"正文应是 {FORM}", f"what is posted is {FORM}")
        pairs += pairs_of(await request.body())
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    own = {name: given.pop(name)[-1] for name in RESERVED if name in given}
    asked = StoredAsk(
        name=query.name,
        # a field of a form that was left empty asks for nothing
        values=tuple(
            (name, tuple(value for value in values if value.strip()))
            for name, values in sorted(given.items())
        ),
        format=_format(own.get("format"), request.headers.get("accept")),
        language=_language(own.get("lang"), request, state),
        evidence=yes_or_no("evidence", own.get("evidence")),
        most=_most(own.get("max-rows")),
        seconds=state.settings.timeout,
    )
    found: Found = await state.trusted.ask(asked, state.settings.timeout)
    headers = {
        "vary": "Accept, Accept-Language",
        "cache-control": cache_control(query.text),
        **cut_headers(found, asked.most),
    }
    if asked.format in ("csv", "tsv", "xlsx", "markdown"):
        suffix = "md" if asked.format == "markdown" else asked.format
        headers["content-disposition"] = f'inline; filename="{query.name}.{suffix}"'
    return body_response(found.body, TYPES[asked.format], headers)


def _query(request: Request, state: State) -> StoredQuery:
    name = request.path_params["name"]
    query = state.stored.get(name)
    if query is None:
        raise Problem(
            "not-found",
            f"没有存储的查询 {name}；/api/queries 列出全部",
            f"there is no stored query {name}; /api/queries lists them",
        )
    return query


def _format(asked: str | None, accept: str | None) -> str:
    if asked:
        name = format_named(asked)
        if name is not None and name in QUERY_FORMATS:
            return name
    else:
        kind = accepted(accept, _OFFERED)
        if kind is not None:
            return _BY_TYPE[kind]
        if accepted(accept, ("text/html",)):
            return "json"  # a browser that was led here
    known = ", ".join(QUERY_FORMATS)
    raise Problem("not-acceptable", f"可用的格式：{known}", f"formats: {known}")


def _language(asked: str | None, request: Request, state: State) -> Language:
    if not asked:
        return language_of(request, state.settings.language)
    if asked not in ("zh", "en"):
        raise Problem("bad-request", "lang 是 zh 或 en", "lang is zh or en")
    return "zh" if asked == "zh" else "en"


def yes_or_no(name: str, value: str | None) -> bool:
    """Return what a parameter says that is yes or no. Raises Problem for anything else."""
    word = "0" if value is None else value.strip().lower()
    if word not in (*_YES, *_NO):
        raise Problem("bad-request", f"{name} 是 1 或 0", f"{name} is 1 or 0")
    return word in _YES


def _most(asked: str | None) -> int | None:
    if not asked:
        return None
    if not (_COUNT.fullmatch(asked) and 0 < int(asked) <= MOST_ROWS):
        raise Problem(
            "bad-request",
            f"max-rows 是 1 到 {MOST_ROWS} 的整数",
            f"max-rows is a whole number from 1 to {MOST_ROWS}",
        )
    return int(asked)


def described(query: StoredQuery, root: str) -> dict[str, Any]:
    """Return what there is to say of a stored query."""
    return {
        "name": query.name,
        "url": f"{root}/api/queries/{query.name}",
        "title": words(query.title),
        "description": words(query.description),
        "tags": list(query.tags),
        "parameters": [_parameter(item) for item in query.parameters.values()],
        "computed": {name: words(formula) for name, formula in query.computed.items()},
        "examples": [
            {name: list(values) for name, values in example.items()} for example in query.examples
        ],
    }


def _parameter(item: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": item.name,
        "type": item.type,
        "label": words(item.label),
        "examples": list(item.examples),
    }
    if item.entity_class:
        found["class"] = item.entity_class
    if item.default is not None:
        found["default"] = item.default
    if item.values:
        found["values"] = list(item.values)
    return found


def words(found: Bilingual) -> dict[str, str]:
    """Return words in both languages."""
    return {"zh": found.zh, "en": found.en}
