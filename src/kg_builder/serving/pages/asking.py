"""Asking: stored queries by their forms, and the workbench for queries of one's own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg_builder.asking.request import Request as Question
from kg_builder.errors import BusyError, InputError, KgError, WorkerError
from kg_builder.graph.vocabulary import expand
from kg_builder.serving.pages.house import GET, House
from kg_builder.serving.pages.questions import (
    FORMATS,
    GRAPH_FORMATS,
    STORED_FORMATS,
    downloads,
    fields_of,
    groups_of,
    likely_values,
    terms_for_completion,
    values_of,
)
from kg_builder.serving.pages.reader import Reader, reader_of
from kg_builder.serving.pages.results import ROWS, ResultView, result_view
from kg_builder.serving.protocol import cache_control, while_connected

_LONGEST: Final = 100_000
"""Characters of a query that the workbench takes."""
_ADDRESS: Final = 30_000
"""Characters of a query in an address: a longer one no server takes."""
_LARGEST: Final = 4 << 20
"""Bytes of a result that a page is made of: all others wait for the thread that makes it."""
_STARTER: Final = """SELECT ?canteen ?name ?street WHERE {
  ?canteen a kg:Canteen ;
    rdfs:label ?name ;
    kg:inStreet/rdfs:label ?street .
}
ORDER BY ?street
LIMIT 50
"""
_ANY_STARTER: Final = """SELECT ?class (COUNT(?thing) AS ?things) WHERE {
  ?thing a ?class .
}
GROUP BY ?class
ORDER BY DESC(?things)
LIMIT 50
"""
"""For RDF that has no canteens."""
_CANTEEN: Final = expand("Canteen")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of a question: what a page shows, or why there is nothing to show."""

    result: ResultView | None = None
    error: KgError | None = None

    @property
    def status(self) -> int:
        if self.error is None:
            return 200
        return 503 if isinstance(self.error, WorkerError | BusyError) else 400

    def words(self, reader: Reader) -> str | None:
        return None if self.error is None else reader.pick(self.error.message)


