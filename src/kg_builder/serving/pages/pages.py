"""The pages and their addresses."""

from __future__ import annotations

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from pyoxigraph import DefaultGraph, NamedNode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kg_builder.asking.request import Request as Question
from kg_builder.asking.terms import is_known
from kg_builder.errors import BusyError, InputError, KgError, WorkerError
from kg_builder.graph.iris import is_iri
from kg_builder.model.bilingual import Bilingual
from kg_builder.serving.pages.browsing import class_page
from kg_builder.serving.pages.charts import house_charts
from kg_builder.serving.pages.checking import Checking
from kg_builder.serving.pages.entity import entity_view
from kg_builder.serving.pages.finding import find, front, suggestions
from kg_builder.serving.pages.knowledge import Knowledge
from kg_builder.serving.pages.questions import (
    downloads,
    fields_of,
    groups_of,
    terms_for_completion,
    values_of,
)
from kg_builder.serving.pages.reader import Reader, reader_of
from kg_builder.serving.pages.rendering import Renderer, respond
from kg_builder.serving.pages.reports import Reports
from kg_builder.serving.pages.results import ROWS, ResultView, result_view
from kg_builder.serving.pages.site import Site
from kg_builder.serving.pages.static import asset_response
from kg_builder.serving.pages.telling import Teller
from kg_builder.serving.protocol import while_connected

_KEPT: Final = 2000
"""Pages of entities kept as they were made, for each generation."""
_LINKED: Final = 100
"""Things listed on one page of links."""
_LONGEST: Final = 100_000
"""Characters of a query that the workbench takes."""
_STATUS: Final[Mapping[int, Bilingual]] = {
    400: Bilingual("请求有误", "The request is wrong"),
    404: Bilingual("没有这一页", "There is no such page"),
    405: Bilingual("此处不接受这种请求", "This kind of request is not taken here"),
    410: Bilingual("此条目已撤回", "This entry has been withdrawn"),
    413: Bilingual("太大了", "Too large"),
    500: Bilingual("服务器出错了", "The server failed"),
    503: Bilingual("现在算不了", "Not now"),
}
_STARTER: Final = """SELECT ?canteen ?name ?street WHERE {
  ?canteen a kg:Canteen ;
    rdfs:label ?name ;
    kg:inStreet/rdfs:label ?street .
}
ORDER BY ?street
LIMIT 50
"""

T = TypeVar("T")


