"""The application: which path is answered by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from kg_builder.errors import KgError
from kg_builder.serving.documents import dcat, describe, download, resource, service, void
from kg_builder.serving.guard import Guard
from kg_builder.serving.media import HTML, accepted, language_of
from kg_builder.serving.openapi import openapi
from kg_builder.serving.pages.pages import Pages
from kg_builder.serving.pages.site import Site
from kg_builder.serving.paths import path_within
from kg_builder.serving.problems import (
    KINDS,
    PROBLEM_JSON,
    Problem,
    problem_of,
    problem_response,
)
from kg_builder.serving.protocol import Answer, sparql
from kg_builder.serving.queries import list_queries, query_text, run_query
from kg_builder.serving.settings import Settings
from kg_builder.serving.state import State
from kg_builder.serving.submissions import contribute, validate
from kg_builder.serving.work.formats import CUT
from kg_builder.version import VERSION

_CUT: Final = {
    "zh": "结果被截断：只有前若干行（响应头 KG-Cut 说明是多少）；请加 LIMIT 和 OFFSET 分段取",
    "en": "the result is cut after so many rows (see the header KG-Cut); fetch it in parts by LIMIT"
    " and OFFSET",
}


def make_app(settings: Settings) -> Starlette:
    """Return the application that serves a graph. Raises what reading the house's data raises."""
    state = State(settings)
    pages = Pages(Site(state))

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        try:
            await state.open()
        except BaseException as error:
            state.failure = error
            raise
        pages.warm_up()
        try:
            yield
        finally:
            pages.close()
            await state.close()

    routes = [*_routes(state), *pages.routes()]
    routes.append(_documents(state, tuple(routes)))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, state=state, allowed=partial(_methods, routes))],
        lifespan=life,
        exception_handlers={
            HTTPException: _of_http(state),
            Problem: _of_error(state),
            KgError: _of_error(state),
        },
    )
    app.state.kg = state
    app.state.pages = pages
    return app


class _Endpoint:
    """An answer as an application: errors go straight to whoever tells them."""

    def __init__(self, answer: Answer, state: State) -> None:
        self._answer = answer
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        response = await self._answer(Request(scope, receive, send), self._state)
        await response(scope, receive, send)


def _methods(routes: Sequence[BaseRoute], scope: Scope) -> set[str]:
    """Return the methods by which a path answers; `*` stands for the server itself."""
    if scope["path"] == "*":
        return {"GET", "HEAD", "POST"}
    found: set[str] = set()
    for route in routes:
        match, _ = route.matches(scope)
        if match is not Match.NONE:
            found |= getattr(route, "methods", None) or {"GET", "HEAD"}
            break
    return found


def _routes(state: State) -> list[BaseRoute]:
    def route(path: str, answer: Answer, *methods: str) -> Route:
        return Route(path, _Endpoint(answer, state), methods=list(methods or ("GET",)))

    async def endpoint(request: Request, state: State) -> Response:
        return await sparql(request, state, service)

    return [
        route("/healthz", _health),
        route("/sparql", endpoint, "GET", "POST"),
        route("/sparql/", endpoint, "GET", "POST"),
        route("/api/queries", list_queries),
        route("/api/queries/{name}.rq", query_text),
        route("/api/queries/{name}", run_query, "GET", "POST"),
        route("/api/validate", validate, "POST"),
        route("/api/contributions", contribute, "POST"),
        route("/openapi.json", _openapi),
        route("/problems/{name}", _problem),
        route("/describe", describe),
        route("/.well-known/void", void),
        route("/dcat", dcat),
        route("/data/{name}", download),
    ]


def _documents(state: State, others: Sequence[BaseRoute]) -> BaseRoute:
    """Return what answers for IRIs: every path that nothing else answers for."""

    async def endpoint(request: Request) -> Response:
        allowed = _methods(others, request.scope)
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
        return await resource(request, state)

    return Route("/{path:path}", endpoint, methods=["GET"])


async def _health(_request: Request, state: State) -> Response:
    """Say whether questions are answered: 503 where they are not, for whoever sends them here.

    A store that has been taken away is told; what has been read of it goes on being served.
    """
    now = state.now
    answering = now.adhoc.is_answering and now.trusted.is_answering
    status = "draining" if state.draining else "ok" if answering else "failing"
    return JSONResponse(
        {
            "status": status,
            "version": VERSION,
            "generation": now.name,
            "store": "present" if state.settings.store.exists() else "missing",
            "waiting": now.adhoc.waiting + now.trusted.waiting,
            "replaced": now.adhoc.replaced + now.trusted.replaced,
        },
        200 if status == "ok" else 503,
        headers={"cache-control": "no-store"},
    )


async def _openapi(request: Request, state: State) -> Response:
    language = language_of(request, state.settings.language)
    writable = state.settings.write_token is not None
    found = openapi(
        state.stored, state.origin(request), language, root=state.root, writable=writable
    )
    return JSONResponse(found, headers={"cache-control": "no-cache", "vary": "Accept-Language"})


async def _problem(request: Request, state: State) -> Response:
    """Say what a kind of problem is."""
    name = request.path_params["name"]
    if name == "cut":
        return JSONResponse({"type": f"{state.root}/{CUT}", "title": _CUT})
    if name not in KINDS:
        raise Problem("not-found", "没有这种问题", "there is no such problem")
    status, title = KINDS[name]
    words = {"zh": title.zh, "en": title.en}
    return JSONResponse({"type": f"{state.root}/problems/{name}", "status": status, "title": words})


def _of_error(state: State) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        return told(request, state, problem_of(error, state.settings.timeout))

    return handle


def _of_http(state: State) -> Callable[[Request, Exception], Response]:
    """Return what tells errors of the framework: no such path, not with this method."""

    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - as registered
        return told(request, state, _http_problem(error))

    return handle


def told(request: Request, state: State, problem: Problem) -> Response:
    """Return a problem, as a page for whoever reads pages."""
    accept = request.headers.get("accept", "")
    liked = accepted(accept, (PROBLEM_JSON, HTML)) if HTML in accept else None
    if liked == HTML and _is_for_readers(path_within(request.scope)):
        pages: Pages = request.app.state.pages
        page = pages.failure(request, KINDS[problem.kind][0], problem.words)
        page.headers.update({"cache-control": "no-store", **problem.headers})
        return page
    language = language_of(request, state.settings.language)
    return problem_response(problem, language, request.url.path, state.root)


def _is_for_readers(path: str) -> bool:
    """Whether a path is not one of the interfaces for programs."""
    return not path.startswith(("/sparql", "/api/", "/openapi.json", "/data/", "/.well-known/"))


def _http_problem(error: HTTPException) -> Problem:
    headers = dict(error.headers or {})
    match error.status_code:
        case 404:
            return Problem("not-found", "没有这个地址", "there is no such address", headers=headers)
        case 405:
            methods = {*headers.pop("Allow", "").split(", "), "OPTIONS"} - {""}
            allowed = headers["allow"] = ", ".join(sorted(methods))
            return Problem(
                "method", f"可用的方法：{allowed}", f"methods: {allowed}", headers=headers
            )
        case _:
            return Problem("bad-request", "请求不对", error.detail, headers=headers)