class Asking:
    """Answers for these pages."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[BaseRoute]:
        """Return what a server mounts."""
        return [
            Route("/queries", self.queries, methods=GET),
            Route("/queries/{name}.rq", self.text, methods=GET),
            Route("/queries/{name}", self.query, methods=GET),
            Route("/workbench", self.workbench, methods=[*GET, "POST"]),
            Route("/workbench/terms.json", self.terms, methods=GET),
        ]

    async def queries(self, request: Request) -> Response:
        """List the stored queries by subject."""
        return await self._house.page(
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

        def prepare() -> tuple[Any, ...] | None:
            teller = self._house.teller(reader)
            question = teller.knowledge.questions.get(name)
            if question is None:
                return None
            values = values_of(question, reader)
            return question, values, fields_of(teller.knowledge, question, values, reader)

        found = await self._house.run(prepare)
        if found is None:
            return self._house.failure(reader, 404)
        question, values, fields = found
        evidence = request.query_params.get("evidence") == "1"
        asked = _Asked()
        if reader.query or not question.parameters:
            wanted = Question(
                question.text,
                store=self._house.site.store,
                stored=question,
                values=values,
                language=reader.language,
                most=ROWS,
                evidence=evidence,
                report=self._house.site.report,
                cite="text",
            )
            title = question.title.pick(reader.language)
            asked = await self._ask(request, wanted, reader, title)
        likely: tuple[tuple[str, str], ...] = ()
        if asked.error is not None:
            likely = await self._house.run(
                lambda: likely_values(
                    self._house.teller(reader).knowledge, question, values, reader
                )
            )
        pairs = [(key, value) for key, given in values.items() for value in given]
        if evidence:  # in the words that the page has
            pairs += [("evidence", "1"), ("lang", reader.language)]
        page = self._house.renderer.page(
            "query.html",
            reader,
            asked.status,
            q=question,
            fields=fields,
            result=asked.result,
            error=asked.words(reader),
            likely=likely,
            evidence=evidence,
            downloads=downloads(f"{reader.root}/api/queries/{name}", pairs, STORED_FORMATS),
            text=_plain(question.text),
        )
        return _as_lasting_as(question.text, page)

    async def text(self, request: Request) -> Response:
        """Return the text of a stored query, for the workbench."""
        reader = reader_of(request)
        name = request.path_params["name"]
        found = await self._house.run(
            lambda: self._house.teller(reader).knowledge.questions.get(name)
        )
        if found is None:
            return self._house.failure(reader, 404)
        return Response(_plain(found.text), media_type="application/sparql-query")

    async def workbench(self, request: Request) -> Response:
        """Show a query of one's own, and its answer."""
        reader = reader_of(request)
        form = await _form(request) if request.method == "POST" else request.query_params
        text = str(form.get("query", ""))
        evidence = form.get("evidence") == "1"
        asked = _Asked()
        if len(text) > _LONGEST:
            refused = InputError(
                f"查询超过 {_LONGEST:,} 个字符；请用 /sparql",
                f"a query of over {_LONGEST:,} characters: use /sparql",
            )
            asked = _Asked(error=refused)
        elif text.strip():
            wanted = Question(
                text,
                store=self._house.site.store,
                language=reader.language,
                most=ROWS,
                evidence=evidence,
                report=self._house.site.report,
                cite="text" if evidence else None,
            )
            asked = await self._ask(request, wanted, reader, reader.t("查询结果", "Result"))

        def prepare() -> tuple[list[tuple[str, str]], str]:
            knowledge = self._house.teller(reader).knowledge
            names = [
                (item.name, item.title.pick(reader.language))
                for item in knowledge.questions.values()
            ]
            return names, _STARTER if _CANTEEN in knowledge.counts else _ANY_STARTER

        names, starter = await self._house.run(prepare)
        error, result = asked.error, asked.result
        is_graph = result is not None and result.form in ("CONSTRUCT", "DESCRIBE")
        formats = GRAPH_FORMATS if is_graph else FORMATS
        short = len(urlencode({"query": text})) <= _ADDRESS
        page = self._house.renderer.page(
            "workbench.html",
            reader,
            asked.status,
            text=text or starter,
            asked=bool(text.strip()),
            result=result,
            error=asked.words(reader),
            place=(error.line, error.column) if error else (None, None),
            excerpt=getattr(error, "excerpt", None),
            evidence=evidence,
            downloads=downloads(f"{reader.root}/sparql", [("query", text)], formats)
            if short
            else (),
            short=short,
            permalink=reader.url("/workbench", query=text, evidence="1" if evidence else None),
            stored=names,
        )
        return _as_lasting_as(text, page)

    async def terms(self, request: Request) -> Response:
        """Return what the workbench completes from."""
        reader = reader_of(request)
        found = await self._house.run(
            lambda: terms_for_completion(self._house.teller(reader).knowledge, reader)
        )
        return Response(
            found,
            media_type="application/json",
            headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"},
        )

    async def _ask(
        self, request: Request, question: Question, reader: Reader, title: str
    ) -> _Asked:
        site = self._house.site
        with tempfile.TemporaryDirectory(prefix="kg-", ignore_cleanup_errors=True) as folder:
            try:
                answer = await while_connected(request, site.ask(question, Path(folder)))
            except KgError as error:
                return _Asked(error=error)
            if (size := answer.spool.stat().st_size) > _LARGEST:
                return _Asked(error=_too_large(size))
            return _Asked(
                await self._house.run(
                    lambda: result_view(answer, self._house.teller(reader), title)
                )
            )


def _too_large(size: int) -> InputError:
    most = _LARGEST >> 20
    return InputError(
        f"结果有 {size >> 20} MiB，一页最多放 {most} MiB；请少取几列几行，或用 /sparql",
        f"a result of {size >> 20} MiB, where a page takes {most}: ask for fewer columns or rows,"
        " or use /sparql",
    )


def _as_lasting_as(query: str, page: Response) -> Response:
    """Return a page that shows what a query gives; it may be kept as long as that holds."""
    if page.status_code == 200:
        page.headers["cache-control"] = cache_control(query)
    return page


async def _form(request: Request) -> Mapping[str, Any]:
    async with request.form(max_files=1, max_fields=10, max_part_size=4 << 20) as form:
        return dict(form)


def _plain(text: str) -> str:
    """Return the text of a stored query without its header."""
    lines = text.splitlines()
    return "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