class Pages:
    """The pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._renderer = Renderer()
        self._thread = ThreadPoolExecutor(1, "pages")
        """Pages are made one after the other: what is looked up is kept for all of them."""
        self._knowledge: Knowledge | None = None
        self._made: OrderedDict[tuple[str, str, bool, str], str] = OrderedDict()
        self._checking = Checking(site, self._renderer)
        self._reports = Reports(self._renderer)

    def routes(self) -> list[BaseRoute]:
        """Return what a server mounts."""
        get = ["GET", "HEAD"]
        both = [*get, "POST"]
        return [
            Route("/", self.home, methods=get),
            Route("/search", self.search, methods=get),
            Route("/suggest", self.suggest, methods=get),
            Route("/browse", self.browse, methods=get),
            Route("/browse/{name}", self.members, methods=get),
            Route("/links", self.links, methods=get),
            Route("/charts", self.charts, methods=get),
            Route("/queries", self.queries, methods=get),
            Route("/queries/{name}.rq", self.text, methods=get),
            Route("/queries/{name}", self.query, methods=get),
            Route("/workbench", self.workbench, methods=both),
            Route("/workbench/terms.json", self.terms, methods=get),
            Route("/validate", self.validate, methods=both),
            Route("/coverage", self.coverage, methods=get),
            Route("/coverage/{name}", self.report, methods=get),
            Route("/assets/{name}", self.asset, methods=get),
        ]

    def close(self) -> None:
        """End the thread that makes pages."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    # what other parts of the server ask for

    async def entity(self, request: Request, iri: str) -> Response:
        """Return the page of an IRI; 404 where the graph says nothing of it, 410 if withdrawn."""
        reader = reader_of(request)
        key = (iri, reader.language, reader.chosen, _today())
        made = self._made.get(key) if self._is_current() else None
        if made is not None:
            self._made.move_to_end(key)
            return respond(made, reader)
        return await self._run(lambda: self._entity(reader, iri, key))

    def failure(self, request: Request, status: int, detail: Bilingual | None = None) -> Response:
        """Return the page that says that something went wrong, and where to go from there."""
        reader = reader_of(request)
        title = reader.pick(_STATUS.get(status, _STATUS[400 if status < 500 else 500]))
        words = reader.pick(detail) if detail else ""
        response = self._renderer.page(
            "error.html", reader, status, title=title, detail=words, number=status
        )
        if status == 503:
            response.headers["Retry-After"] = "5"
        return response

    # making pages

    def _is_current(self) -> bool:
        return self._knowledge is not None and self._knowledge.graph is self._site.graph

    def _teller(self, reader: Reader) -> Teller:
        """Return what tells of the graph as it is now; for the thread of the pages."""
        knowledge = self._knowledge
        graph = self._site.graph
        if knowledge is None or knowledge.graph is not graph:
            self._made.clear()
            knowledge = self._knowledge = Knowledge(graph, self._site.resources)
        return Teller(knowledge, self._site, reader)

    async def _run(self, make: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, make)

    async def _page(
        self,
        request: Request,
        template: str,
        values: Callable[[Teller], Mapping[str, Any] | None],
    ) -> Response:
        """Return a page of what `values` gives; the page of 404 where it gives nothing."""
        reader = reader_of(request)

        def make() -> Response:
            found = values(self._teller(reader))
            if found is None:
                return self.failure(request, 404)
            return self._renderer.page(template, reader, **found)

        return await self._run(make)

    def _entity(self, reader: Reader, iri: str, key: tuple[str, str, bool, str]) -> Response:
        teller = self._teller(reader)
        view = entity_view(teller, self._site, NamedNode(iri)) if is_iri(iri) else None
        if view is None:
            words = reader.t("图里没有", "The graph does not have ") + iri
            return self._renderer.page(
                "error.html",
                reader,
                404,
                title=reader.t("没有这个条目", "There is no such entry"),
                detail=words,
                number=404,
            )
        html = self._renderer.html("entity.html", reader, {"e": view})
        if view.withdrawn:
            return respond(html, reader, 410)
        self._made[key] = html
        if len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return respond(html, reader)

    async def home(self, request: Request) -> Response:
        """Show the first page."""
        return await self._page(request, "home.html", lambda teller: {"f": front(teller)})

    async def search(self, request: Request) -> Response:
        """Show what is called as somebody typed, or nearly so."""
        text = request.query_params.get("q", "").strip()[:200]
        return await self._page(
            request, "search.html", lambda teller: {"typed": text, "s": find(teller, text)}
        )

    async def suggest(self, request: Request) -> Response:
        """Return what somebody may be typing, for the script of the search field."""
        reader = reader_of(request)
        text = request.query_params.get("q", "")[:200]
        class_name = request.query_params.get("class") or None
        found = await self._run(lambda: suggestions(self._teller(reader), text, class_name))
        return JSONResponse(found, headers={"Vary": "Accept-Language"})

    async def browse(self, request: Request) -> Response:
        """List the classes, with how many things are of each."""

        def values(teller: Teller) -> Mapping[str, Any]:
            items = [
                (teller.shown(item.term), teller.reader.url(f"/browse/{local}"), item.count)
                for item in teller.knowledge.classes
                if (local := item.term.value.rpartition("#")[2]) in teller.knowledge.counts
            ]
            return {"classes": items}

        return await self._page(request, "browse.html", values)

    async def members(self, request: Request) -> Response:
        """List the members of a class."""
        name = request.path_params["name"]

        def values(teller: Teller) -> Mapping[str, Any] | None:
            page = class_page(teller, name)
            return None if page is None else {"c": page, "name": name}

        return await self._page(request, "members.html", values)

    async def links(self, request: Request) -> Response:
        """List all that points at a thing by one property."""
        to, by = (request.query_params.get(name, "") for name in ("to", "by"))
        word = request.query_params.get("page", "1")
        number = int(word) if word.isascii() and word.isdigit() and len(word) < 7 else 1

        def values(teller: Teller) -> Mapping[str, Any] | None:
            if not (is_iri(to) and is_iri(by)):
                return None
            node, predicate = NamedNode(to), NamedNode(by)
            if not is_known(teller.graph, node):
                return None
            quads = teller.graph.store.quads_for_pattern(None, predicate, node, DefaultGraph())
            found = sorted({quad.subject for quad in quads}, key=str)
            pages = max(1, -(-len(found) // _LINKED))
            page = min(max(number, 1), pages)
            part = found[(page - 1) * _LINKED : page * _LINKED]
            return {
                "node": teller.shown(node),
                "predicate": teller.shown(predicate),
                "items": [teller.shown(term) for term in part],  # type: ignore[arg-type]
                "total": len(found),
                "page": page,
                "pages": pages,
            }

        return await self._page(request, "links.html", values)

    async def charts(self, request: Request) -> Response:
        """Show the charts of the house."""
        return await self._page(
            request, "charts.html", lambda teller: {"charts": house_charts(teller)}
        )

    async def asset(self, request: Request) -> Response:
        """Return a script or the style, as they were built."""
        found = asset_response(request.path_params["name"])
        return self.failure(request, 404) if found is None else found

    # questions

    async def queries(self, request: Request) -> Response:
        """List the stored queries by subject."""
        return await self._page(
            request,
            "queries.html",
            lambda teller: {
                "groups": groups_of(teller.knowledge.questions, teller.reader.language)
            },
        )

    async def query(self, request: Request) -> Response:
        """Show a stored query: its form, and its answer."""
        reader = reader_of(request)
        name = request.path_params["name"]
        asked = reader.query != () or "run" in request.query_params

        def prepare() -> tuple[Any, ...] | None:
            teller = self._teller(reader)
            question = teller.knowledge.questions.get(name)
            if question is None:
                return None
            values = values_of(question, reader)
            return question, values, fields_of(teller.knowledge, question, values, reader)

        found = await self._run(prepare)
        if found is None:
            return self.failure(request, 404)
        question, values, fields = found
        evidence = request.query_params.get("evidence") == "1"
        result, error = None, None
        if asked or not question.parameters:
            result, error = await self._ask(
                request,
                Question(
                    question.text,
                    store=self._site.store,
                    stored=question,
                    values=values,
                    language=reader.language,
                    most=ROWS,
                    evidence=evidence,
                ),
                reader,
                question.title.pick(reader.language),
            )
        pairs = [(key, value) for key, given in values.items() for value in given]
        return self._renderer.page(
            "query.html",
            reader,
            _status(error),
            q=question,
            fields=fields,
            result=result,
            error=error and _words(error, reader),
            evidence=evidence,
            downloads=downloads(f"/api/queries/{name}", pairs),
            text=_plain(question.text),
        )

    async def text(self, request: Request) -> Response:
        """Return the text of a stored query, for the workbench."""
        name = request.path_params["name"]

        def find_text() -> str | None:
            question = self._teller(reader_of(request)).knowledge.questions.get(name)
            return None if question is None else _plain(question.text)

        found = await self._run(find_text)
        if found is None:
            return self.failure(request, 404)
        return Response(found, media_type="application/sparql-query")

    async def workbench(self, request: Request) -> Response:
        """Show a query of one's own, and its answer."""
        reader = reader_of(request)
        form = await self._form(request) if request.method == "POST" else request.query_params
        text = str(form.get("query", ""))
        evidence = form.get("evidence") == "1"
        result: ResultView | None = None
        error: KgError | None = None
        if len(text) > _LONGEST:
            error = InputError(
                f"查询超过 {_LONGEST:,} 个字符；请用 /sparql",
                f"a query of over {_LONGEST:,} characters: use /sparql",
            )
        elif text.strip():
            question = Question(
                text,
                store=self._site.store,
                language=reader.language,
                most=ROWS,
                evidence=evidence,
            )
            title = reader.t("查询结果", "Result")
            result, error = await self._ask(request, question, reader, title)
        names = await self._run(
            lambda: [
                (item.name, item.title.pick(reader.language))
                for item in self._teller(reader).knowledge.questions.values()
            ]
        )
        shape = "graph" if result is not None and result.triples else "rows"
        return self._renderer.page(
            "workbench.html",
            reader,
            _status(error),
            text=text or _STARTER,
            asked=bool(text.strip()),
            result=result,
            error=error and _words(error, reader),
            place=(error.line, error.column) if isinstance(error, KgError) else (None, None),
            excerpt=getattr(error, "excerpt", None),
            evidence=evidence,
            downloads=downloads("/sparql", [("query", text)]) if shape == "rows" else {},
            permalink=reader.url("/workbench", query=text, evidence="1" if evidence else None),
            stored=names,
        )

    async def terms(self, request: Request) -> Response:
        """Return what the workbench completes from."""
        reader = reader_of(request)
        found = await self._run(
            lambda: terms_for_completion(self._teller(reader).knowledge, reader)
        )
        return Response(
            found,
            media_type="application/json",
            headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"},
        )

    async def _ask(
        self, request: Request, question: Question, reader: Reader, title: str
    ) -> tuple[ResultView | None, KgError | None]:
        """Ask, and return what a page shows, or why there is nothing to show."""
        with tempfile.TemporaryDirectory(prefix="kg-", ignore_cleanup_errors=True) as folder:
            try:
                answer = await while_connected(request, self._site.ask(question, Path(folder)))
            except KgError as error:
                return None, error
            return await self._run(lambda: result_view(answer, self._teller(reader), title)), None

    @staticmethod
    async def _form(request: Request) -> Mapping[str, Any]:
        async with request.form(max_files=1, max_fields=10, max_part_size=4 << 20) as form:
            return dict(form)

    # checking triples, and the texts of reports

    async def validate(self, request: Request) -> Response:
        """Check triples of one's own."""
        return await self._checking.respond(request)

    async def coverage(self, request: Request) -> Response:
        """List the reports, and how much of each was read."""
        return await self._page(
            request, "coverage.html", lambda teller: {"reports": self._reports.listed(teller)}
        )

    async def report(self, request: Request) -> Response:
        """Show the text of a report, every passage linked to its facts."""
        reader = reader_of(request)
        name = request.path_params["name"]
        found = await self._run(lambda: self._reports.page(self._teller(reader), name))
        return self.failure(request, 404) if found is None else found


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _status(error: KgError | None) -> int:
    if error is None:
        return 200
    return 503 if isinstance(error, WorkerError | BusyError) else 400


def _words(error: KgError, reader: Reader) -> str:
    return reader.pick(error.message)


def _plain(text: str) -> str:
    """Return the text of a stored query without its header."""
    lines = text.splitlines()
    return "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
